// A net's tensors by name: looking at those in an arena, and filling them from elsewhere.
import type { Arena } from "../../engine/arena.ts";
import type { Description } from "../../engine/describe.ts";
import { tensorView } from "../../engine/tensors.ts";
import { LenetError } from "../../errors.ts";
import type { Tensor } from "../../formats/safetensors.ts";

/** All tensors of a net as views of its arena. */
export const tensorViews = ({ tensors }: Description, arena: Arena): Map<string, Tensor> =>
  new Map(tensors.map((place) => [place.name, { shape: place.shape, data: tensorView(arena, place) }]));

/**
 * Fills every tensor of the net from `tensors`, which may hold more. `place` names their source in errors.
 * Throws LenetError, naming the tensor, when one is missing or has another shape; then nothing was filled.
 */
export const fillTensors = (
  description: Description,
  arena: Arena,
  tensors: ReadonlyMap<string, Tensor>,
  place: string,
): void => {
  const found = description.tensors.map(({ name, shape }) => tensorNamed(tensors, name, shape, place));
  description.tensors.forEach((tensor, index) => {
    tensorView(arena, tensor).set(found[index]!.data);
  });
};

/** The tensor of that name and shape. Throws LenetError when there is none. */
export const tensorNamed = (
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
  place: string,
): Tensor => {
  const tensor = tensors.get(name);
  if (tensor && `${tensor.shape}` === `${shape}`) return tensor;
  const got = tensor ? `(${tensor.shape.join(", ")})` : `none among its ${tensors.size} tensors`;
  throw new LenetError(
    `${place}: expected a tensor ${name} of shape (${shape.join(", ")}), got ${got}. Give a file of this net.`,
  );
};
