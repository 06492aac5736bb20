// What a classifier of section III.C that is no net of ours is: it learns from a data set, for each of a few choices it cannot
// make itself, and gives every image a score for every class. Who makes the choices, and on which images, is the lab's
// business (lab/claims/baseline.ts); start reading at linear.ts.
import type { DataSet } from "../data/data-set.ts";

/** What a baseline works with. */
export interface Tools {
  /** The compiled kernels. */
  readonly module: WebAssembly.Module;
  /** Of all randomness: 0…2⁵³-1. */
  readonly seed: number;
  /** Hears how many multiply-adds were done since it last heard, and lets others have a turn; rejects to end the work. */
  readonly worked: (multiplyAdds: number) => Promise<void>;
}

/** Scores (count, classes) of every image of a set; the most wins, the first of equals. */
export type Classifier = (set: DataSet) => Promise<Float64Array>;

/** What is needed for one recognition. */
export interface Cost {
  readonly multiplyAdds: number;
  /** Numbers that must be kept. */
  readonly variables: number;
}

/** How many images serve which purpose, and what they are like. */
export interface Sizes {
  /** All that may be learned from, validation images included. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly pixels: number;
  readonly classes: number;
}

/** A choice made on validation images: a ridge, a width, a number of neighbours. */
export type Choice = Readonly<Record<string, number>>;

/** What was learned, up to the choice. */
export interface Learned<Chosen extends Choice = Choice> {
  classifier(choice: Chosen): Promise<Classifier>;
}

export interface Baseline<Chosen extends Choice = Choice> {
  /** As on the command line, and in the table of what was published. */
  readonly name: string;
  readonly title: string;
  /** What the paper leaves open and we took, a sentence each. */
  readonly assumed: readonly string[];
  readonly choices: readonly Chosen[];
  /** Learns all that no choice changes, for whatever choice is made. */
  learn(tools: Tools, set: DataSet): Promise<Learned<Chosen>>;
  cost(sizes: Sizes): Cost;
  /** About the multiply-adds of choosing, learning and testing, in the kernels' pace: for a forecast of the time. */
  work(sizes: Sizes): number;
}

/** A multiply-add of float64 in plain code takes about as long as so many in the kernels. */
export const PLAIN = 20;
