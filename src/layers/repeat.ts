// Repetition: every map several times in a row, so that the next layer can treat it in several ways, as where two
// sub-sampling maps are joined to each map of a convolution (LeNet-4). Nothing is computed and nothing learned.
import type { Shape } from "../shape.ts";
import { type Pass, pointwise, type Views } from "./layer.ts";

export interface RepeatSpec {
  readonly kind: "repeat";
  readonly name: string;
  readonly times: number;
}

/** Map m becomes maps m × times … (m + 1) × times - 1. */
export const repeat = (name: string, { times }: { times: number }): RepeatSpec => ({ kind: "repeat", name, times });

export const outputShape = ({ times }: RepeatSpec, input: Shape): Shape => ({ ...input, maps: input.maps * times });
export const { parameters, census, window } = pointwise;
export const inPlace = false;

export const forward = ({ times }: RepeatSpec, v: Views, pass: Pass): void => {
  const { maps, rows, columns } = v.geometry.input;
  v.kernels.repeatForward(pass.images * maps, rows * columns, times, v.in, v.out);
};

/** dIn = the sum of dOut over the copies. */
export const backward = ({ times }: RepeatSpec, v: Views, pass: Pass): void => {
  const { maps, rows, columns } = v.geometry.input;
  if (v.dIn) v.kernels.repeatBackward(pass.images * maps, rows * columns, times, v.dOut, v.dIn);
};

export const curvature = (spec: RepeatSpec, _: Views, squared: Views, pass: Pass): void =>
  backward(spec, squared, pass);
