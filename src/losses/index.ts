// Losses: how wrong an output is, and which class it means. A loss is the mean over the images of a batch.
import type { Kernels, LossArrays } from "../kernels/contract.ts";
import type { Floats } from "../shape.ts";

/**
 * Softmax and cross-entropy on logits; the mean over the outputs of (out - target)², targets `high` and `low`; or, where outputs
 * are penalties, that of the right class (1998, eq. 8), also against those of the other classes and of rubbish (eq. 9; `rubbish`
 * is the paper's j, for which it gives no value).
 */
export type LossSpec =
  | { readonly kind: "crossEntropy" }
  | { readonly kind: "meanSquared"; readonly low: number; readonly high: number }
  | { readonly kind: "penalty" }
  | { readonly kind: "penaltyMap"; readonly rubbish: number };

/** Whether outputs are penalties, of which the least answers. */
export const leastWins = ({ kind }: LossSpec): boolean => kind === "penalty" || kind === "penaltyMap";

export interface LossViews extends LossArrays {
  readonly kernels: Kernels;
}

/** Losses and answers of `images` images; their gradient too when `batchImages`, the size of the whole batch, is not 0. */
export const forwardAndBackward = (
  spec: LossSpec,
  v: LossViews,
  images: number,
  first: number,
  batchImages: number,
): void => {
  const scale = batchImages > 0 ? 1 / batchImages : 0;
  if (spec.kind === "crossEntropy") v.kernels.crossEntropy(v, images, first, scale);
  else if (spec.kind === "meanSquared") v.kernels.meanSquared(v, images, first, scale, spec.low, spec.high);
  else v.kernels.penalties(v, images, first, scale, spec.kind === "penaltyMap" ? spec.rubbish : null);
};

/**
 * Where the recursion of second derivatives begins: dOut = d²E/dout² × `share`, which for cross-entropy is p (1 - p). For
 * penalties it is dE/dout of eq. 8 (the layer below knows how a penalty curves), and for eq. 9 too: its own second derivative
 * can be negative, and the authors' code begins with the same constant.
 */
export const curvatureOf = (spec: LossSpec, v: LossViews, images: number, first: number, share: number): void => {
  const { kernels, classes, out, labels, order, dOut } = v;
  const count = images * classes;
  if (spec.kind === "meanSquared") dOut.fill((2 / classes) * share, 0, count);
  else if (spec.kind === "crossEntropy") {
    for (let i = 0; i < count; i++) dOut[i] = out[i]!;
    kernels.softmax(images, classes, dOut);
    for (let i = 0; i < count; i++) dOut[i] = dOut[i]! * (1 - dOut[i]!) * share;
  } else {
    dOut.fill(0, 0, count);
    for (let n = 0; n < images; n++) dOut[n * classes + labels[order[first + n]!]!] = share;
  }
};

/** The class that one image's outputs mean; the first of equals. */
export const answerOf = (spec: LossSpec, classes: number, out: Floats): number => {
  const least = leastWins(spec);
  let best = 0;
  for (let k = 1; k < classes; k++) if (least ? out[k]! < out[best]! : out[k]! > out[best]!) best = k;
  return best;
};

/**
 * Turns one image's outputs into probabilities of the classes, in place: the softmax of logits; of penalties with their sign
 * turned (the posterior of eq. 9, rubbish left out); or, of outputs that were taught targets, their heights above `low`.
 */
export const toProbabilities = (spec: LossSpec, kernels: Kernels, classes: number, out: Floats): void => {
  if (spec.kind !== "meanSquared") {
    if (leastWins(spec)) for (let k = 0; k < classes; k++) out[k] = -out[k]!;
    kernels.softmax(1, classes, out);
    return;
  }
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.max(0, out[k]! - spec.low);
  for (let k = 0; k < classes; k++) out[k] = sum > 0 ? Math.max(0, out[k]! - spec.low) / sum : 1 / classes;
};
