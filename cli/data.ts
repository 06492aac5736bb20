// lenet data: which data sets there are, fetching, verifying and looking at them. Results go to stdout, progress to stderr.
import { Command } from "commander";
import { classCounts, type DataSet, pick } from "../src/data/data-set.ts";
import { derivations } from "../src/data/derive.ts";
import type { Progress } from "../src/data/download.ts";
import { encodePng } from "../src/data/image.ts";
import { dataSets, hasPart, loadData, registeredSet, registeredSets, unknownData } from "../src/data/registry.ts";
import { digitSheet } from "../src/data/sheet.ts";
import { LenetError } from "../src/errors.ts";
import { writeAtomically } from "../src/files.ts";
import { distorted } from "../src/lab/distorted.ts";
import { whole } from "../src/lab/settings/rules.ts";
import { readDistort } from "../src/lab/settings/settings.ts";
import { thousands } from "../src/lab/table.ts";
import { shuffle, stream } from "../src/random.ts";
import { addImport } from "./import.ts";
import { withDataDir, withJson } from "./options.ts";
import { print, printJson } from "./output.ts";

interface JsonOption {
  readonly json?: true;
}

interface ShowOptions extends JsonOption {
  readonly out?: string;
  readonly digits?: string;
  readonly seed?: string;
  readonly distort?: string;
}

const BAR = 40;

const describe = (set: DataSet): string =>
  `${set.name}, ${set.part}: ${thousands(set.count)} images of ${set.rows}×${set.columns}, ${set.classes} classes`;

/** Both parts of a registered set; of a folder those it has, and at least one. */
const loadParts = async (nameOrFolder: string): Promise<DataSet[]> => {
  const hasTest = hasPart(nameOrFolder, "test");
  const train = hasPart(nameOrFolder, "train") || !hasTest ? [await loadData(nameOrFolder, "train")] : [];
  return hasTest ? [...train, await loadData(nameOrFolder, "test")] : train;
};

const list = async ({ json }: JsonOption): Promise<void> => {
  const entries = await dataSets();
  if (json) return printJson(entries);
  const width = Math.max(...entries.map(({ name }) => name.length));
  for (const { name, title, found, get } of entries) {
    print(`${name.padEnd(width)}  ${title}`);
    print(`${" ".repeat(width)}  ${found === null ? `not here yet; run: ${get}` : `found in ${found}`}`);
  }
  const derivable = entries.filter(({ options }) => options !== null).map(({ name }) => name);
  print(
    `\nOptions on the names of ${derivable.join(" and ")}, as in mnist:sample=1989,size=16 (for short: mnist-1989):`,
  );
  print(optionLines());
};

/** What each option of a derived set may be, the default first, and what it means. */
const optionLines = (): string =>
  Object.entries(derivations)
    .map(([key, rule]) => {
      const values = "words" in rule ? rule.words.join("|") : `${rule.usual}…`;
      return `  ${`${key}=${values}`.padEnd(28)}  ${rule.meaning}`;
    })
    .join("\n");

