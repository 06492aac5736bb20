// lenet baseline: a classifier of 1998 that is no net, beside what was printed about it. The result goes to stdout.
import { Command } from "commander";
import { baselineNamed, baselines } from "../src/baselines/index.ts";
import { limit } from "../src/data/data-set.ts";
import { type BaselineProgress, type BaselineResult, runBaseline } from "../src/lab/claims/baseline.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { loadParts } from "../src/lab/training/images.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { wholeFrom, withJson } from "./options.ts";
import { coloursFor, duration, percent, print, printJson, say } from "./output.ts";

interface Options {
  readonly data: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly json?: true;
}

/** One live line on a terminal; elsewhere a line when a stage begins. */
const showProgress = (stream: NodeJS.WriteStream, name: string) => {
  const live = stream.isTTY === true;
  const started = performance.now();
  let stage: BaselineProgress["stage"] | undefined;
  return {
    onProgress: (progress: BaselineProgress): void => {
      const line = `${name}: ${progress.stage}, ${Math.round(progress.share * 100)} %, ${left(progress, started)}`;
      if (live) stream.write(`\r\x1b[K${line}`);
      else if (progress.stage !== stage) stream.write(`${line}\n`);
      stage = progress.stage;
    },
    end: (): void => {
      if (live) stream.write("\r\x1b[K");
    },
  };
};

const left = ({ share }: BaselineProgress, started: number): string =>
  `${duration(((performance.now() - started) * (1 - share)) / share)} left`;

const run = async (name: string, { data, limit: most, seed, json }: Options): Promise<void> => {
  baselineNamed(name);
  const all = await loadParts(data);
  const parts = most === undefined ? all : { ...all, train: limit(all.train, most) };
  const { onProgress, end } = showProgress(process.stderr, name);
  const settings = seed === undefined ? { onProgress } : { seed, onProgress };
  const result = await interruptible((signal) => runBaseline(name, parts, { ...settings, signal })).finally(end);
  if (!result) {
    say("Interrupted; nothing is kept of it.");
    process.exitCode = INTERRUPTED;
    return;
  }
  if (json) printJson(result);
  else print(resultText(result));
};

const resultText = (result: BaselineResult): string => {
  const colours = coloursFor(process.stdout);
  const { title, data, images, testMisses, errorRate, choices, tried } = result;
  const chosen = Object.entries(choices).map(([name, value]) => `${name} ${value}`);
  const counts = `${thousands(images.train)} to learn from, ${thousands(images.validation)} for validation, ${thousands(images.test)} to test`;
  return [
    `${colours.bold(title)}: ${colours.bold(percent(errorRate))} errors, ${thousands(testMisses)} of ${thousands(images.test)}`,
    `${data}: ${counts}`,
    `chosen on the validation images, of ${tried.length}: ${chosen.join(", ")}; then learned from all`,
    "",
    comparison(result),
    "",
    ...result.assumed.map((sentence) => colours.dim(`Assumed: ${sentence}`)),
  ].join("\n");
};

/** Our figures beside the paper's. */
const comparison = ({ errorRate, rejectedFor05, multiplyAdds, variables, published }: BaselineResult): string => {
  const kilo = (count: number | null | undefined): string => (count == null ? "–" : thousands(count * 1_000));
  const share = (value: number | null | undefined): string => (value == null ? "–" : `${value.toFixed(2)} %`);
  const rejected = rejectedFor05 === null ? "not reached" : percent(rejectedFor05);
  return alignedTable(
    [
      ["", "ours", "1998"],
      ["test error", percent(errorRate), share(published?.errorPercent)],
      ["rejected for 0.5 % error", rejected, share(published?.rejectedPercent)],
      ["multiply-adds", thousands(multiplyAdds), kilo(published?.kiloMultiplyAdds)],
      ["variables", thousands(variables), kilo(published?.kiloVariables)],
    ],
    ["left", "right", "right"],
  );
};

const more = `
Classifiers:
${baselines.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join("\n")}

Choices are made on the last sixth of the training images, at most 10,000; then everything is learned from all of them, and
the test images are looked at once.

Examples:
  lenet baseline knn                    about two minutes
  lenet baseline rbf --limit 6000       a tenth of the training images`;

/** The command `lenet baseline`. */
export function baselineCommand(): Command {
  const command = new Command("baseline")
    .description("run a classifier that LeNet-5 was compared with in 1998")
    .argument("<name>", baselines.map(({ name }) => name).join(", "))
    .option("--data <name>", "a registered data set, or a folder of pictures by class or of IDX files", "mnist")
    .option("--limit <n>", "only the first n training images", wholeFrom("--limit", 6))
    .option("--seed <n>", "of all randomness (default: 1)", wholeFrom("--seed", 0))
    .addHelpText("after", more);
  return withJson(command).action(run);
}
