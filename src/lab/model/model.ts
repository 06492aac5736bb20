// A trained net that answers: its weights in a small arena of their own, run on the calling thread. Knows neither files
// (../import/load.ts) nor training.
import type { Description } from "../../engine/describe.ts";
import { type Forward, openForward } from "../../engine/forward.ts";
import { LenetError } from "../../errors.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import type { Kernels } from "../../kernels/contract.ts";
import { type Arithmetic, arithmetics, kernelModule, usualArithmetic } from "../../kernels/module.ts";
import { reference } from "../../kernels/reference/index.ts";
import { answerOf, toProbabilities } from "../../losses/index.ts";
import type { Committee, Net } from "../../nets/net.ts";
import type { Floats, Ink } from "../../shape.ts";
import { fillTensors, tensorViews } from "../run/tensors.ts";

/** What a net says about one image. */
export interface Prediction {
  /** The class with the largest output, or with the least penalty. */
  readonly label: number;
  /** Of each class, adding up to 1: what the net's loss makes of the outputs. */
  readonly probabilities: readonly number[];
  /** The image it was shown (rows × columns). */
  readonly pixels: Ink;
}

export interface Model {
  readonly net: Net;
  /** Of a committee: the models whose outputs are added. */
  readonly members?: readonly Model[];
  /** Of a committee: that of a member. */
  readonly description: Description;
  /** Weights and statistics by name, as views: writing into them changes the model. A committee's are called `2.C1.weight`. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The texts that came with the weights: of a run, its settings and position. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In which it answers: the one it learned in, the usual one where that is not known or this machine has not got it. */
  readonly arithmetic: Arithmetic;
  /**
   * The last layer's outputs for images one after the other (n, rows, columns), bytes or floats, ink 255: (n, classes).
   * Throws LenetError when these are no whole images.
   */
  outputs(images: Ink): Float32Array;
  /** The answer for one image (rows, columns), ink 255. Throws LenetError when it has another size. */
  predict(image: Ink): Prediction;
}

const settingsIn = ({ metadata }: Pick<Model, "metadata">): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(metadata["settings"] ?? ""));
  } catch {
    return {};
  }
};

/** The name of the data that the model learned from, or its folder; undefined where its metadata do not say. */
export const trainedOn = (model: Pick<Model, "metadata">): string | undefined => {
  const { data } = settingsIn(model);
  return typeof data === "string" ? data : undefined;
};

/** The arithmetic that the model learned in; undefined where its metadata do not say. */
export const learnedIn = (model: Pick<Model, "metadata">): Arithmetic | undefined =>
  arithmetics.find((arithmetic) => arithmetic === settingsIn(model)["arithmetic"]);

/** In words: `fused`, or `plain here, fused in training` where this machine has not got the model's own. */
export const arithmeticText = (model: Pick<Model, "metadata" | "arithmetic">): string => {
  const [here, own] = [model.arithmetic, learnedIn(model)];
  return own === undefined || own === here ? here : `${here} here, ${own} in training`;
};

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
  arithmetic: Arithmetic = learnedIn({ metadata }) === "plain" ? "plain" : usualArithmetic(),
): Model => {
  if (net.committee) {
    const parts = memberTensors(net.committee, tensors);
    const { member } = net.committee;
    const members = parts.map((part, index) =>
      createModel(member, part, {}, `${place}, member ${index + 1}`, arithmetic),
    );
    return createCommittee(net, members, metadata);
  }
  const forward = openForward(kernelModule(arithmetic), net, CAPACITY);
  fillTensors(forward.description, forward.arena, tensors, place);
  const area = net.image.rows * net.image.columns;
  return {
    net,
    description: forward.description,
    weights: tensorViews(forward.description, forward.arena),
    metadata,
    arithmetic,
    outputs: (images) => allOutputs(forward, images, area),
    predict: (image) => {
      checkSize(net, image.length === area, image.length);
      forward.pixels.set(image);
      forward.run(1);
      return predictionFrom(net, forward.kernels, forward.outputs, image);
    },
  };
};

/** What `2.C1.weight` is called in the second member, for every member. */
const memberTensors = ({ size }: Committee, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor>[] =>
  Array.from({ length: size }, (_, index) => {
    const prefix = `${index + 1}.`;
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  });

/** Models of one net that answer together: their outputs are added (1998, III.C.9). There is at least one. */
export const createCommittee = (
  net: Net,
  members: readonly Model[],
  metadata: Readonly<Record<string, string>>,
): Model => {
  const outputs = (images: Ink): Float32Array => sumOf(members.map((member) => member.outputs(images)));
  return {
    net,
    members,
    description: members[0]!.description,
    weights: new Map(
      members.flatMap(({ weights }, index) => [...weights].map(([name, tensor]) => [`${index + 1}.${name}`, tensor])),
    ),
    metadata,
    arithmetic: members[0]!.arithmetic,
    outputs,
    predict: (image) => {
      checkSize(net, image.length === net.image.rows * net.image.columns, image.length);
      return predictionFrom(net, reference, outputs(image), image);
    },
  };
};

/** Vectors of one length added up, in their order. */
export const sumOf = (vectors: readonly Float32Array[]): Float32Array => {
  const sum = vectors[0]!.slice();
  for (const vector of vectors.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += vector[i]!;
  return sum;
};

const checkSize = (net: Net, right: boolean, got: number): void => {
  const { rows, columns } = net.image;
  if (!right) throw new LenetError(`${net.name}: expected images of ${rows}×${columns} pixels, got ${got} pixels.`);
};

const allOutputs = (forward: Forward, images: Ink, area: number): Float32Array => {
  const { net } = forward.description;
  checkSize(net, images.length % area === 0, images.length);
  const outputs = new Float32Array((images.length / area) * net.classes);
  for (let first = 0; first * area < images.length; first += CAPACITY) {
    const some = images.subarray(first * area, (first + CAPACITY) * area);
    forward.pixels.set(some);
    forward.run(some.length / area);
    outputs.set(forward.outputs.subarray(0, (some.length / area) * net.classes), first * net.classes);
  }
  return outputs;
};

/** What one image's outputs say; they are used up. */
const predictionFrom = ({ classes, loss }: Net, kernels: Kernels, outputs: Floats, image: Ink): Prediction => {
  const label = answerOf(loss, classes, outputs);
  toProbabilities(loss, kernels, classes, outputs);
  const probabilities = new Array<number>(classes);
  for (let i = 0; i < classes; i++) probabilities[i] = outputs[i]!;
  return { label, probabilities, pixels: image };
};

/** The model's answer for one image (rows, columns), ink 255. Throws LenetError when it has another size. */
export const predict = (model: Model, image: Ink): Prediction => model.predict(image);
