// What was published about these nets' accuracy, or what we aim at, and how to find out whether it is so: claims as data.
// `lenet reproduce` trains what they say and holds the outcome against them.
import type { TrainSettings } from "./settings.ts";

/** A test accuracy 0…1 that somebody printed, and where; the training accuracy too where it was printed. */
export interface PublishedAccuracy {
  readonly testAccuracy: number;
  readonly trainAccuracy?: number;
  readonly source: string;
}

export interface Claim {
  readonly id: string;
  readonly title: string;
  /** Name of the net. */
  readonly net: string;
  /** What the recipe was, beside the seed. */
  readonly settings: Pick<
    TrainSettings,
    "data" | "epochs" | "batch" | "optimiser" | "rate" | "schedule" | "decay" | "validation" | "distort"
  >;
  /** Seeds 1…seeds, unless another number is asked for. */
  readonly seeds: number;
  readonly published: PublishedAccuracy | null;
  /** The mean test accuracy that we want to reach. */
  readonly aim: number;
}

export const claims: readonly Claim[] = [
  {
    id: "lenet5-adam",
    title: "LeNet-5, modern: Adam at 0.001, 20 epochs",
    net: "lenet5",
    settings: {
      data: "mnist",
      epochs: 20,
      batch: 64,
      optimiser: "adam",
      rate: 0.001,
      schedule: "constant",
      validation: 0,
    },
    seeds: 5,
    published: {
      testAccuracy: 0.9882,
      trainAccuracy: 0.999,
      source: "raphaelsenn/lenet-5 on GitHub, “Modern LeNet-5”",
    },
    aim: 0.9882,
  },
  {
    id: "lenet5-best",
    title: "LeNet-5, modern: the recipe of lenet train",
    net: "lenet5",
    settings: { data: "mnist" },
    seeds: 5,
    published: null,
    aim: 0.991,
  },
];
