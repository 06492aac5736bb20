// A data set from a folder of IDX files, raw or gzipped, in either spelling of their names, with the names of its classes in
// classes.json where they have names. Knows the file system; which folder a registered set lives in is registry.ts's business.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { constants, gunzip, gunzipSync } from "node:zlib";
import { LenetError, messageOf } from "../errors.ts";
import { isFolder, plain, readBytes } from "../files.ts";
import { checkHashes, readAbout } from "./classes.ts";
import type { DataSet } from "./data-set.ts";
import { headerLength, type IdxKind, parseHeader, parseImages, parseLabels } from "./idx.ts";

type Part = DataSet["part"];

/** The usual name of a file, without `.gz`. */
export const fileName = (part: Part, kind: IdxKind): string =>
  `${part === "train" ? "train" : "t10k"}-${kind}-${kind === "images" ? "idx3" : "idx1"}-ubyte`;

/** Every name that a file may have: both spellings, each also gzipped. */
const fileNames = (part: Part, kind: IdxKind): string[] => {
  const name = fileName(part, kind);
  const dotted = name.replace("-idx", ".idx");
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
};

/** The path of the first file of that kind in `folder`, or undefined. */
export const findFile = (folder: string, part: Part, kind: IdxKind): string | undefined =>
  fileNames(part, kind)
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));

/** Whether `folder` holds the images and the labels of that part. */
export const holds = (folder: string, part: Part): boolean =>
  findFile(folder, part, "images") !== undefined && findFile(folder, part, "labels") !== undefined;

/**
 * Unpacks a gzipped IDX file. Its header is unpacked first and bounds the rest, so that no small file can fill the memory.
 * Throws LenetError.
 */
export const unpack = async (packed: Uint8Array, place: string, kind: IdxKind): Promise<Uint8Array> => {
  try {
    // 4 kB of gzip hold at most 4 MB, and surely the header.
    const start = gunzipSync(packed.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH });
    const { length } = parseHeader(start.subarray(0, headerLength(kind)), place, kind);
    return plain(await promisify(gunzip)(packed, { maxOutputLength: length }));
  } catch (thrown) {
    if (thrown instanceof LenetError) throw thrown;
    const longer = thrown instanceof RangeError;
    const got = longer ? "more bytes than its header says" : `"${messageOf(thrown)}"`;
    throw new LenetError(`${place}: expected gzipped IDX data, got ${got}. Fetch the file again.`);
  }
};

const readFile = async (folder: string, part: Part, kind: IdxKind): Promise<{ bytes: Uint8Array; place: string }> => {
  const place = findFile(folder, part, kind);
  if (place === undefined) {
    if (!isFolder(folder)) throw noFolder(folder);
    const looked = fileNames(part, kind).join(", ");
    throw new LenetError(
      `${folder}: expected one of ${looked}, got none of them. Add it, or give a folder of pictures by class.`,
    );
  }
  const bytes = readBytes(place, `the ${part} ${kind}`);
  return { bytes: place.endsWith(".gz") ? await unpack(bytes, place, kind) : bytes, place };
};

const noFolder = (path: string): LenetError => {
  const [got, how] = existsSync(path)
    ? ["a file", "Make a data set of it: lenet data import"]
    : ["no such folder", "Check the name."];
  return new LenetError(`${path}: expected a folder of IDX files or of pictures by class, got ${got}. ${how}`);
};

/** SHA-256 in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Reads one part of the data set in `folder`; its name, unless given, is the folder's, and what is known about it what
 * classes.json says, or else that its classes are the ten digits.
 * Throws LenetError when a file is missing or damaged, and when images and labels differ in number.
 */
export const loadFolder = async (
  folder: string,
  part: Part,
  name = basename(resolve(folder)),
  { classes: classNames, pictures } = readAbout(folder),
): Promise<DataSet> => {
  const classes = classNames?.length ?? 10;
  const imagesFile = await readFile(folder, part, "images");
  const labelsFile = await readFile(folder, part, "labels");
  const { images, count, rows, columns } = parseImages(imagesFile.bytes, imagesFile.place);
  const labels = parseLabels(labelsFile.bytes, labelsFile.place, classes);
  if (labels.length !== count) {
    const rule = `${count} labels, one for each image of ${basename(imagesFile.place)}`;
    throw new LenetError(`${labelsFile.place}: expected ${rule}, got ${labels.length}. Give files of one data set.`);
  }
  const hashes = { images: sha256(imagesFile.bytes), labels: sha256(labelsFile.bytes) };
  checkHashes(folder, { [fileName(part, "images")]: hashes.images, [fileName(part, "labels")]: hashes.labels });
  return {
    name,
    part,
    images,
    labels,
    count,
    rows,
    columns,
    classes,
    ...(classNames ? { classNames } : {}),
    ...(pictures ? { pictures } : {}),
    sha256: hashes,
  };
};
