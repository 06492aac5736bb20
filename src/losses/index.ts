// Losses: how wrong an output is, and which class it means. A loss is the mean over the images of a batch.
import type { Kernels } from "../kernels/contract.ts";
import type { Floats } from "../shape.ts";

/** Softmax and cross-entropy on logits; or the mean over the outputs of (out - target)², targets `high` and `low`. */
export type LossSpec =
  | { readonly kind: "crossEntropy" }
  | { readonly kind: "meanSquared"; readonly low: number; readonly high: number };

/** What a loss reads and writes; image n of the shard is number `first + n` of the order. */
export interface LossViews {
  readonly kernels: Kernels;
  readonly classes: number;
  readonly out: Floats;
  readonly labels: Uint8Array;
  readonly order: Int32Array;
  /** By position in the order. */
  readonly losses: Floats;
  readonly answers: Uint8Array;
  /** Gradient of the batch's mean loss. */
  readonly dOut: Floats;
}

/** Losses and answers of `images` images; their gradient too when `batchImages`, the size of the whole batch, is not 0. */
export const forwardAndBackward = (
  spec: LossSpec,
  v: LossViews,
  images: number,
  first: number,
  batchImages: number,
): void => {
  const dOut = batchImages > 0 ? v.dOut : null;
  const scale = batchImages > 0 ? 1 / batchImages : 0;
  const { kernels, classes, out, labels, order, losses, answers } = v;
  if (spec.kind === "crossEntropy")
    kernels.crossEntropy(images, classes, scale, out, labels, order, first, losses, answers, dOut);
  else
    kernels.meanSquared(images, classes, spec.low, spec.high, scale, out, labels, order, first, losses, answers, dOut);
};
