// The safetensors file: eight bytes of header length, a JSON header naming each tensor's type, shape and place, then the
// numbers, little-endian. Bytes in, bytes out: it opens no file and does not know what a weight is.
// A file may come from anywhere, so the decoder believes nothing: it allocates only for tensors whose bytes are there.
import { LenetError } from "../errors.ts";
import { elements } from "../shape.ts";

/** The numbers a tensor can hold. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Numbers and their dimensions, the last one running fastest. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a file holds: tensors by name, in the order of their bytes, and texts by key. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (bytes: ArrayBuffer): TensorData;
}

interface Entry {
  readonly name: string;
  readonly type: ArrayType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const arrayTypes: ReadonlyMap<unknown, ArrayType> = new Map<string, ArrayType>([
  ["F32", Float32Array],
  ["F64", Float64Array],
  ["I32", Int32Array],
  ["U8", Uint8Array],
]);

// The format allows 100 MB. Parsing a hostile header of that size takes half a minute and 3 GB, one of 10 MB less than two
// seconds and 400 MB; a LeNet with its optimiser's state needs about 4 kB.
const headerLimit = 10_000_000;
const metadataKey = "__metadata__";
const cutShort = "The file is cut short or damaged: copy it again.";
const damaged = "The file is damaged, or its writer has a bug: copy or write it again.";

const grouped = (count: number | bigint): string => count.toLocaleString("en-US");
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text in quotes, cut to one line of a message. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** A value of the header in a few characters, however large or deep it is. */
const shown = (value: unknown): string => {
  if (typeof value === "string") return quoted(value);
  if (isObject(value)) return "an object";
  if (!Array.isArray(value)) return String(value);
  const short = value.length <= 8 && value.every((item) => typeof item !== "object" && typeof item !== "string");
  return short ? `[${value.join(", ")}]` : `a list of ${grouped(value.length)}`;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The bytes of a file holding `tensors` and `metadata`; the same content gives the same bytes, in whatever order it comes.
 * Tensors lie widest numbers first, then by name, so that each is aligned for readers that map the file.
 * Throws LenetError when a tensor's numbers do not fill its shape, or when it is called `__metadata__`.
 */
export const encodeSafetensors = (
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array => {
  const texts = Object.fromEntries(Object.entries(metadata).sort(byName));
  const fields = Object.keys(texts).length > 0 ? [`"${metadataKey}":${JSON.stringify(texts)}`] : [];
  const placed = [...tensors].sort((a, b) => b[1].data.BYTES_PER_ELEMENT - a[1].data.BYTES_PER_ELEMENT || byName(a, b));
  let length = 0;
  for (const [name, { shape, data }] of placed) {
    checkTensor(name, shape, data.length);
    const entry = { dtype: dtypeOf(data), shape, data_offsets: [length, length + data.byteLength] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    length += data.byteLength;
  }
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  if (header.length > headerLimit)
    throw new LenetError(
      `metadata: expected a header of at most ${grouped(headerLimit)} bytes, got ${grouped(header.length)}. Keep large data in tensors.`,
    );
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + length).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  let position = start;
  for (const [, { data }] of placed) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
};

const dtypeOf = (data: TensorData): unknown => [...arrayTypes].find(([, type]) => data instanceof type)?.[0];

const checkTensor = (name: string, shape: readonly number[], length: number): void => {
  if (name === metadataKey)
    throw new LenetError(
      `tensor "${metadataKey}": expected another name, the format keeps this one. Rename the tensor.`,
    );
  if (!areCounts(shape) || elements(shape) !== length)
    throw new LenetError(
      `tensor ${quoted(name)}: expected as many numbers as its shape ${shown(shape)} has, got ${grouped(length)}. Mend the shape.`,
    );
};

/**
 * The tensors and metadata of the file whose bytes these are; `place` names it in messages. Every tensor is a copy: it
 * outlives `bytes` and shares nothing with it.
 * Throws LenetError, one sentence, for every departure from the format, for headers above 10 MB and for number types
 * other than F32, F64, I32 and U8.
 */
export const decodeSafetensors = (bytes: Uint8Array, place: string): TensorFile => {
  const length = headerLength(bytes, place);
  const data = bytes.subarray(8 + length);
  const { [metadataKey]: texts, ...header } = parseHeader(bytes.subarray(8, 8 + length), place);
  const metadata = readMetadata(texts, place);
  const entries = Object.entries(header).map(([name, value]) =>
    readEntry(name, value, data.length, `${place}, tensor ${quoted(name)}`),
  );
  // The header may list tensors in any order; their bytes may lie in one order only.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkTiling(entries, data.length, place);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, begin, end } of entries)
    tensors.set(name, { shape, data: new type(new Uint8Array(data.subarray(begin, end)).buffer) });
  return { tensors, metadata };
};

const headerLength = (bytes: Uint8Array, place: string): number => {
  if (bytes.length < 8)
    throw new LenetError(`${place}: expected at least 8 bytes of safetensors, got ${bytes.length}. ${cutShort}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const notOne = "This is not a safetensors file, or its first bytes are damaged.";
  if (length < 2n || length > headerLimit)
    throw new LenetError(
      `${place}: expected a header length of 2 to ${grouped(headerLimit)} bytes, got ${grouped(length)}. ${notOne}`,
    );
  if (length > bytes.length - 8)
    throw new LenetError(
      `${place}: expected a header of ${grouped(length)} bytes, got only ${grouped(bytes.length - 8)}. ${cutShort}`,
    );
  if (bytes[8] !== 0x7b)
    throw new LenetError(
      `${place}: expected the header to begin with "{", got byte 0x${bytes[8].toString(16).padStart(2, "0")}. ${notOne}`,
    );
  return Number(length);
};

const parseHeader = (bytes: Uint8Array, place: string): Record<string, unknown> => {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new LenetError(`${place}: expected the header to be UTF-8 text, got bytes that are not. ${damaged}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new LenetError(`${place}: expected the header to be a JSON object, got ${quoted(text)}. ${damaged}`);
  }
  const repeated = repeatedName(text);
  if (repeated !== undefined)
    throw new LenetError(`${place}: expected each name once in the header, got ${quoted(repeated)} twice. ${damaged}`);
  // Text that parses and begins with a brace is an object.
  return header as Record<string, unknown>;
};

/** The first name that occurs twice in the header; JSON.parse would keep the last and say nothing. */
const repeatedName = (json: string): string | undefined => {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      if (depth !== 1) continue;
      // A text at depth 1 is a name: where it is a value instead, the entry is refused for not being an object.
      const name: string = JSON.parse(json.slice(start, i + 1));
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
};

const readMetadata = (value: unknown, place: string): Record<string, string> => {
  if (value === undefined) return {};
  if (!isObject(value))
    throw new LenetError(`${place}, ${metadataKey}: expected an object of texts, got ${shown(value)}. ${damaged}`);
  const texts: [string, string][] = Object.entries(value).map(([key, text]) => {
    if (typeof text !== "string")
      throw new LenetError(
        `${place}, ${metadataKey}, key ${quoted(key)}: expected a text, got ${shown(text)}. Write numbers as texts.`,
      );
    return [key, text];
  });
  return Object.fromEntries(texts);
};

/** One tensor's entry, its bytes known to be in the file and to be as many as its shape needs. */
const readEntry = (name: string, value: unknown, dataLength: number, place: string): Entry => {
  if (!isObject(value)) throw new LenetError(`${place}: expected an object, got ${shown(value)}. ${damaged}`);
  const { dtype, shape, data_offsets: offsets } = value;
  for (const [field, found] of Object.entries({ dtype, shape, data_offsets: offsets }))
    if (found === undefined) throw new LenetError(`${place}: expected a field "${field}", got none. ${damaged}`);
  const type = arrayTypes.get(dtype);
  if (type === undefined)
    throw new LenetError(
      `${place}: expected dtype ${[...arrayTypes.keys()].join(", ")}, got ${shown(dtype)}. Convert it to F32 first.`,
    );
  if (!areCounts(shape) || !isCount(elements(shape)))
    throw new LenetError(
      `${place}: expected a shape of integers from 0, fewer than 2^53 numbers in all, got ${shown(shape)}. ${damaged}`,
    );
  if (!areCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw new LenetError(
      `${place}: expected data_offsets [begin, end], two integers from 0 in order, got ${shown(offsets)}. ${damaged}`,
    );
  const [begin, end] = offsets;
  const wanted = elements(shape) * type.BYTES_PER_ELEMENT;
  if (end - begin !== wanted)
    throw new LenetError(
      `${place}: expected ${grouped(wanted)} bytes for shape ${shown(shape)} of ${shown(dtype)}, got data_offsets ${shown(offsets)}, ${grouped(end - begin)} bytes. ${damaged}`,
    );
  if (end > dataLength)
    throw new LenetError(
      `${place}: expected its bytes to end within the ${grouped(dataLength)} bytes of data, got data_offsets ${shown(offsets)}. ${cutShort}`,
    );
  return { name, type, shape, begin, end };
};

/** Each tensor must begin where the one before it ends, and the last must end with the file. */
const checkTiling = (entries: readonly Entry[], dataLength: number, place: string): void => {
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position)
      throw new LenetError(
        `${place}, tensor ${quoted(name)}: expected its bytes to begin where the ones before end, at ${grouped(position)}, got ${grouped(begin)}: ${begin < position ? "an overlap" : "a gap"}. ${damaged}`,
      );
    position = end;
  }
  if (position !== dataLength)
    throw new LenetError(
      `${place}: expected the file to end with its last tensor, got ${grouped(dataLength - position)} bytes more. ${damaged}`,
    );
};
