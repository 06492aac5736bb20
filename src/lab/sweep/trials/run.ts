// A sweep from its first cell to its last: generation after generation, round after round, as many trials side by side as the
// runner takes. What the journal says was done is not done again.
import { LenetError } from "../../../errors.ts";
import { fullDisk, writeTrouble } from "../../../files.ts";
import { readHistory, readMetrics } from "../../run/run-folder.ts";
import { isComplete } from "../../training/go-on.ts";
import { bestValue, compareValues } from "../file/metric.ts";
import { type Sweep, searchOf } from "../file/sweep.ts";
import { rungsOf, survivors } from "../search/halving.ts";
import { type Cell, nextGeneration } from "../search/methods.ts";
import {
  follow,
  type Line,
  openJournal,
  readJournal,
  type State,
  stateOf,
  type Trial,
  trialFolder,
  trialName,
} from "./journal.ts";
import type { Runner, TaskEnd, TaskEvent } from "./runner.ts";
import type { Trainer, Training } from "./trainer.ts";

export type SweepEvent =
  /** Cells were chosen: what they train, and how many epochs that is at most, halving taken into account. */
  | { readonly kind: "cells"; readonly cells: readonly number[]; readonly trials: number; readonly epochs: number }
  /** A trial that needs nothing more for now: of an earlier round, or of an earlier run. */
  | {
      readonly kind: "known";
      readonly trial: Trial;
      readonly state: "done" | "failed" | "paused";
      readonly values: Cell;
      readonly epochs: number;
      /** It would be trained so far in this round. */
      readonly until: number;
      readonly reached: number;
      readonly value: number | undefined;
    }
  | {
      readonly kind: "start";
      readonly trial: Trial;
      readonly training: Training;
      readonly until: number;
      readonly values: Cell;
    }
  | { readonly kind: "task"; readonly trial: Trial; readonly event: TaskEvent }
  /** `value` is the metric's best so far. */
  | { readonly kind: "end"; readonly trial: Trial; readonly end: TaskEnd; readonly value: number | undefined }
  | { readonly kind: "halved"; readonly epochs: number; readonly stopped: readonly number[]; readonly fresh: boolean };

export interface RunOptions {
  readonly dir: string;
  readonly sweep: Sweep;
  readonly trainer: Trainer;
  readonly runner: Runner;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SweepEvent) => void;
}

/** Runs what is left of the sweep in `dir`; resolves to whether it came to its end. Throws LenetError. */
export const runSweep = async (options: RunOptions): Promise<boolean> => {
  const { dir, sweep, onEvent } = options;
  const lines = readJournal(dir);
  const journal = openJournal(dir);
  // What failed gets another chance.
  const state = stateOf(lines.filter(({ kind }) => kind !== "failed"));
  const add = (line: Line): void => {
    journal.add(line);
    follow(state, line);
  };
  try {
    for (let generation = 0; ; generation++) {
      if (generation === state.generations.length && !addGeneration(options, state, add)) break;
      const cells = state.generations[generation]!;
      const trainable = cells.filter((cell) => canTrain(options, state, add, cell));
      const epochs = Math.max(0, ...trainable.map((cell) => trainingOf(options, state, cell).settings.epochs));
      const rungs = rungsOf(sweep.halving, epochs);
      onEvent({
        kind: "cells",
        cells,
        trials: cells.length * sweep.seeds.length,
        epochs: epochsOf(sweep, trainable.length, [...rungs, epochs]),
      });
      let alive = trainable;
      for (const until of [...rungs, Number.MAX_SAFE_INTEGER]) {
        const trials = alive.flatMap((cell) => sweep.seeds.map((seed): Trial => ({ cell, seed })));
        if (!(await runTrials(options, state, add, trials, until))) return false;
        if (until === Number.MAX_SAFE_INTEGER) break;
        const key = `${generation}/${until}`;
        const fresh = !state.halved.has(key);
        if (fresh) add({ kind: "halved", generation, epochs: until, stopped: worstOf(options, state, alive, until) });
        const stopped = state.halved.get(key)!;
        onEvent({ kind: "halved", epochs: until, stopped, fresh });
        alive = alive.filter((cell) => !stopped.includes(cell));
      }
    }
    if (!state.complete) add({ kind: "complete", at: now() });
    return true;
  } finally {
    journal.close();
  }
};

const now = (): string => new Date().toISOString();

const trainingOf = ({ trainer }: RunOptions, state: State, cell: number): Training =>
  trainer.of(state.cells[cell - 1]!);

/** Whether a cell can be trained; a search may choose one that no net takes, whose trials have then failed. */
const canTrain = (options: RunOptions, state: State, add: (line: Line) => void, cell: number): boolean => {
  const { sweep, onEvent } = options;
  try {
    trainingOf(options, state, cell);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof LenetError)) throw thrown;
    const [reason, values] = [thrown.message, state.cells[cell - 1]!];
    for (const seed of sweep.seeds) {
      const trial = { cell, seed };
      add({ kind: "failed", ...trial, reason, at: now() });
      onEvent({ kind: "known", trial, state: "failed", values, epochs: 0, until: 0, reached: 0, value: undefined });
      onEvent({ kind: "end", trial, end: { kind: "failed", reason }, value: undefined });
    }
    return false;
  }
};

