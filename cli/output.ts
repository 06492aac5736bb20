// Where text goes and how it may look: data to stdout, words for people to stderr, colours where a terminal shows them and
// nobody refused them (--no-color, NO_COLOR).
import picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

type Stream = NodeJS.WriteStream;

/** The colours that this stream can show. */
export const coloursFor = (stream: Stream): Colours => {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const refused = Boolean(NO_COLOR) || process.argv.includes("--no-color");
  return picocolors.createColors(!refused && (Boolean(FORCE_COLOR) || (stream.isTTY === true && TERM !== "dumb")));
};

/** A line of data. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const printJson = (document: unknown): void => print(JSON.stringify(document, null, 2));

/** A line for people. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** What people type before an argument to come here again: in a checkout, npm finds the program. */
export const program = process.env.npm_command === undefined ? "lenet" : "npx lenet";

/** 0.98915 → `98.92 %`. */
export const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;

/** A length of time in the unit that people would use. */
export const duration = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
