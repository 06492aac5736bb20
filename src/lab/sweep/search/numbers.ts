// Exponential, logarithm and the normal distribution without the host's: a sweep file gives the same trials on every machine.
import { expMinus } from "../../../baselines/exponential.ts";

const { LN2, SQRT1_2, SQRT2 } = Math;

/** eˣ, to about 14 digits. */
export const exp = (x: number): number => (x <= 0 ? expMinus(-x) : 1 / expMinus(x));

/** The natural logarithm of x above 0: x = 2ᵏ m with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) as its series. */
export const ln = (x: number): number => {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  let [k, m] = [0, x];
  for (; m > SQRT2; m /= 2) k++;
  for (; m < SQRT1_2; m *= 2) k--;
  const y = (m - 1) / (m + 1);
  let [sum, power] = [0, y];
  for (let n = 1; n <= 25; n += 2, power *= y * y) sum += power / n;
  return 2 * sum + k * LN2;
};

/** The share of a normal distribution (mean 0, spread 1) below z. */
export const normalShare = (z: number): number => {
  if (z < 0) return 1 - normalShare(-z);
  if (z > 8) return 1;
  // Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/15 + …)
  let [term, sum] = [z, z];
  for (let n = 3; term > 1e-17 * sum; n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return Math.min(1, 0.5 + (sum * exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
};

/** The z that has this share below it; ±8 at the ends. By halving, since `normalShare` rises. */
export const normalQuantile = (share: number): number => {
  let [low, high] = [-8, 8];
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
