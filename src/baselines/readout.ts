// The linear read-out: a weighted sum of the features for each class, by least squares towards +1 for the class and −1 for the
// others, with a ridge: the weights that make Σ (w x − t)² + ridge × (mean x²) × Σ w² smallest. With features that are no
// pixels this is also the regularised pseudo-inverse of III.C.3.
import type { Classifier, Learned, Tools } from "./baseline.ts";
import { PLAIN } from "./baseline.ts";
import { factorise, factorWork, solve } from "./cholesky.ts";
import { allOf, type Features, inBlocks } from "./features.ts";
import { type Moments, ridgeSystem } from "./moments.ts";
import { BLOCK, openProducts } from "./products.ts";

/** Ridges to choose from, as shares of the features' mean square. */
export const ridges = [1e-3, 1e-2, 1e-1, 1] as const;

/** Weights (classes, width) by least squares. */
export const leastSquares = (moments: Moments, ridge: number): Float64Array => {
  const { width, counts, sums } = moments;
  const system = ridgeSystem([moments], ridge);
  factorise(system, width);
  const weights = new Float64Array(counts.length * width);
  for (let label = 0; label < counts.length; label++) {
    const row = weights.subarray(label * width, (label + 1) * width);
    // Σ t x: the class counts +1 and every class −1, so the class twice and all of them once less.
    for (let other = 0; other < counts.length; other++)
      for (let i = 0; i < width; i++) row[i]! += (other === label ? 1 : -1) * sums[other * width + i]!;
    solve(system, width, row);
  }
  return weights;
};

/** Multiply-adds of `leastSquares`, in the kernels' pace. */
export const leastSquaresWork = (width: number): number => PLAIN * factorWork(width);

/** Every image's outputs (count, units) of linear units with these weights (units, width). */
export const linearOutputs =
  (tools: Tools, features: Features, weights: Float64Array): Classifier =>
  async (set) => {
    const { width } = features;
    const units = weights.length / width;
    const { left, right, out, multiply } = openProducts(tools.module, width, units);
    right.set(weights);
    const outputs = new Float64Array(set.count * units);
    await inBlocks(allOf(set), BLOCK, async (block, first) => {
      features.write(set, block, left);
      multiply(block.length);
      outputs.set(out.subarray(0, block.length * units), first * units);
      await tools.worked(block.length * (units * width + features.work));
    });
    return outputs;
  };

/** The read-out by least squares on these moments, for whatever ridge. */
export const readOut = (tools: Tools, features: Features, moments: Moments): Learned<{ readonly ridge: number }> => ({
  classifier: async ({ ridge }) => {
    const weights = leastSquares(moments, ridge);
    await tools.worked(leastSquaresWork(features.width));
    return linearOutputs(tools, features, weights);
  },
});
