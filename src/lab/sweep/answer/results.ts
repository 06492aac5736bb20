// What came out of a sweep so far: a row for each trial, a mean for each cell, the best first. Read from the folder alone.
import { LenetError } from "../../../errors.ts";
import { closest } from "../../../words.ts";
import { type EpochRecord, readHistory, readMetrics, type Score } from "../../run/run-folder.ts";
import { bestValue, compareValues, inMetric, type Metric } from "../file/metric.ts";
import type { Parameter } from "../file/parameters.ts";
import { type Sweep, trainingIn, variedValues, varies } from "../file/sweep.ts";
import { type Value, valuesIn } from "../search/domain.ts";
import { cellName } from "../trials/cell-name.ts";
import { type Origin, openSweep } from "../trials/folder.ts";
import { readJournal, type State, stateOf, type Trial, trialFolder, trialName } from "../trials/journal.ts";
import { type Estimate, estimate } from "./statistics.ts";

export interface TrialResult extends Trial {
  /** `stopped`: by early termination; `unfinished`: cut off, or not begun. */
  readonly status: "done" | "stopped" | "failed" | "unfinished";
  /** Why it failed. */
  readonly reason: string | null;
  /** The metric's best value on the validation images; null before the first epoch, and of a failure. */
  readonly value: number | null;
  /** Of the last epoch. */
  readonly train: Score | null;
  /** Of the best epoch. */
  readonly validation: Score | null;
  /** Of the best epoch's weights; only of trials that came to their end. */
  readonly test: Score | null;
  readonly elapsedMs: number;
  readonly history: readonly EpochRecord[];
}

export interface CellResult {
  readonly cell: number;
  readonly name: string;
  readonly net: string;
  /** By the names of the parameters that vary. */
  readonly values: Readonly<Record<string, Value>>;
  readonly trials: readonly TrialResult[];
  /** Of the metric over the seeds. */
  readonly value: Estimate | null;
  readonly train: Estimate | null;
  readonly test: Estimate | null;
}

export interface SweepResults {
  readonly origin: Origin;
  readonly method: Sweep["method"];
  readonly metric: Metric;
  readonly seeds: readonly number[];
  /** Those with more than one value. */
  readonly parameters: readonly Parameter[];
  /** Those with one. */
  readonly fixed: Readonly<Record<string, Value>>;
  /** A parameter that every cell has at the value that suits it best, where that was asked for. */
  readonly atBest: string | null;
  /** Best first; what came farther goes before what was stopped. */
  readonly cells: readonly CellResult[];
  readonly complete: boolean;
}

/** The results in the folder of a sweep. Throws LenetError. */
export const readResults = (dir: string): SweepResults => {
  const { sweep, origin } = openSweep(dir);
  const state = stateOf(readJournal(dir));
  const varied = sweep.parameters.filter(varies);
  const fixed = sweep.parameters.filter((parameter) => !varied.includes(parameter));
  const cells = state.cells.map((values, index) => cellResult(dir, sweep, state, values, index + 1));
  return {
    origin,
    method: sweep.method,
    metric: sweep.metric,
    seeds: sweep.seeds,
    parameters: varied,
    fixed: Object.fromEntries(fixed.map(({ name, domain }) => [name, valuesIn(domain)![0]!])),
    atBest: null,
    cells: cells.sort((a, b) => compareCells(sweep.metric, a, b)),
    complete: state.complete && state.failed.size === 0,
  };
};

/** The same, where there are any. Throws LenetError. */
export const readAnswer = (dir: string): SweepResults => {
  const results = readResults(dir);
  if (results.cells.some(({ value }) => value !== null)) return results;
  throw new LenetError(`${dir}: expected a sweep with results, got one without. Run it: lenet sweep --resume ${dir}`);
};

const cellResult = (dir: string, sweep: Sweep, state: State, values: readonly Value[], cell: number): CellResult => {
  const stopped = [...state.halved.values()].some((cells) => cells.includes(cell));
  const trials = sweep.seeds.map((seed) => trialResult(dir, sweep.metric, state, { cell, seed }, stopped));
  const counted = trials.filter(({ value }) => value !== null);
  return {
    cell,
    name: cellName(cell),
    net: trainingIn(sweep, values).net,
    values: variedValues(sweep, values),
    trials,
    value: estimate(counted.map(({ value }) => value!)),
    train: estimate(counted.map(({ train }) => train!.accuracy)),
    test: estimate(trials.flatMap(({ test }) => (test ? [test.accuracy] : []))),
  };
};

