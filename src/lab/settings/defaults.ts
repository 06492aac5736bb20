// The settings of a training as they are kept, and what becomes of a recipe when some of them are given.
import type { Arithmetic } from "../../kernels/module.ts";
import { type OptimiserSpec, optimiser } from "../../optimisers/index.ts";
import type { ScheduleSpec } from "../../optimisers/schedule.ts";
import type { Recipe } from "./recipes.ts";

/** The settings that decide what is learned, complete: kept in config.json and in every checkpoint. */
export interface Settings extends Omit<Recipe, "data"> {
  /** How products are added up: decides the last bits of every weight. */
  readonly arithmetic: Arithmetic;
  /** Registered name or folder; null where the images came from a program. */
  readonly data: string | null;
  /** Whether test images are scored after every epoch, to be looked at: nothing is chosen by them. */
  readonly watchTest: boolean;
  /** Null: all of them. */
  readonly limit: number | null;
  /** The file or folder the weights came from; null where the seed made them. */
  readonly init: string | null;
}

/** At most this share of the training images is kept apart unless a number is asked for. */
export const VALIDATION_SHARE = 0.1;

const plainRates: Readonly<Record<OptimiserSpec["kind"], number>> = {
  sgd: 0.05,
  momentum: 0.02,
  adam: 0.001,
  sdlm: 0.00025,
};

/** The usual constant rate of an optimiser. */
export const plainRate = (kind: OptimiserSpec["kind"]): ScheduleSpec & { kind: "constant" } => ({
  kind: "constant",
  rate: plainRates[kind],
});

/**
 * A recipe stripped of everything clever, for who brings an optimiser or a rate: constant rate, no decay, no distortion. The
 * constants of the optimiser stay where it is the recipe's own.
 */
export const plainly = (recipe: Recipe, kind: OptimiserSpec["kind"]): Recipe => ({
  ...recipe,
  optimiser: recipe.optimiser.kind === kind ? { ...recipe.optimiser, decay: 0 } : optimiser(kind),
  schedule: plainRate(kind),
  distort: 0,
});
