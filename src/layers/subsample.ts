// Sub-sampling as the papers have it: a unit sums a square of ONE map, times that map's trainable coefficient, plus the map's
// trainable bias. The squashing that follows is a layer of its own. Averages without anything to learn: sum-pool.ts.
import { type Shape, size } from "../shape.ts";
import { type Census, learned, type ParameterSpec, type Pass, square, type Views, type Window } from "./layer.ts";
import { pooledShape } from "./sum-pool.ts";

export interface SubsampleSpec {
  readonly kind: "subsample";
  readonly name: string;
  readonly field: number;
  /** The coefficient that training begins with. */
  readonly start: number;
}

/** Squares of `field` × `field`, side by side. The papers do not say how a coefficient begins; the authors' later code has ½. */
export const subsample = (name: string, { field, start = 0.5 }: { field: number; start?: number }): SubsampleSpec => ({
  kind: "subsample",
  name,
  field,
  start,
});

export const outputShape = ({ name, field }: SubsampleSpec, input: Shape): Shape => pooledShape(name, field, input);

export const parameters = ({ start }: SubsampleSpec, { maps }: Shape): readonly ParameterSpec[] => [
  // A scale, as a norm's gamma is: decay, which pulls to zero, leaves it alone.
  { ...learned("coefficient", "bias", [maps], 0), start },
  learned("bias", "bias", [maps], 0),
];

/** The papers count a connection to each unit of the square and one for the bias: 5,880 in S2, 2,000 in S4. */
export const census = (spec: SubsampleSpec, input: Shape): Census => {
  const units = size(outputShape(spec, input));
  return { connections: units * (spec.field ** 2 + 1), multiplyAdds: units };
};

export const window = ({ field }: SubsampleSpec): Window => square(field, field);
export const inPlace = false;

// The paper adds the four inputs and does not divide by four: the coefficient learns the scale (1998, II.B, S2).
export const forward = (_: SubsampleSpec, v: Views, pass: Pass): void =>
  v.kernels.subsampleForward(v.geometry, pass.images, v.tensors["coefficient"]!, v.tensors["bias"]!, v.in, v.out);

const back = (v: Views, pass: Pass, squared: boolean): void => {
  const { coefficient, bias } = v.gradients;
  v.kernels.subsampleBackward(
    v.geometry,
    pass.images,
    squared,
    v.tensors["coefficient"]!,
    v.in,
    v.dOut,
    v.dIn,
    coefficient!,
    bias!,
  );
};

/** Of out = coefficient × Σ in + bias. */
export const backward = (_: SubsampleSpec, v: Views, pass: Pass): void => back(v, pass, false);

/** h of the coefficient = Σ d²E/dout² × (Σ in)². */
export const curvature = (_: SubsampleSpec, v: Views, __: Views, pass: Pass): void => back(v, pass, true);
