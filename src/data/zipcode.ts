// The zip code digits of the 1989 paper's authors, as the book "The Elements of Statistical Learning" gives them: two gzipped
// text files, a digit a line, 16×16 pixels from -1 (background) to 1 (ink). Knows this format; where registered sets are
// looked for is registered.ts's business.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { LenetError, messageOf } from "../errors.ts";
import { makeFolder, readBytes, writeAtomically } from "../files.ts";
import type { DataSet } from "./data-set.ts";
import { type DownloadOptions, download } from "./download.ts";
import { sha256 } from "./folder.ts";
import { cacheFolder, foldersOf, nowhere, type RegisteredSet } from "./registered.ts";

type Part = DataSet["part"];

const SIDE = 16;
const AREA = SIDE * SIDE;
const CLASSES = 10;
/** The longest text that is unpacked, in bytes: four times the training file's. */
const LONGEST = 2 ** 26;
/** More characters than a line of 257 numbers can need. */
const LONGEST_LINE = 16 * (AREA + 1);
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** What makes such a set. */
export interface ZipRecipe {
  readonly name: string;
  readonly title: string;
  /** Addresses, each ending with /, that serve the two files. */
  readonly mirrors: readonly string[];
  /** Of the gzipped files. */
  readonly sha256: Readonly<Record<Part, string>>;
}

const fileOf = (part: Part): string => `zip.${part}.gz`;

const shown = (text: string): string => JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);

/** The numbers of one line: a label and 256 values. `place` names it in errors. Throws LenetError. */
const parseLine = (line: string, place: string): readonly number[] => {
  if (line.length > LONGEST_LINE)
    throw new LenetError(`${place}: expected at most ${LONGEST_LINE} characters, got ${line.length}. Fetch it again.`);
  const words = line.trim().split(/\s+/);
  if (words.length !== AREA + 1)
    throw new LenetError(
      `${place}: expected ${AREA + 1} numbers (a label and ${SIDE}×${SIDE} values), got ${words.length}. Fetch the file again.`,
    );
  return words.map((word, index) => {
    const value = NUMBER.test(word) ? Number(word) : Number.NaN;
    const right = index === 0 ? Number.isInteger(value) && value >= 0 && value < CLASSES : Math.abs(value) <= 1;
    if (right) return value;
    const rule = index === 0 ? `a label from 0 to ${CLASSES - 1}` : "values from -1 to 1";
    throw new LenetError(
      `${place}: expected ${rule}, got ${shown(word)} as number ${index + 1}. Fetch the file again.`,
    );
  });
};

/** Images and labels of a text of such lines. `place` names it in errors. Throws LenetError. */
export const parseZip = (text: string, place: string): Pick<DataSet, "images" | "labels" | "count"> => {
  const lines = text.split("\n", LONGEST / AREA);
  while (lines.at(-1)?.trim() === "") lines.pop();
  if (lines.length === 0) throw new LenetError(`${place}: expected a digit a line, got no line. Fetch it again.`);
  const images = new Float32Array(lines.length * AREA);
  const labels = new Uint8Array(lines.length);
  for (const [index, line] of lines.entries()) {
    const [label, ...values] = parseLine(line, `${place}, line ${index + 1}`);
    labels[index] = label!;
    for (let pixel = 0; pixel < AREA; pixel++) images[index * AREA + pixel] = (values[pixel]! + 1) * 127.5;
  }
  return { images, labels, count: lines.length };
};

const unpack = async (packed: Uint8Array, place: string): Promise<string> => {
  try {
    return (await promisify(gunzip)(packed, { maxOutputLength: LONGEST })).toString("latin1");
  } catch (thrown) {
    const got = thrown instanceof RangeError ? `more than ${LONGEST} bytes` : `"${messageOf(thrown)}"`;
    throw new LenetError(`${place}: expected gzipped lines of digits, got ${got}. Fetch the file again.`);
  }
};

/** A registered set from its recipe. */
export const zipSet = ({ name, title, mirrors, sha256: hashes }: ZipRecipe): RegisteredSet => {
  const classNames = Array.from({ length: CLASSES }, (_, label) => `${label}`);
  const parts = ["train", "test"] as const;

  const find = async (): Promise<string | undefined> =>
    foldersOf(name, []).find((folder) => parts.every((part) => existsSync(join(folder, fileOf(part)))));

  const load = async (part: Part): Promise<DataSet> => {
    const folder = await find();
    if (folder === undefined) throw new LenetError(nowhere(name, foldersOf(name, [])));
    const place = join(folder, fileOf(part));
    const packed = readBytes(place, `the ${part} images of ${name}`);
    const hash = sha256(packed);
    if (hash !== hashes[part])
      throw new LenetError(
        `${place}: expected the ${part} images of ${name} (sha256 ${hashes[part].slice(0, 12)}…), got sha256 ${hash.slice(0, 12)}…. Remove the file and run: lenet data get ${name}`,
      );
    const digits = parseZip(await unpack(packed, place), place);
    // One file holds both.
    return {
      name,
      part,
      ...digits,
      rows: SIDE,
      columns: SIDE,
      classes: CLASSES,
      sha256: { images: hash, labels: hash },
    };
  };

  const fetch = async (options?: DownloadOptions): Promise<string> => {
    const found = await find();
    if (found !== undefined) return found;
    const folder = cacheFolder(name);
    makeFolder(folder);
    for (const part of parts) {
      const path = join(folder, fileOf(part));
      const isRight = async (bytes: Uint8Array): Promise<boolean> => sha256(bytes) === hashes[part];
      if (!existsSync(path)) writeAtomically(path, await download(mirrors, fileOf(part), isRight, options));
    }
    return folder;
  };

  return { name, title, side: SIDE, classNames, find, load, fetch };
};
