// HDF5 files through h5wasm, as far as Keras needs them: groups with texts, and arrays of float32. Bytes in, bytes out: the library
// has a file system of its own, in memory.
import { LenetError } from "../errors.ts";
import { elements } from "../shape.ts";
import type { Tensor } from "./safetensors.ts";

/** A group: texts or lists of texts by name, arrays, and groups within. */
export interface Hdf5Group {
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly arrays?: Readonly<Record<string, Tensor>>;
  readonly groups?: Readonly<Record<string, Hdf5Group>>;
}

/** A group of a file that is being read. Everything is undefined where it is not there, or is something else. */
export interface Hdf5Reader {
  text(name: string): string | undefined;
  texts(name: string): readonly string[] | undefined;
  /** Throws LenetError for numbers that are not float32 or float64, and for more than 16 million of them. */
  array(path: string): Tensor | undefined;
  group(path: string): Hdf5Reader | undefined;
  /** Names of what is in the group. */
  names(): readonly string[];
}

type Library = typeof import("h5wasm");
type Group = InstanceType<Library["Group"]>;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Numbers of the largest array that is read. */
const MOST = 2 ** 24;
/** Bytes of the largest text. */
const MOST_TEXT = 2 ** 24;
const FILE = "lenet.h5";

export const isHdf5 = (bytes: Uint8Array): boolean => signature.every((byte, index) => bytes[index] === byte);

/** Loaded when first asked for: it is 5 MB. Its errors become exceptions, where it would print them. */
const library = async () => {
  const { File, Group, Dataset, ready } = await import("h5wasm");
  const module = await ready;
  module.activate_throwing_error_handler();
  return { File, Group, Dataset, FS: module.FS };
};

/** The bytes of a file with these groups. */
export const encodeHdf5 = async (root: Hdf5Group): Promise<Uint8Array> => {
  const { File, FS } = await library();
  const file = new File(FILE, "w");
  try {
    fill(file, root);
    file.close();
    return Uint8Array.from(FS.readFile(FILE));
  } finally {
    FS.unlink(FILE);
  }
};

const fill = (group: Group, { attributes = {}, arrays = {}, groups = {} }: Hdf5Group): void => {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "string") group.create_attribute(name, value);
    else if (value.length > 0) group.create_attribute(name, [...value]);
    else group.create_attribute(name, [], [0], "S1");
  for (const [name, { shape, data }] of Object.entries(arrays))
    group.create_dataset({ name, data: Float32Array.from(data), shape: [...shape], dtype: "<f" });
  for (const [name, inner] of Object.entries(groups)) fill(group.create_group(name), inner);
};

/**
 * What `read` makes of the file whose bytes these are; `place` names it in messages. Throws LenetError when it is damaged, and what
 * `read` throws.
 */
export const readHdf5 = async <T>(bytes: Uint8Array, place: string, read: (root: Hdf5Reader) => T): Promise<T> => {
  const found = await library();
  const { File, FS } = found;
  FS.writeFile(FILE, bytes);
  let file: InstanceType<Library["File"]> | undefined;
  try {
    file = new File(FILE, "r");
    return read(readerOf(found, file, place));
  } catch (thrown) {
    if (thrown instanceof LenetError) throw thrown;
    throw new LenetError(
      `${place}: expected an HDF5 file, got one that cannot be read. The file is damaged: copy or write it again.`,
    );
  } finally {
    try {
      file?.close();
    } finally {
      FS.unlink(FILE);
    }
  }
};

const readerOf = (found: Awaited<ReturnType<typeof library>>, group: Group, place: string): Hdf5Reader => {
  const attribute = (name: string): unknown => {
    const found = group.attrs[name];
    return found && found.metadata.total_size <= MOST_TEXT ? found.value : undefined;
  };
  const at = (path: string): unknown => {
    // The library throws for a path that is not there.
    try {
      return group.get(path);
    } catch {
      return undefined;
    }
  };
  return {
    text: (name) => {
      const value = attribute(name);
      return typeof value === "string" ? value : undefined;
    },
    texts: (name) => {
      const value = attribute(name);
      if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return undefined;
      const list = [...(value as Iterable<unknown>)];
      return list.every((item) => typeof item === "string") ? list : undefined;
    },
    array: (path) => {
      const array = at(path);
      return array instanceof found.Dataset ? tensorOf(array, `${place}, ${path}`) : undefined;
    },
    group: (path) => {
      const inner = at(path);
      return inner instanceof found.Group ? readerOf(found, inner, place) : undefined;
    },
    names: () => group.keys(),
  };
};

const tensorOf = (array: InstanceType<Library["Dataset"]>, place: string): Tensor => {
  const { shape, dtype } = array;
  const count = shape === null ? -1 : elements(shape);
  if (shape === null || !(count >= 0 && count <= MOST))
    throw new LenetError(
      `${place}: expected at most ${MOST} numbers, got a shape of ${shape?.join(" × ")}. Check the file.`,
    );
  if (!["<f", ">f", "<d", ">d"].includes(String(dtype)))
    throw new LenetError(`${place}: expected float32 or float64, got another type of numbers. Convert it first.`);
  const data = array.value;
  if (!(data instanceof Float32Array || data instanceof Float64Array) || data.length !== count)
    throw new LenetError(
      `${place}: expected ${count} numbers, got fewer. The file is damaged: copy or write it again.`,
    );
  return { shape, data: Float32Array.from(data) };
};
