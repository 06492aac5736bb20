// Pooling. Sums over 2×2 squares, four squares at a time; other sizes, and maxima, in plain loops.

import { squareSum, squareSums, storeSquare, storeSquares } from "./squares";

export function f32_sum_pool_forward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, scale: f32, input: usize, out: usize,
): void {
  const row = <usize>columns << 2;
  const scales = f32x4.splat(scale);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++) {
      const from = input + <usize>(plane * rows + y * field) * row;
      if (field == 2 && outColumns >= 4)
        // The last four may overlap the ones before.
        for (let x = 0; x < outColumns; x += 4) {
          const at = <usize>min(x, outColumns - 4) << 2;
          v128.store(out + at, f32x4.mul(scales, squareSums(from + 2 * at, row)));
        }
      else
        for (let x = 0; x < outColumns; x++)
          store<f32>(out + (<usize>x << 2), scale * squareSum(from + (<usize>(x * field) << 2), row, field));
      out += <usize>outColumns << 2;
    }
}

export function f32_sum_pool_backward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, scale: f32, dOut: usize, dIn: usize,
): void {
  const row = <usize>columns << 2;
  const scales = f32x4.splat(scale);
  if (outRows * field < rows || outColumns * field < columns) memory.fill(dIn, 0, <usize>(planes * rows) * row);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++) {
      const to = dIn + <usize>(plane * rows + y * field) * row;
      if (field == 2 && outColumns >= 4)
        for (let x = 0; x < outColumns; x += 4) {
          const at = <usize>min(x, outColumns - 4) << 2;
          storeSquares(to + 2 * at, row, f32x4.mul(scales, v128.load(dOut + at)));
        }
      else
        for (let x = 0; x < outColumns; x++)
          storeSquare(to + (<usize>(x * field) << 2), row, field, scale * load<f32>(dOut + (<usize>x << 2)));
      dOut += <usize>outColumns << 2;
    }
}

/** Address of the largest unit of a square, the first of equals in reading order; of a NaN where there is one. */
@inline
function largestOf(square: usize, row: usize, field: i32): usize {
  let best = square;
  for (let ky = 0; ky < field; ky++)
    for (let kx = 0; kx < field; kx++) {
      const at = square + <usize>ky * row + (<usize>kx << 2);
      const value = load<f32>(at);
      if (value > load<f32>(best) || value != value) best = at;
    }
  return best;
}

export function f32_max_pool_forward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, input: usize, out: usize,
): void {
  const row = <usize>columns << 2;
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++)
      for (let x = 0; x < outColumns; x++, out += 4) {
        const square = input + <usize>(plane * rows + y * field) * row + (<usize>(x * field) << 2);
        store<f32>(out, load<f32>(largestOf(square, row, field)));
      }
}

export function f32_max_pool_backward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, input: usize, dOut: usize, dIn: usize,
): void {
  const row = <usize>columns << 2;
  memory.fill(dIn, 0, <usize>(planes * rows) * row);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++)
      for (let x = 0; x < outColumns; x++, dOut += 4) {
        const square = input + <usize>(plane * rows + y * field) * row + (<usize>(x * field) << 2);
        store<f32>(dIn + (largestOf(square, row, field) - input), load<f32>(dOut));
      }
}
