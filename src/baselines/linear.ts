// III.C.1, the baseline linear classifier: ten weighted sums of the pixels. The paper does not say here how it was trained; the
// net `linear` learns by gradient descent, this one is the least-squares solution of the same 7,850 weights.
import type { Baseline } from "./baseline.ts";
import { pixelFeatures } from "./features.ts";
import { momentsOf } from "./moments.ts";
import { leastSquaresWork, readOut, ridges } from "./readout.ts";

export const linear: Baseline<{ readonly ridge: number }> = {
  name: "linear",
  title: "Linear classifier, by least squares",
  assumed: [
    "Least squares towards +1 and −1, with a ridge: the paper does not say how its linear classifier was trained.",
  ],
  choices: ridges.map((ridge) => ({ ridge })),
  learn: async (tools, set) => {
    const features = pixelFeatures(set);
    return readOut(tools, features, await momentsOf(tools, features, set));
  },
  cost: ({ pixels, classes }) => ({ multiplyAdds: classes * pixels, variables: classes * (pixels + 1) }),
  work: ({ train, validation, test, pixels, classes }) => {
    const width = pixels + 1;
    const learned = (2 * train - validation) * width * width + (ridges.length + 1) * leastSquaresWork(width);
    return learned + (ridges.length * validation + test) * classes * width;
  },
};
