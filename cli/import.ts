// lenet data import: own images become a data set that every command takes. The result goes to stdout, progress and what had to
// be left out to stderr.
import type { Command } from "commander";
import { type Imported, importImages } from "../src/data/import.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { shareOf, withJson } from "./options.ts";
import { print, printJson, say } from "./output.ts";

interface Options {
  readonly out: string;
  readonly test: number;
  readonly whole?: true;
  readonly strict?: true;
  readonly json?: true;
}

/** Images left out that are named; the others are counted. */
const NAMED = 10;
/** Images between two lines of progress. */
const EVERY = 200;

const examples = `
Examples:
  lenet data import ./letters --out letters        sub-folders are the classes: letters/A/1.png, letters/B/scan.jpg, …
  lenet train --data letters                       any net, with as many outputs as there are classes
  lenet data import train.csv --out kaggle         a label and 784 values a line, with or without names above
  lenet data import ./shoes --whole --out shoes    pictures of things: all of each picture, not the ink in it

Pictures may be PNG, JPEG or WebP of any size. Their ink is found and made 28×28 as MNIST's was, unless --whole keeps
everything. Sub-folders train and test, each with a sub-folder a class, say which images are for what; else a share of every class
is kept apart. Classes are numbered in alphabetical order (numbers: by size), from 2 to 95 of them.`;

const run = (place: string, { out, test, whole, strict, json }: Options): void => {
  const onImage = (done: number): void => {
    if (process.stderr.isTTY && done % EVERY === 0) process.stderr.write(`\r${thousands(done)} images`);
  };
  const imported = importImages(place, out, { test, whole: whole === true, strict: strict === true, onImage });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  tellTroubles(imported);
  if (json) {
    printJson({ out, ...imported });
    return;
  }
  print(table(imported));
  say(`\nWrote ${out}. Try next:\n  lenet train --data ${out}`);
};

const tellTroubles = ({ troubles }: Imported): void => {
  for (const { place, why } of troubles.slice(0, NAMED)) say(`left out ${place}: ${why}`);
  if (troubles.length > NAMED) say(`… and ${thousands(troubles.length - NAMED)} others`);
  if (troubles.length > 0) say(`${thousands(troubles.length)} left out in all; --strict makes the first a mistake.`);
};

const table = ({ classes, counts }: Imported): string => {
  const total = (all: readonly number[]): string => thousands(all.reduce((a, b) => a + b, 0));
  return alignedTable(
    [
      ["class", "train", "test"],
      ...classes.map((name, label) => [name, thousands(counts.train[label]!), thousands(counts.test[label]!)]),
      ["all", total(counts.train), total(counts.test)],
    ],
    ["left", "right", "right"],
  );
};

/** Adds the command `import` to `lenet data`. */
export const addImport = (data: Command): Command =>
  withJson(
    data
      .command("import")
      .description("make a data set of your own images, by class, or of a CSV file")
      .argument("<place>", "a folder with a sub-folder a class, or a CSV file")
      .requiredOption("--out <dir>", "the folder of the data set")
      .option("--test <share>", "of every class, kept apart to test with", shareOf("--test"), 0.15)
      .option("--whole", "keep whole pictures, in place of the ink found in them")
      .option("--strict", "stop at the first image that cannot be read"),
  )
    .addHelpText("after", examples)
    .action(run);
