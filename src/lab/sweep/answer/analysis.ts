// The answer of a sweep in numbers: what matters, what each value is worth, which pairs act together, which cells really differ,
// and what it all cost. The page and the files of `lenet sweep report` are made of it.
import { type Observations, observationsOf, sharedEpochs } from "./observations.ts";
import type { CellResult, SweepResults } from "./results.ts";
import { type Estimate, estimate, holm, mean, welch } from "./statistics.ts";
import { type Importance, importanceOf } from "./variance.ts";

/** What one value of a parameter comes to, over everything else. */
export interface Margin {
  readonly parameter: string;
  readonly level: string;
  readonly estimate: Estimate;
}

/** The mean outcome for every pair of values of two parameters; null where no trial has both. */
export interface PairTable {
  readonly parameters: readonly [string, string];
  readonly levels: readonly [readonly string[], readonly string[]];
  readonly means: readonly (readonly (number | null)[])[];
}

/** Two cells, numbered as in the ranking from 0. */
export interface Comparison {
  readonly cells: readonly [number, number];
  readonly difference: number;
  /** Welch's, and after Holm's correction. */
  readonly chance: number;
  readonly corrected: number;
}

export interface Cost {
  readonly trials: number;
  readonly epochs: number;
  /** Of all trials, added up. */
  readonly elapsedMs: number;
  /** Seconds of a trial, by cell as ranked; null where none has begun. */
  readonly secondsATrial: readonly (number | null)[];
}

export interface Analysis {
  /** Where trials were stopped early: the first epochs, which all have had, that importance, margins and pairs are judged by. */
  readonly sharedEpochs: number | null;
  /** Parameters that vary, but of which only one value has results: what they do cannot be told. */
  readonly untold: readonly string[];
  readonly importance: Importance | null;
  readonly margins: readonly Margin[];
  readonly pairs: readonly PairTable[];
  /** All pairs of cells, or, of many cells, the best with each other one; without those that were stopped early. */
  readonly comparisons: readonly Comparison[];
  readonly allPairs: boolean;
  readonly cost: Cost;
}

/** More cells than these are compared with the best one only: corrected for all pairs, no difference would be left. */
const MOST_COMPARED = 16;

export const analyse = (results: SweepResults): Analysis => {
  const observations = observationsOf(results);
  const ranked = results.cells;
  const allPairs = ranked.length <= MOST_COMPARED;
  const told = observations.factors.map(({ name }) => name);
  return {
    sharedEpochs: sharedEpochs(results),
    untold: results.parameters.map(({ name }) => name).filter((name) => !told.includes(name)),
    importance: importanceOf(observations),
    margins: marginsOf(observations),
    pairs: pairsOf(observations),
    comparisons: compare(ranked, allPairs),
    allPairs,
    cost: costOf(ranked),
  };
};

const outcomesAt = ({ rows }: Observations, wanted: readonly (readonly [factor: number, level: number])[]): number[] =>
  rows
    .filter(({ levels }) => wanted.every(([factor, level]) => levels[factor] === level))
    .map(({ outcome }) => outcome);

export const marginsOf = (observations: Observations): Margin[] =>
  observations.factors.flatMap(({ name, levels }, factor) =>
    levels.flatMap((level, index) => {
      const found = estimate(outcomesAt(observations, [[factor, index]]));
      return found ? [{ parameter: name, level, estimate: found }] : [];
    }),
  );

const pairsOf = (observations: Observations): PairTable[] => {
  const { factors } = observations;
  return factors.flatMap((one, a) =>
    factors.slice(a + 1).map((other, rest): PairTable => {
      const b = a + 1 + rest;
      const means = one.levels.map((_, row) =>
        other.levels.map((_, column) => {
          const outcomes = outcomesAt(observations, [
            [a, row],
            [b, column],
          ]);
          return outcomes.length > 0 ? mean(outcomes) : null;
        }),
      );
      return { parameters: [one.name, other.name], levels: [one.levels, other.levels], means };
    }),
  );
};

const outcomesOf = ({ trials }: CellResult): number[] =>
  trials.flatMap(({ status, value }) => (status === "done" && value !== null ? [value] : []));

const compare = (cells: readonly CellResult[], allPairs: boolean): Comparison[] => {
  const found = cells.flatMap((cell, a) =>
    allPairs || a === 0
      ? cells.slice(a + 1).flatMap((other, rest) => {
          const [x, y] = [outcomesOf(cell), outcomesOf(other)];
          const chance = welch(x, y);
          return chance === null ? [] : [{ cells: [a, a + 1 + rest] as const, difference: mean(x) - mean(y), chance }];
        })
      : [],
  );
  const corrected = holm(found.map(({ chance }) => chance));
  return found.map((comparison, index) => ({ ...comparison, corrected: corrected[index]! }));
};

const costOf = (cells: readonly CellResult[]): Cost => {
  const begun = cells.flatMap(({ trials }) => trials.filter(({ history }) => history.length > 0));
  return {
    trials: begun.length,
    epochs: begun.reduce((sum, { history }) => sum + history.length, 0),
    elapsedMs: begun.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
    secondsATrial: cells.map(({ trials }) => {
      const times = trials.filter(({ history }) => history.length > 0).map(({ elapsedMs }) => elapsedMs / 1000);
      return times.length > 0 ? mean(times) : null;
    }),
  };
};
