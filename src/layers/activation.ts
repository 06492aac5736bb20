// Activations: a function of each unit by itself, computed in place; the derivative is taken from the output.
import type { Activation } from "../kernels/contract.ts";
import { size } from "../shape.ts";
import { type Pass, pointwise, type Views } from "./layer.ts";

export interface ActivationSpec {
  readonly kind: "activation";
  readonly activation: Activation;
}

const activation = (name: Activation): ActivationSpec => ({ kind: "activation", activation: name });

export const tanh = (): ActivationSpec => activation("tanh");
/** 1.7159 tanh(2a/3), the papers' scaled hyperbolic tangent: f(1) = 1, f(-1) = -1 (1998, appendix A). */
export const squash = (): ActivationSpec => activation("squash");
export const relu = (): ActivationSpec => activation("relu");
export const sigmoid = (): ActivationSpec => activation("sigmoid");

export const { outputShape, parameters, census, window } = pointwise;

export const inPlace = true;

export const forward = (spec: ActivationSpec, v: Views, pass: Pass): void =>
  v.kernels.activate(spec.activation, pass.images * size(v.geometry.output), v.out);

/** dIn = dOut × f′; dIn lies where dOut does, or holds a copy of it. */
export const backward = (spec: ActivationSpec, v: Views, pass: Pass): void => {
  if (v.dIn) v.kernels.activateBackward(spec.activation, pass.images * size(v.geometry.output), v.out, v.dIn);
};

/** d²E/din² = d²E/dout² × f′², the term of f″ left out (1998, eq. 27). */
export const curvature = (spec: ActivationSpec, v: Views, _: Views, pass: Pass): void => {
  backward(spec, v, pass);
  backward(spec, v, pass);
};
