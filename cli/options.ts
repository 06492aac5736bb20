// Options that more than one command has, and what their texts may be.
import type { Command } from "commander";
import { DATA_DIR } from "../src/data/registered.ts";
import { LenetError } from "../src/errors.ts";
import { isFolder } from "../src/files.ts";
import { aboveZero, fromZero, share, whole } from "../src/lab/settings/rules.ts";
import type { OptionRule } from "../src/named.ts";
import { netNamed, nets } from "../src/nets/index.ts";
import type { Stage } from "../src/optimisers/schedule.ts";

/** How the command line spells a setting of the library. */
export const dashed = (setting: string): string => (setting === "shuffle" ? "--no-shuffle" : `--${setting}`);

export const wholeFrom =
  (option: string, least: number, most?: number) =>
  (text: string): number =>
    whole(option, text, least, most);
export const numberAboveZero =
  (option: string) =>
  (text: string): number =>
    aboveZero(option, text);
export const numberFromZero =
  (option: string) =>
  (text: string): number =>
    fromZero(option, text);
export const shareOf =
  (option: string) =>
  (text: string): number =>
    share(option, text);

/** `2x0.0005,3x0.0002`: two epochs at one rate, three at another. */
export const stagesFrom = (text: string): readonly Stage[] =>
  text.split(",").map((stage) => {
    const [epochs, rate, more] = stage.split("x");
    if (rate === undefined || more !== undefined)
      throw new LenetError(`--stages: expected EPOCHSxRATE,…, such as 2x0.0005,3x0.0002, got ${JSON.stringify(text)}.`);
    return { epochs: whole("--stages", epochs, 1), rate: aboveZero("--stages", rate) };
  });

export const withThreads = (command: Command): Command =>
  command.option("--threads <n>", "threads to work with (default: one a core)", wholeFrom("--threads", 1, 256));

export const withArithmetic = (command: Command): Command =>
  command.option(
    "--arithmetic <kind>",
    "how products are added: fused rounds once, plain twice (default: fused where this machine can)",
  );

const dataDirFrom = (dir: string): void => {
  if (!isFolder(dir))
    throw new LenetError(`--data-dir: expected a folder, got ${JSON.stringify(dir)}. Name one that is there.`);
  // The library looks there too: what follows in this process is as if the environment had said so.
  process.env[DATA_DIR] = dir;
};

/** Adds --data-dir, which no command needs to read: it takes the place of LENET_DATA in the environment. */
export const withDataDir = (command: Command): Command =>
  command.option("--data-dir <dir>", `look for registered data sets in dir first (default: $${DATA_DIR})`, dataDirFrom);

/** Adds --net, --data, --limit and --data-dir: what a report is told of its subject. */
export const withSubject = (command: Command): Command =>
  withDataDir(
    command
      .option("--net <name>", "the net, where a file does not say which", (name: string) => netNamed(name))
      .option("--data <name>", "test images of another data set, or of a folder")
      .option("--limit <n>", "only the first n test images", wholeFrom("--limit", 1)),
  );

export const withJson = (command: Command, what = "print one JSON document"): Command => command.option("--json", what);

/** Every net by name and, below it, the options that may follow the name. */
export const netsText = (): string => {
  const widest = Math.max(...nets.map(({ name }) => name.length));
  const lines = nets.flatMap(({ name, title, rules }) => [
    `  ${name.padEnd(widest)}  ${title}`,
    ...Object.entries(rules).map(
      ([key, rule]) => `  ${"".padEnd(widest)}    ${key}=${valuesOf(rule)}: ${rule.meaning}`,
    ),
  ]);
  return [
    "Nets, and what may follow the name, as in mlp:hidden=1000,side=20; the first value is the default:",
    ...lines,
  ].join("\n");
};

const valuesOf = (rule: OptionRule): string =>
  "words" in rule ? rule.words.join("|") : `${rule.usual}, ${rule.least}…${rule.most}`;
