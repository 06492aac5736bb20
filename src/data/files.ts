// Reading and writing whole files for the data loaders and the command line, with errors in one sentence.
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { LenetError, messageOf } from "../errors.ts";

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && "code" in thrown ? thrown.code : undefined);

/** The same bytes without Node's Buffer around them, whose slice() is no copy. */
export const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Whether there is a file (or folder) at `path` that we may look at. */
export const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const explain = (thrown: unknown, path: string): LenetError => {
  if (thrown instanceof LenetError) return thrown;
  switch (codeOf(thrown)) {
    case "ENOENT":
      return new LenetError(`${path}: expected a file, got none. Check the path.`);
    case "EISDIR":
      return new LenetError(`${path}: expected a file, got a folder. Name a file.`);
    case "EACCES":
    case "EPERM":
      return new LenetError(
        `${path}: expected to be allowed to use it, got "permission denied". Change its permissions.`,
      );
    default:
      return new LenetError(`${path}: expected to read or write it, got "${messageOf(thrown)}". Check the disk.`, 1);
  }
};

/** The bytes of a file of at most `most` bytes. Throws LenetError, also for what is no file (a device would never end). */
export const readBytes = async (path: string, most: number): Promise<Uint8Array> => {
  try {
    const info = await stat(path);
    if (!info.isFile()) {
      const got = info.isDirectory() ? "a folder" : "a device or pipe";
      throw new LenetError(`${path}: expected a file, got ${got}. Name a file.`);
    }
    if (info.size > most) {
      throw new LenetError(`${path}: expected at most ${most} bytes, got ${info.size}. Give a smaller file.`);
    }
    return plain(await readFile(path));
  } catch (thrown) {
    throw explain(thrown, path);
  }
};

/** Writes a file so that it is there whole or not at all: a temporary file beside it, then a rename. Throws LenetError. */
export const writeBytes = async (path: string, bytes: Uint8Array): Promise<void> => {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    const code = codeOf(thrown);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new LenetError(`${path}: expected a folder to write into, got none. Make the folder first.`);
    }
    throw explain(thrown, path);
  }
};
