// What is known of a data set beside its IDX files: the names of its classes, and how its images were made of pictures. Knows the
// file, not what the images are of.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../errors.ts";
import { readText } from "../files.ts";
import { LEAST_CLASSES, MOST_CLASSES } from "../shape.ts";
import type { OfPictures } from "./data-set.ts";

/** In the folder of a data set. */
export const CLASSES_FILE = "classes.json";

const LONGEST_NAME = 100;

/** What the file holds; hashes are of the IDX files, by name. */
export interface ClassesFile {
  readonly classes: readonly string[];
  /** Absent where the images were no pictures. */
  readonly pictures?: OfPictures;
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

/** What the file in `folder` says, but for hashes; nothing where there is none. Throws LenetError. */
export const readAbout = (folder: string): Partial<Omit<ClassesFile, "sha256">> => {
  const path = join(folder, CLASSES_FILE);
  if (!existsSync(path)) return {};
  const { classes, pictures } = Object(parse(folder)) as Record<string, unknown>;
  const trouble = (rule: string): LenetError =>
    new LenetError(`${path}: expected JSON with ${rule}, got something else. Import the images again.`);
  const isName = (name: unknown): name is string =>
    typeof name === "string" && name !== "" && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name);
  if (
    !Array.isArray(classes) ||
    classes.length < LEAST_CLASSES ||
    classes.length > MOST_CLASSES ||
    !classes.every(isName)
  )
    throw trouble(`"classes", a list of ${LEAST_CLASSES} to ${MOST_CLASSES} names`);
  if (pictures === undefined) return { classes };
  if (pictures !== "ink" && pictures !== "whole") throw trouble('"pictures", "ink" or "whole"');
  return { classes, pictures };
};
