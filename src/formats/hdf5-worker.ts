// The thread that reads HDF5 files: a message with the bytes of each, and for each an answer. Where the library breaks down, so does
// the thread. It copies all texts and arrays of a file, within bounds that are far above any net's.
import { parentPort } from "node:worker_threads";
import { elements } from "../shape.ts";
import type { Hdf5Answer, Hdf5Group } from "./hdf5.ts";
import { boundMemory, type Library, library } from "./hdf5-library.ts";
import type { Tensor } from "./safetensors.ts";

type Group = InstanceType<Library["Group"]>;

/** Numbers of all arrays, bytes of a text, groups and arrays together, and groups within groups. */
const MOST = { numbers: 2 ** 24, text: 2 ** 24, entries: 10_000, depth: 16 } as const;

/** Bytes that the library's memory may grow to: files of nets need some MB, damaged ones ask for thousands. */
const MOST_MEMORY = 2 ** 29;

interface Walk {
  readonly found: Library;
  numbers: number;
  entries: number;
}

class TooMuch extends Error {}

const within = (value: number, most: number): void => {
  if (!(value <= most)) throw new TooMuch();
};

const groupOf = (walk: Walk, group: Group, depth: number): Hdf5Group => {
  within(depth, MOST.depth);
  const arrays: [string, Tensor][] = [];
  const groups: [string, Hdf5Group][] = [];
  for (const name of group.keys()) {
    walk.entries++;
    within(walk.entries, MOST.entries);
    const entry = group.get(name);
    if (entry instanceof walk.found.Group) groups.push([name, groupOf(walk, entry, depth + 1)]);
    const tensor = entry instanceof walk.found.Dataset ? tensorOf(walk, entry) : undefined;
    if (tensor) arrays.push([name, tensor]);
  }
  const attributes = Object.entries(group.attrs).flatMap(([name, attribute]) => {
    within(attribute.metadata.total_size, MOST.text);
    const texts = textsOf(attribute.value);
    return texts === undefined ? [] : [[name, texts] as const];
  });
  return {
    attributes: Object.fromEntries(attributes),
    arrays: Object.fromEntries(arrays),
    groups: Object.fromEntries(groups),
  };
};

/** A text or a list of texts; an empty list has no type to tell. */
const textsOf = (value: unknown): string | string[] | undefined => {
  if (ArrayBuffer.isView(value) && value.byteLength === 0) return [];
  const texts = typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
  return texts ? (value as string | string[]) : undefined;
};

/** Numbers that are not float32 or float64 are no weights. */
const tensorOf = (walk: Walk, array: InstanceType<Library["Dataset"]>): Tensor | undefined => {
  const { shape, dtype } = array;
  if (shape === null || !["<f", ">f", "<d", ">d"].includes(String(dtype))) return undefined;
  walk.numbers += elements(shape);
  within(walk.numbers, MOST.numbers);
  const data = array.value;
  const numbers = data instanceof Float32Array || data instanceof Float64Array;
  return numbers && data.length === elements(shape) ? { shape, data: Float32Array.from(data) } : undefined;
};

/** A name of its own for each file: the library may still think of the one before. */
let files = 0;

const read = (found: Library, bytes: Uint8Array): Hdf5Answer => {
  const name = `${files++}.h5`;
  found.FS.writeFile(name, bytes);
  try {
    const file = new found.File(name, "r");
    try {
      return { root: groupOf({ found, numbers: 0, entries: 0 }, file, 0) };
    } finally {
      file.close();
    }
  } finally {
    found.FS.unlink(name);
  }
};

const answer = (found: Library, bytes: Uint8Array): Hdf5Answer => {
  try {
    return read(found, bytes);
  } catch (thrown) {
    // What the library is like after it broke down, nobody knows: the thread ends with it.
    if (thrown instanceof WebAssembly.RuntimeError) throw thrown;
    return {
      refused: thrown instanceof TooMuch ? "one that holds more than a net does" : "one that cannot be read",
    };
  }
};

boundMemory(MOST_MEMORY);
parentPort!.on("message", async (bytes: Uint8Array) => {
  parentPort!.postMessage(answer(await library(), bytes));
});
