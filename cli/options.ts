// Options that more than one command has, and what their texts may be.
import type { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { aboveZero, fromZero, share, whole } from "../src/lab/rules.ts";
import type { OptionRule } from "../src/named.ts";
import { nets } from "../src/nets/index.ts";
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
