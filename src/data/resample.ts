// A window of an image made larger or smaller, each axis on its own: how many input pixels an output pixel blends, and how
// much of each, is what the filters differ in. Pure.

/** The input pixels that one output pixel is made of: from `start` on, weights that sum to 1. */
export interface Blend {
  readonly start: number;
  readonly weights: readonly number[];
}

const average = (start: number, end: number): Blend => {
  const first = Math.floor(start);
  const count = Math.max(1, Math.ceil(end - 1e-9) - first);
  const overlap = (i: number): number => Math.min(end, first + i + 1) - Math.max(start, first + i);
  return { start: first, weights: Array.from({ length: count }, (_, i) => overlap(i) / (end - start)) };
};

const between = (centre: number, last: number): Blend => {
  const position = Math.min(Math.max(centre, 0), last);
  const start = Math.min(Math.floor(position), Math.max(last - 1, 0));
  return last === 0 ? { start: 0, weights: [1] } : { start, weights: [1 - (position - start), position - start] };
};

/** A triangle around `centre` that falls to nothing `reach` pixels away; what lies outside of the image is left out. */
const triangle = (centre: number, reach: number, last: number): Blend => {
  const start = Math.max(0, Math.ceil(centre - reach));
  const end = Math.min(last, Math.floor(centre + reach));
  const raw = Array.from({ length: end - start + 1 }, (_, i) => 1 - Math.abs(start + i - centre) / reach);
  const sum = raw.reduce((a, b) => a + b);
  return { start, weights: raw.map((weight) => weight / sum) };
};

/**
 * How `from` pixels become `to`; pixel i of the result has its middle at (i + ½) from / to - ½.
 * - area: shrinking, the average of the area a pixel covers; growing, bilinear.
 * - bilinear: between the two neighbours, whatever lies between two results (PyTorch's interpolate, align_corners=False).
 * - antialias: shrinking, a triangle as wide as two results (PyTorch's antialias=True, Pillow's BILINEAR); growing, bilinear.
 */
export type Filter = "area" | "bilinear" | "antialias";

/** The blends of one axis. */
export const blends = (from: number, to: number, filter: Filter): readonly Blend[] =>
  Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    if (to > from || filter === "bilinear") return between(centre, from - 1);
    if (filter === "area") return average((i * from) / to, ((i + 1) * from) / to);
    return triangle(centre, from / to, from - 1);
  });

/** The pixels of `height` rows, read by `at(y, x)`, blended across and then down: (down, across). */
export const blend = (
  at: (y: number, x: number) => number,
  height: number,
  across: readonly Blend[],
  down: readonly Blend[],
): Float64Array => {
  const columns = across.length;
  const narrowed = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      const { start, weights } = across[x]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * at(y, start + i);
      narrowed[y * columns + x] = sum;
    }
  }
  const result = new Float64Array(down.length * columns);
  for (let y = 0; y < down.length; y++) {
    const { start, weights } = down[y]!;
    for (let i = 0; i < weights.length; i++) {
      const [weight, from] = [weights[i]!, (start + i) * columns];
      for (let x = 0; x < columns; x++) result[y * columns + x] += weight * narrowed[from + x];
    }
  }
  return result;
};

/**
 * Resamples `height` × `width` pixels, read by `at(y, x)`, to `rows` × `columns`, by area; the result is (rows, columns).
 * All sizes are at least 1.
 */
export const resample = (
  at: (y: number, x: number) => number,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float64Array => blend(at, height, blends(width, columns, "area"), blends(height, rows, "area"));
