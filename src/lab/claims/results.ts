// docs/results.json: what came out for each claim, with all that is needed to get it again. Written by `lenet reproduce`,
// read by the README's tables and results.md; never by hand.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { LenetError } from "../../errors.ts";
import { makeFolder, readText, writeAtomically } from "../../files.ts";
import type { Origins } from "../model/fit.ts";
import { type Claim, type Measure, type Quantity, reaches } from "./claim.ts";
import type { Measured } from "./measure.ts";

/** Where and with what a trial was made. */
export interface TrialOrigin {
  readonly commit: string | null;
  readonly cpu: string;
  readonly date: string;
  readonly node: string;
  readonly arithmetic: string;
  /** Counts and hashes of the images. */
  readonly data: Origins;
}

/** A measure with what came out. */
export interface MeasureResult extends Measure {
  /** By seed. */
  readonly values: readonly number[];
  /** The spread is their standard deviation (n - 1), null for a single seed. */
  readonly mean: number;
  readonly spread: number | null;
  /** Whether the mean came to the aim; null without one. */
  readonly reached: boolean | null;
}

export interface ClaimResult extends Omit<TrialOrigin, "data"> {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly command: string;
  readonly seeds: readonly number[];
  readonly measures: readonly MeasureResult[];
  /** Whether every measure with an aim came to it; null where none has one. */
  readonly reached: boolean | null;
  readonly data: Origins;
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

/** Puts a result in the place of the same claim's earlier one, in the order of `order`; what is no claim any more is left out. */
export const withResult = ({ claims }: Results, result: ClaimResult, order: readonly Claim[]): Results => {
  const place = ({ id }: ClaimResult): number => order.findIndex((claim) => claim.id === id);
  const all = [...claims.filter(({ id }) => id !== result.id), result].filter((one) => place(one) >= 0);
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

/** Float32 and decimal fractions do not meet exactly: what differs by less than this is as good as the aim. */
const ROUNDING = 1e-9;

/** What the trials of a claim came to, by seed; of a slice, only what it was long enough to measure. */
export const measureResults = (claim: Claim, trials: readonly Measured[]): MeasureResult[] =>
  claim.measures.flatMap((measure) => {
    const values = trials.map((measured) => measured[measure.of]).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const { mean, spread } = meanAndSpread(values);
    const { aim } = measure;
    const near = aim !== null && Math.abs(mean - aim) < ROUNDING;
    return { ...measure, values, mean, spread, reached: aim === null ? null : near || reaches(measure.of, mean, aim) };
  });

/** The result of a claim whose seeds came to `trials`, made in `origins`. */
export const resultOf = (
  claim: Claim,
  seeds: readonly number[],
  trials: readonly Measured[],
  origins: readonly TrialOrigin[],
): ClaimResult => {
  const each = (key: keyof Omit<TrialOrigin, "data">): string =>
    [...new Set(origins.map((origin) => origin[key] ?? ""))].join(", ");
  const measures = measureResults(claim, trials);
  const judged = measures.filter(({ reached }) => reached !== null);
  return {
    id: claim.id,
    title: claim.title,
    source: claim.source,
    command: `lenet reproduce ${claim.id}${seeds.length === claim.seeds ? "" : ` --seeds ${seeds.length}`}`,
    seeds,
    measures,
    reached: judged.length === 0 ? null : judged.every(({ reached }) => reached),
    commit: each("commit") || null,
    cpu: each("cpu"),
    date: each("date"),
    node: each("node"),
    arithmetic: each("arithmetic"),
    data: origins[0]!.data,
  };
};

/** The measure of this quantity, or undefined. */
export const measureOf = ({ measures }: Pick<ClaimResult, "measures">, of: Quantity): MeasureResult | undefined =>
  measures.find((measure) => measure.of === of);