/** Epochs that a generation takes at most, over all seeds: each round is for what the one before has left. */
const epochsOf = ({ halving, seeds }: Sweep, cells: number, ends: readonly number[]): number => {
  let [alive, before, sum] = [cells, 0, 0];
  for (const end of ends) {
    sum += alive * (end - before);
    before = end;
    if (halving) alive = survivors(halving, alive);
  }
  return sum * seeds.length;
};

/** Chooses cells from all results so far; false when there are none left. */
const addGeneration = (options: RunOptions, state: State, add: (line: Line) => void): boolean => {
  const { metric } = options.sweep;
  const tried = state.cells.map((cell, index) => {
    const value = scoreOf(options, state, index + 1, Number.MAX_SAFE_INTEGER);
    return { cell, score: value === undefined ? undefined : metric.goal === "maximize" ? -value : value };
  });
  const chosen = nextGeneration(searchOf(options.sweep), tried);
  if (chosen.length === 0) return false;
  add({ kind: "cells", cells: chosen.map((values, index) => ({ cell: tried.length + index + 1, values })) });
  return true;
};

/** The mean over the seeds of a cell that have not failed, of the best value within so many epochs. */
const scoreOf = ({ dir, sweep }: RunOptions, state: State, cell: number, until: number): number | undefined => {
  const values = sweep.seeds.flatMap((seed) => {
    const trial = { cell, seed };
    if (state.failed.has(trialName(trial))) return [];
    const value = bestValue(sweep.metric, readHistory(trialFolder(dir, trial)).slice(0, until));
    return value === undefined ? [] : [value];
  });
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
};

/** The cells that do not go on after so many epochs: the worst, and among equals the later ones. */
const worstOf = (options: RunOptions, state: State, alive: readonly number[], until: number): number[] => {
  const { metric, halving } = options.sweep;
  const ranked = alive
    .map((cell) => ({ cell, value: scoreOf(options, state, cell, until) }))
    .sort((a, b) => compareValues(metric, a.value, b.value) || a.cell - b.cell);
  return ranked.slice(survivors(halving!, alive.length)).map(({ cell }) => cell);
};

/** Brings every trial to its end, or to `until` epochs; false when it was interrupted. */
const runTrials = async (
  options: RunOptions,
  state: State,
  add: (line: Line) => void,
  trials: readonly Trial[],
  until: number,
): Promise<boolean> => {
  const { dir, runner, sweep, onEvent } = options;
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const waiting = trials.filter((trial) => !settle(options, state, add, trial, until));
  let interrupted = false;
  const work = async (): Promise<void> => {
    for (let trial = waiting.shift(); trial && !signal.aborted; trial = waiting.shift()) {
      const one = trial;
      const values = state.cells[one.cell - 1]!;
      const training = trainingOf(options, state, one.cell);
      const folder = trialFolder(dir, one);
      let started = false;
      const tell = (event: SweepEvent): void => {
        const { epochs } = training.settings;
        if (!started) onEvent({ kind: "start", trial: one, training, until: Math.min(until, epochs), values });
        started = true;
        onEvent(event);
      };
      const settings = { ...training.settings, seed: one.seed };
      const task = { net: training.net, settings, name: trialName(one), folder, until };
      const end = await runner
        .run(task, signal, (event) => tell({ kind: "task", trial: one, event }))
        .catch((thrown) => {
          const full = fullDisk(thrown);
          throw full ? writeTrouble(full, folder, `go on with --resume ${dir}`) : thrown;
        });
      if (end.kind === "done") add({ kind: "done", ...one, at: now() });
      if (end.kind === "failed") add({ kind: "failed", ...one, reason: end.reason, at: now() });
      if (end.kind === "interrupted") interrupted = true;
      // What was taken off a queue before anybody trained it has neither begun nor ended.
      if (started || end.kind !== "interrupted")
        tell({ kind: "end", trial: one, end, value: bestValue(sweep.metric, readHistory(folder)) });
    }
  };
  const workers = Array.from({ length: Math.min(runner.slots, waiting.length) }, () =>
    work().catch((thrown) => {
      failure.abort();
      throw thrown;
    }),
  );
  for (const worker of await Promise.allSettled(workers)) if (worker.status === "rejected") throw worker.reason;
  return !interrupted && !options.signal.aborted;
};

/**
 * Whether there is nothing left to do for a trial. The journal is not the last word: a kill may have come between a trial's end and
 * its line, and the folder of one that was done may be gone.
 */
const settle = (options: RunOptions, state: State, add: (line: Line) => void, trial: Trial, until: number): boolean => {
  const name = trialName(trial);
  const folder = trialFolder(options.dir, trial);
  if (!state.done.has(name) && isComplete(folder)) add({ kind: "done", ...trial, at: now() });
  if (state.done.has(name) && !readMetrics(folder)) state.done.delete(name);
  const history = readHistory(folder);
  const ended = state.done.has(name) ? "done" : state.failed.has(name) ? "failed" : undefined;
  if (!ended && history.length < until) return false;
  const { epochs } = trainingOf(options, state, trial.cell).settings;
  options.onEvent({
    kind: "known",
    trial,
    state: ended ?? "paused",
    values: state.cells[trial.cell - 1]!,
    epochs,
    until: Math.min(until, epochs),
    reached: history.length,
    value: bestValue(options.sweep.metric, history),
  });
  return true;
};
