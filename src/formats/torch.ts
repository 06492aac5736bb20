// State dicts as torch.save writes them since PyTorch 1.6: a zip archive of a pickle, which names tensors, and of the numbers of
// their storages, a file each. The pickle is read and never run: four names are known, everything else is refused by its name.
import { LenetError } from "../errors.ts";
import { elements } from "../shape.ts";
import { type PickleObject, type PickleRules, type PickleValue, readPickle } from "./pickle.ts";
import type { Tensor, TensorFile } from "./safetensors.ts";
import { filesIn, isZip } from "./zip.ts";

/** How numbers of a storage become ours. */
interface StorageType {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

/** A piece of a storage, before its numbers are read. */
interface Stored {
  readonly type: StorageType;
  readonly key: string;
}

interface Strided {
  readonly stored: Stored;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const PICKLE = "/data.pkl";
/** Numbers of all tensors together: far above any net of this family. */
const MOST = 2 ** 25;
/** The magic number that a file from before 1.6 begins with, as a pickle. */
const old = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9];
const damaged = "The file is damaged, or written by another program: save it again.";

/** float16: a sign, five bits of exponent, ten of fraction. */
const half = (bits: number): number => {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction
        ? Number.NaN
        : Infinity
      : exponent === 0
        ? fraction * 2 ** -24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
};

/** bfloat16: the upper half of a float32. */
const brain = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits * 2 ** 16);
  return view.getFloat32(0);
};

