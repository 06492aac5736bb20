// Dropout: in training each unit is left out with some probability and the others are scaled up to make good; otherwise
// nothing happens. Who is left out is a hash of the layer, the step and the unit's place in the batch: no state, and the same
// answer whoever asks, so the backward pass asks again.
import { LenetError } from "../errors.ts";
import { mix } from "../random.ts";
import { type Shape, size } from "../shape.ts";
import { type Pass, pointwise, type Views } from "./layer.ts";

export interface DropoutSpec {
  readonly kind: "dropout";
  readonly name: string;
  readonly probability: number;
}

/** Leaves units out with this probability, 0 (nothing happens) up to but not including 1. */
export const dropout = (name: string, probability: number): DropoutSpec => ({ kind: "dropout", name, probability });

export const outputShape = ({ name, probability }: DropoutSpec, input: Shape): Shape => {
  if (!(probability >= 0 && probability < 1))
    throw new LenetError(`${name}: expected a probability from 0 up to but not including 1, got ${probability}.`);
  return input;
};
export const { parameters, census, window } = pointwise;
export const inPlace = true;

const leaveOut = ({ probability }: DropoutSpec, v: Views, pass: Pass, values: Views["out"]): void => {
  if (!pass.training || probability === 0) return;
  const units = size(v.geometry.output);
  const first = pass.shard * pass.shardImages * units;
  v.kernels.dropout(mix(v.key + pass.step), first, pass.images * units, probability, values);
};

export const forward = (spec: DropoutSpec, v: Views, pass: Pass): void => leaveOut(spec, v, pass, v.out);
export const backward = (spec: DropoutSpec, v: Views, pass: Pass): void => {
  if (v.dIn) leaveOut(spec, v, pass, v.dIn);
};
