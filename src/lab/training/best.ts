// The best epoch so far, by the validation images, and its weights.
import type { Arena } from "../../engine/arena.ts";
import type { Floats } from "../../shape.ts";
import type { EpochRecord, Score } from "../run/run-folder.ts";

/** Copies of all weights and statistics. */
export interface Weights {
  readonly weights: Floats;
  readonly statistics: Floats;
}

export interface Best extends Weights {
  readonly record: EpochRecord;
}

export const keepWeights = (arena: Arena): Weights => ({
  weights: arena.floats("weights").slice(),
  statistics: arena.floats("statistics").slice(),
});

export const putBack = (arena: Arena, { weights, statistics }: Weights): void => {
  arena.floats("weights").set(weights);
  arena.floats("statistics").set(statistics);
};

/** Fewer misses are better; among equals, the lower loss. */
const isBetter = (a: Score, b: Score): boolean => a.misses < b.misses || (a.misses === b.misses && a.loss < b.loss);

/** Whether an epoch is better than the best one before it. */
export const improves = ({ validation }: EpochRecord, best: EpochRecord | undefined): boolean =>
  validation !== undefined && (best?.validation === undefined || isBetter(validation, best.validation));

/** The best epoch of a history, undefined where nothing was validated. */
export const bestOf = (history: readonly EpochRecord[]): EpochRecord | undefined =>
  history.reduce<EpochRecord | undefined>((best, record) => (improves(record, best) ? record : best), undefined);
