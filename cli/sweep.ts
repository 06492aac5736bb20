// lenet sweep: a question asked of many nets. Reads the sweep file, trains its trials side by side, says which cells came out
// best; `lenet sweep report` tells the whole answer.
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { readText } from "../src/files.ts";
import { occupy } from "../src/lab/run/occupied.ts";
import { sameArithmetic } from "../src/lab/settings/settings.ts";
import { documentOf } from "../src/lab/sweep/answer/report.ts";
import { readResults, type SweepResults, valuesText } from "../src/lab/sweep/answer/results.ts";
import { parseSweep, type Sweep, searchOf, variedValues, varies } from "../src/lab/sweep/file/sweep.ts";
import { codeText, controlQueue, openQueue, sameCode } from "../src/lab/sweep/queue/queue.ts";
import { connect, type Link } from "../src/lab/sweep/queue/redis.ts";
import { nextGeneration } from "../src/lab/sweep/search/methods.ts";
import { cellName } from "../src/lab/sweep/trials/cell-name.ts";
import { createSweep, type Origin, openSweep, sameOrigins } from "../src/lab/sweep/trials/folder.ts";
import { openPool } from "../src/lab/sweep/trials/pool.ts";
import { runSweep } from "../src/lab/sweep/trials/run.ts";
import type { Runner } from "../src/lab/sweep/trials/runner.ts";
import { type Trainer, trainerOf } from "../src/lab/sweep/trials/trainer.ts";
import { alignedTable } from "../src/lab/table.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { wholeFrom, withDataDir, withJson } from "./options.ts";
import { coloursFor, percent, print, printJson, program, say } from "./output.ts";
import { ownCode, sweepAgentCommand, sweepQueueCommand } from "./sweep-agent.ts";
import { sweepReportCommand } from "./sweep-report.ts";
import { showSweep, valueText } from "./sweep-view.ts";

interface Options {
  readonly out?: string;
  readonly jobs?: number;
  readonly resume?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly list?: true;
  readonly json?: true;
}

/** What is to be run, and in which folder. */
interface Begun {
  readonly dir: string;
  readonly origin: Origin;
  readonly sweep: Sweep;
  readonly trainer: Trainer;
}

const begin = async (file: string, { out }: Options): Promise<Begun> => {
  const text = readText(file, "a sweep file");
  const sweep = parseSweep(file, text);
  tellIgnored(sweep);
  const trainer = await trainerOf(sweep);
  // Every cell that is known beforehand is tried out before there is a folder.
  for (const cell of firstCells(sweep)) trainer.of(cell);
  const dir = createSweep(out, file, text, trainer.data);
  return { dir, sweep, trainer, origin: openSweep(dir).origin };
};

const goOn = async (dir: string): Promise<Begun> => {
  const { sweep, origin } = openSweep(dir);
  sameArithmetic(dir, origin.arithmetic, "begin anew with arithmetic: {value: plain}");
  const trainer = await trainerOf(sweep, origin.arithmetic);
  sameOrigins(dir, origin, trainer.data);
  const began = { lenet: origin.versions.lenet, commit: origin.commit };
  if (!sameCode(began, ownCode()))
    say(
      `${dir}: begun with ${codeText(began)}, goes on with ${codeText(ownCode())}: what is trained now may differ in its last bits.`,
    );
  return { dir, sweep, trainer, origin };
};

const tellIgnored = ({ ignored, method, metric }: Sweep): void => {
  if (ignored.length > 0) say(`Of the file, these keys mean nothing here: ${ignored.join(", ")}.`);
  if (!metric.name.startsWith("val"))
    say(`The metric ${metric.name} is that of the validation images; ${method} chooses by no others.`);
};

/** The cells that do not depend on results. */
const firstCells = (sweep: Sweep) => nextGeneration(searchOf(sweep), []);

const list = (sweep: Sweep, json: boolean): void => {
  tellIgnored(sweep);
  const cells = firstCells(sweep).map((cell, index) => ({
    cell: index + 1,
    name: cellName(index + 1),
    values: variedValues(sweep, cell),
  }));
  if (json) printJson({ method: sweep.method, metric: sweep.metric, seeds: sweep.seeds, runCap: sweep.runCap, cells });
  else print(alignedTable([["cell", "values"], ...cells.map(({ name, values }) => [name, valuesText(values)])]));
  const more =
    sweep.method === "bayes" ? `, and up to ${(sweep.runCap ?? 0) - cells.length} more that depend on results` : "";
  say(`${cells.length} cells × ${sweep.seeds.length} seeds${more}`);
};

const run = async (file: string | undefined, options: Options): Promise<void> => {
  const { resume } = options;
  if ((file === undefined) === (resume === undefined))
    throw new LenetError(
      `lenet sweep: expected a sweep file or --resume DIR, got ${file === undefined ? "neither" : "both"}. See: lenet sweep --help`,
    );
  if (resume !== undefined && options.out !== undefined)
    throw new LenetError(
      "--out: expected no other folder beside --resume, got one. A sweep goes on in its own: leave --out out.",
    );
  if (options.priority !== undefined && options.queue === undefined)
    throw new LenetError(
      "--priority: expected --queue beside it, got none. Only on a queue do sweeps wait for others.",
    );
  if (options.list) {
    const sweep = file === undefined ? openSweep(resume!).sweep : parseSweep(file, readText(file, "a sweep file"));
    return list(sweep, options.json === true);
  }
  if (options.queue !== undefined && options.jobs !== undefined)
    throw new LenetError("--jobs: expected none beside --queue, where agents say how many, got one. Leave one out.");
  const link = options.queue === undefined ? null : await connect(options.queue);
  try {
    const begun = file === undefined ? await goOn(resume!) : await begin(file, options);
    await train(begun, options, link);
  } finally {
    await link?.end();
  }
};

