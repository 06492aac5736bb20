// Symmetric positive definite systems in float64: the factor of Cholesky, row by row, and the solution of its two triangles.
// Only + − × ÷ and square roots: the same bits on every machine.

/** Σ a[i] b[i] of `count` numbers from `p` and `q`, in four sums side by side. */
export const dot = (a: Float64Array, p: number, b: Float64Array, q: number, count: number): number => {
  // One declaration a line: taken from an array they would take twice the time.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += a[p + i]! * b[q + i]!;
    s1 += a[p + i + 1]! * b[q + i + 1]!;
    s2 += a[p + i + 2]! * b[q + i + 2]!;
    s3 += a[p + i + 3]! * b[q + i + 3]!;
  }
  for (; i < count; i++) s0 += a[p + i]! * b[q + i]!;
  return s0 + s1 + (s2 + s3);
};

/** Multiply-adds of `factorise`. */
export const factorWork = (n: number): number => n ** 3 / 6;

/**
 * Puts the lower triangle L with L Lᵀ = matrix (n, n) into the place of the matrix' own; what is above it is not looked at.
 * Throws Error when the matrix is not positive definite.
 */
export const factorise = (matrix: Float64Array, n: number): void => {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++)
      matrix[row + j] = (matrix[row + j]! - dot(matrix, row, matrix, j * n, j)) / matrix[j * n + j]!;
    const pivot = matrix[row + i]! - dot(matrix, row, matrix, row, i);
    if (!(pivot > 0)) throw new Error(`cholesky: expected a positive definite matrix, got pivot ${pivot} in row ${i}`);
    matrix[row + i] = Math.sqrt(pivot);
  }
};

/** Solves L Lᵀ x = vector (n) in place, L as `factorise` leaves it. */
export const solve = (lower: Float64Array, n: number, vector: Float64Array): void => {
  for (let i = 0; i < n; i++) vector[i] = (vector[i]! - dot(lower, i * n, vector, 0, i)) / lower[i * n + i]!;
  for (let i = n - 1; i >= 0; i--) {
    const x = vector[i]! / lower[i * n + i]!;
    vector[i] = x;
    for (let j = 0; j < i; j++) vector[j]! -= lower[i * n + j]! * x;
  }
};
