// What a training is when nothing is said: one recipe a net. This is the only place where such numbers stand.
import { splitName } from "../../named.ts";
import type { Net } from "../../nets/net.ts";
import { type OptimiserSpec, optimiser } from "../../optimisers/index.ts";
import type { ScheduleSpec } from "../../optimisers/schedule.ts";

/** How a net is taught; plain data. */
export interface Recipe {
  /** The data set it is taught with: a registered name. */
  readonly data: string;
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
   * kind with options (lab/settings/distortions.ts).
   */
  readonly distort: number | string;
}

/** Share of training that the rate rises, and of the highest rate that is left at the end, where nothing is said. */
export const WARMUP = 0.2;
export const FLOOR = 0.001;

const usual: Recipe = {
  data: "mnist",
  epochs: 12,
  batch: 64,
  optimiser: optimiser("momentum", { decay: 2e-4 }),
  schedule: { kind: "onecycle", rate: 0.1, warmup: WARMUP, floor: FLOOR },
  seed: 1,
  validation: 5_000,
  shuffle: true,
  distort: 1,
};

/** Nothing clever: a constant rate, no decay, no distortion. */
const plain: Recipe = {
  ...usual,
  epochs: 20,
  optimiser: optimiser("sgd"),
  schedule: { kind: "constant", rate: 0.01 },
  distort: 0,
};

/**
 * The paper's: one pattern at a time, always in the same order, 20 passes. Its rates are halved, as our penalties are half its
 * distances: with the rates as printed the second pass undoes what the first has learned.
 */
const paper1998: Recipe = {
  ...plain,
  epochs: 20,
  batch: 1,
  optimiser: optimiser("sdlm"),
  schedule: {
    kind: "staged",
    stages: [
      { epochs: 2, rate: 0.000_25 },
      { epochs: 3, rate: 0.000_1 },
      { epochs: 3, rate: 0.000_05 },
      { epochs: 4, rate: 0.000_025 },
      { epochs: 8, rate: 0.000_005 },
    ],
  },
  validation: 0,
  shuffle: false,
};

/**
 * For nets of the 1998 comparison whose outputs are taught ±1. Ours: by gradient descent alone, as in the paper, the fully
 * connected ones take many more epochs, and LeNet-4 learns nothing at rates that suit the others.
 */
const comparison: Recipe = {
  ...usual,
  optimiser: optimiser("adam", { decay: 0.03 }),
  schedule: { kind: "onecycle", rate: 0.003, warmup: WARMUP, floor: FLOOR },
  distort: 0,
};

/** By the name of the family; a net without a recipe of its own is taught as usual. */
const recipes: Readonly<Record<string, Recipe>> = {
  lenet5: usual,
  "lenet5-1998": paper1998,
  lenet1: {
    ...comparison,
    epochs: 60,
    batch: 16,
    optimiser: optimiser("adam"),
    schedule: { kind: "onecycle", rate: 0.01, warmup: WARMUP, floor: FLOOR },
  },
  lenet4: comparison,
  // The first member learns from distorted images too.
  "boosted-lenet4": { ...comparison, epochs: 20, distort: "paper" },
  // On-line, in constant order, for 23 passes (1989, section 4). The rate is karpathy/lecun1989-repro's; the paper has none.
  zipcode1989: {
    ...plain,
    data: "mnist:sample=1989,size=16",
    epochs: 23,
    batch: 1,
    schedule: { kind: "constant", rate: 0.03 },
    validation: 0,
    shuffle: false,
  },
  // The tutorial makes a new optimiser for every stage.
  tutorial: {
    ...plain,
    optimiser: optimiser("momentum"),
    schedule: {
      kind: "staged",
      stages: [
        { epochs: 2, rate: 5e-4 },
        { epochs: 3, rate: 2e-4 },
        { epochs: 3, rate: 1e-4 },
        { epochs: 4, rate: 5e-5 },
        { epochs: 8, rate: 1e-5 },
      ],
      fresh: true,
    },
    validation: 0,
  },
  keras: { ...plain, batch: 32 },
  linear: comparison,
  mlp: { ...comparison, epochs: 20 },
  // The study used the test images to validate; here no epoch is chosen, and they are looked at once.
  ablation: {
    ...plain,
    batch: 32,
    optimiser: { kind: "adam", decay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    validation: 0,
  },
};

/** The recipe of the net's family. Images of 20×20 are deslanted, as the 1998 paper's were. */
export const recipeOf = ({ name, image }: Net): Recipe => {
  const recipe = recipes[splitName(name).name] ?? usual;
  return image.rows === 20 ? { ...recipe, data: "mnist:deslant=yes,size=20" } : recipe;
};
