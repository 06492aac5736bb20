// Dense layer: every unit sees every input. Its many weights' gradients are computed over the whole batch, by rows.
import type { Shape } from "../shape.ts";
import { size } from "../shape.ts";
import { type Census, learned, type ParameterSpec, type Pass, type Views } from "./layer.ts";

export interface DenseSpec {
  readonly kind: "dense";
  readonly name: string;
  readonly units: number;
  /** Where the biases begin in a net whose biases are not random. */
  readonly bias: number;
}

/** `units` units, each the weighted sum of all inputs plus a bias. */
export const dense = (name: string, { units, bias = 0 }: { units: number; bias?: number }): DenseSpec => ({
  kind: "dense",
  name,
  units,
  bias,
});

export const outputShape = ({ units }: DenseSpec): Shape => ({ maps: units, rows: 1, columns: 1 });

export const parameters = ({ units, bias }: DenseSpec, input: Shape): readonly ParameterSpec[] => [
  { ...learned("weight", "weight", [units, size(input)], size(input)), fanOut: units },
  { ...learned("bias", "bias", [units], size(input)), start: bias },
];

export const census = ({ units }: DenseSpec, input: Shape): Census => {
  const multiplyAdds = units * size(input);
  return { multiplyAdds, connections: multiplyAdds + units };
};

export const window = (): null => null;

export const inPlace = false;

export const forward = (_: unknown, v: Views, pass: Pass): void => {
  const { input, output } = v.geometry;
  const { weight, bias } = v.tensors;
  v.kernels.denseForward(pass.images, size(input), output.maps, v.in, weight!, bias!, v.out);
};

export const backward = (_: unknown, v: Views, pass: Pass): void => {
  const { input, output } = v.geometry;
  if (v.dIn) v.kernels.denseBackwardInput(pass.images, size(input), output.maps, v.dOut, v.tensors["weight"]!, v.dIn);
};

export const gradientRows = (_: unknown, v: Views, images: number, from: number, to: number): void => {
  const { input, output } = v.geometry;
  const { weight, bias } = v.gradients;
  v.kernels.denseBackwardWeight(images, size(input), output.maps, from, to, v.in, v.dOut, weight!, bias!);
};

export const curvature = (spec: unknown, _: Views, squared: Views, pass: Pass): void => backward(spec, squared, pass);
