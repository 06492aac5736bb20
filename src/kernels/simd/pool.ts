// Pooling. Sums over 2×2 squares, four squares at a time; other sizes, and maxima, in plain loops.

/** Sums of the two by two squares under eight columns of two rows. */
@inline
function squareSums(top: usize, bottom: usize): v128 {
  const left = f32x4.add(v128.load(top), v128.load(bottom));
  const right = f32x4.add(v128.load(top, 16), v128.load(bottom, 16));
  return f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7));
}

export function f32_sum_pool_forward(
  planes: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, scale: f32, input: usize, out: usize,
): void {
  const row = <usize>columns << 2;
  const scales = f32x4.splat(scale);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < outRows; y++) {
      const from = input + <usize>(plane * rows + y * field) * row;
      let x = 0;
      if (field == 2)
        for (; x + 4 <= outColumns; x += 4, out += 16) {
          const at = from + (<usize>x << 3);
          v128.store(out, f32x4.mul(scales, squareSums(at, at + row)));
        }
      for (; x < outColumns; x++, out += 4) {
        // Columns first, as above, so that a square's sum does not depend on where it lies.
        let sum: f32 = 0;
        for (let kx = 0; kx < field; kx++) {
          let column: f32 = 0;
          for (let ky = 0; ky < field; ky++) column += load<f32>(from + <usize>ky * row + (<usize>(x * field + kx) << 2));
          sum += column;
        }
        store<f32>(out, scale * sum);
      }
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
      let x = 0;
      if (field == 2)
        for (; x + 4 <= outColumns; x += 4, dOut += 16) {
          const g = f32x4.mul(scales, v128.load(dOut));
          const left = v128.shuffle<f32>(g, g, 0, 0, 1, 1), right = v128.shuffle<f32>(g, g, 2, 2, 3, 3);
          const at = to + (<usize>x << 3);
          v128.store(at, left); v128.store(at, right, 16);
          v128.store(at + row, left); v128.store(at + row, right, 16);
        }
      for (; x < outColumns; x++, dOut += 4) {
        const g = scale * load<f32>(dOut);
        for (let ky = 0; ky < field; ky++)
          for (let kx = 0; kx < field; kx++) store<f32>(to + <usize>ky * row + (<usize>(x * field + kx) << 2), g);
      }
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
