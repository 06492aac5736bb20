// The IDX format of MNIST: a magic number, the dimensions, then the bytes; all integers are 32 bits, big-endian.
// Reads and writes bytes in memory; knows nothing of files or gzip, except to say so when it is handed a gzipped file.
import { LenetError } from "../errors.ts";

/** The two kinds of file: images (count, rows, columns) and labels (count). */
export type IdxKind = "images" | "labels";

/** What an images file holds; `images` is (count, rows, columns). */
export interface IdxImages {
  readonly images: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

const MAGIC = { images: 0x00000803, labels: 0x00000801 } as const;
const GZIP = 0x1f8b;

/** The longest file we read, in bytes: 1 GiB, or 1.3 million images of 28×28. */
const LONGEST_IDX = 2 ** 30;

/** Length of a header in bytes. */
export const headerLength = (kind: IdxKind): number => 4 + 4 * (MAGIC[kind] & 0xff);

const hex = (word: number): string => `0x${word.toString(16).padStart(8, "0")}`;

const checkMagic = (got: number, place: string, kind: IdxKind): void => {
  if (got === MAGIC[kind]) return;
  const other: IdxKind = kind === "images" ? "labels" : "images";
  const why =
    got >>> 16 === GZIP
      ? "This file is still gzipped: name it .gz, or gunzip it"
      : got === MAGIC[other]
        ? `This file holds ${other}: exchange the two files`
        : "Give a file in the IDX format";
  throw new LenetError(`${place}: expected IDX magic ${hex(MAGIC[kind])} for ${kind}, got ${hex(got)}. ${why}.`);
};

/**
 * The dimensions that a header declares, all above 0, and the length in bytes that its whole file must have.
 * `bytes` may end with the header. Throws LenetError; `place` names the file in errors here and below.
 */
export const parseHeader = (
  bytes: Uint8Array,
  place: string,
  kind: IdxKind,
): { dimensions: number[]; length: number } => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4) checkMagic(words.getUint32(0), place, kind);
  const start = headerLength(kind);
  if (bytes.length < start) {
    const got = `${bytes.length} bytes`;
    throw new LenetError(`${place}: expected a header of ${start} bytes, got ${got}. It is cut off: fetch it again.`);
  }
  const dimensions: number[] = [];
  for (let offset = 4; offset < start; offset += 4) dimensions.push(words.getUint32(offset));
  const length = dimensions.reduce((a, b) => a * b, 1) + start;
  if (length === start || length > LONGEST_IDX) {
    const rule = `dimensions above 0 and at most ${LONGEST_IDX} bytes in all`;
    throw new LenetError(
      `${place}: expected ${rule}, got ${dimensions.join("×")}. The header is damaged: fetch it again.`,
    );
  }
  return { dimensions, length };
};

const parse = (bytes: Uint8Array, place: string, kind: IdxKind): { dimensions: number[]; body: Uint8Array } => {
  const { dimensions, length } = parseHeader(bytes, place, kind);
  if (bytes.length !== length) {
    const rule = `${length} bytes, as its header says (${dimensions.join("×")})`;
    const why = bytes.length < length ? "It is cut off" : "Something follows its end";
    throw new LenetError(`${place}: expected ${rule}, got ${bytes.length}. ${why}: fetch it again.`);
  }
  return { dimensions, body: bytes.subarray(headerLength(kind)) };
};

/** Reads an images file; the images are a view of `bytes`. Throws LenetError. */
export const parseImages = (bytes: Uint8Array, place: string): IdxImages => {
  const { dimensions, body } = parse(bytes, place, "images");
  const [count, rows, columns] = dimensions as [number, number, number];
  return { images: body, count, rows, columns };
};

/** Reads a labels file of `classes` classes; the labels are a view of `bytes`. Throws LenetError. */
export const parseLabels = (bytes: Uint8Array, place: string, classes = 10): Uint8Array => {
  const { body } = parse(bytes, place, "labels");
  const index = body.findIndex((label) => label >= classes);
  if (index >= 0) {
    const got = `${body[index]} at index ${index}`;
    throw new LenetError(`${place}: expected labels from 0 to ${classes - 1}, got ${got}. Relabel that image.`);
  }
  return body;
};

const encode = (kind: IdxKind, dimensions: readonly number[], body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerLength(kind) + body.length);
  const words = new DataView(bytes.buffer);
  words.setUint32(0, MAGIC[kind]);
  for (const [axis, dimension] of dimensions.entries()) words.setUint32(4 + 4 * axis, dimension);
  bytes.set(body, headerLength(kind));
  return bytes;
};

/** The images file that parseImages reads back. */
export const encodeImages = ({ images, count, rows, columns }: IdxImages): Uint8Array =>
  encode("images", [count, rows, columns], images);

/** The labels file that parseLabels reads back. */
export const encodeLabels = (labels: Uint8Array): Uint8Array => encode("labels", [labels.length], labels);
