// A model from the bytes of a safetensors file, wherever they came from.
import { LenetError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "../formats/safetensors.ts";
import { netNamed } from "../nets/index.ts";
import type { Net } from "../nets/net.ts";
import { createModel, type Model } from "./model.ts";

/**
 * The model whose tensors these are. `net` is needed where the metadata do not name a net we know; `place` names the source in
 * errors. Throws LenetError when the tensors are not this net's.
 */
export const modelOf = ({ tensors, metadata }: TensorFile, place: string, net?: Net): Model =>
  createModel(net ?? namedNet(place, metadata), tensors, metadata, place);

/** The model in the bytes of a safetensors file. Throws LenetError, as `modelOf` and `decodeSafetensors` do. */
export const decodeModel = (bytes: Uint8Array, place: string, net?: Net): Model =>
  modelOf(decodeSafetensors(bytes, place), place, net);

/** The bytes of a safetensors file with the model's weights, which says which net it is, and `more` about it. */
export const encodeModel = (model: Model, more: Readonly<Record<string, string>> = {}): Uint8Array =>
  encodeSafetensors(model.weights, { ...model.metadata, net: model.net.name, ...more });

const namedNet = (place: string, { net }: TensorFile["metadata"]): Net => {
  if (net !== undefined) return netNamed(net);
  throw new LenetError(
    `${place}: expected metadata that names the net, got none. Name the net: load(file, net), or --net NAME.`,
  );
};
