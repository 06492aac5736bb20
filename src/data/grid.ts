// A grid of numbers, such as how much ink lies where, and what is done to a whole grid: made smaller or larger, smoothed, its
// largest or least neighbours taken. Pure; every cost is some additions a number, whatever the size of a window.
import { blend, blends } from "./resample.ts";

/** Numbers row by row: (height, width). */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A grid of the same size whose numbers are made from those of `grid`, and their places. */
export const mapGrid = ({ width, height, values }: Grid, make: (value: number, index: number) => number): Grid => {
  const made = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) made[i] = make(values[i]!, i);
  return { width, height, values: made };
};

/** The grid made `width` × `height`: smaller by averaging areas, larger by blending neighbours. */
export const scaled = (grid: Grid, width: number, height: number): Grid => {
  if (width === grid.width && height === grid.height) return grid;
  const across = blends(grid.width, width, "area");
  const down = blends(grid.height, height, "area");
  const at = (y: number, x: number): number => grid.values[y * grid.width + x]!;
  return { width, height, values: new Float32Array(blend(at, grid.height, across, down)) };
};

/** The grid made so small that no side is longer than `most`. */
export const shrunkTo = (grid: Grid, most: number): Grid => {
  const factor = Math.min(1, most / longest(grid));
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return scaled(grid, side(grid.width), side(grid.height));
};

/**
 * Makes of every row, then of every column of what the rows have become, another line, longer by `more` numbers: `line` reads `from`
 * and fills `to`.
 */
const alongBoth = (grid: Grid, more: number, line: (from: Float32Array, to: Float32Array) => void): Grid => {
  const [width, height] = [grid.width + more, grid.height + more];
  const rows = new Float32Array(width * grid.height);
  for (let y = 0; y < grid.height; y++)
    line(grid.values.subarray(y * grid.width, (y + 1) * grid.width), rows.subarray(y * width, (y + 1) * width));
  const values = new Float32Array(width * height);
  const column = new Float32Array(grid.height);
  const made = new Float32Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < grid.height; y++) column[y] = rows[y * width + x]!;
    line(column, made);
    for (let y = 0; y < height; y++) values[y * width + x] = made[y]!;
  }
  return { width, height, values };
};

/** The mean of the square of `2 × radius + 1` around each place; at the sides of what there is of it. */
export const smooth = (grid: Grid, radius: number): Grid => {
  if (radius < 1) return grid;
  const sums = new Float64Array(longest(grid) + 1);
  return alongBoth(grid, 0, (from, to) => {
    const { length } = from;
    for (let i = 0; i < length; i++) sums[i + 1] = sums[i]! + from[i]!;
    for (let i = 0; i < length; i++) {
      const first = Math.max(0, i - radius);
      const end = Math.min(length, i + radius + 1);
      to[i] = (sums[end]! - sums[first]!) / (end - first);
    }
  });
};

const longest = ({ width, height }: Grid): number => Math.max(width, height);

/**
 * The largest number of the square of `2 × radius + 1` around each place, also of places up to `beyond` outside of the grid (inside,
 * where that is negative), of which there is always something in the grid; with `sign` -1 the least. (van Herk's way: maxima from the
 * left and right ends of blocks.)
 */
const extreme = (grid: Grid, radius: number, beyond: number, sign: 1 | -1): Grid => {
  const block = 2 * radius + 1;
  const fromLeft = new Float32Array(longest(grid));
  const fromRight = new Float32Array(longest(grid));
  return alongBoth(grid, 2 * beyond, (from, to) => {
    const { length } = from;
    for (let start = 0; start < length; start += block) {
      const end = Math.min(start + block, length);
      let most = sign * from[start]!;
      for (let i = start; i < end; i++) fromLeft[i] = most = Math.max(most, sign * from[i]!);
      most = sign * from[end - 1]!;
      for (let i = end - 1; i >= start; i--) fromRight[i] = most = Math.max(most, sign * from[i]!);
    }
    for (let i = 0; i < to.length; i++) {
      const first = Math.max(0, i - beyond - radius);
      const last = Math.min(length - 1, i - beyond + radius);
      const isOne = first - (first % block) === last - (last % block);
      // A window that a side cuts may lie in one block, and begin or end with it.
      if (!isOne) to[i] = sign * Math.max(fromRight[first]!, fromLeft[last]!);
      else to[i] = sign * (first % block === 0 ? fromLeft[last]! : fromRight[first]!);
    }
  });
};

/**
 * What is dark and narrower than the square of `2 × radius + 1` is filled with the light around it. Beyond the sides everything goes
 * on as it is there, so that a shadow is not narrow there.
 */
export const closed = (grid: Grid, radius: number): Grid =>
  extreme(extreme(grid, radius, radius, 1), radius, -radius, -1);
