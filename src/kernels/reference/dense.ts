// Dense layers in plain loops.
import type { Kernels } from "../contract.ts";

export const denseForward: Kernels["denseForward"] = (images, inputs, units, input, weight, bias, out) => {
  for (let n = 0; n < images; n++)
    for (let unit = 0; unit < units; unit++) {
      let sum = bias[unit]!;
      for (let i = 0; i < inputs; i++) sum += weight[unit * inputs + i]! * input[n * inputs + i]!;
      out[n * units + unit] = sum;
    }
};

export const denseBackwardInput: Kernels["denseBackwardInput"] = (images, inputs, units, dOut, weight, dIn) => {
  for (let n = 0; n < images; n++)
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += dOut[n * units + unit]! * weight[unit * inputs + i]!;
      dIn[n * inputs + i] = sum;
    }
};

export const denseBackwardWeight: Kernels["denseBackwardWeight"] = (
  images,
  inputs,
  units,
  from,
  to,
  input,
  dOut,
  dWeight,
  dBias,
) => {
  for (let unit = from; unit < to; unit++) {
    let biasSum = 0;
    for (let n = 0; n < images; n++) biasSum += dOut[n * units + unit]!;
    dBias[unit] = biasSum;
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let n = 0; n < images; n++) sum += dOut[n * units + unit]! * input[n * inputs + i]!;
      dWeight[unit * inputs + i] = sum;
    }
  }
};
