// What a data set known by name is, and where its files are looked for. Knows no set and no format: idx-set.ts and zipcode.ts
// make such sets, registry.ts lists them.
import { homedir } from "node:os";
import { join } from "node:path";
import type { DataSet } from "./data-set.ts";
import type { DownloadOptions } from "./download.ts";

/** A data set known by name. A set in another format brings its own of these. */
export interface RegisteredSet {
  /** In its shortest spelling, options included: `mnist:size=16`. */
  readonly name: string;
  /** What it holds, in a few words. */
  readonly title: string;
  /** Pixels a side of its images. */
  readonly side: number;
  /** The names of its classes. */
  readonly classNames: readonly string[];
  /** The folder where it is found, or undefined. */
  find(): Promise<string | undefined>;
  /** Reads and verifies one part. Throws LenetError. */
  load(part: DataSet["part"]): Promise<DataSet>;
  /** Downloads and verifies what the cache lacks, unless the set is found elsewhere; gives the folder. Throws LenetError. */
  fetch(options?: DownloadOptions): Promise<string>;
}

/** The environment's name for a folder that is looked in first; `--data-dir` sets it for one command. */
export const DATA_DIR = "LENET_DATA";

/** Where downloads are kept: LENET_CACHE, else lenet in XDG_CACHE_HOME, else ~/.cache/lenet. */
const cacheRoot = (): string => {
  const { LENET_CACHE, XDG_CACHE_HOME } = process.env;
  return LENET_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "lenet");
};

/** The folder for downloads of this set. */
export const cacheFolder = (name: string): string => join(cacheRoot(), name);

/** Where the files of a set are looked for, in this order: the folder's own `name`, the folder itself, `others`, the cache. */
export const foldersOf = (name: string, others: readonly string[]): string[] => {
  const own = process.env[DATA_DIR];
  return [...(own ? [join(own, name), own] : []), ...others, cacheFolder(name)];
};

/** The sentence for a set that is nowhere. */
export const nowhere = (name: string, folders: readonly string[]): string =>
  `${name}: expected its files in ${folders.join(" or ")}, got none. Run: lenet data get ${name}`;
