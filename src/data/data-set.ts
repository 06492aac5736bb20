// A data set in memory: images, then labels, one after the other. What is cut from it are views, not copies.
// Knows neither files nor where the images came from (see folder.ts, registry.ts), nor what a net wants of them.
import { LenetError } from "../errors.ts";
import type { Ink } from "../shape.ts";

/** What of a picture becomes an image: the ink found in it, as of a digit, or all of it, as of a thing. */
export type OfPictures = "ink" | "whole";

/** One part of a data set. */
export interface DataSet {
  readonly name: string;
  readonly part: "train" | "test";
  /** (count, rows, columns), row by row; 0 is background, 255 is full ink. Bytes, or floats where ink is fractional. */
  readonly images: Ink;
  /** (count), each in 0…classes-1. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** What the classes are called; absent where nobody said. */
  readonly classNames?: readonly string[];
  /** How its images were made of pictures; absent where nobody said. */
  readonly pictures?: OfPictures;
  /** Of the files that the set was read from (IDX: uncompressed), also when this is some of its images, or made from them. */
  readonly sha256: { readonly images: string; readonly labels: string };
}

/** The images from `start` on, before `end`, as views of the same memory. */
export const slice = (set: DataSet, start: number, end: number): DataSet => ({
  ...set,
  images: set.images.subarray(start * set.rows * set.columns, end * set.rows * set.columns),
  labels: set.labels.subarray(start, end),
  count: end - start,
});

/** The images `indices` of `set`, copied, in that order. */
export const pick = (set: DataSet, indices: ArrayLike<number>): DataSet => {
  const area = set.rows * set.columns;
  const length = indices.length * area;
  const images = set.images instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  const labels = Uint8Array.from(indices, (index) => set.labels[index]!);
  for (let i = 0; i < indices.length; i++)
    images.set(set.images.subarray(indices[i]! * area, (indices[i]! + 1) * area), i * area);
  return { ...set, images, labels, count: indices.length };
};

const checkCount = (set: DataSet, what: string, n: number, most: number): void => {
  if (Number.isInteger(n) && n >= 1 && n <= most) return;
  const place = `${set.name}, ${what}`;
  throw new LenetError(
    `${place}: expected a whole number of images from 1 to ${most}, got ${n}. Choose another number.`,
  );
};

/** The first `n` images (1…count), as views. Throws LenetError for any other `n`. */
export const limit = (set: DataSet, n: number): DataSet => {
  checkCount(set, "limit", n, set.count);
  return slice(set, 0, n);
};

/**
 * The last `validation` images (1…count-1) kept apart from the others, as views.
 * Throws LenetError for any other `validation`.
 */
export const split = (set: DataSet, validation: number): { train: DataSet; validation: DataSet } => {
  checkCount(set, "validation", validation, set.count - 1);
  const border = set.count - validation;
  return { train: slice(set, 0, border), validation: slice(set, border, set.count) };
};

/** Number of images of each class. */
export const classCounts = (set: DataSet): number[] => {
  const counts = new Array<number>(set.classes).fill(0);
  for (const label of set.labels) counts[label]++;
  return counts;
};
