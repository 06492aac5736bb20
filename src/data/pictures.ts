// A folder of pictures by class, taken as a data set as it is: imported when it is first asked for (import.ts), and kept in the
// cache under a name that its content gives it. Other pictures, other name; the folder itself is never written into.
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { LenetError } from "../errors.ts";
import { isFolder, readBytes, readText, writeTrouble } from "../files.ts";
import { CLASSES_FILE } from "./classes.ts";
import { findFile, sha256 } from "./folder.ts";
import { importImages, TEST_SHARE } from "./import.ts";
import { hasLoosePictures, type PictureFile, picturesIn } from "./picture-files.ts";
import { cacheFolder } from "./registered.ts";
import { importWatcher } from "./watch.ts";

/** In the name of what is kept: another number whenever the same pictures come to be imported as other images (pictures.test.ts tells). */
export const RULES = 1;

/** Whether this is a folder without anything of an IDX data set: then it can only hold pictures. */
export const isOfPictures = (folder: string): boolean =>
  isFolder(folder) &&
  !existsSync(join(folder, CLASSES_FILE)) &&
  !(["train", "test"] as const).some((part) =>
    (["images", "labels"] as const).some((kind) => findFile(folder, part, kind) !== undefined),
  );

/** Where this process has found folders imported, and how their files were stamped then. */
const found = new Map<string, { readonly stamp: string; readonly place: string }>();

/** The folder of IDX files that these pictures come to: in the cache, imported now where it is not there. Throws LenetError. */
export const importedFrom = (folder: string): string => {
  const files = picturesIn(folder);
  if (files.length === 0) throw noPictures(folder);
  const stamp = stampOf(files);
  const before = found.get(resolve(folder));
  if (before?.stamp === stamp && existsSync(before.place)) return before.place;
  const place = cacheFolder(join("pictures", keyOf(folder, files)));
  if (!isIntact(place)) importInto(place, folder);
  found.set(resolve(folder), { stamp, place });
  return place;
};

const noPictures = (folder: string): LenetError =>
  new LenetError(
    hasLoosePictures(folder)
      ? `${folder}: expected a sub-folder of pictures for each class, got pictures outside of any. Put those of each class into a folder of its own.`
      : `${folder}: expected IDX files, or a sub-folder of pictures for each class (PNG, JPEG, WebP), got neither. See: lenet data import --help`,
  );

/** Changes whenever a file does, as far as their dates tell. */
const stampOf = (files: readonly PictureFile[]): string =>
  sha256(
    new TextEncoder().encode(
      files
        .map(({ path }) => {
          const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
          return `${path} ${size} ${mtimeMs}`;
        })
        .join("\n"),
    ),
  );

/** A name made of what is in the files and of what they are called. */
const keyOf = (folder: string, files: readonly PictureFile[]): string => {
  const lines = files.map(({ path }) => `${sha256(readBytes(path, "a picture"))} ${relative(folder, path)}`);
  return sha256(new TextEncoder().encode([`rules ${RULES}`, ...lines].join("\n"))).slice(0, 32);
};

/** Whether all files are there and have the hashes that they were written with. */
const isIntact = (place: string): boolean => {
  try {
    const { sha256: hashes } = JSON.parse(readText(join(place, CLASSES_FILE), "the names of classes"));
    return Object.entries(hashes).every(([name, hash]) => sha256(readBytes(join(place, name), "images")) === hash);
  } catch {
    return false;
  }
};

/** Imports beside `place` and moves what came of it there at once, so that nobody finds a half of it. */
const importInto = (place: string, folder: string): void => {
  const watcher = importWatcher();
  const made = `${place}.${process.pid}.tmp`;
  try {
    const imported = importImages(folder, made, {
      test: TEST_SHARE,
      whole: false,
      strict: false,
      onImage: (done, all) => watcher?.image(folder, done, all),
    });
    watcher?.end(folder, imported, true);
    rmSync(place, { recursive: true, force: true });
    renameSync(made, place);
  } catch (thrown) {
    // Another process was as quick, with the same files.
    if (!isIntact(place)) throw writeTrouble(thrown, place, "try again");
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
};

/** What such a set is called. */
export const nameOfFolder = (folder: string): string => basename(resolve(folder));
