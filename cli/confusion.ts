// The confusion matrix as text: a row a label, a column an answer. Right answers are dim and errors stand out. Of more classes
// than a screen has room for: what each is missed by, and which are taken for which most often.
import { alignedTable } from "../src/lab/table.ts";
import { type Colours, percent } from "./output.ts";

/** From this many on, an error of one kind is a bad one: shown in red. */
const MANY = 10;
/** The most classes whose matrix is shown. */
const WIDEST = 12;
/** Of more classes, the pairs that are named. */
const PAIRS = 15;

type Confusion = readonly (readonly number[])[];

/** `confusion[label][answer]`, with the misses of each label and their share at the end of its row. */
export const confusionText = (confusion: Confusion, colours: Colours, names: readonly string[]): string =>
  confusion.length > WIDEST ? listText(confusion, colours, names) : matrixText(confusion, colours, names);

const missesOf = (counts: readonly number[], label: number): { misses: number; error: string } => {
  const images = counts.reduce((sum, count) => sum + count, 0);
  const misses = images - counts[label]!;
  return { misses, error: percent(images > 0 ? misses / images : 0) };
};

const matrixText = (confusion: Confusion, colours: Colours, names: readonly string[]): string => {
  const width = Math.max(3, ...confusion.flat().map((count) => `${count}`.length)) + 2;
  const cell = (text: string): string => text.padStart(width);
  const classes = [...confusion.keys()];
  // Numbers stand above the columns, and names beside them where classes have any.
  const rowNames = names.map((name, label) => (name === `${label}` ? name : `${name} ${label}`));
  const widest = Math.max(5, ...rowNames.map((name) => name.length));
  const heading = `${"label".padEnd(widest + 1)}${classes.map((answer) => cell(`${answer}`)).join("")}${"misses".padStart(9)}${"error".padStart(9)}`;
  const rows = confusion.map((counts, label) => {
    const cells = counts.map((count, answer) => {
      const text = cell(count === 0 ? "·" : `${count}`);
      if (count === 0 || answer === label) return colours.dim(text);
      return count < MANY ? colours.yellow(text) : colours.bold(colours.red(text));
    });
    const { misses, error } = missesOf(counts, label);
    return `${rowNames[label]!.padStart(widest)} ${cells.join("")}${`${misses}`.padStart(9)}${error.padStart(9)}`;
  });
  return [colours.dim(heading), ...rows].join("\n");
};

const listText = (confusion: Confusion, colours: Colours, names: readonly string[]): string => {
  const labels = [...confusion.keys()];
  const rows = labels.map((label) => {
    const { misses, error } = missesOf(confusion[label]!, label);
    return [names[label]!, `${misses}`, error];
  });
  const pairs = labels
    .flatMap((label) => labels.map((answer) => ({ label, answer, count: confusion[label]![answer]! })))
    .filter(({ label, answer, count }) => label !== answer && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, PAIRS)
    .map(({ label, answer, count }) => [names[label]!, "for", names[answer]!, `${count}`]);
  const most =
    pairs.length > 0
      ? ["", colours.dim("taken most often"), alignedTable(pairs, ["left", "left", "left", "right"])]
      : [];
  return [alignedTable([["label", "misses", "error"], ...rows], ["left", "right", "right"]), ...most].join("\n");
};
