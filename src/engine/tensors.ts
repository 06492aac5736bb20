// Where a net's tensors lie in its arena.
import type { Floats } from "../shape.ts";
import type { Arena } from "./arena.ts";
import type { TensorPlace } from "./describe.ts";

/** A tensor's numbers, where they lie; `array` is another array as long as the weights, such as an optimiser's state. */
export const tensorView = (arena: Arena, place: TensorPlace, array = arrayOfKind(place)): Floats =>
  arena.floats(array).subarray(place.offset, place.offset + place.size);

const arrayOfKind = ({ kind }: TensorPlace): string => (kind === "statistic" ? "statistics" : "weights");
