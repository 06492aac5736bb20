// lenet bench: how fast this is, on this machine, in one run with the roof of the core and with other engines. Figures go to
// stdout and to a file, progress to stderr.
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { svgOf } from "../src/charts/figure.ts";
import { LenetError } from "../src/errors.ts";
import { makeFolder, tryPlace, writeAtomically } from "../src/files.ts";
import type { Arithmetic } from "../src/kernels/module.ts";
import { compareResults, readResult, refuseOther } from "../src/lab/bench/compare.ts";
import { quickSizes } from "../src/lab/bench/growth.ts";
import { growthFigures } from "../src/lab/bench/growth-figures.ts";
import { peers, peersNamed } from "../src/lab/bench/peers.ts";
import { benchText, comparisonText } from "../src/lab/bench/report.ts";
import type { BenchKind } from "../src/lab/bench/result.ts";
import { type BenchProgress, type BenchSettings, runBench } from "../src/lab/bench/run.ts";
import { processor } from "../src/lab/run/provenance.ts";
import { chooseArithmetic } from "../src/lab/settings/settings.ts";
import { netNamed } from "../src/nets/index.ts";
import { lenet5 } from "../src/nets/lenet5.ts";
import { numberAboveZero, wholeFrom, withArithmetic, withJson } from "./options.ts";
import { duration, print, printJson, say } from "./output.ts";

interface Options {
  readonly arithmetic?: Arithmetic;
  readonly seconds?: number;
  readonly peers?: string;
  readonly quick?: true;
  readonly kernels?: true;
  readonly growth?: true;
  readonly profile?: string;
  readonly batch?: number;
  readonly out?: string;
  readonly compare?: string;
  readonly json?: true;
}

/** Seconds of one measurement and how often each is taken; a kernel needs less. */
const usual = { seconds: 2, repetitions: 3 };
const quick = { seconds: 0.3, repetitions: 1 };
const ofKernels = 0.1;
const ofProfile = 3;
const ofGrowth = 0.3;

/** `bench/results/2026-01-31-some-cpu.json` under the current folder: one file a day and processor, the last run's. */
const usualOut = (): string => {
  const slug = processor()
    .toLowerCase()
    .replace(/\((r|tm)\)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return join("bench", "results", `${new Date().toISOString().slice(0, 10)}-${slug}.json`);
};

/** One line that is written over on a terminal; elsewhere a line for each measurement. */
const showProgress = ({ title, elapsedMs, remainingMs }: BenchProgress): void => {
  const left = remainingMs === null ? "" : `, about ${duration(remainingMs)} left`;
  const line = `${duration(elapsedMs)}${left}: ${title}`;
  const { isTTY, columns } = process.stderr;
  process.stderr.write(isTTY ? `\r\u001b[K${line.slice(0, (columns || 80) - 1)}` : `${line}\n`);
};

const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
};

/** What is asked for. Throws LenetError for more than one. */
const askedFor = ({ profile, kernels, growth, batch }: Options): BenchKind => {
  const asked = [
    ...(profile === undefined ? [] : ["profile" as const]),
    ...(kernels ? ["kernels" as const] : []),
    ...(growth ? ["growth" as const] : []),
  ];
  if (asked.length > 1)
    throw new LenetError(
      `--${asked.join(", --")}: expected one of them, got ${asked.length}. Ask for one after the other.`,
    );
  if (profile === undefined && batch !== undefined)
    throw new LenetError(
      `--batch: expected --profile NET beside it, got ${batch} alone. The other benches have their own.`,
    );
  return asked[0] ?? "nets";
};

const bench = async (options: Options): Promise<void> => {
  const arithmetic = chooseArithmetic("--arithmetic", options.arithmetic);
  const { seconds, repetitions } = options.quick ? quick : usual;
  const { profile, batch } = options;
  const of = askedFor(options);
  // A quick look is no result to keep, unless somebody says where.
  const out = options.out ?? (options.quick || of !== "nets" ? null : usualOut());
  const chosen = options.peers === undefined ? (options.quick ? [] : peers) : peersNamed(options.peers, of);
  const then = options.compare === undefined ? null : readResult(options.compare);
  const settings: BenchSettings = {
    net: profile === undefined ? lenet5 : netNamed(profile),
    arithmetic,
    seconds:
      options.seconds ??
      {
        nets: seconds,
        kernels: ofKernels,
        profile: options.quick ? seconds : ofProfile,
        growth: options.quick ? quick.seconds : ofGrowth,
      }[of],
    repetitions,
    peers: chosen,
    threads: availableParallelism(),
    of,
    ...(batch === undefined ? {} : { batch }),
    ...(options.quick ? { sizes: quickSizes } : {}),
    onProgress: showProgress,
  };
  // Before minutes of measuring, not after.
  if (then) refuseOther(options.compare!, then, settings);
  if (out !== null) {
    makeFolder(dirname(out));
    tryPlace(out);
  }
  const result = await runBench(settings);
  endProgress();
  const compared = then === null ? null : compareResults(result, then);
  if (options.json) printJson(compared ? { ...result, compared } : result);
  else {
    print(benchText(result));
    if (then && compared) print(`\n${comparisonText(compared, then)}`);
  }
  if (out !== null) {
    writeAtomically(out, `${JSON.stringify(result, null, 2)}\n`);
    say(`Wrote ${out}`);
    for (const figure of growthFigures(result.growth ?? [])) {
      const path = join(dirname(out), `${figure.id}.svg`);
      writeAtomically(path, svgOf(figure));
      say(`Wrote ${path}`);
    }
  }
};

const more = `
The peers are programs in bench/peers of the repository; an absent one is reported, with how to install it. Each of them
is timed right after LeNet, again and again in turn, and only such neighbours are compared.

Examples:
  lenet bench                                   everything, some minutes; kept in bench/results
  lenet bench --quick                           LeNet alone, in some seconds
  lenet bench --peers pytorch,pytorch-plain     beside PyTorch, tuned and as tutorials write it
  lenet bench --profile zipcode1989             where a step of this net spends its time
  lenet bench --growth --out growth.json        what more images, threads and maps cost; figures beside growth.json
  lenet bench --kernels --compare before.json   each kernel by itself, beside an earlier --out before.json`;

/** The command `lenet bench`. */
export function benchCommand(): Command {
  const command = new Command("bench")
    .description("measure training and inference on this machine, beside its roof and other engines")
    .option(
      "--seconds <n>",
      `seconds of each measurement (default: ${usual.seconds}; quick: ${quick.seconds})`,
      numberAboveZero("--seconds"),
    )
    .option("--peers <list>", `none, or some of ${peers.map(({ name }) => name).join(",")} (default: all)`)
    .option("--quick", "measure everything once, briefly, without peers; keep no file")
    .option("--kernels", "measure each kernel by itself instead")
    .option(
      "--growth",
      "measure how the cost of training grows with images, batch, threads and maps; --out also draws it",
    )
    .option("--profile <net>", "show where a step of training this net spends its time, on one thread")
    .option("--batch <n>", "of --profile: images in a step (default: the net's recipe)", wholeFrom("--batch", 1, 4_096))
    .option("--out <file>", "where to keep the figures (default: bench/results/<date>-<cpu>.json)")
    .option("--compare <file>", "set the figures beside those of an earlier run")
    .addHelpText("after", more);
  return withJson(withArithmetic(command)).action(bench);
}
