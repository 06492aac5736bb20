// lenet reproduce: does the work of every claim, several seeds side by side, and holds the outcome against what was published.
// Verdicts go to stdout, progress to stderr; docs/results.json and docs/results.md keep what came out.
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { registeredSet } from "../src/data/registry.ts";
import { writeAtomically } from "../src/files.ts";
import { type Claim, isShare } from "../src/lab/claims/claim.ts";
import { claims, claimsNamed } from "../src/lab/claims/index.ts";
import { type Finding, reproduce, slice, type Trial, type TrialEvent, trialsOf } from "../src/lab/claims/reproduce.ts";
import {
  type ClaimResult,
  type MeasureResult,
  RESULTS,
  readResults,
  resultOf,
  withResult,
  writeResults,
} from "../src/lab/claims/results.ts";
import { resultsPage } from "../src/lab/claims/results-page.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { splitName } from "../src/named.ts";
import { INTERRUPTED, interruptible } from "./interrupt.ts";
import { wholeFrom, withDataDir, withJson } from "./options.ts";
import { percent, print, printJson, say } from "./output.ts";
import { showTrials } from "./trials.ts";

interface Options {
  readonly seeds?: number;
  readonly jobs?: number;
  readonly quick?: true;
  readonly list?: true;
  readonly out: string;
  readonly json?: true;
}

const valueText = ({ of }: MeasureResult, value: number): string =>
  isShare(of) ? percent(value) : thousands(Math.round(value));

/** `test accuracy   98.95 % ± 0.05 of 5 seeds; published 98.82 %: reached`. */
const measureText = (measure: MeasureResult): string => {
  const { of, published, aim, mean, spread, values, reached } = measure;
  const around = spread === null || !isShare(of) ? "" : ` ± ${(spread * 100).toFixed(2)}`;
  const seeds = `of ${values.length} seed${values.length === 1 ? "" : "s"}`;
  const printed = published === null ? [] : [`published ${valueText(measure, published)}`];
  const wanted = aim === null || aim === published ? [] : [`our aim ${valueText(measure, aim)}`];
  const verdict = reached === null ? "" : reached ? ": reached" : ": not reached";
  const beside = [...printed, ...wanted].join(", ");
  return `  ${of.padEnd(24)} ${valueText(measure, mean)}${around} ${seeds}${beside && `; ${beside}`}${verdict}`;
};

const verdictText = ({ id, title, source, measures }: ClaimResult): string =>
  [`${id}: ${title} (${source})`, ...measures.map(measureText)].join("\n");

const sliceText = (result: ClaimResult): string =>
  `${verdictText(result).replaceAll(/: (not )?reached/g, "")}\n  Of a slice: trainings are ${slice.epochs} epochs of ${thousands(slice.limit)} images, too little to hold against the claim.`;

/** Every claim with its seeds. */
const list = (): string =>
  alignedTable(
    [
      ["claim", "seeds", "what", "source"],
      ...claims.map(({ id, seeds, title, source }) => [id, `${seeds}`, title, source]),
    ],
    ["left", "right", "left", "left"],
  );

/** Gathers the findings of each claim; tells `complete` when it has those of all its trials. */
const gather = (trials: readonly Trial[], complete: (claim: Claim, seeds: number[], found: Finding[]) => void) => {
  const found = new Map<Trial, Finding>();
  return (trial: Trial, event: TrialEvent): void => {
    if (event.kind !== "done") return;
    found.set(trial, event.finding);
    const same = trials.filter(({ claim }) => claim === trial.claim);
    if (same.every((other) => found.has(other)))
      complete(
        trial.claim,
        same.map(({ seed }) => seed),
        same.map((other) => found.get(other)!),
      );
  };
};

/** The claims whose data is there; of the others it says so, and how to get it. */
const withData = async (wanted: readonly Claim[]): Promise<readonly Claim[]> => {
  const there: Claim[] = [];
  for (const claim of wanted) {
    const { work } = claim;
    const data = work.kind === "training" ? work.settings.data : work.data;
    const set = typeof data === "string" ? registeredSet(data) : undefined;
    if (!set || (await set.find()) !== undefined) there.push(claim);
    else say(`${claim.id}: left out, its data is not here. Run: lenet data get ${splitName(set.name).name}`);
  }
  return there;
};

const run = async (ids: readonly string[], options: Options): Promise<void> => {
  if (options.list) return options.json ? printJson({ claims }) : print(list());
  const chosen = await withData(ids.length === 0 ? claims : [...new Set(ids.flatMap(claimsNamed))]);
  const { out, quick } = options;
  let results = readResults(out);
  const report: ClaimResult[] = [];
  const trials = trialsOf(chosen, options);
  const shown = showTrials(process.stderr, trials);
  const keep = gather(trials, (claim, seeds, found) => {
    const measured = found.map((finding) => finding.measured);
    const origins = found.map(({ origin }) => origin);
    const result = resultOf(claim, seeds, measured, origins);
    report.push(result);
    shown.clear();
    if (!options.json) print(quick ? sliceText(result) : verdictText(result));
    if (quick) return;
    results = withResult(results, result, claims);
    writeResults(out, results);
    writeAtomically(out.replace(/(\.json)?$/, ".md"), resultsPage(results));
  });
  const onEvent = (trial: Trial, event: TrialEvent): void => {
    shown.onEvent(trial, event);
    keep(trial, event);
  };
  const jobs = options.jobs ?? availableParallelism();
  const done = await interruptible((signal) => reproduce({ trials, jobs, signal, onEvent })).finally(shown.end);
  if (options.json) printJson({ claims: report, ...(quick ? { slice } : {}) });
  if (!done) {
    say("Interrupted. The same command goes on from here.");
    process.exitCode = INTERRUPTED;
  } else if (!quick) say(`Wrote ${out} and ${out.replace(/(\.json)?$/, ".md")}`);
};

const more = `
Without names, all claims are reproduced: a night on two cores. A name is a claim or a group of them (what stands before the
slash); \`--list\` shows all.

Each seed works in runs/reproduce/CLAIM/seed-N on one thread. A complete seed is not done again; an interrupted training goes
on where it stopped. A claim is reached when the mean over its seeds is at least as good as what was published, or as our aim.

Examples:
  lenet reproduce --list                  what there is
  lenet reproduce lenet5-adam --seeds 2   one claim, seeds 1 and 2
  lenet reproduce --quick                 a slice of each, to see that everything works; kept in runs/slices`;

/** The command `lenet reproduce`. */
export function reproduceCommand(): Command {
  const command = new Command("reproduce")
    .description("train what was published about these nets, and compare")
    .argument("[claims...]", "which ones (default: all)")
    .option("--list", "show all claims")
    .option("--seeds <n>", "use the seeds 1…n (default: what the claim asks for)", wholeFrom("--seeds", 1, 1_000))
    .option("--jobs <n>", "trials side by side (default: one a core)", wholeFrom("--jobs", 1, 256))
    .option("--quick", "one seed and a slice of each claim; no results are kept")
    .option("--out <file>", "where results are kept; a page of them goes beside it", RESULTS)
    .addHelpText("after", more);
  return withJson(withDataDir(command)).action(run);
}
