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

export const crossEntropy: Kernels["crossEntropy"] = (
  images,
  classes,
  scale,
  logits,
  labels,
  order,
  first,
  losses,
  answers,
  dOut,
) => {
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    const answer = largest(logits, start, classes);
    const top = logits[start + answer]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[start + k]! - top);
    losses[first + n] = Math.log(sum) - (logits[start + label]! - top);
    answers[first + n] = answer;
    if (!dOut) continue;
    for (let k = 0; k < classes; k++) {
      const probability = Math.exp(logits[start + k]! - top) / sum;
      dOut[start + k] = (probability - (k === label ? 1 : 0)) * scale;
    }
  }
};

export const meanSquared: Kernels["meanSquared"] = (
  images,
  classes,
  low,
  high,
  scale,
  out,
  labels,
  order,
  first,
  losses,
  answers,
  dOut,
) => {
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const difference = out[start + k]! - (k === label ? high : low);
      sum += difference * difference;
      if (dOut) dOut[start + k] = ((2 * difference) / classes) * scale;
    }
    losses[first + n] = sum / classes;
    answers[first + n] = largest(out, start, classes);
  }
};

export const penalties: Kernels["penalties"] = (
  images,
  classes,
  rubbish,
  scale,
  out,
  labels,
  order,
  first,
  losses,
  answers,
  dOut,
) => {
  for (let n = 0; n < images; n++) {
    const start = n * classes;
    const label = labels[order[first + n]!]!;
    const answer = smallest(out, start, classes);
    const least = Math.min(rubbish ?? 0, out[start + answer]!);
    let sum = rubbish === null ? 0 : Math.exp(least - rubbish);
    for (let k = 0; k < classes; k++) sum += Math.exp(least - out[start + k]!);
    losses[first + n] = out[start + label]! + (rubbish === null ? 0 : Math.log(sum) - least);
    answers[first + n] = answer;
    if (!dOut) continue;
    for (let k = 0; k < classes; k++) {
      const posterior = rubbish === null ? 0 : Math.exp(least - out[start + k]!) / sum;
      dOut[start + k] = ((k === label ? 1 : 0) - posterior) * scale;
    }
  }
};
