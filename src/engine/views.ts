// What layers and losses see: the arrays of an arena cut to one shard, or whole. Views are made once, when a program is bound.
import type { Kernels } from "../kernels/contract.ts";
import type { Pass, Views } from "../layers/layer.ts";
import type { LossViews } from "../losses/index.ts";
import { streamKey } from "../random.ts";
import { type Floats, size } from "../shape.ts";
import type { Arena } from "./arena.ts";
import type { Description, TensorPlace } from "./describe.ts";
import { arrayOf, hasPartial, holdsBatch, learnedOf, learnedSize, type PlanOptions, shardImages } from "./plan.ts";

/** One batch of work. */
export interface Batch {
  training: boolean;
  /** Position in the order of its first image, and how many images. */
  first: number;
  images: number;
  /** Number of this step since the order began, and of all steps of training done before it. */
  index: number;
  step: number;
  /** Where the curvature is measured: the share of one image in the mean. */
  share?: number | undefined;
}

/** What is done to one shard of a batch, or after all of them to some weights. */
export type Operation = (pass: Pass, batch: Batch) => void;
export type Task = (batch: Batch) => void;

/** Dresses what a step does for layer number `index` (-1: for none), so that somebody outside can look on. */
export type Watch = <Words extends unknown[]>(
  index: number,
  part: "input" | "forward" | "loss" | "backward" | "update",
  run: (...words: Words) => void,
) => (...words: Words) => void;

/** Everything a program is bound to. */
export interface Binding {
  readonly description: Description;
  readonly options: PlanOptions;
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** Whose scratch to use. */
  readonly thread: number;
  readonly watch?: Watch;
}

/** The layer's views of one shard, or of the whole batch. */
export const layerViews = (
  { description, options, arena, kernels, thread }: Binding,
  index: number,
  shard: number | "batch",
  shards: Views[],
): Views => {
  const { layer, geometry, tensors, name, spec } = description.layers[index]!;
  const room = shardImages(options.batch);
  // The last shard may be smaller, wherever it lies.
  const images = shard === "batch" ? options.batch : Math.min(room, options.batch - shard * room);
  const slice = (array: "out" | "dOut", layer: number, units: number): Floats => {
    const place = shard === "batch" ? 0 : holdsBatch(description, options, layer) ? shard : thread;
    return arena.floats(`${array}.${layer}`).subarray(place * room * units, (place * room + images) * units);
  };
  const before = arrayOf(description.layers, index - 1);
  const own = arrayOf(description.layers, index);
  const training = options.optimiser !== null;
  const partialSize = learnedSize(description.layers[index]!);
  const gradient = (tensor: TensorPlace, offset: number): Floats => {
    const [array, start] =
      shard === "batch" || !hasPartial(description.layers[index]!, options.batch)
        ? [arena.floats("gradients"), tensor.offset]
        : [arena.floats(`partial.${index}`), shard * partialSize + offset];
    return array.subarray(start, start + tensor.size);
  };
  const learned = training ? learnedOf(description.layers[index]!) : [];
  const constants = Object.fromEntries(
    Object.keys(layer.constants?.(spec, geometry.input) ?? {}).map((name) => [name, arena.floats(`${index}.${name}`)]),
  );
  const buffers = shard === "batch" ? {} : (layer.buffers?.(spec, geometry.input) ?? {});
  return {
    kernels,
    geometry: constants["table"] ? { ...geometry, table: constants["table"] } : geometry,
    in: slice("out", before, size(geometry.input)),
    out: slice("out", own, size(geometry.output)),
    dIn: training && before >= 0 ? slice("dOut", before, size(geometry.input)) : null,
    dOut: training && own >= 0 ? slice("dOut", own, size(geometry.output)) : new Float32Array(),
    tensors: Object.fromEntries(
      tensors.map(({ role, kind, offset, size }) => [
        role,
        arena.floats(kind === "statistic" ? "statistics" : "weights").subarray(offset, offset + size),
      ]),
    ),
    constants,
    gradients: Object.fromEntries(
      learned.map((tensor) => [tensor.role, gradient(tensor, tensor.offset - learned[0]!.offset)]),
    ),
    buffers: Object.fromEntries(
      Object.keys(buffers).map((buffer) => [buffer, arena.floats(`${index}.${buffer}.${shard}`)]),
    ),
    shards,
    scratch: arena.floats(`scratch.${thread}`),
    key: streamKey(options.seed, `dropout/${name}`),
  };
};

/** The last layer's outputs of one shard, and what a loss makes of them. */
export const lossViews = ({ description, options, arena, kernels }: Binding, shard: number): LossViews => {
  const { net, layers } = description;
  const start = shard * shardImages(options.batch);
  const last = arrayOf(layers, layers.length - 1);
  return {
    kernels,
    classes: net.classes,
    out: arena.floats(`out.${last}`).subarray(start * net.classes),
    labels: arena.bytes("labels"),
    order: arena.ints("order"),
    losses: arena.floats("losses"),
    answers: arena.bytes("answers"),
    dOut: options.optimiser ? arena.floats(`dOut.${last}`).subarray(start * net.classes) : new Float32Array(),
  };
};
