// Sum pooling, and average pooling, which is the same sum divided by the number of units: squares of one map, not
// overlapping, without anything to learn. Rows and columns that fill no square are not seen.
import { LenetError } from "../errors.ts";
import { formatShape, type Shape, size } from "../shape.ts";
import { type Census, type Pass, pointwise, square, type Views, type Window } from "./layer.ts";

export interface SumPoolSpec {
  readonly kind: "sumPool";
  readonly name: string;
  readonly field: number;
  readonly average: boolean;
}

interface Options {
  readonly field: number;
}

export const sumPool = (name: string, { field }: Options): SumPoolSpec => ({
  kind: "sumPool",
  name,
  field,
  average: false,
});
export const averagePool = (name: string, { field }: Options): SumPoolSpec => ({
  kind: "sumPool",
  name,
  field,
  average: true,
});

/** Shape after pooling by squares of `field`: shared with max pooling. */
export const pooledShape = (name: string, field: number, input: Shape): Shape => {
  const output = { maps: input.maps, rows: Math.floor(input.rows / field), columns: Math.floor(input.columns / field) };
  if (output.rows < 1 || output.columns < 1)
    throw new LenetError(
      `${name}: expected an input of at least ${field}×${field}, got ${formatShape(input)}. Pool by smaller squares.`,
    );
  return output;
};

/** A pooled unit is joined to each unit of its square; there is no bias. */
export const pooledCensus = (name: string, field: number, input: Shape): Census => ({
  connections: size(pooledShape(name, field, input)) * field ** 2,
  multiplyAdds: 0,
});

export const outputShape = ({ name, field }: SumPoolSpec, input: Shape): Shape => pooledShape(name, field, input);
export const { parameters } = pointwise;
export const census = ({ name, field }: SumPoolSpec, input: Shape): Census => pooledCensus(name, field, input);
export const window = ({ field }: SumPoolSpec): Window => square(field, field);
export const inPlace = false;

const scale = ({ field, average }: SumPoolSpec): number => (average ? 1 / field ** 2 : 1);

export const forward = (spec: SumPoolSpec, v: Views, pass: Pass): void =>
  v.kernels.sumPoolForward(v.geometry, pass.images, scale(spec), v.in, v.out);

export const backward = (spec: SumPoolSpec, v: Views, pass: Pass): void => {
  if (v.dIn) v.kernels.sumPoolBackward(v.geometry, pass.images, scale(spec), v.dOut, v.dIn);
};

export const curvature = (spec: SumPoolSpec, v: Views, _: Views, pass: Pass): void => {
  if (v.dIn) v.kernels.sumPoolBackward(v.geometry, pass.images, scale(spec) ** 2, v.dOut, v.dIn);
};
