// Weights in the files of other tools, told apart by their content: what is in them, as the tensors of a net.
import { describe } from "../../engine/describe.ts";
import { LenetError } from "../../errors.ts";
import { decodeKeras, isKeras } from "../../formats/keras.ts";
import { decodeSafetensors, type Tensor, type TensorFile } from "../../formats/safetensors.ts";
import { decodeTorch, isTorch } from "../../formats/torch.ts";
import type { Net } from "../../nets/net.ts";
import { elements } from "../../shape.ts";
import { namedNet } from "../model/model-of.ts";
import { tensorsFromKeras } from "./keras.ts";

/** A net and its tensors. */
export interface Weights extends TensorFile {
  readonly net: Net;
}

/** Which net a file is of: `net`, whatever it says; else the one it names; else `otherwise`. */
export interface NetOfFile {
  readonly net?: Net | undefined;
  readonly otherwise?: Net | undefined;
}

const netOf = ({ net, otherwise }: NetOfFile, place: string, name: string | undefined): Net =>
  net ?? (name === undefined && otherwise ? otherwise : namedNet(place, name));

/**
 * The tensors of a safetensors file or of a PyTorch state dict; `place` names it in messages. Throws LenetError, for a Keras file too,
 * which is not read at once.
 */
export const tensorsIn = (bytes: Uint8Array, place: string): TensorFile => {
  if (isKeras(bytes, place))
    throw new LenetError(
      `${place}: expected a file that is read at once, got one of Keras. In a program: await loadFile(…).`,
    );
  return isTorch(bytes, place) ? decodeTorch(bytes, place) : decodeSafetensors(bytes, place);
};

/** The same of any file we read, with the tensors under the names of its net. */
export const weightsIn = async (bytes: Uint8Array, place: string, nets: NetOfFile = {}): Promise<Weights> => {
  if (!isKeras(bytes, place)) return fitted(tensorsIn(bytes, place), place, nets);
  const file = await decodeKeras(bytes, place);
  const chosen = netOf(nets, place, file.net ?? undefined);
  const tensors = tensorsFromKeras(chosen, file, place);
  refuseAbsent(chosen, tensors, place);
  return { net: chosen, tensors, metadata: {} };
};

/** Those tensors under the names of their net. Throws LenetError where none is known. */
export const fitted = ({ tensors, metadata }: TensorFile, place: string, nets: NetOfFile = {}): Weights => {
  const chosen = netOf(nets, place, metadata["net"]);
  const renamed = underOurNames(chosen, tensors);
  if (renamed) refuseAbsent(chosen, renamed, place);
  return { net: chosen, tensors: renamed ?? tensors, metadata };
};

/** What PyTorch counts in a batch norm and we have no use for. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/**
 * Tensors with names of somebody else's, such as `conv1.weight`, in the order of the net's own, or null where they are ours already
 * or do not fit: as many, each with the same numbers in each row, so that (120, 400) may be (120, 16, 5, 5).
 */
const underOurNames = (net: Net, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> | null => {
  const ours = net.committee ? [] : describe(net).tensors;
  if (ours.some(({ name }) => tensors.has(name))) return null;
  const theirs = [...tensors].filter(([name]) => !COUNTER.test(name)).map(([, tensor]) => tensor);
  const fits = ({ shape }: Tensor, wanted: readonly number[]): boolean =>
    shape[0] === wanted[0] && elements(shape) === elements(wanted);
  if (theirs.length !== ours.length || !ours.every(({ shape }, index) => fits(theirs[index]!, shape))) return null;
  return new Map(ours.map(({ name, shape }, index) => [name, { shape, data: theirs[index]!.data }]));
};

/** A net with a table of connections has no others: a file in which they were learned is of another net. */
const refuseAbsent = (net: Net, tensors: ReadonlyMap<string, Tensor>, place: string): void => {
  for (const { name, absent } of net.committee ? [] : describe(net).tensors)
    for (const [from, to] of absent)
      if (
        tensors
          .get(name)
          ?.data.subarray(from, to)
          .some((value) => value !== 0)
      )
        throw new LenetError(
          `${place}, ${name}: expected zeros for connections that ${net.name} does not have, got others. Choose the net it was taught as.`,
        );
};
