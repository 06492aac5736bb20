// Files, read and written so that trouble is one sentence and never a half-written file. A leaf: what is in them, and what
// a run or a data set is, are not known here.
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { LenetError, messageOf } from "./errors.ts";

/** What the user can mend, by the operating system's code; every other code is the machine's trouble. */
const mendable: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission to use it is missing"],
  ["EPERM", "permission to use it is missing"],
  ["EROFS", "it lies on a read-only file system"],
  ["ENOTDIR", "part of its path is a file, not a folder"],
  ["EEXIST", "part of its path is a file, not a folder"],
  ["ENOENT", "its folder does not exist or takes no files"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ELOOP", "its path is a circle of links"],
]);

/** Bytes of the largest file read: above any checkpoint or data set of ours, below what one buffer holds. */
const READABLE = 2 ** 30;

/** The same bytes without Node's Buffer around them, whose slice() is no copy. */
export const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * What to throw in place of `thrown`: one sentence where the operating system refused to make or write `path`, else
 * `thrown` itself. `retry` says what to do once there is space on a full disk.
 */
export const writeTrouble = (thrown: unknown, path: string, retry: string): unknown => {
  const code = codeOf(thrown);
  if (code === undefined) return thrown;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const cause = code === "ENOSPC" ? "the disk is full" : "your disk quota is used up";
    return new LenetError(`${path}: ${cause}; nothing already written was changed. Free some space and ${retry}.`, 1);
  }
  const reason = mendable.get(code);
  if (reason === undefined) return new LenetError(`${path}: could not be written, ${messageOf(thrown)}.`, 1);
  return new LenetError(`${path}: expected a place to write to, but ${reason}. Choose another place.`);
};

/** Writes `content` beside `path`, and hands the file to `finish`, which moves or removes it. */
const writeBeside = (
  path: string,
  content: Uint8Array | string,
  retry: string,
  finish: (temporary: string) => void,
): void => {
  // Named after the process, so that two of them never write into one temporary file.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile())
      throw new LenetError(`${path}: expected a file or a new name, got ${kindOf(there)}. Choose another name.`);
    writeThrough(temporary, content);
    finish(temporary);
  } catch (thrown) {
    discard(temporary);
    throw writeTrouble(thrown, path, retry);
  }
};

/**
 * Puts `content` at `path`, whole or not at all: whoever reads `path`, even after a kill or a power cut, finds the old
 * content or the new. `retry` completes "Free some space and …" for a full disk.
 * Throws LenetError: exit code 1 for a full disk or a failing one, 2 for a place that cannot be written to.
 */
export const writeAtomically = (path: string, content: Uint8Array | string, retry = "try again"): void => {
  writeBeside(path, content, retry, (temporary) => renameSync(temporary, path));
  settle(dirname(path));
};

/** Throws LenetError, as `writeAtomically` would, before long work whose result is to stand at `path`. Leaves nothing there. */
export const tryPlace = (path: string): void => writeBeside(path, "", "try again", (temporary) => rmSync(temporary));

/**
 * Adds `content` to the end of the file at `path`, for files whose readers follow them as they grow. A kill may leave a part of it.
 * Throws LenetError as `writeAtomically`.
 */
export const append = (path: string, content: Uint8Array): void => {
  try {
    appendFileSync(path, content);
  } catch (thrown) {
    throw writeTrouble(thrown, path, "try again");
  }
};

/**
 * Makes the folder `path`, and those it lies in, where they are missing.
 * Throws LenetError as `writeAtomically`.
 */
export const makeFolder = (path: string): void => {
  try {
    makeFolders(path);
  } catch (thrown) {
    throw writeTrouble(thrown, path, "try again");
  }
};

/**
 * The bytes of the file at `path`; `what` says in messages what was expected there, such as "a checkpoint".
 * Throws LenetError when there is none, when it is a folder, a device or above 1 GiB, and when it may not be read.
 */
export const readBytes = (path: string, what: string): Uint8Array => {
  try {
    const there = statSync(path);
    // A pipe or a device may never end.
    if (!there.isFile()) throw new LenetError(`${path}: expected ${what}, got ${kindOf(there)}. Name the file itself.`);
    if (there.size > READABLE)
      throw new LenetError(`${path}: expected ${what} of at most 1 GiB, got ${there.size} bytes. Check the name.`);
    return plain(readFileSync(path));
  } catch (thrown) {
    throw readTrouble(thrown, path, what);
  }
};

/** What to throw in place of `thrown`: one sentence where the operating system refused to read `path`, else `thrown` itself. */
const readTrouble = (thrown: unknown, path: string, what: string): unknown => {
  const code = codeOf(thrown);
  if (code === undefined) return thrown;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new LenetError(`${path}: expected ${what}, got no such file. Check the name.`);
  const reason = mendable.get(code);
  if (reason === undefined) return new LenetError(`${path}: could not be read, ${messageOf(thrown)}.`, 1);
  return new LenetError(`${path}: expected ${what}, but ${reason}. Check the name and its permissions.`);
};

/** The text of the file at `path`, as `readBytes` reads it; throws LenetError also when it is not UTF-8. */
export const readText = (path: string, what: string): string => {
  const bytes = readBytes(path, what);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new LenetError(`${path}: expected ${what} in UTF-8 text, got bytes that are not. Restore it from a copy.`);
  }
};

/** The operating system's code of a failed call, such as ENOSPC. */
const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && "syscall" in thrown && "code" in thrown ? String(thrown.code) : undefined;

const kindOf = (there: Stats): string => (there.isDirectory() ? "a folder" : "a pipe or a device");

/** The names in the folder at `path`; `what` says what was expected there. Throws LenetError where it may not be read. */
export const namesIn = (path: string, what: string): string[] => {
  try {
    return readdirSync(path);
  } catch (thrown) {
    throw readTrouble(thrown, path, what);
  }
};

/** Whether there is a folder at `path` that we may look at. */
export const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

// Not mkdirSync's own `recursive`: on Node 20 it never returns where the folder above is there and takes none (/proc).
const makeFolders = (path: string): void => {
  if (isFolder(path)) return;
  try {
    mkdirSync(path);
  } catch (thrown) {
    // Another process has just made it.
    if (codeOf(thrown) === "EEXIST" && isFolder(path)) return;
    if (codeOf(thrown) !== "ENOENT" || dirname(path) === path) throw thrown;
    makeFolders(dirname(path));
    mkdirSync(path);
  }
};

const writeThrough = (path: string, content: Uint8Array | string): void => {
  const file = openSync(path, "w");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** Removes a temporary file that may not be there, or whose folder is the trouble: the first error is the one to tell. */
const discard = (temporary: string): void => {
  try {
    rmSync(temporary, { force: true });
  } catch {}
};

/** Asks for the folder's entries to reach the disk. Some systems refuse; the file is then whole all the same. */
const settle = (folder: string): void => {
  try {
    const opened = openSync(folder, "r");
    try {
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch {}
};
