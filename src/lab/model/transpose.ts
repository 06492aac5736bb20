// Axes of a tensor in another order.
import type { Tensor } from "../../formats/safetensors.ts";
import { elements } from "../../shape.ts";

/** The numbers of a tensor whose axis i is the axis `order[i]` of the one given. */
export const transposed = ({ shape, data }: Tensor, order: readonly number[]): Float32Array => {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const sides = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  for (let index = 0; index < out.length; index++) {
    let [rest, from] = [index, 0];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += (rest % sides[axis]!) * steps[axis]!;
      rest = Math.floor(rest / sides[axis]!);
    }
    out[index] = data[from]!;
  }
  return out;
};
