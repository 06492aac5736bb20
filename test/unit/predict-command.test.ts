import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { predictCommand } from "../../cli/predict.ts";
import { decodeImage, encodePng } from "../../src/data/image.ts";
import { load } from "../../src/lab/import/load.ts";
import { encodeModel } from "../../src/lab/model/model-of.ts";
import { MODELS } from "../../src/lab/model/shipped.ts";

const digits = fileURLToPath(new URL("../fixtures/digits/", import.meta.url));
const model = ["--model", `${MODELS}/lenet5.safetensors`];
let folder = "";
let [stdout, stderr] = ["", ""];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lenet-predict-"));
  [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await rm(folder, { recursive: true });
});

const predict = (...words: string[]) => ask([...words, ...model]);
const ask = (words: readonly string[]) => predictCommand().parseAsync([...words], { from: "user" });

/** A PNG whose ink is where `isInk` says. */
const write = async (name: string, width: number, height: number, isInk: (x: number, y: number) => boolean) => {
  const grey = Uint8Array.from({ length: width * height }, (_, i) =>
    isInk(i % width, Math.floor(i / width)) ? 20 : 240,
  );
  await writeFile(join(folder, name), encodePng(grey, width, height));
};

test("lenet predict --json: the answer, its confidence, its box, and no doubt", async () => {
  await predict(join(digits, "7-1.webp"), "--json");
  const [answer] = JSON.parse(stdout);
  expect(answer).toMatchObject({ answer: 7, class: "7", doubt: null });
  expect(answer.confidence).toBeGreaterThan(0.9);
  expect(answer.box.height).toBeGreaterThan(answer.box.width);
});

test("lenet predict --explain: every step is a picture, and all of them are one", async () => {
  await predict(join(digits, "5-2.webp"), "--explain", join(folder, "steps"));
  const names = await readdir(join(folder, "steps"));
  expect(names).toEqual([
    "5-2-webp-1-picture.png",
    "5-2-webp-2-paper.png",
    "5-2-webp-3-ink.png",
    "5-2-webp-4-digits.png",
    "5-2-webp-5-seen.png",
    "5-2-webp-steps.png",
  ]);
  for (const name of names) {
    const { grey } = decodeImage(await readFile(join(folder, "steps", name)), name);
    expect(new Set(grey).size).toBeGreaterThan(10);
  }
});

test("lenet predict FOLDER: every picture is read, and what cannot be is a sentence and a mistake at the end", async () => {
  await write("a.png", 60, 60, (x, y) => x >= 28 && x < 33 && y >= 10 && y < 50);
  await writeFile(join(folder, "b.jpg"), "not a picture");
  await write("c.png", 40, 40, () => false);
  await writeFile(join(folder, "notes.txt"), "no picture at all");
  await predict(folder, "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ image: join(folder, "a.png"), answer: 1 }]);
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/b\.jpg: expected a PNG, JPEG or WebP picture, got a file that begins with 6e 6f 74 20\./);
  expect(lines[1]).toMatch(/c\.png: expected a digit, got no ink found/);
  expect(process.exitCode).toBe(2);
});

test("lenet predict: a patch of ink, and a picture full of marks, are in doubt", async () => {
  await write("patch.png", 80, 80, (x, y) => x >= 30 && x < 48 && y >= 30 && y < 48);
  await write("marks.png", 200, 200, (x, y) => x % 23 < 5 && y % 29 < 6);
  await predict(join(folder, "patch.png"), "--json", "--no-sheet");
  expect(JSON.parse(stdout)[0].doubt).toBe("the ink is a patch without strokes");
  stdout = "";
  await predict(join(folder, "marks.png"), "--no-sheet");
  expect(stdout).toMatch(/in doubt, and perhaps none of these: \d\d % of the ink lies elsewhere/);
});

test("lenet predict: an empty folder is one sentence", async () => {
  await expect(predict(folder)).rejects.toThrow(
    `${folder}: expected a folder with PNG, JPEG or WebP pictures, got none. Name another.`,
  );
});

test("lenet predict: two digits beside each other are read as a sheet, with a box and a confidence each", async () => {
  const one = (left: number) => (x: number, y: number) => x >= left && x < left + 6 && y >= 20 && y < 70;
  await write("two.png", 160, 90, (x, y) => one(40)(x, y) || one(110)(x, y));
  await predict(join(folder, "two.png"), "--json");
  const [sheet] = JSON.parse(stdout);
  expect(sheet).toMatchObject({ image: join(folder, "two.png"), text: ["11"] });
  expect(sheet.lines[0].map(({ box }: { box: object }) => box)).toEqual([
    { left: 40, top: 20, width: 6, height: 50 },
    { left: 110, top: 20, width: 6, height: 50 },
  ]);
  stdout = "";
  await predict(join(folder, "two.png"));
  expect(stdout).toMatch(/two\.png: 2 digits\n\n {2}11\n\n {2}1 +\d+\.\d\d % {2}at 40,20 +6×50\n/);
});

test("lenet predict --whole: the model sees all of the picture, and not with --sheet", async () => {
  await write("wide.png", 56, 28, (x) => x > 40);
  await predict(join(folder, "wide.png"), "--json", "--whole");
  const [{ pixels, box }] = JSON.parse(stdout);
  expect(box).toEqual({ left: 0, top: 0, width: 56, height: 28 });
  expect([pixels[13][0], pixels[13][27], pixels[0][27]]).toEqual([15, 235, 15]);
  await expect(predict(join(folder, "wide.png"), "--whole", "--sheet")).rejects.toThrow(
    "--whole: expected neither --sheet nor --deslant beside it, got one of them. Leave one out.",
  );
});

test("lenet predict of a model that learned from whole pictures: all of the picture, unless --no-whole asks for its ink", async () => {
  await write("wide.png", 80, 40, (x) => x < 20);
  const wide = join(folder, "wide.png");
  const things = join(folder, "things.safetensors");
  await writeFile(things, encodeModel(load(`${MODELS}/lenet5.safetensors`), { pictures: "whole" }));
  const pixelsSeen = async (...words: string[]): Promise<unknown> => {
    stdout = "";
    await ask([wide, "--json", ...words]);
    return JSON.parse(stdout)[0].pixels;
  };
  const whole = await pixelsSeen("--model", things);
  expect(whole).toEqual(await pixelsSeen(...model, "--whole"));
  expect(await pixelsSeen("--model", things, "--no-whole")).toEqual(await pixelsSeen(...model));
  expect(whole).not.toEqual(await pixelsSeen(...model));
  await expect(ask([wide, "--model", things, "--deslant"])).rejects.toThrow(
    "--deslant: expected a model that learned from the ink of pictures, got one of whole pictures. Add --no-whole.",
  );
});
