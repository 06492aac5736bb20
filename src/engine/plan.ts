// What a net needs to work on batches of some size: how a batch is cut into shards, and everything that has to be claimed
// in the arena. The plan is the same in every thread. Read program.ts next.
import { LenetError } from "../errors.ts";
import type { Kernels } from "../kernels/contract.ts";
import { leastWins } from "../losses/index.ts";
import { type OptimiserSpec, stateNames } from "../optimisers/index.ts";
import { size } from "../shape.ts";
import type { Claim } from "./arena.ts";
import type { Description, LayerPlace, TensorPlace } from "./describe.ts";
import type { DistortSpec } from "./distort.ts";
import { fieldFloats } from "./elastic.ts";

export interface PlanOptions {
  /** Images in a batch, at most. */
  readonly batch: number;
  readonly threads: number;
  /** Null: a plan that only runs forward. */
  readonly optimiser: OptimiserSpec | null;
  readonly seed: number;
  /** How training images are distorted; by default not at all. */
  readonly distort?: DistortSpec;
  /** What stored images are kept as: bytes, unless they carry fractional ink. */
  readonly ink?: "byte" | "float";
  /** Whether all that the layers make of a batch is to be looked at after a step. */
  readonly keep?: boolean;
  /** Stored images, and the longest order they are gone through in. */
  readonly images: number;
  readonly positions: number;
}

/**
 * Four images and more, as minimal filtering wants them (docs/kernels.md), but never more than eight in one shard: it stays in the
 * cache. Of batches below six, where that would leave a second thread next to nothing, every image is a shard of its own.
 */
export const shardImages = (batch: number): number => (batch < 6 ? 1 : Math.min(8, Math.max(4, Math.ceil(batch / 8))));
export const shardCount = (batch: number): number => Math.ceil(batch / shardImages(batch));

/** The tensors of a layer that are learned, and the floats they hold. */
export const learnedOf = ({ tensors }: LayerPlace): readonly TensorPlace[] =>
  tensors.filter(({ kind }) => kind !== "statistic");
export const learnedSize = (place: LayerPlace): number =>
  learnedOf(place).reduce((sum, tensor) => sum + tensor.size, 0);

/** Whether each shard keeps sums of its own of this layer's gradients; a shard that is alone writes them where they belong. */
export const hasPartial = ({ layer }: LayerPlace, batch: number): boolean =>
  !layer.gradientRows && shardCount(batch) > 1;

/** The layer (or -1, the input) whose array layer `index` writes: its own, unless it works in place. */
export const arrayOf = (layers: readonly LayerPlace[], index: number): number =>
  sharesArray(layers, index) ? arrayOf(layers, index - 1) : index;

/** Of two layers in a row that could work in place only the first does: the second must leave its output to be looked at. */
export const sharesArray = (layers: readonly LayerPlace[], index: number): boolean =>
  index >= 0 && layers[index]!.layer.inPlace && !sharesArray(layers, index - 1);

/**
 * Whether the array of layer `index` (-1: the input) holds the whole batch. Else it has room for a shard of each thread, and the
 * thread's next shard is written over it: what a step works on stays in the cache of its core.
 */
export const holdsBatch = ({ layers }: Description, { keep, optimiser }: PlanOptions, index: number): boolean => {
  if (keep || index === arrayOf(layers, layers.length - 1)) return true;
  // Some layers ask for all shards at once, some sum their gradients over all images.
  const asks = ({ layer }: LayerPlace, at: number): boolean =>
    layer.beforeForward !== undefined ||
    layer.beforeBackward !== undefined ||
    (layer.gradientRows !== undefined && [arrayOf(layers, at - 1), arrayOf(layers, at)].includes(index));
  return optimiser !== null && layers.some(asks);
};

