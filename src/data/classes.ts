// The names of a data set's classes: a small file beside its IDX files. Knows the file, not what the images are of.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../errors.ts";
import { readText } from "../files.ts";
import { LEAST_CLASSES, MOST_CLASSES } from "../shape.ts";

/** In the folder of a data set. */
export const CLASSES_FILE = "classes.json";

const LONGEST_NAME = 100;

/** What the file holds; hashes are of the IDX files, by name. */
export interface ClassesFile {
  readonly classes: readonly string[];
  readonly sha256: Readonly<Record<string, string>>;
}

/** Throws LenetError when the file beside the images of a part has other hashes for them. */
export const checkHashes = (folder: string, hashes: Readonly<Record<string, string>>): void => {
  const kept = Object(parse(folder)).sha256;
  for (const [name, got] of Object.entries(hashes)) {
    const wanted: unknown = Object(kept)[name];
    if (typeof wanted === "string" && wanted !== got)
      throw new LenetError(
        `${join(folder, name)}: expected what was imported (sha256 ${wanted.slice(0, 12)}…), got sha256 ${got.slice(0, 12)}…. Import the images again.`,
      );
  }
};

/** What the file holds, whatever it is; undefined where there is none, or it is no JSON. Throws LenetError where it cannot be read. */
const parse = (folder: string): unknown => {
  const path = join(folder, CLASSES_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readText(path, "the names of classes"));
  } catch (thrown) {
    if (thrown instanceof LenetError) throw thrown;
    return undefined;
  }
};

/** The names of the classes in `folder`, in the order of their labels; undefined where there is no such file. Throws LenetError. */
export const readClasses = (folder: string): readonly string[] | undefined => {
  const path = join(folder, CLASSES_FILE);
  if (!existsSync(path)) return undefined;
  const classes: unknown = Object(parse(folder)).classes;
  const isName = (name: unknown): name is string =>
    typeof name === "string" && name !== "" && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name);
  if (
    Array.isArray(classes) &&
    classes.length >= LEAST_CLASSES &&
    classes.length <= MOST_CLASSES &&
    classes.every(isName)
  )
    return classes;
  throw new LenetError(
    `${path}: expected JSON with "classes", a list of ${LEAST_CLASSES} to ${MOST_CLASSES} names, got something else. Import the images again.`,
  );
};
