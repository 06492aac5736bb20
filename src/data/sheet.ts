// Digits of a data set tiled into one picture.
import type { DataSet } from "./data-set.ts";
import type { GreyImage } from "./grey.ts";

/** Pixels between two digits, and around them all. */
const GAP = 2;
/** Grey of the gaps. */
const FRAME = 64;

/** The images `indices` of `set`, from left to right in rows of `columns`, light on dark. */
export const digitSheet = (set: DataSet, indices: ArrayLike<number>, columns: number): GreyImage => {
  const lines = Math.ceil(indices.length / columns);
  const width = columns * (set.columns + GAP) + GAP;
  const height = lines * (set.rows + GAP) + GAP;
  const grey = new Uint8Array(width * height).fill(FRAME);
  for (let tile = 0; tile < indices.length; tile++) {
    const image = indices[tile]! * set.rows * set.columns;
    const left = GAP + (tile % columns) * (set.columns + GAP);
    const top = GAP + Math.floor(tile / columns) * (set.rows + GAP);
    for (let y = 0; y < set.rows; y++) {
      const start = image + y * set.columns;
      for (let x = 0; x < set.columns; x++) grey[(top + y) * width + left + x] = Math.round(set.images[start + x]!);
    }
  }
  return { width, height, grey };
};
