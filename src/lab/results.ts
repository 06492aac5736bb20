// docs/results.json: what came out for each claim, with all that is needed to get it again. Written by `lenet reproduce`,
// read by the README's tables; never by hand.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { LenetError } from "../errors.ts";
import { makeFolder, readText, writeAtomically } from "../files.ts";
import type { Claim, PublishedAccuracy } from "./claims.ts";
import type { Origin } from "./images.ts";

export interface Outcome {
  readonly seeds: readonly number[];
  /** By seed, 0…1. */
  readonly testAccuracy: readonly number[];
  /** Of the test accuracies; the spread is their standard deviation (n - 1), null for a single seed. */
  readonly mean: number;
  readonly spread: number | null;
  /** By seed: over the epoch that the weights are from, while they were learning. */
  readonly trainAccuracy: readonly number[];
  readonly trainMean: number;
}

export interface ClaimResult {
  readonly id: string;
  readonly title: string;
  readonly published: PublishedAccuracy | null;
  readonly aim: number;
  /** Whether the mean came to what was published, or aimed at. */
  readonly reached: boolean;
  readonly command: string;
  readonly ours: Outcome;
  /** Of the runs; several are joined by commas. */
  readonly commit: string | null;
  readonly cpu: string;
  readonly date: string;
  readonly node: string;
  readonly arithmetic: string;
  /** Counts and hashes of the images. */
  readonly data: { readonly train: Origin; readonly test: Origin | null };
}

export interface Results {
  readonly claims: readonly ClaimResult[];
}

export const RESULTS = "docs/results.json";

/** The results kept at `path`, none where there is no such file. Throws LenetError when it is damaged. */
export const readResults = (path: string): Results => {
  if (!existsSync(path)) return { claims: [] };
  let found: unknown;
  try {
    found = JSON.parse(readText(path, "results of lenet reproduce"));
  } catch (thrown) {
    if (thrown instanceof LenetError) throw thrown;
  }
  if (Array.isArray(Object(found).claims)) return found as Results;
  throw new LenetError(`${path}: expected results of lenet reproduce, got other text. Restore it, or remove it.`);
};

/** Puts a result in the place of the same claim's earlier one; claims stand in the order of `order`, others after them. */
export const withResult = ({ claims }: Results, result: ClaimResult, order: readonly Claim[]): Results => {
  const place = ({ id }: ClaimResult): number => order.findIndex((claim) => claim.id === id) >>> 0;
  const all = [...claims.filter(({ id }) => id !== result.id), result];
  return { claims: all.toSorted((a, b) => place(a) - place(b)) };
};

/** Writes them whole or not at all. Throws LenetError when the place cannot be written to. */
export const writeResults = (path: string, results: Results): void => {
  makeFolder(dirname(path));
  writeAtomically(path, `${JSON.stringify(results, null, 2)}\n`);
};

/** Mean and standard deviation (n - 1), the latter null for a single value. */
export const meanAndSpread = (values: readonly number[]): { mean: number; spread: number | null } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, spread: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
};
