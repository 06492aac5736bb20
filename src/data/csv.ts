// Images as lines of text, as Kaggle gives MNIST: a label, then 784 values from 0 to 255, with commas between; a first line of
// names may stand above. Read line by line from bytes, as a whole file may be longer than any text can be.
import { LenetError } from "../errors.ts";

const SIDE = 28;
export const CSV_AREA = SIDE * SIDE;
/** More bytes than a line can need. */
const LONGEST_LINE = 16 * (CSV_AREA + 1);
const [NEWLINE, COMMA, ZERO, NINE] = [10, 44, 48, 57];

/** One line: its label as it stands there, and its image (28, 28); or why it is none. */
export type CsvRow =
  | { readonly place: string; readonly label: string; readonly pixels: Uint8Array }
  | { readonly place: string; readonly trouble: string };

/** Whether the line has values where a first line would have names: then it is an image, be it a wrong one. */
const isNames = (cells: readonly string[]): boolean =>
  cells.length > 1 && cells.slice(1).every((cell) => cell.trim() !== "" && Number.isNaN(Number(unquoted(cell))));

const unquoted = (cell: string): string => cell.trim().replace(/^"(.*)"$/, "$1");

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The pixels of a line after its first comma, or what is wrong with them. */
const pixelsOf = (line: Uint8Array, start: number): Uint8Array | string => {
  const pixels = new Uint8Array(CSV_AREA);
  let [count, value, digits] = [0, 0, 0];
  for (let at = start; at <= line.length; at++) {
    const byte = at < line.length ? line[at]! : COMMA;
    if (byte >= ZERO && byte <= NINE && digits < 3) {
      [value, digits] = [value * 10 + byte - ZERO, digits + 1];
      continue;
    }
    if (byte !== COMMA || digits === 0 || value > 255) {
      const rest = line.subarray(at - digits, at + 12);
      return `expected whole numbers from 0 to 255, got ${JSON.stringify(decode(rest).split(",")[0])} as value ${count + 1}`;
    }
    if (count < CSV_AREA) pixels[count] = value;
    [count, value, digits] = [count + 1, 0, 0];
  }
  return count === CSV_AREA ? pixels : `expected a label and ${CSV_AREA} values, got ${count}`;
};

const rowOf = (line: Uint8Array, place: string): CsvRow => {
  if (line.length > LONGEST_LINE)
    return { place, trouble: `expected at most ${LONGEST_LINE} bytes, got ${line.length}` };
  const comma = line.indexOf(COMMA);
  if (comma < 0) return { place, trouble: `expected a label and ${CSV_AREA} values, got one word` };
  const label = unquoted(decode(line.subarray(0, comma)));
  if (label === "") return { place, trouble: "expected a label, got none" };
  const pixels = pixelsOf(line, comma + 1);
  return typeof pixels === "string" ? { place, trouble: pixels } : { place, label, pixels };
};

/** Every line that is not empty. `place` names the file. Throws LenetError when there is none. */
export function* csvRows(bytes: Uint8Array, place: string): Generator<CsvRow> {
  let number = 0;
  let found = 0;
  for (let start = 0; start < bytes.length; ) {
    const next = bytes.indexOf(NEWLINE, start);
    const end = next < 0 ? bytes.length : next;
    let line = bytes.subarray(start, end);
    if (line.at(-1) === 13) line = line.subarray(0, -1);
    start = end + 1;
    number++;
    if (line.length === 0) continue;
    if (number === 1 && line.length <= LONGEST_LINE && isNames(decode(line).split(","))) continue;
    found++;
    yield rowOf(line, `${place}, line ${number}`);
  }
  if (found === 0)
    throw new LenetError(`${place}: expected lines of a label and ${CSV_AREA} values, got none. Give another file.`);
}
