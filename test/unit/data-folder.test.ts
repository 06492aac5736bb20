import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { classCounts } from "../../src/data/data-set.ts";
import { loadFolder } from "../../src/data/folder.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { dataSets, loadData } from "../../src/data/registry.ts";
import { LenetError } from "../../src/errors.ts";

const images = encodeImages({
  images: Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
  count: 2,
  rows: 4,
  columns: 3,
});
const labels = encodeLabels(Uint8Array.of(7, 0));
let root = "";

/** A folder with these files in it. */
const folderOf = async (files: Record<string, Uint8Array>): Promise<string> => {
  const folder = await mkdtemp(join(root, "set-"));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lenet-data-"));
});
afterAll(() => rm(root, { recursive: true }));

test.each([
  ["raw files with a dash", { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels }, "train"],
  ["raw files with a dot", { "t10k-images.idx3-ubyte": images, "t10k-labels.idx1-ubyte": labels }, "test"],
  [
    "gzipped files",
    { "t10k-images-idx3-ubyte.gz": gzipSync(images), "t10k-labels.idx1-ubyte.gz": gzipSync(labels) },
    "test",
  ],
] as const)("folder: %s are read, and hashed as they are uncompressed", async (_name, files, part) => {
  const set = await loadFolder(await folderOf(files), part, "tiny");
  expect(set).toMatchObject({
    name: "tiny",
    part,
    count: 2,
    rows: 4,
    columns: 3,
    classes: 10,
    labels: Uint8Array.of(7, 0),
  });
  expect([...set.images]).toEqual([...images.subarray(16)]);
  expect(set.sha256).toEqual({
    images: "ce17a531eace117394e133d023842d7c20caf89e2af83bd49f881296ac599782",
    labels: "83d335a94b1d883dcd49d2e9082f89b0c842dacfa545cba115cc0a17d5347d0b",
  });
});

const looked =
  "train-images-idx3-ubyte, train-images.idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte.gz";
const declaresOne = encodeImages({ images: images.subarray(0, 12), count: 1, rows: 4, columns: 3 }).subarray(0, 16);
const bomb = gzipSync(Buffer.concat([declaresOne, new Uint8Array(1e7)]));

test.each<[string, Record<string, Uint8Array> | undefined, string]>([
  [
    "a missing folder",
    undefined,
    "FOLDER: expected a folder of IDX files or of pictures by class, got no such folder. Check the name.",
  ],
  [
    "an empty folder",
    {},
    "FOLDER: expected IDX files, or a sub-folder of pictures for each class (PNG, JPEG, WebP), got neither. See: lenet data import --help",
  ],
  [
    "a folder with another part",
    { "t10k-images-idx3-ubyte": images },
    `FOLDER: expected one of ${looked}, got none of them. Add it, or give a folder of pictures by class.`,
  ],
  [
    "labels of another length",
    { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": encodeLabels(Uint8Array.of(1, 2, 3)) },
    "FOLDER/train-labels-idx1-ubyte: expected 2 labels, one for each image of train-images-idx3-ubyte, got 3. Give files of one data set.",
  ],
  [
    "a .gz that is not gzipped",
    { "train-images-idx3-ubyte.gz": images },
    'FOLDER/train-images-idx3-ubyte.gz: expected gzipped IDX data, got "incorrect header check". Fetch the file again.',
  ],
  [
    "a .gz of something else",
    { "train-images-idx3-ubyte.gz": gzipSync("Four score and seven years ago") },
    "FOLDER/train-images-idx3-ubyte.gz: expected IDX magic 0x00000803 for images, got 0x466f7572. Give a file in the IDX format.",
  ],
  [
    "a .gz that is cut off",
    { "train-images-idx3-ubyte.gz": gzipSync(images).subarray(0, 30) },
    'FOLDER/train-images-idx3-ubyte.gz: expected gzipped IDX data, got "unexpected end of file". Fetch the file again.',
  ],
  [
    "a .gz that unpacks to more than it says",
    { "train-images-idx3-ubyte.gz": bomb },
    "FOLDER/train-images-idx3-ubyte.gz: expected gzipped IDX data, got more bytes than its header says. Fetch the file again.",
  ],
])("folder: %s is one sentence", async (_name, files, message) => {
  const folder = files ? await folderOf(files) : join(root, "nowhere");
  await expect(loadData(folder, "train")).rejects.toThrow(new LenetError(message.replace("FOLDER", folder)));
});

test("registry: an unknown name is one sentence, with the name that was meant", async () => {
  const known = "data: expected mnist, fashion-mnist, zipcode or a folder of images";
  await expect(loadData("fasion-mnist", "train")).rejects.toThrow(
    new LenetError(`${known}, got "fasion-mnist". Did you mean "fashion-mnist"?`),
  );
  await expect(loadData("cifar", "train")).rejects.toThrow(
    new LenetError(`${known}, got "cifar". See: lenet data list`),
  );
});

test("registry: mnist has its 60,000 and 10,000 images and its published hashes", async () => {
  const train = await loadData("mnist", "train");
  expect(train).toMatchObject({ name: "mnist", part: "train", count: 60_000, rows: 28, columns: 28, classes: 10 });
  expect(classCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(train.sha256).toEqual({
    images: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    labels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  });
  const testing = await loadData("mnist", "test");
  expect(testing).toMatchObject({ part: "test", count: 10_000, rows: 28, columns: 28 });
  expect(classCounts(testing)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

test("registry: fashion-mnist, where it is installed, has 6,000 and 1,000 images of each class", async (context) => {
  const entry = (await dataSets()).find(({ name }) => name === "fashion-mnist");
  if (!entry?.found) return context.skip("fashion-mnist is not installed");
  expect(classCounts(await loadData("fashion-mnist", "train"))).toEqual(new Array(10).fill(6000));
  expect(classCounts(await loadData("fashion-mnist", "test"))).toEqual(new Array(10).fill(1000));
});
