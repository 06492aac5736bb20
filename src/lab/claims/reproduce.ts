// Reproducing claims: every seed is a trial of its own, on one thread, as many side by side as there are cores. Trials that
// are complete are not run again, unfinished trainings go on where they stopped. What a trial came to is kept in its folder.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { limit } from "../../data/data-set.ts";
import { LenetError } from "../../errors.ts";
import { makeFolder, readText, writeAtomically } from "../../files.ts";
import { usualArithmetic } from "../../kernels/module.ts";
import { netNamed } from "../../nets/index.ts";
import { type Origins, originOf } from "../model/fit.ts";
import { commit, processor, versions } from "../run/provenance.ts";
import { hasBegun, RUNS, readConfig } from "../run/run-folder.ts";
import type { Settings } from "../settings/defaults.ts";
import { resolve, type TrainSettings } from "../settings/settings.ts";
import type { TrainEvent } from "../training/events.ts";
import { isComplete, trainIn } from "../training/go-on.ts";
import { loadParts } from "../training/images.ts";
import { nameOf } from "../training/prepare.ts";
import { runBaseline } from "./baseline.ts";
import type { BaselineWork, Claim, TrainingWork } from "./claim.ts";
import { type Measured, measureBaseline, measureTraining } from "./measure.ts";
import type { TrialOrigin } from "./results.ts";

/** One seed of a claim. */
export interface Trial {
  readonly claim: Claim;
  readonly seed: number;
  /** `runs/reproduce/<claim>/seed-<n>`. */
  readonly folder: string;
  /** A slice of a training only: enough to see that everything works, too little to hold against a claim. */
  readonly quick: boolean;
}

/** What a trial came to. */
export interface Finding {
  readonly measured: Measured;
  readonly origin: TrialOrigin;
}

/** What is trained of a slice. */
export const slice = { seeds: 1, epochs: 2, limit: 6_000 };

export type TrialEvent = TrainEvent | { readonly kind: "share"; readonly share: number } | DoneEvent;
/** The trial is complete, of this time or of another. */
export interface DoneEvent {
  readonly kind: "done";
  readonly finding: Finding;
}

export interface ReproduceSettings {
  readonly trials: readonly Trial[];
  /** Trials side by side. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (trial: Trial, event: TrialEvent) => void;
}

/** The seeds 1…n of these claims: `seeds` for all, or each claim's own number. */
export const trialsOf = (
  claims: readonly Claim[],
  { seeds, quick = false }: { seeds?: number; quick?: boolean },
): Trial[] =>
  claims.flatMap((claim) =>
    Array.from({ length: seeds ?? (quick ? slice.seeds : claim.seeds) }, (_, index) => {
      const seed = index + 1;
      return { claim, seed, folder: join(RUNS, quick ? "slices" : "reproduce", claim.id, `seed-${seed}`), quick };
    }),
  );

/**
 * Runs the trials that are not complete. Resolves to the findings of all, or to null when a signal stopped them. Throws
 * LenetError as `train` does; the other trials have then stopped too, and can go on another time.
 */
export const reproduce = async ({ trials, jobs, signal, onEvent }: ReproduceSettings): Promise<Finding[] | null> => {
  const found: (Finding | undefined)[] = trials.map(keptFinding);
  const finish = (index: number, finding: Finding): void => {
    found[index] = finding;
    onEvent?.(trials[index]!, { kind: "done", finding });
  };
  for (const [index, finding] of found.entries()) if (finding) finish(index, finding);
  const waiting = [...trials.keys()].filter((index) => !found[index]);
  const failure = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined && !stop.aborted; index = waiting.shift()) {
      const trial = trials[index]!;
      const finding = await runTrial(trial, stop, (event) => onEvent?.(trial, event));
      if (finding) finish(index, finding);
    }
  };
  const workers = Array.from({ length: Math.min(jobs, waiting.length) }, () =>
    work().catch((thrown) => {
      failure.abort();
      throw thrown;
    }),
  );
  for (const worker of await Promise.allSettled(workers)) if (worker.status === "rejected") throw worker.reason;
  const complete = found.filter((finding) => finding !== undefined);
  return complete.length === trials.length ? complete : null;
};

const findingPath = (folder: string): string => join(folder, "finding.json");

