// lenet reproduce: trains what a claim says, several seeds side by side, and holds the outcome against what was published.
// Verdicts go to stdout, progress to stderr; docs/results.json keeps what came out.
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { type Claim, claims } from "../src/lab/claims.ts";
import { outcomeOf, reproduce, resultOf, slice, type Trial, trialsOf } from "../src/lab/reproduce.ts";
import { type ClaimResult, type Outcome, RESULTS, readResults, withResult, writeResults } from "../src/lab/results.ts";
import { thousands } from "../src/lab/table.ts";
import { closest } from "../src/words.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { wholeFrom, withJson } from "./options.ts";
import { percent, print, printJson, say } from "./output.ts";
import { showTrials } from "./trials.ts";

interface Options {
  readonly seeds?: number;
  readonly jobs?: number;
  readonly quick?: true;
  readonly out: string;
  readonly json?: true;
}

const claimNamed = (id: string): Claim => {
  const known = claims.map((claim) => claim.id);
  const found = claims.find((claim) => claim.id === id);
  if (found) return found;
  throw new LenetError(`claim: expected one of ${known.join(", ")}, got "${id}".${closest(id, known)}`);
};

/** `98.95 % ± 0.05, 5 seeds`. */
const outcomeText = ({ mean, spread, seeds }: Outcome): string => {
  const around = spread === null ? "" : ` ± ${(spread * 100).toFixed(2)}`;
  return `${percent(mean)}${around}, ${seeds.length} seed${seeds.length === 1 ? "" : "s"}`;
};

const verdictText = ({ id, title, published, aim, reached, ours }: ClaimResult): string => {
  const wanted = published
    ? `published ${percent(published.testAccuracy)} (${published.source})`
    : `nothing published, our aim ${percent(aim)}`;
  const train = published?.trainAccuracy === undefined ? "" : `, published ${percent(published.trainAccuracy)}`;
  return [
    `${id}: ${title}`,
    `  test   ${outcomeText(ours)}; ${wanted}: ${reached ? "reached" : "not reached"}`,
    `  train  ${percent(ours.trainMean)}${train}`,
  ].join("\n");
};

const sliceText = ({ id }: Claim, ours: Outcome): string =>
  `${id}: test ${outcomeText(ours)}, of a slice (${slice.epochs} epochs of ${thousands(slice.limit)} images): too little to hold against the claim. Nothing was kept.`;

/** Runs the trials of one claim; null when it was stopped. */
const runClaim = async (trials: readonly Trial[], jobs: number): Promise<Outcome | null> => {
  const shown = showTrials(process.stderr, trials);
  try {
    const metrics = await interruptible((signal) => reproduce({ trials, jobs, signal, onEvent: shown.onEvent }));
    return metrics && outcomeOf(trials, metrics);
  } finally {
    shown.end();
  }
};

const run = async (ids: readonly string[], options: Options): Promise<void> => {
  const chosen = ids.length === 0 ? claims : [...new Set(ids.map(claimNamed))];
  const { out, quick } = options;
  let results = readResults(out);
  const report: object[] = [];
  for (const claim of chosen) {
    const trials = trialsOf([claim], options);
    const ours = await runClaim(trials, options.jobs ?? availableParallelism());
    if (!ours) {
      say("Interrupted. The same command goes on from here.");
      process.exitCode = INTERRUPTED;
      return;
    }
    if (quick) {
      report.push({ id: claim.id, slice, ours });
      if (!options.json) print(sliceText(claim, ours));
      continue;
    }
    const result = resultOf(claim, trials, ours);
    results = withResult(results, result, claims);
    writeResults(out, results);
    say(`Wrote ${out}`);
    report.push(result);
    if (!options.json) print(verdictText(result));
  }
  if (options.json) printJson({ claims: report });
};

const more = `
Claims:
${claims.map(({ id, title }) => `  ${id.padEnd(14)} ${title}`).join("\n")}

Each seed trains in runs/reproduce/CLAIM/seed-N on one thread. A complete seed is not trained again; an interrupted one goes
on where it stopped. A claim is reached when the mean over its seeds is at least what was published, or our aim.

Examples:
  lenet reproduce                         all claims, with the seeds they ask for
  lenet reproduce lenet5-adam --seeds 2  one claim, seeds 1 and 2
  lenet reproduce --quick                 a slice of each, to see that everything works`;

/** The command `lenet reproduce`. */
export function reproduceCommand(): Command {
  const command = new Command("reproduce")
    .description("train what was published about these nets, and compare")
    .argument("[claims...]", "which ones (default: all)")
    .option("--seeds <n>", "use the seeds 1…n (default: what the claim asks for)", wholeFrom("--seeds", 1, 1_000))
    .option("--jobs <n>", "trainings side by side (default: one a core)", wholeFrom("--jobs", 1, 256))
    .option("--quick", "train a slice only; keep nothing")
    .option("--out <file>", "where results are kept", RESULTS)
    .addHelpText("after", more);
  return withJson(command).action(run);
}
