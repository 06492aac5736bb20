// Looking into a net while it answers: what every layer makes of one image. Knows neither files nor how it is drawn.
import { openForward } from "../../engine/forward.ts";
import { arrayOf } from "../../engine/plan.ts";
import { kernelModule } from "../../kernels/module.ts";
import type { Floats, Ink, Shape } from "../../shape.ts";
import { fillTensors, tensorViews } from "../run/tensors.ts";
import { isCompanion, summarise } from "../summary.ts";
import type { Model } from "./model.ts";

/** A layer and the activation behind it, as a line of `lenet summary`. */
export interface LayerView {
  readonly name: string;
  /** `conv 5×5, tanh`. */
  readonly what: string;
  readonly shape: Shape;
  /** (maps, rows, columns), of the image that was looked at last. */
  readonly values: Floats;
  /** Of a layer of distances: the codes of its classes, each as long as the layer before has units. */
  readonly codes: readonly (readonly number[])[] | null;
}

export interface Look {
  /** Copies of the model's, as views: writing into them changes what is seen. */
  readonly weights: Model["weights"];
  readonly layers: readonly LayerView[];
  /** Shows the net an image (rows, columns), ink 255; the layers' values are then those of this image. */
  at(image: Ink): void;
}

/** Opens a net for looking at, of a committee its first member. */
export const openLook = (model: Model): Look => {
  const { net, weights, arithmetic } = model.members?.[0] ?? model;
  const forward = openForward(kernelModule(arithmetic), net, 1);
  const { arena, description } = forward;
  fillTensors(description, arena, weights, "model");
  const { layers } = description;
  // The last layer of each line: what its companions have made of it.
  const ends = layers.flatMap((_, index) => (layers[index + 1] && isCompanion(layers[index + 1]!.spec) ? [] : [index]));
  const { lines } = summarise(net);
  return {
    weights: tensorViews(description, arena),
    layers: ends.map((index, line) => {
      const { name, what, output } = lines[line]!;
      const { spec } = layers[index]!;
      const values = arena.floats(`out.${arrayOf(layers, index)}`);
      return { name, what, shape: output, values, codes: spec.kind === "rbf" ? spec.codes : null };
    }),
    at: (image) => {
      forward.pixels.set(image);
      forward.run(1);
    },
  };
};
