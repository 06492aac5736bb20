// lenet train: a net learns, from the beginning or from where a run was interrupted. Words go to stderr; with --json every
// event is a line on stdout, and the last line is the result.
import { Command } from "commander";
import { classNamesIn } from "../src/data/registry.ts";
import { LenetError } from "../src/errors.ts";
import { classNamesOf } from "../src/lab/model/class-names.ts";
import { writeReport } from "../src/lab/report/documents/report.ts";
import { distortKinds } from "../src/lab/settings/distortions.ts";
import { recipeOf } from "../src/lab/settings/recipes.ts";
import { resolve, type TrainSettings } from "../src/lab/settings/settings.ts";
import { thousands } from "../src/lab/table.ts";
import type { TrainEvent } from "../src/lab/training/events.ts";
import { netOfRun, refuseSettled } from "../src/lab/training/resume.ts";
import { type TrainResult, train } from "../src/lab/training/train.ts";
import { netNamed, nets } from "../src/nets/index.ts";
import { optimiserKinds } from "../src/optimisers/index.ts";
import { scheduleKinds } from "../src/optimisers/schedule.ts";
import { confusionText } from "./confusion.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import {
  dashed,
  netsText,
  numberAboveZero,
  numberFromZero,
  shareOf,
  stagesFrom,
  wholeFrom,
  withArithmetic,
  withDataDir,
  withJson,
  withThreads,
} from "./options.ts";
import { coloursFor, duration, percent, print, program, say } from "./output.ts";
import { scheduleText, showEvents } from "./progress.ts";

interface Options extends Omit<TrainSettings, "schedule"> {
  readonly schedule?: TrainSettings["schedule"] | "staged";
  readonly stages?: ReturnType<typeof stagesFrom>;
  readonly fresh?: true;
  /** False: none is written. */
  readonly report?: boolean;
  readonly json?: true;
  readonly color?: boolean;
  readonly dataDir?: undefined;
}

/** The recipes of all nets, a line each. */
const recipes = (): string =>
  nets
    .map(({ net }) => {
      const { data, optimiser, schedule, batch, epochs, validation, seed, distort } = recipeOf(net);
      const distorted = distort !== 0 ? [`distort ${distort}`] : [];
      const facts = [optimiser.kind, scheduleText(schedule), `batch ${batch}`, `${epochs} epochs`, ...distorted];
      return `  ${net.name}: ${[data, ...facts, `validation ${validation}`, `seed ${seed}`].join(", ")}`;
    })
    .join("\n");

/** The kinds of distortion, a line each. */
const distortHelp = (): string =>
  Object.entries(distortKinds)
    .map(([name, { meaning, rules }]) => {
      const options = Object.entries(rules).map(([key, rule]) => `${key}=${"usual" in rule ? rule.usual : ""}`);
      return `  ${`${name}:${options.join()}`.padEnd(36)}  ${meaning}`;
    })
    .join("\n");

const examples = (): string => `
Defaults, a recipe for each net:
${recipes()}

Images that no hand has written, as those of fashion-mnist, are not distorted.
With --rate or --optimiser the training is plain: a constant rate, no decay, no
distortion, unless --schedule, --decay or --distort ask for them.
--distort takes a strength (0.5), or a kind with options:
${distortHelp()}
Validation images are the last ones of the training images: the recipe's number, but at most a tenth of them.

${netsText()}

Examples:
  lenet train                                        the default net on MNIST, into a new folder of runs/
  lenet train lenet5 --epochs 3 --seed 2 --out a     three epochs, other weights, into the folder a
  lenet train --optimiser momentum --rate 0.02 --schedule cosine --decay 0.0005
  lenet train lenet5-1998                            as in 1998: pattern by pattern, a rate for each weight
  lenet train --stages 2x0.0005,3x0.0002,3x0.0001    epochs × rate, stage after stage
  lenet train tutorial --log-every 100               a line every 100 steps: [rate, epoch of its stage, step] loss
  lenet train ablation:activation=tanh,dropout=0.5   a net with options
  lenet train --data ./letters                       pictures in a sub-folder a class: letters/A/1.png, letters/B/scan.jpg, …
  lenet train --data ./my-digits --init a            learn on from the best weights of a, on other images
  lenet train --resume a                             go on after an interruption, as if there had been none
  lenet train --tensorboard                          and then: tensorboard --logdir runs
  lenet train --json | tail -1                       the result alone, for a program`;

/** The settings that the options come to. */
const settingsFrom = ({
  stages,
  fresh,
  schedule,
  shuffle,
  json,
  color,
  dataDir,
  report,
  ...options
}: Options): TrainSettings => {
  if (stages === undefined && schedule === "staged")
    throw new LenetError("--schedule: expected --stages beside staged, got none. Add --stages 2x0.0005,3x0.0002.");
  if (stages !== undefined && schedule !== undefined && schedule !== "staged")
    throw new LenetError(`--stages: expected --schedule staged or none, got ${schedule}. Leave one out.`);
  if (stages === undefined && fresh)
    throw new LenetError("--fresh: expected --stages beside it, got none. Add --stages 2x0.0005,3x0.0002.");
  const staged = stages === undefined ? undefined : ({ kind: "staged", stages, ...(fresh ? { fresh } : {}) } as const);
  return {
    ...options,
    ...(shuffle === false ? { shuffle } : {}),
    ...(staged || schedule !== undefined ? { schedule: staged ?? (schedule as TrainSettings["schedule"]) } : {}),
  };
};

