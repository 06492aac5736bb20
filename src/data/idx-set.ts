// A registered data set of four IDX files with known hashes: found in a folder of the system or in our cache, verified
// whenever it is read, downloaded into the cache on demand. Which sets there are is registry.ts's business.
import { join } from "node:path";
import { LenetError } from "../errors.ts";
import { makeFolder, writeAtomically } from "../files.ts";
import type { DataSet } from "./data-set.ts";
import { type DownloadOptions, download } from "./download.ts";
import { fileName, findFile, holds, loadFolder, sha256, unpack } from "./folder.ts";
import type { IdxKind } from "./idx.ts";
import { cacheFolder, foldersOf, nowhere, type RegisteredSet } from "./registered.ts";

type Part = DataSet["part"];
const parts = ["train", "test"] as const;
const kinds = ["images", "labels"] as const;

/** What makes a set of IDX files. */
export interface IdxRecipe {
  readonly name: string;
  readonly title: string;
  /** Pixels a side of its images. */
  readonly side: number;
  readonly classNames: readonly string[];
  /** Folders, other than the cache, that may hold the files. */
  readonly folders: readonly string[];
  /** Addresses, each ending with /, that serve the gzipped files under their usual names. */
  readonly mirrors: readonly string[];
  /** Of the uncompressed files. */
  readonly sha256: Readonly<Record<Part, DataSet["sha256"]>>;
}

/** A registered set from its recipe. */
export const idxSet = (recipe: IdxRecipe): RegisteredSet => {
  const { name, title, side, classNames, mirrors } = recipe;
  const cache = () => cacheFolder(name);

  const find = async (): Promise<string | undefined> => {
    const complete = (folder: string): boolean => holds(folder, "train") && holds(folder, "test");
    return foldersOf(name, recipe.folders).find(complete);
  };

  const load = async (part: Part): Promise<DataSet> => {
    const folder = await find();
    if (folder === undefined) throw new LenetError(nowhere(name, foldersOf(name, recipe.folders)));
    const set = await loadFolder(folder, part, name, { classes: classNames });
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

  return { name, title, side, classNames, find, load, fetch };
};