/** One line a file, that grows on a terminal. */
const showProgress = ({ file, received, total }: Progress): void => {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const done = received === total;
  if (!done && !process.stderr.isTTY) return;
  const line = `${file}  ${megabytes(received)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
  process.stderr.write(`${process.stderr.isTTY ? "\r" : ""}${line}${done ? "\n" : ""}`);
};

const get = async (name: string, { json }: JsonOption): Promise<void> => {
  const set = registeredSet(name);
  if (set === undefined) throw unknownData(name);
  const folder = await set.fetch({ onProgress: showProgress });
  await loadParts(name);
  if (json) printJson({ name, folder });
  else print(`${name} is in ${folder}, with the published hashes.`);
};

const verify = async (nameOrFolder: string, { json }: JsonOption): Promise<void> => {
  const parts = await loadParts(nameOrFolder);
  const registered = registeredSet(nameOrFolder) !== undefined;
  if (json) {
    const facts = parts.map(({ part, count, rows, columns, classes, sha256 }) => ({
      part,
      count,
      rows,
      columns,
      classes,
      sha256,
    }));
    return printJson({ name: parts[0].name, registered, parts: facts });
  }
  for (const set of parts) {
    print(`${describe(set)}\n  images  sha256 ${set.sha256.images}\n  labels  sha256 ${set.sha256.labels}`);
  }
  print(
    registered
      ? "These are the published files."
      : "These files are whole; there are no published hashes to compare them with.",
  );
};

const countTable = (set: DataSet, classNames: readonly string[] | undefined): string => {
  const counts = classCounts(set);
  const names = classNames ?? counts.map((_, label) => `${label}`);
  const nameWidth = Math.max(...names.map((name) => name.length));
  const most = Math.max(...counts);
  const rows = counts.map((count, label) => {
    const bar = "█".repeat(Math.round((count / most) * BAR));
    return `  ${names[label].padEnd(nameWidth)}  ${thousands(count).padStart(thousands(most).length)}  ${bar}`;
  });
  return [describe(set), ...rows].join("\n");
};

/** Writes a picture of random digits and tells which they are. */
const writeSheet = (set: DataSet, out: string, { digits = "25", seed = "1", distort }: ShowOptions) => {
  const wanted = whole("--digits", digits, 1, set.count);
  const order = Int32Array.from({ length: set.count }, (_, index) => index);
  const number = whole("--seed", seed, 0);
  shuffle(order, stream(number, "sheet"));
  const indices = order.subarray(0, wanted);
  const chosen = pick(set, indices);
  const shown = distort === undefined ? chosen : distorted(chosen, readDistort("--distort", distort), number);
  const { grey, width, height } = digitSheet(shown, [...Array(wanted).keys()], Math.ceil(Math.sqrt(wanted)));
  writeAtomically(out, encodePng(grey, width, height));
  return { out, part: set.part, width, height, indices: [...indices], labels: [...chosen.labels] };
};

const show = async (nameOrFolder: string, options: ShowOptions): Promise<void> => {
  const { json, out, digits, seed, distort } = options;
  if (out === undefined && (digits ?? seed ?? distort) !== undefined) {
    throw new LenetError("--digits, --seed, --distort: expected --out beside them, got none. Add --out FILE.png.");
  }
  const parts = await loadParts(nameOrFolder);
  const sheet = out === undefined ? undefined : writeSheet(parts[0], out, options);
  if (json) {
    const facts = parts.map((set) => ({ part: set.part, count: set.count, classCounts: classCounts(set) }));
    return printJson({ name: parts[0].name, parts: facts, sheet });
  }
  print(parts.map((set) => countTable(set, set.classNames)).join("\n\n"));
  if (sheet)
    process.stderr.write(
      `Wrote ${sheet.out}: ${sheet.indices.length} digits, ${sheet.width}×${sheet.height} pixels.\n`,
    );
};

const examples = `
Examples:
  lenet data                                  which data sets there are, and where
  lenet data get fashion-mnist                download one, unless it is here
  lenet data verify mnist                     read all of it and compare its hashes
  lenet data show mnist --out digits.png      count its classes, and picture 25 of its digits
  lenet data show mnist-1989 --out a.png      the digits of MNIST as the net of 1989 would have seen them
  lenet data show mnist --distort elastic --out b.png    what distorted digits look like
  lenet data import ./letters --out letters    make a data set of your own images: lenet data import --help
  lenet data show ./my-digits --json          the same of a folder, for a program

A registered set is looked for in the folder that --data-dir or LENET_DATA names (in a folder there with the set's name, or
right there), where packages put it, and in the cache (LENET_CACHE, or lenet in ~/.cache), to which get downloads it.`;

/** The command `lenet data` and its subcommands. */
export function dataCommand(): Command {
  const known = registeredSets.map(({ name }) => name).join(", ");
  const data = new Command("data")
    .description("list, fetch, verify, make and look at data sets")
    .addHelpText("after", examples);
  const add = (name: string, description: string, isDefault = false): Command =>
    withDataDir(withJson(data.command(name, { isDefault }).description(description)));
  add("list", "say which data sets there are, where, and what options their names take", true).action(list);
  add("get", "download a data set into the cache folder, unless it is here")
    .argument("<name>", `one of ${known}`)
    .action(get);
  add("verify", "read a data set completely and compare its hashes with the published ones")
    .argument("<data>", `${known}, or a folder of IDX files or of pictures by class`)
    .action(verify);
  add("show", "count the images of each class, and picture some of them")
    .argument("<data>", `${known}, or a folder of IDX files or of pictures by class`)
    .option("--out <file>", "write a PNG of random digits")
    .option("--digits <n>", "number of digits in it (default: 25)")
    .option("--seed <n>", "which digits it shows, and how they are distorted (default: 1)")
    .option("--distort <how>", "distort them as lenet train --distort would")
    .action(show);
  addImport(data);
  return data;
}
