// A sweep's outcomes as a table of numbers to be explained: the metric of every trial, and for each parameter that varies the
// level it had. Parameters without end of values are cut into levels of about equal size.
import { bestValue, type Metric } from "../file/metric.ts";
import type { Parameter } from "../file/parameters.ts";
import type { Value } from "../search/domain.ts";
import type { CellResult, SweepResults, TrialResult } from "./results.ts";

export interface Factor {
  readonly name: string;
  /** In rising order, or in that of the file. */
  readonly levels: readonly string[];
  /** Whether levels are ranges of numbers. */
  readonly cut: boolean;
}

export interface Observation {
  readonly cell: CellResult;
  readonly seed: number;
  readonly outcome: number;
  /** The level's number, for each factor. */
  readonly levels: readonly number[];
  /** The number itself, or the level's. */
  readonly places: readonly number[];
}

export interface Observations {
  readonly factors: readonly Factor[];
  readonly rows: readonly Observation[];
}

/** A parameter with more values than these is cut into so many levels. */
const MOST_LEVELS = 8;
const CUTS = 4;

const written = (value: number): string => String(Number(value.toPrecision(3)));

/** The factor of one parameter, and the level of a value. */
const factorOf = (
  { name, domain }: Parameter,
  values: readonly Value[],
): { readonly factor: Factor; level(value: Value): number } => {
  const tried = new Set(values);
  const distinct = domain.kind === "choice" ? domain.values.filter((value) => tried.has(value)) : [...tried];
  if (distinct.length <= MOST_LEVELS || distinct.some((value) => typeof value !== "number")) {
    const sorted = distinct.every((value) => typeof value === "number") ? distinct.toSorted((a, b) => a - b) : distinct;
    return { factor: { name, levels: sorted.map(String), cut: false }, level: (value) => sorted.indexOf(value) };
  }
  const sorted = (values as readonly number[]).toSorted((a, b) => a - b);
  const ends = Array.from(
    { length: CUTS + 1 },
    (_, cut) => sorted[Math.min(sorted.length - 1, Math.round((cut * sorted.length) / CUTS))]!,
  );
  const levels = ends.slice(1).map((end, cut) => `${written(ends[cut]!)} – ${written(end)}`);
  const level = (value: Value): number => Math.max(0, ends.slice(1, -1).filter((end) => Number(value) >= end).length);
  return { factor: { name, levels, cut: true }, level };
};

/** What is to be explained of a trial; null where it has none. */
export type Outcome = (trial: TrialResult) => number | null;

/** The metric that the sweep chose by. */
export const ofMetric: Outcome = ({ value }) => value;

/** Whether a trial came to an end: its own, or the one that early termination gave it. */
const ended = ({ status }: TrialResult): boolean => status === "done" || status === "stopped";

/** Where trials were stopped early: the epochs that all trials have had, by which alone they can be compared. Else null. */
export const sharedEpochs = ({ cells }: SweepResults): number | null => {
  const trials = cells.flatMap((cell) => cell.trials.filter((trial) => ended(trial) && trial.value !== null));
  if (!trials.some(({ status }) => status === "stopped")) return null;
  return Math.min(...trials.map(({ history }) => history.length));
};

/** What a trial had come to after so many epochs. */
const after = (trial: TrialResult, epochs: number, metric: Metric): TrialResult => {
  const history = trial.history.slice(0, epochs);
  return { ...trial, history, value: bestValue(metric, history) ?? null, train: history.at(-1)?.train ?? null };
};

/** Every trial that came to an end and has this outcome, after the same epochs; parameters with one known value explain nothing. */
export const observationsOf = (results: SweepResults, outcome: Outcome = ofMetric): Observations => {
  const { parameters, metric } = results;
  const epochs = sharedEpochs(results);
  const known = results.cells
    .map((cell) => ({ ...cell, trials: cell.trials.filter((trial) => ended(trial) && trial.value !== null) }))
    .filter(({ trials }) => trials.length > 0);
  const factors = parameters
    .map((parameter) =>
      factorOf(
        parameter,
        known.map(({ values }) => values[parameter.name]!),
      ),
    )
    .filter(({ factor }) => factor.levels.length > 1);
  const rows = known.flatMap((cell): Observation[] => {
    const levels = factors.map(({ factor, level }) => level(cell.values[factor.name]!));
    const places = levels.map((level, index) => {
      const value = cell.values[factors[index]!.factor.name]!;
      return typeof value === "number" ? value : level;
    });
    return cell.trials.flatMap((trial) => {
      const found = outcome(epochs === null ? trial : after(trial, epochs, metric));
      return found === null ? [] : [{ cell, seed: trial.seed, outcome: found, levels, places }];
    });
  });
  return { factors: factors.map(({ factor }) => factor), rows };
};
