// III.C.3, principal components and a quadratic classifier: the mean is taken away, the image is projected on the 40 leading
// eigenvectors of the covariance, all 820 products of two components and a constant feed a linear read-out.

import type { DataSet } from "../data/data-set.ts";
import { stream } from "../random.ts";
import type { Baseline, Tools } from "./baseline.ts";
import { PLAIN } from "./baseline.ts";
import { leadingEigenvectors } from "./eigen.ts";
import { type Features, pixelFeatures, writeRows } from "./features.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { openProducts } from "./products.ts";
import { leastSquaresWork, readOut, ridges } from "./readout.ts";

const COMPONENTS = 40;
/** Passes of the subspace iteration that a forecast of the time counts on. */
const PASSES = 40;

/** How an image is projected: (image - mean) · each row of `vectors`, divided by the component's spread. */
export interface Projection {
  readonly mean: Float64Array;
  /** (components, pixels) */
  readonly vectors: Float64Array;
  /** Standard deviation along each component. */
  readonly spreads: Float64Array;
}

/** The principal components of patterns with these moments; their constant is left out. */
export const principalComponents = ({ width, counts, gram }: Moments, most: number, seed: number): Projection => {
  const pixels = width - 1;
  const count = counts.reduce((sum, one) => sum + one, 0);
  // The constant's row of the gram matrix is the sum of all patterns.
  const mean = gram.slice(pixels * width, pixels * width + pixels).map((sum) => sum / count);
  const covariance = new Float64Array(pixels * pixels);
  for (let i = 0; i < pixels; i++)
    for (let j = 0; j < pixels; j++) covariance[i * pixels + j] = gram[i * width + j]! / count - mean[i]! * mean[j]!;
  const components = Math.min(most, pixels);
  const { values, vectors } = leadingEigenvectors(covariance, pixels, components, stream(seed, "pca"));
  return { mean, vectors, spreads: values.map((value) => Math.sqrt(Math.max(0, value))) };
};

/** All products of two components, with themselves too, and the constant. */
export const quadraticFeatures = (tools: Tools, projection: Projection): Features => {
  const { mean, vectors, spreads } = projection;
  const [pixels, components] = [mean.length, spreads.length];
  const { left, right, bias, out, multiply } = openProducts(tools.module, pixels, components);
  for (let c = 0; c < components; c++) {
    // The products are the same up to a factor each, whatever the components' scale; equal scales make one ridge fair to all.
    const scale = spreads[c]! > 0 ? 1 / spreads[c]! : 0;
    let shift = 0;
    for (let i = 0; i < pixels; i++) {
      right[c * pixels + i] = vectors[c * pixels + i]! * scale;
      shift -= vectors[c * pixels + i]! * scale * mean[i]!;
    }
    bias[c] = shift;
  }
  const width = (components * (components + 1)) / 2 + 1;
  return {
    width,
    work: components * pixels,
    write: (set, images, into) => {
      writeRows(set, images, left);
      multiply(images.length);
      for (let n = 0, at = 0; n < images.length; n++) {
        for (let p = n * components; p < (n + 1) * components; p++)
          for (let q = p; q < (n + 1) * components; q++) into[at++] = out[p]! * out[q]!;
        into[at++] = 1;
      }
    },
  };
};

const learnProjection = async (tools: Tools, set: DataSet): Promise<Projection> => {
  const moments = await momentsOf(tools, pixelFeatures(set), set);
  const projection = principalComponents(moments, COMPONENTS, tools.seed);
  await tools.worked(PLAIN * PASSES * COMPONENTS * (set.rows * set.columns) ** 2);
  return projection;
};

/** Products of two of 40 components, and the constant: 821. */
const WIDTH = (COMPONENTS * (COMPONENTS + 1)) / 2 + 1;

export const pcaQuadratic: Baseline<{ readonly ridge: number }> = {
  name: "pca-quadratic",
  title: "40 principal components and a quadratic classifier",
  assumed: [
    "The components are scaled to equal spread, which changes no product but for a factor, so that one ridge serves all.",
    "The linear classifier of the products is the least-squares solution, with a ridge.",
  ],
  choices: ridges.map((ridge) => ({ ridge })),
  learn: async (tools, set) => {
    const features = quadraticFeatures(tools, await learnProjection(tools, set));
    return readOut(tools, features, await momentsOf(tools, features, set));
  },
  // The mean is one subtraction a pixel, and has to be kept.
  cost: ({ pixels, classes }) => ({
    multiplyAdds: COMPONENTS * pixels + WIDTH * classes,
    variables: pixels + COMPONENTS * pixels + WIDTH * classes,
  }),
  work: ({ train, validation, test, pixels }) => {
    const learned = (2 * train - validation) * ((pixels + 1) ** 2 + WIDTH ** 2 + COMPONENTS * pixels);
    const solved = 2 * PLAIN * PASSES * COMPONENTS * pixels ** 2 + (ridges.length + 1) * leastSquaresWork(WIDTH);
    return learned + solved + (ridges.length * validation + test) * COMPONENTS * pixels;
  },
};
