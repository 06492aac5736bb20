// A trained net that answers: its weights in a small arena of their own, run on the calling thread. Knows neither files
// (load.ts) nor training.
import type { Description } from "../engine/describe.ts";
import { type Forward, openForward } from "../engine/forward.ts";
import { LenetError } from "../errors.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { kernelModule } from "../kernels/module.ts";
import { answerOf, toProbabilities } from "../losses/index.ts";
import type { Net } from "../nets/net.ts";
import { fillTensors, tensorViews } from "./tensors.ts";

/** What a net says about one image. */
export interface Prediction {
  /** The class with the largest output, or with the least penalty. */
  readonly label: number;
  /** Of each class, adding up to 1: what the net's loss makes of the outputs. */
  readonly probabilities: readonly number[];
  /** The image it was shown (rows × columns). */
  readonly pixels: Uint8Array;
}

export interface Model {
  readonly net: Net;
  readonly description: Description;
  /** Weights and statistics by name, as views: writing into them changes the model. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The texts that came with the weights: of a run, its settings and position. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * The last layer's outputs for images one after the other (n, rows, columns), ink 255: (n, classes).
   * Throws LenetError when these are no whole images.
   */
  outputs(images: Uint8Array): Float32Array;
  /** The answer for one image (rows, columns), ink 255. Throws LenetError when it has another size. */
  predict(image: Uint8Array): Prediction;
}

/** Images that are run at once. */
const CAPACITY = 64;

/**
 * A model of this net. `place` names the source of the tensors in errors.
 * Throws LenetError when a tensor is missing or has another shape.
 */
export const createModel = (
  net: Net,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  place = "weights",
): Model => {
  const forward = openForward(kernelModule(), net, CAPACITY);
  fillTensors(forward.description, forward.arena, tensors, place);
  const bytes = net.image.rows * net.image.columns;
  return {
    net,
    description: forward.description,
    weights: tensorViews(forward.description, forward.arena),
    metadata,
    outputs: (images) => allOutputs(forward, images, bytes),
    predict: (image) => {
      checkSize(net, image.length === bytes, image.length);
      return predictOne(forward, image);
    },
  };
};

const checkSize = (net: Net, right: boolean, got: number): void => {
  const { rows, columns } = net.image;
  if (!right) throw new LenetError(`${net.name}: expected images of ${rows}×${columns} bytes, got ${got} bytes.`);
};

const allOutputs = (forward: Forward, images: Uint8Array, bytes: number): Float32Array => {
  const { net } = forward.description;
  checkSize(net, images.length % bytes === 0, images.length);
  const outputs = new Float32Array((images.length / bytes) * net.classes);
  for (let first = 0; first * bytes < images.length; first += CAPACITY) {
    const some = images.subarray(first * bytes, (first + CAPACITY) * bytes);
    forward.pixels.set(some);
    forward.run(some.length / bytes);
    outputs.set(forward.outputs.subarray(0, (some.length / bytes) * net.classes), first * net.classes);
  }
  return outputs;
};

const predictOne = ({ description, pixels, outputs, kernels, run }: Forward, image: Uint8Array): Prediction => {
  const { classes, loss } = description.net;
  pixels.set(image);
  run(1);
  const label = answerOf(loss, classes, outputs);
  toProbabilities(loss, kernels, classes, outputs);
  const probabilities = new Array<number>(classes);
  for (let i = 0; i < classes; i++) probabilities[i] = outputs[i]!;
  return { label, probabilities, pixels: image };
};

/** The model's answer for one image (rows, columns), ink 255. Throws LenetError when it has another size. */
export const predict = (model: Model, image: Uint8Array): Prediction => model.predict(image);
