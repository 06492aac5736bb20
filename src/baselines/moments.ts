// All that least squares needs to know of a data set: the sum of the features' outer products, and their sums by class. Blocks
// of 64 images are summed in float32 by the kernels, blocks in float64.
import type { DataSet } from "../data/data-set.ts";
import type { Tools } from "./baseline.ts";
import { byClass, type Features, inBlocks } from "./features.ts";
import { BLOCK, openGram } from "./products.ts";

export interface Moments {
  /** Numbers of a pattern, the constant last. */
  readonly width: number;
  /** Of each class, patterns. */
  readonly counts: number[];
  /** (width, width): Σ x xᵀ, symmetric. */
  readonly gram: Float64Array;
  /** (classes, width): Σ x of each class. */
  readonly sums: Float64Array;
}

const empty = (width: number, classes: number): Moments => ({
  width,
  counts: new Array<number>(classes).fill(0),
  gram: new Float64Array(width * width),
  sums: new Float64Array(classes * width),
});

const add = (from: Float32Array, to: Float64Array): void => {
  for (let i = 0; i < to.length; i++) to[i]! += from[i]!;
};

/** The moments of each class by itself (a list of as many as there are classes), or of all together (a list of one). */
const gather = async (tools: Tools, features: Features, set: DataSet, apart: boolean): Promise<Moments[]> => {
  const { width } = features;
  const found = Array.from({ length: apart ? set.classes : 1 }, () => empty(width, set.classes));
  const { rows, gram, sums, multiply } = openGram(tools.module, width);
  for (const [label, images] of byClass(set).entries()) {
    const moments = found[apart ? label : 0]!;
    moments.counts[label] = images.length;
    await inBlocks(images, BLOCK, async (block) => {
      features.write(set, block, rows);
      multiply(block.length);
      add(gram, moments.gram);
      add(sums, moments.sums.subarray(label * width, (label + 1) * width));
      await tools.worked(block.length * (width * width + features.work));
    });
  }
  return found;
};

/** The moments of all images of the set. */
export const momentsOf = async (tools: Tools, features: Features, set: DataSet): Promise<Moments> =>
  (await gather(tools, features, set, false))[0]!;

/** The same of each class by itself. */
export const momentsByClass = (tools: Tools, features: Features, set: DataSet): Promise<Moments[]> =>
  gather(tools, features, set, true);

/** A system of equations (Σ x xᵀ + ridge) w = …, factorised in its place by `ridgeSystem`'s caller. */
export const ridgeSystem = (parts: readonly Moments[], ridge: number): Float64Array => {
  const { width } = parts[0]!;
  const system = new Float64Array(width * width);
  for (const { gram } of parts) for (let i = 0; i < system.length; i++) system[i]! += gram[i]!;
  let trace = 0;
  for (let i = 0; i < width; i++) trace += system[i * width + i]!;
  for (let i = 0; i < width - 1; i++) system[i * width + i]! += (ridge * trace) / width;
  return system;
};