/** Throws LenetError when there is no curvature to be had of this net. */
const checkCurvature = ({ net, layers }: Description): void => {
  for (const { name, layer, spec } of layers)
    if (!layer.curvature)
      throw new LenetError(
        `${name}: expected layers with a second derivative for the optimiser sdlm, got ${spec.kind}. Take another optimiser.`,
      );
  // A penalty curves in the layer that makes it, not in the loss: one without the other would be counted twice, or not at all.
  const distances = layers.findIndex(({ spec }) => spec.kind === "rbf");
  if (distances !== (leastWins(net.loss) ? layers.length - 1 : -1))
    throw new LenetError(
      `${net.name}: expected a loss of penalties on a last layer rbf, or neither, for the optimiser sdlm, got the loss ${net.loss.kind} on ${layers.at(-1)!.spec.kind}. Take another optimiser.`,
    );
};

/** Floats of the squares of one layer's input and tensors, over a whole batch. */
const squaresSize = ({ layers }: Description, batch: number): number =>
  Math.max(...layers.map((place) => batch * size(place.geometry.input) + learnedSize(place)));

/** Everything the plan keeps in the arena. Throws LenetError when the optimiser wants a curvature that the net has not. */
export const claimsOf = (description: Description, options: PlanOptions, kernels: Kernels): readonly Claim[] => {
  const { net, layers, weights, statistics, input } = description;
  const { batch, threads, optimiser, ink = "byte", images, positions } = options;
  const floats = (name: string, length: number): Claim => ({ name, element: "float", length });
  const room = (index: number): number =>
    holdsBatch(description, options, index) ? batch : threads * shardImages(batch);
  const claims: Claim[] = [
    floats("weights", weights),
    floats("statistics", statistics),
    floats("losses", positions),
    { name: "answers", element: "byte", length: positions },
    { name: "order", element: "int", length: positions },
    { name: "labels", element: "byte", length: images },
    { name: "pixels", element: ink, length: images * net.image.rows * net.image.columns },
    { name: "control", element: "int", length: 16 },
    { name: "rates", element: "double", length: positions },
    { name: "stepLosses", element: "double", length: positions },
    { name: "stepMisses", element: "int", length: positions },
    floats("out.-1", room(-1) * size(input)),
  ];
  const scratch = Math.max(
    options.distort ? (net.image.rows + 3) * (net.image.columns + 3) : 0,
    ...layers.map(({ layer, geometry }) => layer.scratch?.(geometry, shardImages(batch), kernels) ?? 0),
  );
  for (let thread = 0; thread < threads; thread++) claims.push(floats(`scratch.${thread}`, scratch));
  if (optimiser?.kind === "sdlm") {
    checkCurvature(description);
    const squares = squaresSize(description, batch);
    for (let thread = 0; thread < threads; thread++) claims.push(floats(`squares.${thread}`, squares));
  }
  const elastic = options.distort?.elastic;
  for (let thread = 0; elastic && thread < threads; thread++)
    claims.push(floats(`field.${thread}`, fieldFloats(elastic, input.rows, input.columns)));
  for (const [index, { layer, geometry, spec }] of layers.entries()) {
    const units = room(index) * size(geometry.output);
    const shares = sharesArray(layers, index);
    if (!shares) claims.push(floats(`out.${index}`, units));
    if (!shares && optimiser) claims.push(floats(`dOut.${index}`, units));
    for (const [name, values] of Object.entries(layer.constants?.(spec, geometry.input) ?? {}))
      claims.push(floats(`${index}.${name}`, values.length));
    for (const [name, length] of Object.entries(layer.buffers?.(spec, geometry.input) ?? {}))
      for (let shard = 0; shard < shardCount(batch); shard++) claims.push(floats(`${index}.${name}.${shard}`, length));
    if (optimiser && hasPartial(layers[index]!, batch))
      claims.push(floats(`partial.${index}`, shardCount(batch) * learnedSize(layers[index]!)));
  }
  if (optimiser) for (const name of ["gradients", ...stateNames(optimiser)]) claims.push(floats(name, weights));
  return claims;
};
