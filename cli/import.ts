// lenet data import: own images become a data set that every command takes. The result goes to stdout, progress to stderr.
import type { Command } from "commander";
import { type Imported, importImages, TEST_SHARE } from "../src/data/import.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { importView } from "./import-view.ts";
import { shareOf, withJson } from "./options.ts";
import { print, printJson, program, say } from "./output.ts";

interface Options {
  readonly out: string;
  readonly test: number;
  readonly whole?: true;
  readonly strict?: true;
  readonly json?: true;
}

const examples = `
Examples:
  lenet data import ./letters --out letters        sub-folders are the classes: letters/A/1.png, letters/B/scan.jpg, …
  lenet train --data letters                       any net, with as many outputs as there are classes
  lenet data import train.csv --out kaggle         a label and 784 values a line, with or without names above
  lenet data import ./shoes --whole --out shoes    pictures of things: all of each picture, not the ink in it

Pictures may be PNG, JPEG or WebP of any size. Their ink is found and made 28×28 as MNIST's was, unless --whole keeps
everything. Sub-folders train and test, each with a sub-folder a class, say which images are for what; else a share of every class
is kept apart. Classes are numbered in alphabetical order (numbers: by size), from 2 to 95 of them.
A folder of pictures needs no import where all this is as you want it: lenet train --data ./letters does the same by itself.`;

const run = (place: string, { out, test, whole, strict, json }: Options): void => {
  const view = importView();
  const onImage = (done: number, all: number | null): void => view.image(place, done, all);
  const imported = importImages(place, out, { test, whole: whole === true, strict: strict === true, onImage });
  view.end(place, imported, false);
  if (json) {
    printJson({ out, ...imported });
    return;
  }
  print(table(imported));
  say(`\nWrote ${out}. Try next:\n  ${program} train --data ${out}`);
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
      .option("--test <share>", "of every class, kept apart to test with", shareOf("--test"), TEST_SHARE)
      .option("--whole", "keep whole pictures, in place of the ink found in them")
      .option("--strict", "stop at the first image that cannot be read"),
  )
    .addHelpText("after", examples)
    .action(run);
