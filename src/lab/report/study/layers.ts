// The weights of a net as a reader wants to look at them.

import type { Model } from "../../model/model.ts";
import { firstOf } from "../../model/responses.ts";
import { magnitudeOf } from "../../run/magnitudes.ts";

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
export const rms = (values: ArrayLike<number>): number => magnitudeOf(values).rms;
