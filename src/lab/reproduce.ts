// Reproducing claims: every seed is a training of its own, one thread each, as many side by side as there are cores. Seeds
// that are complete are not run again, unfinished ones go on where they stopped.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LenetError } from "../errors.ts";
import { netNamed } from "../nets/index.ts";
import type { Claim } from "./claims.ts";
import type { Settings } from "./defaults.ts";
import type { TrainEvent } from "./events.ts";
import { type ClaimResult, meanAndSpread, type Outcome } from "./results.ts";
import { hasCheckpoint, type Metrics, RUNS, readConfig, readMetrics } from "./run-folder.ts";
import { resolve, type TrainSettings } from "./settings.ts";
import { train } from "./train.ts";

/** One seed of a claim. */
export interface Trial {
  readonly claim: Claim;
  readonly seed: number;
  /** `runs/reproduce/<claim>/seed-<n>`; null for a slice, of which nothing is kept. */
  readonly folder: string | null;
}

/** What is trained of a slice: enough to see that everything works, too little to hold against a claim. */
export const slice = { seeds: 2, epochs: 2, limit: 12_000 };

export interface ReproduceSettings {
  readonly trials: readonly Trial[];
  /** Trainings side by side. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** `done`: the trial is complete, of this time or of another. */
  readonly onEvent?: (trial: Trial, event: TrainEvent | { readonly kind: "done"; readonly metrics: Metrics }) => void;
}

/** The seeds 1…n of these claims: `seeds` for all, or each claim's own number. */
export const trialsOf = (
  claims: readonly Claim[],
  { seeds, quick = false }: { seeds?: number; quick?: boolean },
): Trial[] =>
  claims.flatMap((claim) =>
    Array.from({ length: seeds ?? (quick ? slice.seeds : claim.seeds) }, (_, index) => {
      const seed = index + 1;
      return { claim, seed, folder: quick ? null : join(RUNS, "reproduce", claim.id, `seed-${seed}`) };
    }),
  );

/**
 * Runs the trials that are not complete. Resolves to the metrics of all, or to null when a signal stopped them, each after
 * the step it was in. Throws LenetError as `train` does; the other trials have then stopped too, and can go on another time.
 */
export const reproduce = async ({ trials, jobs, signal, onEvent }: ReproduceSettings): Promise<Metrics[] | null> => {
  const found = trials.map((trial) => completed(trial));
  const finish = (index: number, metrics: Metrics): void => {
    found[index] = metrics;
    onEvent?.(trials[index]!, { kind: "done", metrics });
  };
  for (const [index, metrics] of found.entries()) if (metrics) finish(index, metrics);
  const waiting = [...trials.keys()].filter((index) => !found[index]);
  const failure = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined && !stop.aborted; index = waiting.shift()) {
      const trial = trials[index]!;
      const metrics = await runTrial(trial, stop, (event) => onEvent?.(trial, event));
      if (metrics) finish(index, metrics);
    }
  };
  const workers = Array.from({ length: Math.min(jobs, waiting.length) }, () =>
    work().catch((thrown) => {
      failure.abort();
      throw thrown;
    }),
  );
  for (const worker of await Promise.allSettled(workers)) if (worker.status === "rejected") throw worker.reason;
  const complete = found.filter((metrics) => metrics !== undefined);
  return complete.length === trials.length ? complete : null;
};

/** What `train` is told of this trial. */
const settingsOf = ({ claim, seed, folder }: Trial): TrainSettings => {
  const settings = { ...claim.settings, seed };
  return folder === null ? { ...settings, epochs: slice.epochs, limit: slice.limit } : settings;
};

/** The metrics of a trial that is complete. Throws LenetError when its folder holds the run of another recipe. */
const completed = (trial: Trial): Metrics | undefined => {
  const { folder } = trial;
  if (folder === null || !hasCheckpoint(folder, "last")) return undefined;
  checkSame(trial, folder);
  return readMetrics(folder);
};

/** A claim's recipe may have changed since the folder was written. */
const checkSame = (trial: Trial, folder: string): void => {
  const { claim } = trial;
  const { validation, ...wanted } = resolve(netNamed(claim.net), settingsOf(trial));
  const kept = Object(readConfig(folder)["settings"]) as Settings;
  const all = Object.entries(validation === undefined ? wanted : { ...wanted, validation });
  for (const [name, value] of all) {
    const got = kept[name as keyof Settings];
    if (!isDeepStrictEqual(got, value))
      throw new LenetError(
        `${folder}: expected a run of ${claim.id} with ${name} ${JSON.stringify(value)}, got ${JSON.stringify(got)}. Move the folder away to train it anew.`,
      );
  }
};

/** Undefined when it was stopped. */
const runTrial = async (
  trial: Trial,
  signal: AbortSignal,
  onEvent: (event: TrainEvent) => void,
): Promise<Metrics | undefined> => {
  const { claim, folder } = trial;
  const net = netNamed(claim.net);
  const common = { threads: 1, signal, onEvent };
  const resumable = folder !== null && hasCheckpoint(folder, "last");
  // A kill in the very beginning leaves a folder with nothing to go on from.
  if (folder !== null && !resumable) rmSync(folder, { recursive: true, force: true });
  const how = resumable ? { resume: folder } : { ...settingsOf(trial), out: folder };
  const { interrupted, metrics } = await train(net, { ...how, ...common });
  return interrupted ? undefined : metrics;
};

/** What came out for a claim: its trials and their metrics. */
export const outcomeOf = (trials: readonly Trial[], metrics: readonly Metrics[]): Outcome => {
  const accuracies = (part: "test" | "train"): number[] => metrics.map((one) => one[part]?.accuracy ?? Number.NaN);
  const trainAccuracy = accuracies("train");
  return {
    seeds: trials.map(({ seed }) => seed),
    testAccuracy: accuracies("test"),
    ...meanAndSpread(accuracies("test")),
    trainAccuracy,
    trainMean: meanAndSpread(trainAccuracy).mean,
  };
};

/** The same with where it comes from, as the trials' folders tell. */
export const resultOf = (claim: Claim, trials: readonly Trial[], ours: Outcome): ClaimResult => {
  const configs = trials.flatMap(({ folder }) => (folder === null ? [] : [readConfig(folder)]));
  const each = (read: (config: (typeof configs)[number]) => unknown): string =>
    [...new Set(configs.map((config) => `${read(config) ?? ""}`))].join(", ");
  return {
    id: claim.id,
    title: claim.title,
    published: claim.published,
    aim: claim.aim,
    reached: ours.mean >= claim.aim,
    command: `lenet reproduce ${claim.id}${trials.length === claim.seeds ? "" : ` --seeds ${trials.length}`}`,
    ours,
    commit: each(({ commit }) => commit) || null,
    cpu: each(({ processor }) => processor),
    date: each(({ startedAt }) => `${startedAt}`.slice(0, 10)),
    node: each(({ versions }) => Object(versions).node),
    arithmetic: each(({ settings }) => Object(settings).arithmetic),
    data: configs[0]?.["data"] as ClaimResult["data"],
  };
};