const storages: Readonly<Record<string, StorageType>> = {
  FloatStorage: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  DoubleStorage: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  HalfStorage: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BFloat16Storage: { bytes: 2, read: (view, at) => brain(view.getUint16(at, true)) },
  LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  IntStorage: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  ByteStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BoolStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** Names under which a checkpoint keeps its state dict, where it keeps more than that. */
const wrappers = ["state_dict", "model_state_dict", "model"];

/** Whether these bytes are a file of PyTorch's, also one too old to be read. */
export const isTorch = (bytes: Uint8Array, place: string): boolean =>
  old.every((byte, index) => bytes[index] === byte) ||
  (isZip(bytes) && [...filesIn(bytes, place).keys()].some((name) => name.endsWith(PICKLE)));

/**
 * The tensors of a state dict, in its order; `place` names the file in messages. Numbers become float32 (float64 where they were).
 * Throws LenetError for a whole module instead of its state dict, for names that a state dict has no need of, and for damage.
 */
export const decodeTorch = (bytes: Uint8Array, place: string): TensorFile => {
  if (!isZip(bytes))
    throw new LenetError(
      `${place}: expected a file saved by PyTorch 1.6 or newer, got an older one. Load it there and save it again.`,
    );
  const files = filesIn(bytes, place);
  const name = [...files.keys()].find((file) => file.endsWith(PICKLE));
  if (name === undefined) throw new LenetError(`${place}: expected a file data.pkl in it, got none. ${damaged}`);
  const folder = name.slice(0, -PICKLE.length);
  const order = files.get(`${folder}/byteorder`);
  if (order && new TextDecoder().decode(order) !== "little")
    throw new LenetError(`${place}: expected little-endian numbers, got others. Save it on another machine.`);
  const value = readPickle(files.get(name)!, rulesFor(place), `${place}, data.pkl`);
  const budget = { left: MOST };
  const tensors = new Map<string, Tensor>();
  for (const [key, item] of stateDictIn(value, place)) {
    const strided = made(item) as Strided;
    const data = files.get(`${folder}/data/${strided.stored.key}`);
    tensors.set(key, tensorOf(strided, data, budget, `${place}, tensor ${JSON.stringify(key)}`));
  }
  return { tensors, metadata: {} };
};

const made = (value: PickleValue): unknown =>
  typeof value === "object" && value !== null && "made" in value ? value.made : undefined;

const isStrided = (value: PickleValue): boolean => Object(made(value)).stored !== undefined;

/** The names and tensors of a dict, or of the one it keeps under a usual name. Everything else in it is passed over. */
const stateDictIn = (value: PickleValue, place: string): [string, PickleValue][] => {
  if (value instanceof Map) {
    const named = [...value].filter((item): item is [string, PickleValue] => typeof item[0] === "string");
    const tensors = named.filter(([, item]) => isStrided(item));
    if (tensors.length > 0) return tensors;
    const inner = wrappers.map((name) => value.get(name)).find((item) => item instanceof Map);
    if (inner !== undefined) return stateDictIn(inner, place);
  }
  throw new LenetError(`${place}: expected a state dict, tensors by name, got none. Save model.state_dict().`);
};

const rulesFor = (place: string): PickleRules => ({
  global: (module, name) => {
    if (module === "torch" && Object.hasOwn(storages, name)) return { made: storages[name] };
    const full = `${module}.${name}`;
    if (Object.hasOwn(calls, full)) return { made: full };
    throw new LenetError(
      `${place}: expected a state dict, tensors by name, got ${JSON.stringify(full.slice(0, 80))} in it, which is not read. Save model.state_dict().`,
    );
  },
  call: (called, values) => {
    const call = calls[String(made(called))];
    if (!call) throw new LenetError(`${place}: expected a call that makes a tensor, got another. ${damaged}`);
    return call(values, place);
  },
  persistent: (id) => {
    const [kind, type, key] = Array.isArray(id) ? id : [];
    const found = type === undefined ? undefined : (made(type) as StorageType | undefined);
    if (kind !== "storage" || typeof key !== "string" || found?.read === undefined)
      throw new LenetError(`${place}: expected a storage of numbers, got something else. ${damaged}`);
    return { made: { type: found, key } satisfies Stored };
  },
});

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What a state dict calls, by name. */
const calls: Readonly<Record<string, (values: readonly PickleValue[], place: string) => PickleValue>> = {
  "collections.OrderedDict": () => new Map(),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, shape, strides], place): PickleObject => {
    const stored = storage === undefined ? undefined : (made(storage) as Stored | undefined);
    const sides = Array.isArray(shape) && shape.every(isCount) ? shape : undefined;
    const steps = Array.isArray(strides) && strides.every(isCount) ? strides : undefined;
    if (!stored?.type || !isCount(offset) || !sides || !steps || sides.length !== steps.length)
      throw new LenetError(`${place}: expected a tensor's place and shape, got something else. ${damaged}`);
    return { made: { stored, offset, shape: sides, strides: steps } satisfies Strided };
  },
  // A parameter is its tensor.
  "torch._utils._rebuild_parameter": ([tensor], place) => {
    if (tensor !== undefined && isStrided(tensor)) return tensor;
    throw new LenetError(`${place}: expected the tensor of a parameter, got something else. ${damaged}`);
  },
};

const tensorOf = (
  { stored: { type }, offset, shape, strides }: Strided,
  file: Uint8Array | undefined,
  budget: { left: number },
  place: string,
): Tensor => {
  const count = elements(shape);
  const held = Math.floor((file?.length ?? 0) / type.bytes);
  const last = offset + shape.reduce((sum, side, axis) => sum + Math.max(0, side - 1) * strides[axis]!, 0);
  if (!file || !(count <= held) || (count > 0 && !(last < held)))
    throw new LenetError(
      `${place}: expected ${count} numbers in its storage, got ${held}. The file is cut short or damaged: copy it again.`,
    );
  budget.left -= count;
  if (budget.left < 0)
    throw new LenetError(`${place}: expected at most ${MOST} numbers in all, got more. Check the name.`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const data =
    type === storages["DoubleStorage"] || type === storages["LongStorage"]
      ? new Float64Array(count)
      : new Float32Array(count);
  for (let index = 0; index < count; index++) {
    let [rest, at] = [index, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    data[index] = type.read(view, at * type.bytes);
  }
  return { shape, data };
};
