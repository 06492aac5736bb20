// Batch normalisation in plain loops (Ioffe & Szegedy 2015). Everything is per feature map, over images and pixels.
import type { Shape } from "../../shape.ts";
import type { Kernels } from "../contract.ts";

/** Calls `visit` for each unit with its map. */
const forEachUnit = (
  images: number,
  { maps, rows, columns }: Shape,
  visit: (unit: number, map: number) => void,
): void => {
  const area = rows * columns;
  for (let unit = 0; unit < images * maps * area; unit++) visit(unit, Math.floor(unit / area) % maps);
};

export const normMoments: Kernels["normMoments"] = (images, shape, input, mean, deviation) => {
  const count = images * shape.rows * shape.columns;
  mean.fill(0, 0, shape.maps);
  deviation.fill(0, 0, shape.maps);
  forEachUnit(images, shape, (unit, map) => {
    mean[map]! += input[unit]! / count;
  });
  forEachUnit(images, shape, (unit, map) => {
    deviation[map]! += (input[unit]! - mean[map]!) ** 2;
  });
};

export const normForward: Kernels["normForward"] = (images, shape, input, mean, inverse, gamma, beta, out) =>
  forEachUnit(images, shape, (unit, map) => {
    out[unit] = (input[unit]! - mean[map]!) * inverse[map]! * gamma[map]! + beta[map]!;
  });

export const normBackwardSums: Kernels["normBackwardSums"] = (
  images,
  shape,
  input,
  dOut,
  mean,
  inverse,
  dGamma,
  dBeta,
) => {
  dGamma.fill(0, 0, shape.maps);
  dBeta.fill(0, 0, shape.maps);
  forEachUnit(images, shape, (unit, map) => {
    dGamma[map]! += dOut[unit]! * (input[unit]! - mean[map]!) * inverse[map]!;
    dBeta[map]! += dOut[unit]!;
  });
};

export const normBackwardInput: Kernels["normBackwardInput"] = (
  images,
  shape,
  count,
  input,
  dOut,
  mean,
  inverse,
  gamma,
  dGamma,
  dBeta,
  dIn,
) =>
  forEachUnit(images, shape, (unit, map) => {
    const normalised = (input[unit]! - mean[map]!) * inverse[map]!;
    const centred = dOut[unit]! - dBeta[map]! / count - (normalised * dGamma[map]!) / count;
    dIn[unit] = gamma[map]! * inverse[map]! * centred;
  });
