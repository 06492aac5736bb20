// Dense layers in plain loops.
import type { Floats } from "../../shape.ts";

export const denseForward = (
  images: number,
  inputs: number,
  units: number,
  input: Floats,
  weight: Floats,
  bias: Floats,
  out: Floats,
): void => {
  for (let n = 0; n < images; n++)
    for (let unit = 0; unit < units; unit++) {
      let sum = bias[unit]!;
      for (let i = 0; i < inputs; i++) sum += weight[unit * inputs + i]! * input[n * inputs + i]!;
      out[n * units + unit] = sum;
    }
};

export const denseBackwardInput = (
  images: number,
  inputs: number,
  units: number,
  dOut: Floats,
  weight: Floats,
  dIn: Floats,
): void => {
  for (let n = 0; n < images; n++)
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += dOut[n * units + unit]! * weight[unit * inputs + i]!;
      dIn[n * inputs + i] = sum;
    }
};

export const denseBackwardWeight = (
  images: number,
  inputs: number,
  units: number,
  from: number,
  to: number,
  input: Floats,
  dOut: Floats,
  dWeight: Floats,
  dBias: Floats,
): void => {
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
