// Whether a study that compared several settings and ours put them into the same order: its numbers may differ from ours by
// machine, seed or library, and its conclusion still hold.

/** Each value's place in ascending order, from 1; equal values share the mean of theirs. */
export const ranks = (values: readonly number[]): number[] =>
  values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });

/** Spearman's rank correlation of two lists of the same things: 1 for the same order, -1 for the opposite, about 0 for none. */
export const rankCorrelation = (one: readonly number[], other: readonly number[]): number => {
  const middle = (one.length + 1) / 2;
  const [a, b] = [ranks(one), ranks(other)].map((places) => places.map((place) => place - middle)) as [
    number[],
    number[],
  ];
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
};
