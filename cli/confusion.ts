// The confusion matrix as text: a row a label, a column an answer. Right answers are dim and errors stand out.
import { type Colours, percent } from "./output.ts";

/** From this many on, an error of one kind is a bad one: shown in red. */
const MANY = 10;

/** `confusion[label][answer]`, with the misses of each label and their share at the end of its row. */
export const confusionText = (confusion: readonly (readonly number[])[], colours: Colours): string => {
  const width = Math.max(3, ...confusion.flat().map((count) => `${count}`.length)) + 2;
  const cell = (text: string): string => text.padStart(width);
  const classes = [...confusion.keys()];
  const heading = `${"label".padEnd(6)}${classes.map((answer) => cell(`${answer}`)).join("")}${"misses".padStart(9)}${"error".padStart(9)}`;
  const rows = confusion.map((counts, label) => {
    const cells = counts.map((count, answer) => {
      const text = cell(count === 0 ? "·" : `${count}`);
      if (count === 0 || answer === label) return colours.dim(text);
      return count < MANY ? colours.yellow(text) : colours.bold(colours.red(text));
    });
    const images = counts.reduce((sum, count) => sum + count, 0);
    const misses = images - counts[label]!;
    const error = percent(images > 0 ? misses / images : 0);
    return `${`${label}`.padStart(5).padEnd(6)}${cells.join("")}${`${misses}`.padStart(9)}${error.padStart(9)}`;
  });
  return [colours.dim(heading), ...rows].join("\n");
};
