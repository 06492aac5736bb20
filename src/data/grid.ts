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
export const mapGrid = ({ width, height, values }: Grid, make: (value: number, index: number) => number): Grid => ({
  width,
  height,
  values: values.map(make),
});

/** The grid made `width` × `height`: smaller by averaging areas, larger by blending neighbours. */
export const scaled = (grid: Grid, width: number, height: number): Grid => {
  if (width === grid.width && height === grid.height) return grid;
  const across = blends(grid.width, width, "area");
  const down = blends(grid.height, height, "area");
  const at = (y: number, x: number): number => grid.values[y * grid.width + x]!;
  return { width, height, values: Float32Array.from(blend(at, grid.height, across, down)) };
};

/** The grid made so small that no side is longer than `most`. */
export const shrunkTo = (grid: Grid, most: number): Grid => {
  const factor = Math.min(1, most / Math.max(grid.width, grid.height));
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return scaled(grid, side(grid.width), side(grid.height));
};

/** Calls `line` for every row, then for every column of what the rows have become. */
const alongBoth = (grid: Grid, line: (numbers: Float32Array) => Float32Array): Grid => {
  const { width, height } = grid;
  const values = grid.values.slice();
  for (let y = 0; y < height; y++) values.set(line(values.slice(y * width, (y + 1) * width)), y * width);
  const column = new Float32Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = values[y * width + x]!;
    const made = line(column);
    for (let y = 0; y < height; y++) values[y * width + x] = made[y]!;
  }
  return { width, height, values };
};

/** The mean of the square of `2 × radius + 1` around each place; at the sides of what there is of it. */
export const smooth = (grid: Grid, radius: number): Grid =>
  radius < 1
    ? grid
    : alongBoth(grid, (numbers) => {
        const sums = new Float64Array(numbers.length + 1);
        const result = new Float32Array(numbers.length);
        for (let i = 0; i < numbers.length; i++) sums[i + 1] = sums[i]! + numbers[i]!;
        for (let i = 0; i < numbers.length; i++) {
          const [from, to] = [Math.max(0, i - radius), Math.min(numbers.length, i + radius + 1)];
          result[i] = (sums[to]! - sums[from]!) / (to - from);
        }
        return result;
      });

/** The largest number of the square around each place (van Herk's way: maxima from the left and right ends of blocks). */
export const largest = (grid: Grid, radius: number): Grid =>
  alongBoth(grid, (numbers) => {
    const { length } = numbers;
    const block = 2 * radius + 1;
    const fromLeft = numbers.slice();
    const fromRight = numbers.slice();
    const result = new Float32Array(length);
    for (let i = 1; i < length; i++) if (i % block > 0) fromLeft[i] = Math.max(fromLeft[i]!, fromLeft[i - 1]!);
    for (let i = length - 2; i >= 0; i--)
      if ((i + 1) % block > 0) fromRight[i] = Math.max(fromRight[i]!, fromRight[i + 1]!);
    for (let i = 0; i < length; i++) {
      const [from, to] = [Math.max(0, i - radius), Math.min(length - 1, i + radius)];
      const isOne = from - (from % block) === to - (to % block);
      // A window that a side cuts may lie in one block, and begin or end with it.
      if (!isOne) result[i] = Math.max(fromRight[from]!, fromLeft[to]!);
      else result[i] = from % block === 0 ? fromLeft[to]! : fromRight[from]!;
    }
    return result;
  });

const negative = (grid: Grid): Grid => mapGrid(grid, (value) => -value);

/** The grid with its sides repeated `margin` times beyond them. */
const padded = ({ width, height, values }: Grid, margin: number): Grid => {
  const [wide, tall] = [width + 2 * margin, height + 2 * margin];
  const within = (at: number, length: number): number => Math.min(Math.max(at - margin, 0), length - 1);
  const more = new Float32Array(wide * tall);
  for (let y = 0; y < tall; y++)
    for (let x = 0; x < wide; x++) more[y * wide + x] = values[within(y, height) * width + within(x, width)]!;
  return { width: wide, height: tall, values: more };
};

/**
 * What is dark and narrower than the square of `2 × radius + 1` is filled with the light around it. A shadow goes on beyond
 * the sides, so that it is not narrow there.
 */
export const closed = (grid: Grid, radius: number): Grid => {
  const margin = 2 * radius;
  const filled = negative(largest(negative(largest(padded(grid, margin), radius)), radius));
  const values = new Float32Array(grid.values.length);
  for (let y = 0; y < grid.height; y++) {
    const start = (y + margin) * filled.width + margin;
    values.set(filled.values.subarray(start, start + grid.width), y * grid.width);
  }
  return { ...grid, values };
};
