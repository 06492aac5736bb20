// Options that more than one command has, and what their texts may be.
import type { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { aboveZero, fromZero, share, whole } from "../src/lab/rules.ts";
import type { ScheduleSpec } from "../src/optimisers/schedule.ts";

type Stage = Extract<ScheduleSpec, { kind: "staged" }>["stages"][number];

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

export const withJson = (command: Command, what = "print one JSON document"): Command => command.option("--json", what);
