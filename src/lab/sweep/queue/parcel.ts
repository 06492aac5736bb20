// A run folder on its way: its files as bytes, from one machine to another.
import { readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { makeFolder, readBytes, writeAtomically } from "../../../files.ts";

/** Bytes by the file's path in the folder, with slashes. */
export type Parcel = ReadonlyMap<string, Uint8Array>;

const LAST = "metrics.json";

/** Files that mean something only where they are. */
const isLocal = (name: string): boolean => /(^|\/)at-work$|\.tmp$/.test(name);

/**
 * The files of a run folder, which may be written to meanwhile: the last checkpoint is read before what may run ahead of it,
 * as a training that goes on expects it.
 */
export const pack = (folder: string): Parcel => {
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => !isLocal(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .sort((a, b) => Number(b.endsWith("last.safetensors")) - Number(a.endsWith("last.safetensors")));
  return new Map(files.map((name) => [name, readBytes(join(folder, name), "a file of a run")]));
};

/** Puts the files into a folder, those that say it is complete last. */
export const unpack = (folder: string, parcel: Parcel): void => {
  makeFolder(folder);
  for (const [name, bytes] of [...parcel].sort(([a], [b]) => Number(a.endsWith(LAST)) - Number(b.endsWith(LAST)))) {
    const path = join(folder, name);
    // A name comes from elsewhere; it must not lead out of the folder.
    if (relative(folder, path).startsWith("..")) continue;
    makeFolder(dirname(path));
    writeAtomically(path, bytes);
  }
};

/** Whether the run in it has come to its end. */
export const isWhole = (parcel: Parcel): boolean => parcel.has(LAST);
