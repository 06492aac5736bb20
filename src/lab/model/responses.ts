// What every layer of a net says about an image.
import { openForward } from "../../engine/forward.ts";
import { arrayOf } from "../../engine/plan.ts";
import { kernelModule } from "../../kernels/module.ts";
import type { Ink, Shape } from "../../shape.ts";
import { size } from "../../shape.ts";
import { fillTensors } from "../run/tensors.ts";
import type { Model } from "./model.ts";

/** A named layer after all that works on its units one by one, its activation for one. */
export interface Response {
  readonly name: string;
  readonly kind: string;
  readonly shape: Shape;
  /** (images, maps, rows, columns). */
  readonly values: Float32Array;
}

/** Layers that have no name of their own in a drawing: they belong to the layer before. */
const following: readonly string[] = ["activation", "batchNorm", "dropout"];
const CAPACITY = 64;

/** The net that is looked into: of a committee its first member. */
export const firstOf = (model: Model): Model => model.members?.[0] ?? model;

/** What every layer says about the images (n, rows, columns), the input first. Only layers in `wanted`, where it is given. */
export const responsesTo = (committee: Model, images: Ink, wanted?: readonly string[]): Response[] => {
  const model = firstOf(committee);
  const forward = openForward(kernelModule(model.arithmetic), model.net, CAPACITY, true);
  fillTensors(forward.description, forward.arena, model.weights, "model");
  const { layers, input } = forward.description;
  const area = model.net.image.rows * model.net.image.columns;
  const count = images.length / area;
  const groups = layers.flatMap(({ name, spec, geometry }, index) => {
    if (following.includes(spec.kind)) return [];
    let last = index;
    while (layers[last + 1] && following.includes(layers[last + 1]!.spec.kind)) last++;
    return [{ name, kind: spec.kind, shape: geometry.output, array: arrayOf(layers, last) }];
  });
  const all = [{ name: "input", kind: "input", shape: input, array: -1 }, ...groups];
  const responses = all
    .filter(({ name }) => !wanted || wanted.includes(name))
    .map(({ array, ...layer }) => ({
      response: { ...layer, values: new Float32Array(count * size(layer.shape)) },
      from: forward.arena.floats(`out.${array}`),
    }));
  for (let first = 0; first < count; first += CAPACITY) {
    const some = images.subarray(first * area, (first + CAPACITY) * area);
    forward.pixels.set(some);
    forward.run(some.length / area);
    for (const { response, from } of responses) {
      const units = size(response.shape);
      response.values.set(from.subarray(0, (some.length / area) * units), first * units);
    }
  }
  return responses.map(({ response }) => response);
};

/** Layers whose units are joined to all units before them, or to some. */
const joining: readonly string[] = ["conv", "dense", "rbf"];

/** The name of the layer that the answering one looks at; undefined where that looks at the image itself. */
export const lastHidden = (model: Model): string | undefined => {
  const { layers } = firstOf(model).description;
  const answering = layers.findLastIndex(({ spec }) => joining.includes(spec.kind));
  return layers.slice(0, answering).findLast(({ spec }) => !following.includes(spec.kind))?.name;
};
