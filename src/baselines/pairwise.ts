// III.C.2, the pairwise linear classifier: a unit for each pair of classes i < j, which learns +1 on class i and −1 on class j
// from the images of these two alone. A class's score is the sum of its units' outputs, those where it is j counted negative.
import type { Baseline, Classifier, Learned, Tools } from "./baseline.ts";
import { PLAIN } from "./baseline.ts";
import { factorise, factorWork, solve } from "./cholesky.ts";
import { type Features, pixelFeatures } from "./features.ts";
import { type Moments, momentsByClass, ridgeSystem } from "./moments.ts";
import { linearOutputs } from "./readout.ts";

/** Every pair (i, j) with i < j, in the order of its unit. */
export const pairsOf = (classes: number): [i: number, j: number][] =>
  Array.from({ length: classes }, (_, i) => i).flatMap((i) =>
    Array.from({ length: classes - i - 1 }, (_, j): [number, number] => [i, i + 1 + j]),
  );

/** Scores (count, classes) from the units' outputs (count, pairs), each cut off at ± limit. */
export const pairwiseScores = (outputs: Float64Array, classes: number, limit: number): Float64Array => {
  const pairs = pairsOf(classes);
  const count = outputs.length / pairs.length;
  const scores = new Float64Array(count * classes);
  for (let n = 0; n < count; n++)
    for (const [unit, [i, j]] of pairs.entries()) {
      const output = Math.max(-limit, Math.min(limit, outputs[n * pairs.length + unit]!));
      scores[n * classes + i]! += output;
      scores[n * classes + j]! -= output;
    }
  return scores;
};

/** Weights (pairs, width) of all units by least squares; a unit without images stays silent. */
export const pairwiseWeights = async (
  tools: Tools,
  moments: readonly Moments[],
  ridge: number,
): Promise<Float64Array> => {
  const { width } = moments[0]!;
  const pairs = pairsOf(moments.length);
  const weights = new Float64Array(pairs.length * width);
  for (const [unit, [i, j]] of pairs.entries()) {
    const [ours, theirs] = [moments[i]!, moments[j]!];
    if (ours.counts[i]! + theirs.counts[j]! === 0) continue;
    const row = weights.subarray(unit * width, (unit + 1) * width);
    for (let k = 0; k < width; k++) row[k] = ours.sums[i * width + k]! - theirs.sums[j * width + k]!;
    const system = ridgeSystem([ours, theirs], ridge);
    factorise(system, width);
    solve(system, width, row);
    await tools.worked(PLAIN * factorWork(width));
  }
  return weights;
};

interface Choice extends Readonly<Record<string, number>> {
  readonly ridge: number;
  readonly limit: number;
}

const ridges = [1e-3, 1e-2, 1e-1];
const limits = [0.25, 0.5, 1];

const learned = (tools: Tools, features: Features, moments: readonly Moments[]): Learned<Choice> => {
  // Choices come ridge by ridge: the units of one ridge serve all its limits.
  let last: { ridge: number; outputs: Classifier } | undefined;
  return {
    classifier: async ({ ridge, limit }) => {
      if (last?.ridge !== ridge)
        last = { ridge, outputs: linearOutputs(tools, features, await pairwiseWeights(tools, moments, ridge)) };
      const { outputs } = last;
      return async (set) => pairwiseScores(await outputs(set), moments.length, limit);
    },
  };
};

export const pairwise: Baseline<Choice> = {
  name: "pairwise",
  title: "Pairwise linear classifier",
  assumed: [
    "Each unit is the least-squares solution, with a ridge: the paper does not say how it was trained.",
    "A unit's output is cut off at ± a limit. Sums of outputs that are linear would be ten linear units again, and do as these.",
  ],
  choices: ridges.flatMap((ridge) => limits.map((limit) => ({ ridge, limit }))),
  learn: async (tools, set) => {
    const features = pixelFeatures(set);
    return learned(tools, features, await momentsByClass(tools, features, set));
  },
  cost: ({ pixels, classes }) => {
    const units = (classes * (classes - 1)) / 2;
    return { multiplyAdds: units * pixels, variables: units * (pixels + 1) };
  },
  work: ({ train, validation, test, pixels, classes }) => {
    const units = (classes * (classes - 1)) / 2;
    const width = pixels + 1;
    const learning = (2 * train - validation) * width ** 2 + (ridges.length + 1) * units * PLAIN * factorWork(width);
    return learning + (ridges.length * limits.length * validation + test) * units * width;
  },
};
