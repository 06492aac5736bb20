// A window of an image made larger or smaller. Each axis on its own: when shrinking, an output pixel is the average of the
// area it covers; when growing, it lies between its two neighbours.

/** The input pixels that one output pixel is made of: from `start` on, weights that sum to 1. */
interface Blend {
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

/** The blends that turn `from` pixels into `to`. */
const blends = (from: number, to: number): Blend[] =>
  Array.from({ length: to }, (_, i) =>
    to <= from ? average((i * from) / to, ((i + 1) * from) / to) : between(((i + 0.5) * from) / to - 0.5, from - 1),
  );

/**
 * Resamples `height` × `width` pixels, read by `at(y, x)`, to `rows` × `columns`; the result is (rows, columns).
 * All sizes are at least 1.
 */
export const resample = (
  at: (y: number, x: number) => number,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float64Array => {
  const across = blends(width, columns);
  const narrowed = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (const [x, { start, weights }] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * at(y, start + i);
      narrowed[y * columns + x] = sum;
    }
  }
  const result = new Float64Array(rows * columns);
  for (const [y, { start, weights }] of blends(height, rows).entries()) {
    for (let i = 0; i < weights.length; i++) {
      for (let x = 0; x < columns; x++) result[y * columns + x] += weights[i] * narrowed[(start + i) * columns + x];
    }
  }
  return result;
};
