// Pooling. 2×2 squares, four at a time; other sizes in plain loops. The last four may overlap the ones before.

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

/** Where b is larger than a, or a NaN: what `largestOf` goes on to. */
@inline
function beats(b: v128, a: v128): v128 {
  return v128.or(f32x4.gt(b, a), f32x4.ne(b, b));
}

/** The units of the four 2×2 squares under eight columns, by their corner: each a lane of four. */
@inline
function leftOf(row: usize): v128 {
  return v128.shuffle<f32>(v128.load(row), v128.load(row, 16), 0, 2, 4, 6);
}
@inline
function rightOf(row: usize): v128 {
  return v128.shuffle<f32>(v128.load(row), v128.load(row, 16), 1, 3, 5, 7);
}

@inline
function largestOfFour(top: usize, row: usize): v128 {
  const bottom = top + row;
  let best = leftOf(top);
  let next = rightOf(top);
  best = v128.bitselect(next, best, beats(next, best));
  next = leftOf(bottom);
  best = v128.bitselect(next, best, beats(next, best));
  next = rightOf(bottom);
  return v128.bitselect(next, best, beats(next, best));
}

/** Each lane of g into the largest unit of its square, nothing into the others: no branch, which noise would mislead. */
@inline
function storeAtLargest(top: usize, row: usize, g: v128, to: usize): void {
  const bottom = top + row;
  const topLeft = leftOf(top), topRight = rightOf(top), bottomLeft = leftOf(bottom), bottomRight = rightOf(bottom);
  const second = beats(topRight, topLeft);
  let best = v128.bitselect(topRight, topLeft, second);
  const third = beats(bottomLeft, best);
  best = v128.bitselect(bottomLeft, best, third);
  const fourth = beats(bottomRight, best);
  const inTop = v128.andnot(v128.andnot(g, third), fourth);
  const left = v128.andnot(inTop, second), right = v128.and(inTop, second);
  v128.store(to, v128.shuffle<f32>(left, right, 0, 4, 1, 5)); v128.store(to, v128.shuffle<f32>(left, right, 2, 6, 3, 7), 16);
  const lower = v128.andnot(v128.and(g, third), fourth), last = v128.and(g, fourth);
  v128.store(to + row, v128.shuffle<f32>(lower, last, 0, 4, 1, 5));
  v128.store(to + row, v128.shuffle<f32>(lower, last, 2, 6, 3, 7), 16);
}

export function f32_max_pool_forward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, input: usize, out: usize,
): void {
  const row = <usize>columns << 2;
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++) {
      const from = input + <usize>(plane * rows + y * field) * row;
      if (field == 2 && outColumns >= 4)
        for (let x = 0; x < outColumns; x += 4) {
          const at = <usize>min(x, outColumns - 4) << 2;
          v128.store(out + at, largestOfFour(from + 2 * at, row));
        }
      else
        for (let x = 0; x < outColumns; x++)
          store<f32>(out + (<usize>x << 2), load<f32>(largestOf(from + (<usize>(x * field) << 2), row, field)));
      out += <usize>outColumns << 2;
    }
}

export function f32_max_pool_backward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, input: usize, dOut: usize, dIn: usize,
): void {
  const row = <usize>columns << 2;
  const quick = field == 2 && outColumns >= 4;
  if (!quick || outRows * field < rows || outColumns * field < columns)
    memory.fill(dIn, 0, <usize>(planes * rows) * row);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++) {
      const line = <usize>(plane * rows + y * field) * row;
      if (quick)
        for (let x = 0; x < outColumns; x += 4) {
          const at = <usize>min(x, outColumns - 4) << 2;
          storeAtLargest(input + line + 2 * at, row, v128.load(dOut + at), dIn + line + 2 * at);
        }
      else
        for (let x = 0; x < outColumns; x++) {
          const square = input + line + (<usize>(x * field) << 2);
          store<f32>(dIn + (largestOf(square, row, field) - input), load<f32>(dOut + (<usize>x << 2)));
        }
      dOut += <usize>outColumns << 2;
    }
}
