// Distances from fixed codes in plain loops (Euclidean radial basis functions).
import type { Floats } from "../../shape.ts";

export const rbfForward = (
  images: number,
  inputs: number,
  classes: number,
  scale: number,
  input: Floats,
  codes: Floats,
  out: Floats,
): void => {
  for (let n = 0; n < images; n++)
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += (input[n * inputs + i]! - codes[k * inputs + i]!) ** 2;
      out[n * classes + k] = scale * sum;
    }
};

export const rbfBackward = (
  images: number,
  inputs: number,
  classes: number,
  scale: number,
  input: Floats,
  codes: Floats,
  dOut: Floats,
  dIn: Floats,
): void => {
  for (let n = 0; n < images; n++)
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let k = 0; k < classes; k++)
        sum += dOut[n * classes + k]! * (input[n * inputs + i]! - codes[k * inputs + i]!);
      dIn[n * inputs + i] = 2 * scale * sum;
    }
};