const run = async (name: string | undefined, options: Options): Promise<void> => {
  const given = settingsFrom(options);
  if (given.resume !== undefined) refuseSettled(given, dashed);
  const net =
    given.resume !== undefined && name === undefined ? netOfRun(given.resume) : netNamed(name ?? nets[0]!.name);
  // Checked here once more than the library does, so that a message spells the settings as they were typed.
  resolve(net, given, dashed);
  // Pictures are imported before anything listens for Ctrl-C, which then ends it at once.
  if (typeof given.data === "string") classNamesIn(given.data);
  const onEvent = options.json
    ? (event: TrainEvent): void => print(JSON.stringify(event))
    : showEvents(process.stderr, coloursFor(process.stderr));
  const result = await interruptible((signal) => train(net, { ...given, signal, onEvent }));
  const written = options.report === false ? null : await reportOn(result);
  if (options.json) printResult(result);
  else report(result, net.name, typeof given.data === "string" ? given.data : recipeOf(net).data, written);
  if (result.interrupted) process.exitCode = INTERRUPTED;
};

const printResult = ({ metrics, history, confusion, folder, interrupted }: TrainResult): void =>
  print(JSON.stringify({ kind: "result", interrupted, folder, metrics, history, confusion: confusion ?? null }));

/** Writes the short report into the run folder; gives its path. A run that is trained is no failure without one. */
const reportOn = async ({ folder, metrics, interrupted }: TrainResult): Promise<string | null> => {
  if (folder === null || interrupted || !metrics.test) return null;
  try {
    return (await writeReport(folder, { brief: true })).path;
  } catch (thrown) {
    if (!(thrown instanceof LenetError)) throw thrown;
    say(`No report was written. ${thrown.message}`);
    return null;
  }
};

const report = (result: TrainResult, net: string, data: string, page: string | null): void => {
  const { model, metrics, history, confusion, folder, interrupted } = result;
  const colours = coloursFor(process.stderr);
  if (interrupted) {
    const goOn =
      folder === null ? "Nothing was kept." : `To go on: ${colours.bold(`${program} train --resume ${folder}`)}`;
    say(`Interrupted in epoch ${history.length + 1}, after a complete step. ${goOn}`);
    return;
  }
  const { test, epochs, elapsedMs, imagesPerSecond } = metrics;
  if (test && confusion) {
    const [accuracy, count] = [colours.bold(percent(test.accuracy)), thousands(test.images)];
    say(`\nTest: ${accuracy}, ${test.misses} misses of ${count}, loss ${test.loss.toFixed(4)}\n`);
    say(confusionText(confusion, colours, classNamesOf(model)));
  }
  say(`\n${epochs} epochs in ${duration(elapsedMs)}, ${thousands(Math.round(imagesPerSecond))} images a second.`);
  if (folder === null) return;
  say(`Run folder: ${folder}${page === null ? "" : `\nReport: ${page}`}\n\nTry next:`);
  say(`  ${program} predict --model ${folder} --data ${data} --index 0 --show`);
  say(`  ${program} evaluate ${folder} --wrong 10`);
  say(`  ${program} report ${folder}`);
  const own = data === recipeOf(model.net).data ? "" : ` --data ${data}`;
  say(`  ${program} train ${net}${own} --seed 2`);
};

/** The command `lenet train`. */
export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a net")
    .argument("[net]", `one of ${nets.map(({ name }) => name).join(", ")}, with its options`)
    .option(
      "--data <name>",
      "a registered data set (see: lenet data list), or a folder of pictures by class or of IDX files (default: the recipe's)",
    )
    .option("--epochs <n>", "times to go through the images", wholeFrom("--epochs", 1))
    .option("--batch <n>", "images a step", wholeFrom("--batch", 1))
    .option("--optimiser <kind>", optimiserKinds.join(", "))
    .option("--rate <number>", "learning rate, the highest of a schedule", numberAboveZero("--rate"))
    .option("--momentum <share>", "of the velocity; makes sgd the optimiser momentum", shareOf("--momentum"))
    .option("--mu <number>", "of the optimiser sdlm, added to every curvature (default: 0.02)", numberAboveZero("--mu"))
    .option(
      "--patterns <n>",
      "images it measures curvature over, before every epoch (default: 500)",
      wholeFrom("--patterns", 1),
    )
    .option("--decay <number>", "decoupled weight decay", numberFromZero("--decay"))
    .option("--schedule <kind>", scheduleKinds.join(", "))
    .option(
      "--distort <how>",
      `distort training images anew each time: ${Object.keys(distortKinds).join(", ")}, or 0: not`,
    )
    .option("--stages <list>", "epochs × rate of a staged schedule: 2x0.0005,3x0.0002", stagesFrom)
    .option("--fresh", "begin each stage with a velocity of zero")
    .option("--seed <n>", "of all randomness", wholeFrom("--seed", 0))
    .option("--validation <n>", "training images kept apart to choose the best epoch by", wholeFrom("--validation", 0))
    .option("--watch-test", "score the test images after every epoch too; nothing is chosen by them")
    .option("--limit <n>", "use only the first n training images", wholeFrom("--limit", 1))
    .option("--init <file>", "begin with the weights of a run folder or a file: safetensors, PyTorch, Keras")
    .option("--no-shuffle", "take the images in the order of their file")
    .option("--out <dir>", "folder of the run (default: a new one in runs/)")
    .option("--no-report", "write no report.html into the run folder")
    .option("--log-every <n>", "say the mean loss of every n steps", wholeFrom("--log-every", 1))
    .option("--tensorboard", "write event files, and in the end the projector's, for TensorBoard into the run folder")
    .option("--resume <dir>", "go on with an interrupted run");
  return withJson(
    withArithmetic(withThreads(withDataDir(command))),
    "print each event as a line of JSON, the result last",
  )
    .addHelpText("after", examples())
    .action(run);
}
