// Means and how far they can be trusted: spreads, intervals and tests for few numbers, after Student, Welch, Fisher and Holm.
import { exp, ln } from "../search/numbers.ts";

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of a sample; null of fewer than two. */
export const spread = (values: readonly number[]): number | null => {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
};

/** Γ's logarithm for x above 0: Stirling's series, after going up to where it is exact to 13 digits. */
const lnGamma = (x: number): number => {
  let [shift, z] = [0, x];
  for (; z < 12; z++) shift += ln(z);
  const square = 1 / (z * z);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / z;
  return (z - 0.5) * ln(z) - z + 0.5 * ln(2 * Math.PI) + series - shift;
};

/** The regularised incomplete beta function, by its continued fraction (Abramowitz & Stegun 26.5.8). */
export const betaShare = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = exp(a * ln(x) + b * ln(1 - x) + lnGamma(a + b) - lnGamma(a) - lnGamma(b)) / a;
  let fraction = 1;
  for (let m = 200; m >= 1; m--) {
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return front / fraction;
};

/** The chance that Student's t is farther from 0 than this, with so many degrees of freedom. */
export const studentTails = (t: number, freedom: number): number =>
  betaShare(freedom / (freedom + t * t), freedom / 2, 0.5);

/** The chance that Fisher's F is above this. */
export const fisherTail = (f: number, above: number, below: number): number =>
  f === Number.POSITIVE_INFINITY ? 0 : betaShare(below / (below + above * f), below / 2, above / 2);

/** The t with this chance in its two tails. */
const studentQuantile = (tails: number, freedom: number): number => {
  let [low, high] = [0, 1];
  while (studentTails(high, freedom) > tails) high *= 2;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (studentTails(middle, freedom) > tails) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** A mean with the ends of its 95 % interval; the ends are null of fewer than two values. */
export interface Estimate {
  readonly mean: number;
  readonly spread: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly count: number;
}

/** Of values that scatter normally; null of none. */
export const estimate = (values: readonly number[]): Estimate | null => {
  if (values.length === 0) return null;
  const [middle, around] = [mean(values), spread(values)];
  if (around === null) return { mean: middle, spread: null, low: null, high: null, count: values.length };
  const reach = (studentQuantile(0.05, values.length - 1) * around) / Math.sqrt(values.length);
  return { mean: middle, spread: around, low: middle - reach, high: middle + reach, count: values.length };
};

/**
 * Welch's test: the chance of a difference at least so large between samples of one mean. Null where either is too small, and
 * where neither scatters, though they differ: of few images two trainings often read equally many.
 */
export const welch = (a: readonly number[], b: readonly number[]): number | null => {
  const [sa, sb] = [spread(a), spread(b)];
  if (sa === null || sb === null) return null;
  const [va, vb] = [sa ** 2 / a.length, sb ** 2 / b.length];
  const difference = mean(a) - mean(b);
  if (va + vb === 0) return difference === 0 ? 1 : null;
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return studentTails(difference / Math.sqrt(va + vb), freedom);
};

/** Holm's correction: the same chances, made so large that one in twenty families of tests has a false one below .05. */
export const holm = (chances: readonly number[]): number[] => {
  const order = [...chances.keys()].sort((a, b) => chances[a]! - chances[b]!);
  const corrected = [...chances];
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, chances[index]! * (chances.length - rank)));
    corrected[index] = least;
  }
  return corrected;
};
