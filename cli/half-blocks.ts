// A grey image as text, two rows of pixels in one line of characters.
import type { Ink } from "../src/shape.ts";
import type { Colours } from "./output.ts";

/** Pixels of at least this much ink count as ink where there are no colours. */
const INK = 96;
/** The 24 greys of a terminal with 256 colours, black to white. */
const greyCode = (ink: number): number => 232 + Math.round((ink / 255) * 23);

/** The image (rows, columns), ink 255, as lines of `columns` characters. */
export const halfBlocks = (pixels: Ink, columns: number, { isColorSupported }: Colours): string => {
  const lines: string[] = [];
  for (let top = 0; top < pixels.length; top += 2 * columns) {
    let line = "";
    for (let x = top; x < top + columns; x++) line += pair(pixels[x]!, pixels[x + columns] ?? 0, isColorSupported);
    lines.push(isColorSupported ? `${line}\x1b[0m` : line.trimEnd());
  }
  return lines.join("\n");
};

const pair = (upper: number, lower: number, colours: boolean): string => {
  if (colours) return `\x1b[38;5;${greyCode(upper)};48;5;${greyCode(lower)}m▀`;
  return upper >= INK ? (lower >= INK ? "█" : "▀") : lower >= INK ? "▄" : " ";
};
