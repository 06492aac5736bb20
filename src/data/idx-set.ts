// A registered data set of four IDX files with known hashes: found in a folder of the system or in our cache, verified
// whenever it is read, downloaded into the cache on demand. Which sets there are is registry.ts's business.
import { homedir } from "node:os";
import { join } from "node:path";
import { LenetError } from "../errors.ts";
import { makeFolder, writeAtomically } from "../files.ts";
import type { DataSet } from "./data-set.ts";
import { type DownloadOptions, download } from "./download.ts";
import { fileName, findFile, holds, loadFolder, sha256, unpack } from "./folder.ts";
import type { IdxKind } from "./idx.ts";

type Part = DataSet["part"];
const parts = ["train", "test"] as const;
const kinds = ["images", "labels"] as const;

/** A data set known by name. A set in another format brings its own of these. */
export interface RegisteredSet {
  readonly name: string;
  /** What it holds, in a few words. */
  readonly title: string;
  /** The names of its classes. */
  readonly classNames: readonly string[];
  /** The folder where it is found, or undefined. */
  find(): Promise<string | undefined>;
  /** Reads and verifies one part. Throws LenetError. */
  load(part: Part): Promise<DataSet>;
  /** Downloads and verifies what the cache lacks, unless the set is found elsewhere; gives the folder. Throws LenetError. */
  fetch(options?: DownloadOptions): Promise<string>;
}

/** What makes a set of IDX files. */
export interface IdxRecipe {
  readonly name: string;
  readonly title: string;
  readonly classNames: readonly string[];
  /** Folders, other than the cache, that may hold the files. */
  readonly folders: readonly string[];
  /** Addresses, each ending with /, that serve the gzipped files under their usual names. */
  readonly mirrors: readonly string[];
  /** Of the uncompressed files. */
  readonly sha256: Readonly<Record<Part, DataSet["sha256"]>>;
}

/** Where downloads are kept: LENET_CACHE, else lenet in XDG_CACHE_HOME, else ~/.cache/lenet. */
export const cacheFolder = (): string => {
  const { LENET_CACHE, XDG_CACHE_HOME } = process.env;
  return LENET_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "lenet");
};

/** A registered set from its recipe. */
export const idxSet = (recipe: IdxRecipe): RegisteredSet => {
  const { name, title, classNames, mirrors } = recipe;
  const cache = () => join(cacheFolder(), name);

  const find = async (): Promise<string | undefined> => {
    for (const folder of [...recipe.folders, cache()]) {
      if (holds(folder, "train") && holds(folder, "test")) return folder;
    }
    return undefined;
  };

  const load = async (part: Part): Promise<DataSet> => {
    const folder = await find();
    if (folder === undefined) {
      const looked = [...recipe.folders, cache()].join(" or ");
      throw new LenetError(`${name}: expected its files in ${looked}, got none. Run: lenet data get ${name}`);
    }
    const set = await loadFolder(folder, part, name, classNames.length);
    for (const kind of kinds) {
      const [got, wanted] = [set.sha256[kind], recipe.sha256[part][kind]];
      if (got === wanted) continue;
      const rule = `the ${part} ${kind} of ${name} (sha256 ${wanted.slice(0, 12)}…)`;
      const how = `Remove the file and run: lenet data get ${name}`;
      const place = findFile(folder, part, kind);
      throw new LenetError(`${place}: expected ${rule}, got sha256 ${got.slice(0, 12)}…. ${how}`);
    }
    return set;
  };

  const fetchFile = async (part: Part, kind: IdxKind, options?: DownloadOptions): Promise<void> => {
    const file = `${fileName(part, kind)}.gz`;
    const isRight = (packed: Uint8Array): Promise<boolean> =>
      unpack(packed, file, kind).then(
        (bytes) => sha256(bytes) === recipe.sha256[part][kind],
        () => false,
      );
    writeAtomically(join(cache(), file), await download(mirrors, file, isRight, options));
  };

  const fetch = async (options?: DownloadOptions): Promise<string> => {
    const found = await find();
    if (found !== undefined) return found;
    makeFolder(cache());
    for (const part of parts) {
      for (const kind of kinds) {
        if (findFile(cache(), part, kind) === undefined) await fetchFile(part, kind, options);
      }
    }
    return cache();
  };

  return { name, title, classNames, find, load, fetch };
};
