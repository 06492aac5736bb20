// Batch normalisation (Ioffe & Szegedy 2015), per feature map. In training the mean and variance are the batch's, so every
// shard must be measured before any can go on (`beforeForward`, `beforeBackward`); shards are added in their order. Otherwise
// the running averages are used.
import type { Shape } from "../shape.ts";
import { learned, type ParameterSpec, type Pass, pointwise, type Views } from "./layer.ts";

export interface BatchNormSpec {
  readonly kind: "batchNorm";
  readonly name: string;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Share of the running averages that a step keeps. */
  readonly momentum: number;
}

export const batchNorm = (name: string, { epsilon = 1e-3, momentum = 0.99 } = {}): BatchNormSpec => ({
  kind: "batchNorm",
  name,
  epsilon,
  momentum,
});

const statistic = (role: string, maps: number, start: number): ParameterSpec => ({
  ...learned(role, "bias", [maps], 0),
  start,
  kind: "statistic",
});

export const { outputShape, census, window } = pointwise;

export const parameters = (_: BatchNormSpec, { maps }: Shape): readonly ParameterSpec[] => [
  { ...learned("gamma", "bias", [maps], 0), start: 1 },
  learned("beta", "bias", [maps], 0),
  statistic("mean", maps, 0),
  statistic("variance", maps, 1),
];

export const inPlace = false;

/** Of this shard: its mean and squared deviations; then, in `centre` and `inverse`, what the whole batch came to. */
export const buffers = (_: BatchNormSpec, { maps }: Shape): Record<string, number> => ({
  mean: maps,
  deviation: maps,
  centre: maps,
  inverse: maps,
  dGamma: maps,
  dBeta: maps,
});

export const beforeForward = (_: BatchNormSpec, v: Views, pass: Pass): void => {
  if (!pass.training) return;
  v.kernels.normMoments(pass.images, v.geometry.input, v.in, v.buffers["mean"]!, v.buffers["deviation"]!);
};

export const forward = (spec: BatchNormSpec, v: Views, pass: Pass): void => {
  const { centre, inverse } = v.buffers;
  if (pass.training) mergeMoments(spec, v, pass);
  else useRunning(spec, v);
  const { gamma, beta } = v.tensors;
  v.kernels.normForward(pass.images, v.geometry.input, v.in, centre!, inverse!, gamma!, beta!, v.out);
};

const useRunning = ({ epsilon }: BatchNormSpec, v: Views): void => {
  const { centre, inverse } = v.buffers;
  const { mean, variance } = v.tensors;
  for (let map = 0; map < v.geometry.input.maps; map++) {
    centre![map] = mean![map]!;
    inverse![map] = 1 / Math.sqrt(variance![map]! + epsilon);
  }
};

/** The batch's mean and variance from the shards', added in the order of the shards (Chan et al.'s pairwise update). */
const mergeMoments = (spec: BatchNormSpec, v: Views, pass: Pass): void => {
  const { rows, columns, maps } = v.geometry.input;
  for (let map = 0; map < maps; map++) {
    let count = 0;
    let mean = 0;
    let deviation = 0;
    for (let shard = 0; shard * pass.shardImages < pass.batchImages; shard++) {
      const images = Math.min(pass.shardImages, pass.batchImages - shard * pass.shardImages);
      const more = images * rows * columns;
      const buffers = v.shards[shard]!.buffers;
      const distance = buffers["mean"]![map]! - mean;
      mean += (distance * more) / (count + more);
      deviation += buffers["deviation"]![map]! + (distance * distance * count * more) / (count + more);
      count += more;
    }
    v.buffers["centre"]![map] = mean;
    v.buffers["inverse"]![map] = 1 / Math.sqrt(deviation / count + spec.epsilon);
    if (pass.shard === 0) {
      // The running variance is the unbiased one.
      moveRunning(v.tensors["mean"]!, map, mean, spec.momentum);
      moveRunning(v.tensors["variance"]!, map, deviation / Math.max(1, count - 1), spec.momentum);
    }
  }
};

const moveRunning = (average: Views["in"], map: number, value: number, momentum: number): void => {
  average[map] = momentum * average[map]! + (1 - momentum) * value;
};

export const beforeBackward = (_: BatchNormSpec, v: Views, pass: Pass): void => {
  const { centre, inverse } = v.buffers;
  const { gamma, beta } = v.gradients;
  v.kernels.normBackwardSums(pass.images, v.geometry.input, v.in, v.dOut, centre!, inverse!, gamma!, beta!);
};

export const backward = (_: BatchNormSpec, v: Views, pass: Pass): void => {
  if (!v.dIn) return;
  const { rows, columns, maps } = v.geometry.input;
  const { centre, inverse, dGamma, dBeta } = v.buffers;
  for (let map = 0; map < maps; map++) {
    let gammaSum = 0;
    let betaSum = 0;
    for (let shard = 0; shard * pass.shardImages < pass.batchImages; shard++) {
      gammaSum += v.shards[shard]!.gradients["gamma"]![map]!;
      betaSum += v.shards[shard]!.gradients["beta"]![map]!;
    }
    dGamma![map] = gammaSum;
    dBeta![map] = betaSum;
  }
  const count = pass.batchImages * rows * columns;
  const { gamma } = v.tensors;
  v.kernels.normBackwardInput(
    pass.images,
    v.geometry.input,
    count,
    v.in,
    v.dOut,
    centre!,
    inverse!,
    gamma!,
    dGamma!,
    dBeta!,
    v.dIn,
  );
};
