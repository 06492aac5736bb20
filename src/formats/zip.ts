// Zip archives, as .pt and .keras files are: written without compression, so that the same content gives the same bytes, and read
// without belief in what they say of themselves.
import { unzipSync, zipSync } from "fflate";
import { LenetError, messageOf } from "../errors.ts";

/** The least time that a zip can hold: the time of writing is nobody's business. */
const NEVER = "1980-01-01T00:00:00";
/** Bytes of all files of an archive together, unpacked: far above any net of this family. */
const MOST = 2 ** 28;
const MOST_FILES = 10_000;

/** A name as it may stand in a message, whatever it is made of. */
const shown = (name: string): string => {
  const safe = name.replace(/\p{Cc}/gu, "?").slice(0, 60);
  return safe === name ? name : JSON.stringify(safe);
};

/** Whether these bytes begin as a zip archive with a file in it. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/** An archive of these files, in their order. */
export const zipOf = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipSync(files, { level: 0, mtime: NEVER });

/**
 * The files of an archive by their names; `place` names it in messages. Throws LenetError when it is damaged, when it would unpack to
 * more than 256 MB, and when a file has another length than it says.
 */
export const filesIn = (archive: Uint8Array, place: string): ReadonlyMap<string, Uint8Array> => {
  let [total, count] = [0, 0];
  const lengths = new Map<string, number>();
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    total += originalSize;
    count++;
    if (total > MOST || count > MOST_FILES)
      throw new LenetError(
        `${place}: expected an archive of at most ${MOST / 2 ** 20} MB and ${MOST_FILES} files, got more. Check the name.`,
      );
    lengths.set(name, originalSize);
    return true;
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive, { filter });
  } catch (thrown) {
    if (thrown instanceof LenetError) throw thrown;
    throw new LenetError(
      `${place}: expected a zip archive, got one that cannot be unpacked (${messageOf(thrown)}). Copy or write it again.`,
    );
  }
  for (const [name, { length }] of Object.entries(files))
    if (length !== lengths.get(name))
      throw new LenetError(
        `${place}, ${shown(name)}: expected ${lengths.get(name)} bytes, got ${length}. The archive is damaged: copy or write it again.`,
      );
  return new Map(Object.entries(files));
};
