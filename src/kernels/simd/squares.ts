// What the pooling kernels share: sums of squares of units, and gradients spread over them. `row` is in bytes.

/** Sums of the two by two squares under eight columns of two rows. */
@inline
export function squareSums(top: usize, row: usize): v128 {
  const bottom = top + row;
  const left = f32x4.add(v128.load(top), v128.load(bottom));
  const right = f32x4.add(v128.load(top, 16), v128.load(bottom, 16));
  return f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7));
}

/** Of one square. Columns first, as above, so that a square's sum does not depend on where it lies. */
@inline
export function squareSum(square: usize, row: usize, field: i32): f32 {
  let sum: f32 = 0;
  for (let kx = 0; kx < field; kx++) {
    let column: f32 = 0;
    for (let ky = 0; ky < field; ky++) column += load<f32>(square + <usize>ky * row + (<usize>kx << 2));
    sum += column;
  }
  return sum;
}

/** Each lane of g into the four units of its two by two square. */
@inline
export function storeSquares(top: usize, row: usize, g: v128): void {
  const left = v128.shuffle<f32>(g, g, 0, 0, 1, 1), right = v128.shuffle<f32>(g, g, 2, 2, 3, 3);
  v128.store(top, left); v128.store(top, right, 16);
  v128.store(top + row, left); v128.store(top + row, right, 16);
}

@inline
export function storeSquare(square: usize, row: usize, field: i32, g: f32): void {
  for (let ky = 0; ky < field; ky++)
    for (let kx = 0; kx < field; kx++) store<f32>(square + <usize>ky * row + (<usize>kx << 2), g);
}