/** The finding of a trial that is complete. Throws LenetError when its folder holds the run of another recipe. */
const keptFinding = ({ claim, seed, folder, quick }: Trial): Finding | undefined => {
  if (claim.work.kind === "training" && hasBegun(folder)) checkSame(claim, settingsOf(claim.work, seed, quick), folder);
  const path = findingPath(folder);
  if (!existsSync(path)) return undefined;
  const finding = JSON.parse(readText(path, "a finding of lenet reproduce")) as Finding;
  // A claim may have learned to ask for more since.
  return claim.measures.every(({ of }) => of in finding.measured) ? finding : undefined;
};

/** Undefined when it was stopped. */
const runTrial = async (
  trial: Trial,
  signal: AbortSignal,
  onEvent: (event: TrialEvent) => void,
): Promise<Finding | undefined> => {
  const { work } = trial.claim;
  const finding =
    work.kind === "training"
      ? await runTraining(trial, work, signal, onEvent)
      : await runClassifier(trial, work, signal, onEvent);
  if (finding) {
    makeFolder(trial.folder);
    writeAtomically(findingPath(trial.folder), `${JSON.stringify(finding, null, 2)}\n`);
  }
  return finding;
};

/** What `train` is told of this trial. */
const settingsOf = ({ settings, redraw }: TrainingWork, seed: number, quick: boolean): TrainSettings => ({
  ...settings,
  seed,
  ...(redraw ? { data: `${settings.data},draw=${seed}` } : {}),
  ...(quick ? { epochs: slice.epochs, limit: slice.limit } : {}),
});

/** A claim's recipe may have changed since the folder was written. */
const checkSame = ({ id, work }: Claim, settings: TrainSettings, folder: string): void => {
  const net = netNamed((work as TrainingWork).net);
  const { validation, ...resolved } = resolve(net, settings);
  const data = settings.data === undefined ? {} : { data: nameOf(settings.data) };
  const wanted = { net: net.name, ...data, ...resolved, ...(validation === undefined ? {} : { validation }) };
  const config = readConfig(folder);
  const kept = { net: config["net"], ...(Object(config["settings"]) as Settings) };
  for (const [name, value] of Object.entries(wanted)) {
    const got = kept[name as keyof typeof kept];
    if (!isDeepStrictEqual(got, value))
      throw new LenetError(
        `${folder}: expected a run of ${id} with ${name} ${JSON.stringify(value)}, got ${JSON.stringify(got)}. Move the folder away to train it anew.`,
      );
  }
};

const runTraining = async (
  { claim, seed, folder, quick }: Trial,
  work: TrainingWork,
  signal: AbortSignal,
  onEvent: (event: TrainEvent) => void,
): Promise<Finding | undefined> => {
  if (!isComplete(folder)) {
    const how = { threads: 1, signal, onEvent };
    const { interrupted } = await trainIn(folder, netNamed(work.net), settingsOf(work, seed, quick), how);
    if (interrupted) return undefined;
  }
  return { measured: await measureTraining(claim, folder, quick), origin: originOfRun(folder) };
};

const originOfRun = (folder: string): TrialOrigin => {
  const config = readConfig(folder);
  return {
    commit: (config["commit"] as string | undefined) ?? null,
    cpu: `${config["processor"]}`,
    date: `${config["startedAt"]}`.slice(0, 10),
    node: `${Object(config["versions"]).node}`,
    arithmetic: `${Object(config["settings"]).arithmetic}`,
    data: config["data"] as Origins,
  };
};

const runClassifier = async (
  { claim, seed, quick }: Trial,
  { baseline, data }: BaselineWork,
  signal: AbortSignal,
  onEvent: (event: TrialEvent) => void,
): Promise<Finding | undefined> => {
  const { train, test } = await loadParts(data);
  const parts = { train: quick ? limit(train, slice.limit) : train, ...(test ? { test } : {}) };
  const result = await runBaseline(baseline, parts, {
    seed,
    signal,
    onProgress: ({ share }) => onEvent({ kind: "share", share }),
  });
  if (!result) return undefined;
  const origin: TrialOrigin = {
    commit: commit(),
    cpu: processor(),
    date: new Date().toISOString().slice(0, 10),
    node: versions().node,
    arithmetic: usualArithmetic(),
    data: { train: originOf(train), test: test ? originOf(test) : null },
  };
  return { measured: measureBaseline(claim, result), origin };
};
