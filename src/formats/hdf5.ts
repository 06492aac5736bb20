// HDF5 files through h5wasm, as far as Keras needs them: groups with texts, and arrays of float32. Bytes in, bytes out: the library
// has a file system of its own, in memory.
import { Worker } from "node:worker_threads";
import { LenetError } from "../errors.ts";
import { type Library, library } from "./hdf5-library.ts";
import type { Tensor } from "./safetensors.ts";

/** A group: texts or lists of texts by name, arrays, and groups within. */
export interface Hdf5Group {
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly arrays?: Readonly<Record<string, Tensor>>;
  readonly groups?: Readonly<Record<string, Hdf5Group>>;
}

type Group = InstanceType<Library["Group"]>;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** In the library's own file system. */
const FILE = "lenet.h5";

export const isHdf5 = (bytes: Uint8Array): boolean => signature.every((byte, index) => bytes[index] === byte);

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

/** Longer than any file of a net takes, on the slowest machine. */
const PATIENCE_MS = 10_000;

/** What the thread answers: the file, or what it is instead. */
export type Hdf5Answer = { readonly root: Hdf5Group } | { readonly refused: string };

/** The thread that reads, as long as it is sound. */
let reader: Worker | null = null;

/** Reads come one after the other. */
let before: Promise<unknown> = Promise.resolve();

/**
 * The groups of the file whose bytes these are, texts and float32 arrays alone; `place` names it in messages. The library was not made
 * for files that mean harm: it works in a thread of its own, which is given up where it breaks down or does not come to an end.
 * Throws LenetError when the file is damaged.
 */
export const readHdf5 = (bytes: Uint8Array, place: string): Promise<Hdf5Group> => {
  const read = before.then(() => ask(bytes));
  before = read;
  return read.then((answer) => {
    if ("root" in answer) return answer.root;
    throw new LenetError(
      `${place}: expected an HDF5 file, got ${answer.refused}. The file is damaged: copy or write it again.`,
    );
  });
};

const ask = (bytes: Uint8Array): Promise<Hdf5Answer> =>
  new Promise((resolve) => {
    const worker = reader ?? new Worker(new URL("./hdf5-worker.js", import.meta.url), { stdout: true, stderr: true });
    reader = worker;
    const settle = (answer: Hdf5Answer, sound: boolean): void => {
      clearTimeout(timer);
      worker.off("message", done).off("error", broken).off("exit", broken);
      // Nobody waits any more: the process may end.
      worker.unref();
      if (!sound) {
        reader = null;
        worker.on("error", () => undefined);
        void worker.terminate();
      }
      resolve(answer);
    };
    const timer = setTimeout(() => settle({ refused: "one that takes too long to read" }, false), PATIENCE_MS);
    const done = (answer: Hdf5Answer): void => settle(answer, true);
    const broken = (): void => settle({ refused: "one that cannot be read" }, false);
    worker.on("message", done).on("error", broken).on("exit", broken);
    worker.ref();
    worker.postMessage(bytes);
  });

/** What lies at a path from this group, such as `layers/conv2d/vars`; undefined where there is nothing. */
export const groupAt = (group: Hdf5Group, path: string): Hdf5Group | undefined =>
  path.split("/").reduce<Hdf5Group | undefined>((at, name) => own(at?.groups, name), group);

export const arrayAt = (group: Hdf5Group, path: string): Tensor | undefined => {
  const cut = path.lastIndexOf("/");
  return own((cut < 0 ? group : groupAt(group, path.slice(0, cut)))?.arrays, path.slice(cut + 1));
};

export const attributeAt = (group: Hdf5Group | undefined, name: string): string | readonly string[] | undefined =>
  own(group?.attributes, name);

/** A name in a file may be that of something every object has. */
const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record && Object.hasOwn(record, name) ? record[name] : undefined;
