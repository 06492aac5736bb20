// All kinds of layers, and the constructors nets are written with.
import type { Shape } from "../shape.ts";
import * as activation from "./activation.ts";
import * as batchNorm from "./batch-norm.ts";
import * as conv from "./conv.ts";
import * as dense from "./dense.ts";
import * as dropout from "./dropout.ts";
import type { Layer } from "./layer.ts";
import * as maxPool from "./max-pool.ts";
import * as rbf from "./rbf.ts";
import * as repeat from "./repeat.ts";
import * as subsample from "./subsample.ts";
import * as sumPool from "./sum-pool.ts";

export { relu, sigmoid, squash, tanh } from "./activation.ts";
export { batchNorm } from "./batch-norm.ts";
export { type ConnectionTable, conv } from "./conv.ts";
export { dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { maxPool } from "./max-pool.ts";
export { rbf } from "./rbf.ts";
export { repeat } from "./repeat.ts";
export { subsample } from "./subsample.ts";
export { averagePool, sumPool } from "./sum-pool.ts";

/** A layer as data: what a net is written in, and what can be sent to a worker. */
export type LayerSpec =
  | activation.ActivationSpec
  | batchNorm.BatchNormSpec
  | conv.ConvSpec
  | dense.DenseSpec
  | dropout.DropoutSpec
  | maxPool.MaxPoolSpec
  | rbf.RbfSpec
  | repeat.RepeatSpec
  | subsample.SubsampleSpec
  | sumPool.SumPoolSpec;

const layers: { [Kind in LayerSpec["kind"]]: Layer<Extract<LayerSpec, { kind: Kind }>> } = {
  activation,
  batchNorm,
  conv,
  dense,
  dropout,
  maxPool,
  rbf,
  repeat,
  subsample,
  sumPool,
};

/** What this spec means on this input. */
export const layerFor = (spec: LayerSpec, input: Shape): Layer<LayerSpec> =>
  (spec.kind === "conv" && conv.coversInput(spec, input) ? conv.whole : layers[spec.kind]) as Layer<LayerSpec>;
