// A layer's units as points of a plane: first the principal components of what it says about many images, then UMAP (McInnes,
// Healy & Melville 2018) of these. Which images, and all chance in it, come from a fixed seed.
import { UMAP } from "umap-js";
import { leadingEigenvectors } from "../../../baselines/eigen.ts";
import { stream } from "../../../random.ts";

const COMPONENTS = 16;
const NEIGHBOURS = 15;
const EPOCHS = 250;

/** The leading principal components of `count` rows of `width` values: (count, components). */
export const principalComponents = (values: Float32Array, count: number, most = COMPONENTS): number[][] => {
  const width = values.length / count;
  const components = Math.min(most, width);
  const means = new Float64Array(width);
  for (let i = 0; i < values.length; i++) means[i % width] += values[i]! / count;
  const covariance = new Float64Array(width * width);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) {
      const one = values[n * width + i]! - means[i]!;
      for (let j = 0; j <= i; j++) covariance[i * width + j] += (one * (values[n * width + j]! - means[j]!)) / count;
    }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j * width + i] = covariance[i * width + j]!;
  const { vectors } = leadingEigenvectors(covariance, width, components, stream(1, "report/pca"));
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: components }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (values[n * width + i]! - means[i]!) * vectors[c * width + i]!;
      return sum;
    }),
  );
};

/** A place in the plane for each row of `values`. Needs more rows than there are neighbours. */
export const planeOf = (values: Float32Array, count: number): readonly (readonly [number, number])[] => {
  const random = stream(1, "report/umap");
  const umap = new UMAP({ nNeighbors: NEIGHBOURS, nEpochs: EPOCHS, minDist: 0.8, random: () => random.unit() });
  return umap.fit(principalComponents(values, count)).map(([x, y]) => [x!, y!] as const);
};

/** Rows that `planeOf` needs at least. */
export const FEWEST = NEIGHBOURS + 1;
