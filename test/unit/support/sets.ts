// Small data sets made by hand or by chance, and what baselines need to work on them.
import type { Tools } from "../../../src/baselines/baseline.ts";
import type { DataSet } from "../../../src/data/data-set.ts";
import { kernelModule } from "../../../src/kernels/module.ts";
import { stream } from "../../../src/random.ts";

/** Images of one row each, with their labels. */
export const setOf = (images: readonly (readonly number[])[], labels: readonly number[], classes = 10): DataSet => ({
  name: "made",
  part: "train",
  images: Uint8Array.from(images.flat()),
  labels: Uint8Array.from(labels),
  count: labels.length,
  rows: 1,
  columns: images[0]!.length,
  classes,
  sha256: { images: "", labels: "" },
});

/** `count` images of `pixels` bytes below `below`; the labels go round. */
export const randomSet = (name: string, count: number, pixels: number, below = 256, classes = 10): DataSet => {
  const random = stream(1, name);
  const image = (): number[] => Array.from({ length: pixels }, () => random.integer(below));
  return setOf(
    Array.from({ length: count }, image),
    Array.from({ length: count }, (_, n) => n % classes),
    classes,
  );
};

/** Images around one point for each class, `noise` away at most. */
export const blobs = (name: string, count: number, pixels: number, classes: number, noise: number): DataSet => {
  const places = stream(1, "blobs");
  const centres = Array.from({ length: classes }, () =>
    Array.from({ length: pixels }, () => noise + places.integer(256 - 2 * noise)),
  );
  const random = stream(1, name);
  const labels = Array.from({ length: count }, () => random.integer(classes));
  const images = labels.map((label) => centres[label]!.map((at) => at + random.integer(2 * noise + 1) - noise));
  return setOf(images, labels, classes);
};

export const toolsFor = (seed = 1): Tools => ({ module: kernelModule(), seed, worked: async () => {} });
