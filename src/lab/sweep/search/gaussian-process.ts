// A Gaussian process: what results so far say about the score of any other point, as a mean and a spread (Rasmussen & Williams
// 2006, chapters 2 and 5). Kernel: Matérn 5/2 with a length for each dimension; lengths and noise are those under which the
// results are likeliest. Knows no sweeps.
import { dot, factorise } from "../../../baselines/cholesky.ts";
import { exp, ln } from "./numbers.ts";

/** A coordinate in [0, 1], or the index of a word, which is as far from one word as from another. */
export type Point = readonly number[];

export interface Guess {
  readonly mean: number;
  readonly spread: number;
}

const lengths = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2] as const;
const noises = [1e-6, 1e-4, 1e-2, 1e-1] as const;
/** Lengths and noise are chosen one after the other, so many times. */
const ROUNDS = 2;

/** Lengths by dimension: over how far scores are alike. `noise`: the variance that repeating a point would show. */
export interface Shape {
  readonly lengths: readonly number[];
  readonly noise: number;
}

const SQRT5 = Math.sqrt(5);

const kernel = (a: Point, b: Point, isWord: readonly boolean[], { lengths }: Shape): number => {
  let square = 0;
  for (let d = 0; d < a.length; d++) {
    const far = isWord[d] ? (a[d] === b[d] ? 0 : 1) : a[d]! - b[d]!;
    square += (far / lengths[d]!) ** 2;
  }
  const r = SQRT5 * Math.sqrt(square);
  return (1 + r + (r * r) / 3) * exp(-r);
};

/** Lower triangle L with L Lᵀ the kernel of all pairs, and K⁻¹ y. */
interface Factors {
  readonly lower: Float64Array;
  readonly weights: Float64Array;
  /** Logarithm of the likelihood of the scores, but for a constant. */
  readonly likelihood: number;
}

const factor = (
  points: readonly Point[],
  scores: readonly number[],
  isWord: readonly boolean[],
  shape: Shape,
): Factors => {
  const n = points.length;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = kernel(points[i]!, points[j]!, isWord, shape) + (i === j ? shape.noise + 1e-9 : 0);
      lower[i * n + j] = value;
      lower[j * n + i] = value;
    }
  factorise(lower, n);
  const weights = Float64Array.from(scores);
  forwards(lower, n, weights);
  let likelihood = 0;
  for (let i = 0; i < n; i++) likelihood -= weights[i]! ** 2 / 2 + ln(lower[i * n + i]!);
  backwards(lower, n, weights);
  return { lower, weights, likelihood };
};

/** x ← L⁻¹ x */
const forwards = (lower: Float64Array, n: number, x: Float64Array): void => {
  for (let i = 0; i < n; i++) x[i] = (x[i]! - dot(lower, i * n, x, 0, i)) / lower[i * n + i]!;
};

/** x ← L⁻ᵀ x */
const backwards = (lower: Float64Array, n: number, x: Float64Array): void => {
  for (let i = n - 1; i >= 0; i--) {
    let value = x[i]!;
    for (let j = i + 1; j < n; j++) value -= lower[j * n + i]! * x[j]!;
    x[i] = value / lower[i * n + i]!;
  }
};

/** The lengths and the noise under which these scores, whose mean should be about 0 and spread about 1, are likeliest. */
export const likeliestShape = (
  points: readonly Point[],
  scores: readonly number[],
  isWord: readonly boolean[],
): Shape => {
  let shape: Shape = { lengths: isWord.map(() => 0.4), noise: 1e-4 };
  let best = factor(points, scores, isWord, shape).likelihood;
  const consider = (other: Shape): void => {
    const { likelihood } = factor(points, scores, isWord, other);
    if (likelihood > best) [shape, best] = [other, likelihood];
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let d = 0; d < isWord.length; d++)
      for (const length of lengths) consider({ ...shape, lengths: shape.lengths.with(d, length) });
    for (const noise of noises) consider({ ...shape, noise });
  }
  return shape;
};

/** What these scores say about any other point. */
export const guesser = (
  points: readonly Point[],
  scores: readonly number[],
  isWord: readonly boolean[],
  shape: Shape,
): ((point: Point) => Guess) => {
  const { lower, weights } = factor(points, scores, isWord, shape);
  const n = points.length;
  const across = new Float64Array(n);
  return (point) => {
    for (let i = 0; i < n; i++) across[i] = kernel(point, points[i]!, isWord, shape);
    const mean = dot(across, 0, weights, 0, n);
    forwards(lower, n, across);
    return { mean, spread: Math.sqrt(Math.max(1e-12, 1 - dot(across, 0, across, 0, n))) };
  };
};
