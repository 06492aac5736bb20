// Losses in plain loops.
import type { Floats } from "../../shape.ts";
import type { Kernels } from "../contract.ts";

/** Index of the largest of `count` values from `start`; the first of equals. */
const largest = (values: Floats, start: number, count: number): number => {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
};

/** Index of the smallest, likewise. */
const smallest = (values: Floats, start: number, count: number): number => {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! < values[start + best]!) best = i;
  return best;
};

export const softmax: Kernels["softmax"] = (images, classes, values) => {
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const top = values[start + largest(values, start, classes)]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(values[start + k]! - top);
    for (let k = 0; k < classes; k++) values[start + k] = Math.exp(values[start + k]! - top) / sum;
  }
};

export const crossEntropy: Kernels["crossEntropy"] = (v, images, first, scale) => {
  const { classes, out, labels, order, losses, answers, dOut } = v;
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    const answer = largest(out, start, classes);
    const top = out[start + answer]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(out[start + k]! - top);
    losses[first + n] = Math.log(sum) - (out[start + label]! - top);
    answers[first + n] = answer;
    if (scale === 0) continue;
    for (let k = 0; k < classes; k++) {
      const probability = Math.exp(out[start + k]! - top) / sum;
      dOut[start + k] = (probability - (k === label ? 1 : 0)) * scale;
    }
  }
};

export const meanSquared: Kernels["meanSquared"] = (v, images, first, scale, low, high) => {
  const { classes, out, labels, order, losses, answers, dOut } = v;
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const difference = out[start + k]! - (k === label ? high : low);
      sum += difference * difference;
      if (scale !== 0) dOut[start + k] = ((2 * difference) / classes) * scale;
    }
    losses[first + n] = sum / classes;
    answers[first + n] = largest(out, start, classes);
  }
};

export const penalties: Kernels["penalties"] = (v, images, first, scale, rubbish) => {
  const { classes, out, labels, order, losses, answers, dOut } = v;
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    const answer = smallest(out, start, classes);
    const least = Math.min(rubbish ?? 0, out[start + answer]!);
    let sum = rubbish === null ? 0 : Math.exp(least - rubbish);
    for (let k = 0; k < classes; k++) sum += Math.exp(least - out[start + k]!);
    losses[first + n] = out[start + label]! + (rubbish === null ? 0 : Math.log(sum) - least);
    answers[first + n] = answer;
    if (scale === 0) continue;
    for (let k = 0; k < classes; k++) {
      const posterior = rubbish === null ? 0 : Math.exp(least - out[start + k]!) / sum;
      dOut[start + k] = ((k === label ? 1 : 0) - posterior) * scale;
    }
  }
};
