// Max pooling: the largest unit of each square of one map.
import type { Shape } from "../shape.ts";
import { type Census, type Pass, pointwise, square, type Views, type Window } from "./layer.ts";
import { pooledCensus, pooledShape } from "./sum-pool.ts";

export interface MaxPoolSpec {
  readonly kind: "maxPool";
  readonly name: string;
  readonly field: number;
}

export const maxPool = (name: string, { field }: { field: number }): MaxPoolSpec => ({ kind: "maxPool", name, field });

export const outputShape = ({ name, field }: MaxPoolSpec, input: Shape): Shape => pooledShape(name, field, input);
export const { parameters } = pointwise;
export const census = ({ name, field }: MaxPoolSpec, input: Shape): Census => pooledCensus(name, field, input);
export const window = ({ field }: MaxPoolSpec): Window => square(field, field);
export const inPlace = false;

export const forward = (_: MaxPoolSpec, v: Views, pass: Pass): void =>
  v.kernels.maxPoolForward(v.geometry, pass.images, v.in, v.out);

/** The gradient goes to the unit that won. */
export const backward = (_: MaxPoolSpec, v: Views, pass: Pass): void => {
  if (v.dIn) v.kernels.maxPoolBackward(v.geometry, pass.images, v.in, v.dOut, v.dIn);
};

export const curvature = (spec: MaxPoolSpec, v: Views, _: Views, pass: Pass): void => backward(spec, v, pass);
