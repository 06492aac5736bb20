// A model from the bytes of a safetensors file, wherever they came from.
import { LenetError } from "../../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import { netNamed } from "../../nets/index.ts";
import type { Net } from "../../nets/net.ts";
import { createModel, type Model } from "./model.ts";

/**
 * The model in the bytes of a safetensors file. `net` is needed where the file does not name one we know; `place` names it in
 * errors. Throws LenetError when it is damaged, or its tensors are not this net's.
 */
export const decodeModel = (bytes: Uint8Array, place: string, net?: Net): Model => {
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  return createModel(net ?? namedNet(place, metadata["net"]), tensors, metadata, place);
};

/** The bytes of a safetensors file with the model's weights, which says which net it is, and `more` about it. */
export const encodeModel = (model: Model, more: Readonly<Record<string, string>> = {}): Uint8Array =>
  encodeSafetensors(model.weights, { ...model.metadata, net: model.net.name, ...more });

/** The net that a file names. Throws LenetError where it names none. */
export const namedNet = (place: string, name: string | undefined): Net => {
  if (name !== undefined) return netNamed(name);
  throw new LenetError(
    `${place}: expected metadata that names the net, got none. Name the net: load(file, net), or --net NAME.`,
  );
};
