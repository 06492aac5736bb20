// What a training is when nothing is said: one recipe a net. This is the only place where such numbers stand.
import type { Arithmetic } from "../kernels/module.ts";
import type { Net } from "../nets/net.ts";
import { type OptimiserSpec, optimiser } from "../optimisers/index.ts";
import type { ScheduleSpec } from "../optimisers/schedule.ts";

/** How a net is taught; plain data. */
export interface Recipe {
  readonly epochs: number;
  /** Images in a step. */
  readonly batch: number;
  readonly optimiser: OptimiserSpec;
  readonly schedule: ScheduleSpec;
  /** Of all randomness. */
  readonly seed: number;
  /** Training images, the last ones, kept apart to choose the best epoch by. */
  readonly validation: number;
  /** Whether every epoch takes the images in an order of its own. */
  readonly shuffle: boolean;
  /**
   * How training images are distorted, anew each time: a strength (0: not at all, 1: as far as digits usually vary), or a
   * kind with options (engine/distort.ts).
   */
  readonly distort: number | string;
}

/** The settings that decide what is learned, complete: kept in config.json and in every checkpoint. */
export interface Settings extends Recipe {
  /** How products are added up: decides the last bits of every weight. */
  readonly arithmetic: Arithmetic;
  /** Registered name or folder; null where the images came from a program. */
  readonly data: string | null;
  /** Null: all of them. */
  readonly limit: number | null;
  /** The file or folder the weights came from; null where the seed made them. */
  readonly init: string | null;
}

export const DATA = "mnist";

/** Share of training that the rate rises, and of the highest rate that is left at the end, where nothing is said. */
export const WARMUP = 0.2;
export const FLOOR = 0.001;

const usual: Recipe = {
  epochs: 12,
  batch: 64,
  optimiser: optimiser("momentum", { decay: 2e-4 }),
  schedule: { kind: "onecycle", rate: 0.1, warmup: WARMUP, floor: FLOOR },
  seed: 1,
  validation: 5_000,
  shuffle: true,
  distort: 1,
};

/** By the name of the net; a net without a recipe of its own is taught as usual. */
const recipes: Readonly<Record<string, Recipe>> = { lenet5: usual };

export const recipeOf = (net: Net): Recipe => recipes[net.name] ?? usual;

/** At most this share of the training images is kept apart unless a number is asked for. */
export const VALIDATION_SHARE = 0.1;

const plainRates: Readonly<Record<OptimiserSpec["kind"], number>> = { sgd: 0.05, momentum: 0.02, adam: 0.001 };

/** The usual constant rate of an optimiser. */
export const plainRate = (kind: OptimiserSpec["kind"]): ScheduleSpec & { kind: "constant" } => ({
  kind: "constant",
  rate: plainRates[kind],
});

/** A recipe stripped of everything clever, for who brings an optimiser or a rate: constant rate, no decay, no distortion. */
export const plainly = (recipe: Recipe, kind: OptimiserSpec["kind"]): Recipe => ({
  ...recipe,
  optimiser: optimiser(kind),
  schedule: plainRate(kind),
  distort: 0,
});