const trialResult = (dir: string, metric: Metric, state: State, trial: Trial, stopped: boolean): TrialResult => {
  const folder = trialFolder(dir, trial);
  const name = trialName(trial);
  const history = readHistory(folder);
  const reason = state.failed.get(name) ?? null;
  const done = state.done.has(name);
  const status = done ? "done" : reason !== null ? "failed" : stopped ? "stopped" : "unfinished";
  const value = status === "failed" ? undefined : bestValue(metric, history);
  const best = history.find(({ validation }) => validation && inMetric(metric, validation) === value);
  const test = done ? (readMetrics(folder)?.test ?? null) : null;
  const elapsedMs = history.reduce((sum, epoch) => sum + epoch.elapsedMs, 0);
  return {
    ...trial,
    status,
    reason,
    value: value ?? null,
    train: history.at(-1)?.train ?? null,
    validation: best?.validation ?? null,
    test,
    elapsedMs,
    history,
  };
};

const epochsOf = ({ trials }: CellResult): number => Math.max(...trials.map(({ history }) => history.length));

const compareCells = (metric: Metric, a: CellResult, b: CellResult): number => {
  const stopped = (cell: CellResult): number => (cell.trials.some(({ status }) => status === "stopped") ? 1 : 0);
  const reached = stopped(a) && stopped(b) ? epochsOf(b) - epochsOf(a) : stopped(a) - stopped(b);
  const missing = (a.value === null ? 1 : 0) - (b.value === null ? 1 : 0);
  return missing || reached || compareValues(metric, a.value?.mean, b.value?.mean) || a.cell - b.cell;
};

/** The names of the parameters that vary. Throws LenetError where `name`, which `option` was given, is none of them. */
const namesWith = ({ parameters }: SweepResults, option: string, name: string): readonly string[] => {
  const names = parameters.map((parameter) => parameter.name);
  if (names.includes(name)) return names;
  throw new LenetError(
    `${option}: expected a parameter that varies (${names.join(", ") || "there is none"}), got ${JSON.stringify(name)}.${closest(name, names)}`,
  );
};

/** The results of the cells where one parameter has one value: `learning_rate=0.01`. Throws LenetError where there are none. */
export const at = (results: SweepResults, place: string): SweepResults => {
  const [name = "", ...rest] = place.split("=");
  const wanted = rest.join("=");
  namesWith(results, "--at", name);
  const { parameters, fixed, cells } = results;
  const isWanted = (value: Value): boolean =>
    typeof value === "number" && wanted.trim() !== "" ? value === Number(wanted) : `${value}` === wanted;
  const kept = cells.filter(({ values }) => isWanted(values[name]!));
  if (kept.length === 0) {
    const values = [...new Set(cells.map((cell) => `${cell.values[name]}`))];
    throw new LenetError(
      `--at: expected ${values.map((value) => `${name}=${value}`).join(" or ")}, got ${JSON.stringify(place)}.`,
    );
  }
  return {
    ...results,
    parameters: parameters.filter((parameter) => parameter.name !== name),
    fixed: { ...fixed, [name]: kept[0]!.values[name]! },
    cells: kept.map((cell) => ({
      ...cell,
      values: Object.fromEntries(Object.entries(cell.values).filter(([one]) => one !== name)),
    })),
  };
};

/**
 * The results at the best value of one parameter: of cells that differ in it alone only the best is kept, by the validation
 * images. Throws LenetError where no parameter of that name varies.
 */
export const atBest = (results: SweepResults, name: string): SweepResults => {
  const names = namesWith(results, "--at-best", name);
  const { parameters, cells } = results;
  const seen = new Set<string>();
  // Cells are ranked: the first of its kind is the best.
  const kept = cells.filter(({ values }) => {
    const others = JSON.stringify(names.filter((one) => one !== name).map((one) => values[one]));
    return !seen.has(others) && seen.add(others);
  });
  return {
    ...results,
    atBest: name,
    parameters: parameters.filter((parameter) => parameter.name !== name),
    cells: kept,
  };
};

/** `relu, norm yes, dropout 0.1`: a cell's values in a few words; a word that says what it is stands alone. */
export const valuesText = (values: CellResult["values"]): string => {
  const text = ([name, value]: readonly [string, Value]): string =>
    typeof value === "string" && !["yes", "no"].includes(value) ? value : `${name.split(".").at(-1)} ${value}`;
  return Object.entries(values).map(text).join(", ") || "the only cell";
};

/**
 * The ends of the 95 % interval; null of fewer than two values. A share does not leave 0…1 and a loss does not fall below 0, though
 * Student's interval may.
 */
export const intervalOf = ({ of }: Pick<Metric, "of">, found: Estimate): { low: number; high: number } | null => {
  if (found.low === null || found.high === null) return null;
  const most = of === "loss" ? Number.POSITIVE_INFINITY : 1;
  return { low: Math.max(0, found.low), high: Math.min(most, found.high) };
};
