// What every layer of a net says about an image, and the weights of a layer as a reader wants to look at them.
import { openForward } from "../../engine/forward.ts";
import { arrayOf } from "../../engine/plan.ts";
import { kernelModule } from "../../kernels/module.ts";
import type { Ink, Shape } from "../../shape.ts";
import { size } from "../../shape.ts";
import type { Model } from "../model/model.ts";
import { fillTensors } from "../run/tensors.ts";

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
  const forward = openForward(kernelModule(), model.net, CAPACITY);
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

/** The kernels of a convolution: `kernel(map, from)` is (field, field), or null where the maps are not joined. */
export interface Kernels {
  readonly name: string;
  readonly field: number;
  readonly maps: number;
  readonly inputs: number;
  kernel(map: number, from: number): Float32Array | null;
}

/** Every convolution of the net that has more than one place to look at. */
export const convolutionsOf = (committee: Model): Kernels[] => {
  const model = firstOf(committee);
  return model.description.layers.flatMap(({ spec, geometry, name }) => {
    if (spec.kind !== "conv") return [];
    const { data, shape } = model.weights.get(`${name}.weight`)!;
    const [held, area] = [shape[1]!, spec.field ** 2];
    const kernel = (map: number, from: number): Float32Array | null => {
      const place = spec.from ? spec.from[map]!.indexOf(from) : from;
      if (place < 0) return null;
      const start = (map * held + (spec.compact ? place : from)) * area;
      return Float32Array.from(data.subarray(start, start + area));
    };
    return [{ name, field: spec.field, maps: spec.maps, inputs: geometry.input.maps, kernel }];
  });
};

/** Root of the mean of the squares. */
export const rms = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return values.length > 0 ? Math.sqrt(sum / values.length) : 0;
};
