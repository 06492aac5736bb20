// Eigenvectors of symmetric matrices in float64: Jacobi's rotations for small ones, and the few leading ones of a large one by
// subspace iteration: a block of vectors is multiplied by the matrix, made orthonormal, and turned so that the small matrix
// inside the block is diagonal (Rayleigh-Ritz), until the leading ones stand still. The same bits on every machine.
import type { Random } from "../random.ts";
import { dot } from "./cholesky.ts";

/** Eigenvalues, the largest first, and their unit vectors as rows (values, n); the largest element of each is positive. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Vectors beside the wanted ones: the more, the fewer passes. */
const GUARDS = 16;
/** How far A v may lie from λ v, as a share of the largest eigenvalue. */
const NEAR = 1e-9;
const MOST_PASSES = 1_000;

/** All eigenvectors of a small matrix (n, n), by Jacobi's rotations. */
export const jacobi = (matrix: Float64Array, n: number): Eigen => {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > 0; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  const order = Array.from({ length: n }, (_, i) => i).sort((p, q) => a[q * n + q]! - a[p * n + p]! || p - q);
  const vectors = new Float64Array(n * n);
  for (const [place, from] of order.entries()) vectors.set(v.subarray(from * n, (from + 1) * n), place * n);
  for (let i = 0; i < n; i++) turn(vectors.subarray(i * n, (i + 1) * n));
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
};

/** The squares beside the diagonal, 0 when they are lost in the rounding of what stands on it. */
const offDiagonal = (a: Float64Array, n: number): number => {
  let [beside, all] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      all += a[i * n + j]! ** 2;
      if (i !== j) beside += a[i * n + j]! ** 2;
    }
  return beside > 1e-31 * all ? beside : 0;
};

/** The rotation that makes a[p, q] zero, applied to both sides of `a` and to the rows of `v`. */
const rotate = (a: Float64Array, v: Float64Array, n: number, p: number, q: number): void => {
  const between = a[p * n + q]!;
  if (between === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * between);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) mixTwo(a, k * n + p, k * n + q, c, s);
  for (let k = 0; k < n; k++) {
    mixTwo(a, p * n + k, q * n + k, c, s);
    mixTwo(v, p * n + k, q * n + k, c, s);
  }
};

const mixTwo = (array: Float64Array, p: number, q: number, c: number, s: number): void => {
  const [x, y] = [array[p]!, array[q]!];
  array[p] = c * x - s * y;
  array[q] = s * x + c * y;
};

/** A vector and its opposite are both right: the one whose largest element is positive is taken. */
const turn = (vector: Float64Array): void => {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let i = 0; i < vector.length; i++) vector[i] = -vector[i]!;
};

/** Makes `count` rows (count, n) orthonormal, each by those before it, twice; a row that vanishes begins anew by chance. */
const orthonormalise = (rows: Float64Array, count: number, n: number, random: Random): void => {
  for (let i = 0; i < count; i++) {
    for (let round = 0; round < 2; ) {
      const before = dot(rows, i * n, rows, i * n, n);
      for (let j = 0; j < i; j++) {
        const part = dot(rows, i * n, rows, j * n, n);
        for (let k = 0; k < n; k++) rows[i * n + k]! -= part * rows[j * n + k]!;
      }
      const length = Math.sqrt(dot(rows, i * n, rows, i * n, n));
      const lost = !(length > 1e-10 * Math.sqrt(before));
      for (let k = 0; k < n; k++) rows[i * n + k] = lost ? random.unit() - 0.5 : rows[i * n + k]! / length;
      round = lost ? 0 : round + 1;
    }
  }
};

/** left (rows, inner) · right (inner, n) */
const times = (left: Float64Array, right: Float64Array, rows: number, inner: number, n: number): Float64Array => {
  const out = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const factor = left[i * inner + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * right[k * n + j]!;
    }
  return out;
};

/** Rows of a (rows, n) times rows of b (others, n): (rows, others). */
const byRows = (a: Float64Array, b: Float64Array, rows: number, others: number, n: number): Float64Array => {
  const out = new Float64Array(rows * others);
  for (let i = 0; i < rows; i++) for (let j = 0; j < others; j++) out[i * others + j] = dot(a, i * n, b, j * n, n);
  return out;
};

/** The `count` (1…n) leading eigenvectors of a symmetric matrix (n, n) without negative eigenvalues. */
export const leadingEigenvectors = (matrix: Float64Array, n: number, count: number, random: Random): Eigen => {
  const size = Math.min(n, count + GUARDS);
  let block: Float64Array = Float64Array.from({ length: size * n }, () => random.unit() - 0.5);
  for (let pass = 1; ; pass++) {
    orthonormalise(block, size, n, random);
    const image = byRows(block, matrix, size, n, n);
    const { values, vectors } = jacobi(byRows(block, image, size, size, n), size);
    block = times(vectors, block, size, size, n);
    const turned = times(vectors, image, size, size, n);
    if (pass === MOST_PASSES || farthest(block, turned, values, count, n) <= NEAR * Math.abs(values[0]!)) {
      for (let i = 0; i < count; i++) turn(block.subarray(i * n, (i + 1) * n));
      return { values: values.slice(0, count), vectors: block.slice(0, count * n) };
    }
    block = turned;
  }
};

/** The largest |A v - λ v| of the first `count` vectors, `image` being A v. */
const farthest = (block: Float64Array, image: Float64Array, values: Float64Array, count: number, n: number): number => {
  let most = 0;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = i * n; k < (i + 1) * n; k++) sum += (image[k]! - values[i]! * block[k]!) ** 2;
    most = Math.max(most, Math.sqrt(sum));
  }
  return most;
};
