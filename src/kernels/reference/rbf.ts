// Distances from fixed codes in plain loops (Euclidean radial basis functions).
import type { Kernels } from "../contract.ts";

export const rbfForward: Kernels["rbfForward"] = (images, inputs, classes, scale, input, codes, out) => {
  for (let n = 0; n < images; n++)
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += (input[n * inputs + i]! - codes[k * inputs + i]!) ** 2;
      out[n * classes + k] = scale * sum;
    }
};

export const rbfBackward: Kernels["rbfBackward"] = (images, inputs, classes, scale, input, codes, dOut, dIn) => {
  for (let n = 0; n < images; n++)
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let k = 0; k < classes; k++)
        sum += dOut[n * classes + k]! * (input[n * inputs + i]! - codes[k * inputs + i]!);
      dIn[n * inputs + i] = 2 * scale * sum;
    }
};