const train = async (begun: Begun, options: Options, link: Link | null): Promise<void> => {
  const { dir, sweep, trainer } = begun;
  const release = occupy(dir);
  const jobs = options.jobs ?? availableParallelism();
  const varied = sweep.parameters.filter(varies).map(({ name }) => name);
  const where = link ? `by agents of ${link.address}` : `${jobs} at a time`;
  say(`${dir}: ${sweep.method} over ${varied.join(", ") || "one cell"}, ${where}`);
  const view = showSweep(process.stderr, sweep, coloursFor(process.stderr));
  const runner = link ? queued(link, begun, options) : openPool({ jobs });
  try {
    if (link && (await controlQueue(link, "status")).agents === 0)
      say(`No agent yet. On every machine that is to help: ${program} sweep agent --queue ${link.address}`);
    const onEvent = view.onEvent;
    const done = await interruptible((signal) => runSweep({ dir, sweep, trainer, runner, signal, onEvent }));
    view.end();
    if (!done) {
      say(`Interrupted. To go on: ${program} sweep --resume ${dir}${link ? " --queue URL" : ""}`);
      process.exitCode = INTERRUPTED;
    }
    tellResults(dir, readResults(dir), options.json === true);
  } finally {
    view.end();
    await runner.close();
    release();
  }
};

const queued = (link: Link, { origin, trainer }: Begun, { priority = 0 }: Options): Runner =>
  openQueue(link, { sweep: origin.id, file: origin.file, code: ownCode(), data: trainer.data, priority });

const tellResults = (dir: string, results: SweepResults, json: boolean): void => {
  if (json) printJson({ dir, ...documentOf(results) });
  else print(ranking(results));
  const failed = results.cells.flatMap(({ trials }) => trials.filter(({ status }) => status === "failed"));
  if (failed.length > 0) {
    if (results.cells.every(({ value }) => value === null)) process.exitCode ??= 1;
    say(`${failed.length} of the trials failed. To try them again: ${program} sweep --resume ${dir}`);
  }
  say(`\nThe whole answer: ${program} sweep report ${dir}`);
};

/** The cells, best first. */
const ranking = ({ cells, metric }: SweepResults): string => {
  const spreadText = (spread: number | null): string =>
    spread === null ? "" : ` ± ${metric.of === "loss" ? spread.toFixed(4) : (spread * 100).toFixed(2)}`;
  const share = (part: number | undefined): string => (part === undefined ? "–" : percent(part));
  return alignedTable(
    [
      ["cell", metric.name, "seeds", "train", "test", "values"],
      ...cells.map(({ name, value, train, test, trials, values }) => [
        name,
        `${valueText({ metric }, value?.mean)}${spreadText(value?.spread ?? null)}`,
        `${value?.count ?? 0} of ${trials.length}`,
        share(train?.mean),
        trials.some(({ status }) => status === "stopped") ? "stopped" : share(test?.mean),
        valuesText(values),
      ]),
    ],
    ["left", "right", "right", "right", "right", "left"],
  );
};

const more = `
A sweep file is one of W&B's, read as it is: method (grid, random, bayes), metric, parameters (value, values, min and max,
distribution, nested parameters), early_terminate (hyperband), run_cap, which random and bayes need. Beside them: net, data, epochs, seeds: N, so that
every cell is trained N times, and search_seed: N for other random cells. Parameters are options of the net (lenet train --help lists them) and settings of the training:
rate, batch, optimiser, momentum, decay, schedule, epochs, distort, …, or W&B's names for them: learning_rate, batch_size, …

Cells are chosen by the validation images alone; the test images are looked at once, at the end of each trial. The same file
tries the same cells and trains the same weights, however many trials run side by side.

Examples:
  lenet sweep examples/ablation.yaml              twelve nets, three seeds each, into a new folder of runs/
  lenet sweep examples/ablation.yaml --list       which cells that are
  lenet sweep mine.yaml --out a --jobs 8          eight trials side by side, into the folder a
  lenet sweep --resume a                          go on after an interruption; try again what failed
  lenet sweep mine.yaml --json                    results as one document
  lenet sweep mine.yaml --queue redis://127.0.0.1:6379    trained by all who run: lenet sweep agent --queue …`;

/** The command `lenet sweep` and its subcommands. */
export function sweepCommand(): Command {
  const command = new Command("sweep")
    .description("ask a question of many nets: a grid, a random or a Bayesian search over several seeds")
    .argument("[file]", "a sweep file")
    .option("--out <dir>", "folder of the sweep (default: a new one in runs/)")
    .option("--jobs <n>", "trials side by side, one thread each (default: one a core)", wholeFrom("--jobs", 1, 256))
    .option("--resume <dir>", "go on with a sweep")
    .option(
      "--queue <url>",
      "let agents on other machines train: redis://127.0.0.1:6379 (see: lenet sweep agent --help)",
    )
    .option(
      "--priority <n>",
      "of the sweeps on a queue the smallest goes first (default: 0)",
      wholeFrom("--priority", 0, 2_000_000),
    )
    .option("--list", "show the cells, train nothing")
    .addHelpText("after", more);
  for (const one of [sweepReportCommand(), sweepAgentCommand(), sweepQueueCommand()]) command.addCommand(one);
  return withJson(withDataDir(command)).action(run);
}
