// What a claim is: something that was published about these nets (or that we aim at), as data, with the work that finds out
// whether it is so. `lenet reproduce` does the work and holds the outcome against the claim (reproduce.ts, results.ts).
import type { TrainSettings } from "../settings/settings.ts";

/**
 * What is measured of a trial; errors, accuracies and rejections are shares 0…1, the others counts of one recognition. The
 * training error is counted while learning, in the last pass; the error on training images by the trained net, afterwards.
 */
export type Quantity =
  | "test accuracy"
  | "training accuracy"
  | "test error"
  | "training error"
  | "error on training images"
  | `test error after pass ${number}`
  | `training error after pass ${number}`
  | `rejected for ${number} % error`
  | "multiply-adds"
  | "variables";

export interface Measure {
  readonly of: Quantity;
  /** Null where nothing was. */
  readonly published: number | null;
  /** Reached when the mean over the seeds is as good; null: shown, not judged. */
  readonly aim: number | null;
}

/** A training as `lenet train` does it, beside the seed. */
export interface TrainingWork {
  readonly kind: "training";
  /** Name of the net, options included. */
  readonly net: string;
  readonly settings: Omit<TrainSettings, "seed" | "threads" | "out" | "resume" | "signal" | "onEvent">;
  /** For data drawn at random: every seed draws images of its own, so that the spread is that of the sample, too. */
  readonly redraw?: true;
}

/** A classifier of 1998 that is no net (claims/baseline.ts). */
export interface BaselineWork {
  readonly kind: "baseline";
  readonly baseline: string;
  readonly data: string;
}

export type Work = TrainingWork | BaselineWork;

export interface Claim {
  /** `fig6/15000`: what stands before the slash names a group. */
  readonly id: string;
  readonly title: string;
  /** Who says so, and where. */
  readonly source: string;
  readonly work: Work;
  readonly measures: readonly Measure[];
  /** Seeds 1…seeds, unless another number is asked for. */
  readonly seeds: number;
}

/** Whether `value` is as good as `aim`: accuracies from below, everything else from above. */
export const reaches = (of: Quantity, value: number, aim: number): boolean =>
  of.endsWith("accuracy") ? value >= aim : value <= aim;

/** The pass after which it is measured; 0: at the end. */
export const passOf = (of: Quantity): number => Number(/after pass (\d+)$/.exec(of)?.[1] ?? 0);

/** Whether it is a share, not a count. */
export const isShare = (of: Quantity): boolean => of !== "multiply-adds" && of !== "variables";

/** Published, and what we want to reach. */
export const published = (of: Quantity, value: number): Measure => ({ of, published: value, aim: value });

/** Published or not, with an aim of our own or none. */
export const shown = (of: Quantity, value: number | null, aim: number | null = null): Measure => ({
  of,
  published: value,
  aim,
});
