// How large a net's tensors are, and the gradients of the last step: looked at from outside, after a walk. No step does anything for it.
import type { Arena } from "../../engine/arena.ts";
import type { Description, LayerPlace, TensorPlace } from "../../engine/describe.ts";
import { arrayOf, learnedOf } from "../../engine/plan.ts";
import { tensorView } from "../../engine/tensors.ts";
import { type OptimiserSpec, stepsOuter } from "../../optimisers/index.ts";
import { type Floats, size } from "../../shape.ts";

/** Of some numbers: the root of the mean of their squares, and the largest absolute value. */
export interface Magnitude {
  readonly rms: number;
  readonly largest: number;
}

/** Of a tensor, and of its gradient in the last step. */
export interface TensorMagnitudes {
  readonly value: Magnitude;
  readonly gradient: Magnitude;
}

/** `absent` of the numbers are zeros that stand for nothing. */
export const magnitudeOf = (numbers: ArrayLike<number>, absent = 0): Magnitude => {
  let squares = 0;
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) {
    squares += numbers[i]! ** 2;
    largest = Math.max(largest, Math.abs(numbers[i]!));
  }
  return { rms: Math.sqrt(squares / Math.max(1, numbers.length - absent)), largest };
};

/**
 * Of every tensor that is learned, by name: as it is now, and its gradient in the last step of the walk that has just ended. A walk
 * of another kind in between makes the gradients wrong.
 */
export const magnitudesIn = (
  { layers }: Description,
  arena: Arena,
  { batch, optimiser }: { readonly batch: number; readonly optimiser: OptimiserSpec },
): Record<string, TensorMagnitudes> =>
  Object.fromEntries(
    layers.flatMap((place, index) =>
      learnedOf(place).map((tensor) => {
        const absent = tensor.absent.reduce((sum, [from, to]) => sum + to - from, 0);
        const gradient =
          place.layer.gradientRows && stepsOuter(optimiser, batch)
            ? outerMagnitude(tensor, ...ends(layers, index, arena))
            : magnitudeOf(tensorView(arena, tensor, "gradients"), absent);
        return [tensor.name, { value: magnitudeOf(tensorView(arena, tensor), absent), gradient }];
      }),
    ),
  );

/** What one image brought to a layer, and the gradient that came back to it. */
const ends = (layers: readonly LayerPlace[], index: number, arena: Arena): [input: Floats, dOut: Floats] => {
  const { input, output } = layers[index]!.geometry;
  const before = arena.floats(`out.${arrayOf(layers, index - 1)}`).subarray(0, size(input));
  return [before, arena.floats(`dOut.${arrayOf(layers, index)}`).subarray(0, size(output))];
};

/** Of the gradient of a dense layer that is taught by one image, which nobody writes down: dOut × in, or for the biases dOut. */
const outerMagnitude = ({ kind }: TensorPlace, input: Floats, dOut: Floats): Magnitude => {
  const [one, other] = [magnitudeOf(dOut), magnitudeOf(input)];
  return kind === "bias" ? one : { rms: one.rms * other.rms, largest: one.largest * other.largest };
};
