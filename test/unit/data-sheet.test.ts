// Sheets of several digits: cut apart, without the lines of their boxes, put in the order that one reads in, and read by the
// shipped net.
import { beforeAll, describe, expect, it } from "vitest";
import type { DataSet } from "../../src/data/data-set.ts";
import { readPage } from "../../src/data/digit.ts";
import type { GreyImage } from "../../src/data/grey.ts";
import { loadData } from "../../src/data/registry.ts";
import { load } from "../../src/lab/import/load.ts";
import { shownTo } from "../../src/lab/model/digit-for.ts";
import type { Model } from "../../src/lab/model/model.ts";
import { MODELS } from "../../src/lab/model/shipped.ts";
import { stream } from "../../src/random.ts";

let set: DataSet;
let model: Model;
beforeAll(async () => {
  set = await loadData("mnist", "test");
  model = load(`${MODELS}/lenet5.safetensors`);
});

/** Ink (0…1) on a sheet of paper. */
const blank = (width: number, height: number) => ({ width, height, ink: new Float32Array(width * height) });
type Sheet = ReturnType<typeof blank>;

/** Draws the test image `index` of MNIST with its corner at `left`, `top`, `times` as large. */
const draw = ({ width, ink }: Sheet, index: number, left: number, top: number, times = 2): void => {
  for (let y = 0; y < 28 * times; y++)
    for (let x = 0; x < 28 * times; x++) {
      const of = set.images[784 * index + 28 * Math.floor(y / times) + Math.floor(x / times)]! / 255;
      const at = (top + y) * width + left + x;
      ink[at] = Math.max(ink[at]!, of);
    }
};

const fill = ({ width, ink }: Sheet, left: number, top: number, wide: number, tall: number): void => {
  for (let y = top; y < top + tall; y++) ink.fill(0.9, y * width + left, y * width + left + wide);
};

/** The sheet as a picture: its light falls off to the right, and it is grainy. */
const photo = ({ width, height, ink }: Sheet, light = false): GreyImage => {
  const random = stream(1, "sheet");
  const grey = Uint8Array.from({ length: width * height }, (_, i) => {
    const shine = 1 - (0.4 * (i % width)) / width;
    const value = (light ? 40 + 180 * ink[i]! : 225 - 180 * ink[i]!) * shine + 10 * (random.unit() - 0.5);
    return Math.round(Math.min(255, Math.max(0, value)));
  });
  return { width, height, grey };
};

const textOf = (picture: GreyImage, sheet?: boolean): string[] =>
  readPage(picture, {}, sheet).lines.map((line) =>
    line.map((digit) => model.predict(shownTo(model, digit)).label).join(""),
  );

const labels = (from: number, to: number): string => [...set.labels.subarray(from, to)].join("");

describe("a sheet of digits", () => {
  it.each([false, true])("in a table is read line by line, without its lines (light on dark: %s).", (light) => {
    const sheet = blank(420, 250);
    for (let line = 0; line <= 3; line++) fill(sheet, 10, 10 + 75 * line, 400, 2);
    for (let column = 0; column <= 5; column++) fill(sheet, 10 + 80 * column, 10, 2, 227);
    for (let i = 0; i < 15; i++) draw(sheet, i, 22 + 80 * (i % 5), 20 + 75 * Math.floor(i / 5));
    const wanted = [labels(0, 5), labels(5, 10), labels(10, 15)];
    // Test image 8 is one that many nets read otherwise.
    const read = textOf(photo(sheet, light));
    expect(read.map((line) => line.length)).toEqual([5, 5, 5]);
    expect(readPage(photo(sheet, light)).lines[0]![0]!.steps.strayInk).toBeLessThan(0.05);
    expect([...read.join("")].filter((digit, i) => digit === wanted.join("")[i]).length).toBeGreaterThanOrEqual(14);
  });

  it("in boxes of their own, and in a row on a ruled line, is read from left to right.", () => {
    const boxes = blank(400, 110);
    for (let i = 0; i < 4; i++) {
      const left = 15 + 95 * i;
      for (const [x, y, wide, tall] of [
        [left, 15, 80, 2],
        [left, 93, 80, 2],
        [left, 15, 2, 80],
        [left + 78, 15, 2, 80],
      ] as const)
        fill(boxes, x, y, wide, tall);
      draw(boxes, 20 + i, left + 12, 26);
    }
    expect(textOf(photo(boxes))).toEqual([labels(20, 24)]);
    const row = blank(380, 100);
    for (let i = 0; i < 6; i++) draw(row, 30 + i, 15 + 58 * i, 10 + (i % 3) * 6);
    fill(row, 10, 86, 360, 2);
    expect(textOf(photo(row))).toEqual([labels(30, 36)]);
  });

  it("joins the parts of a digit, and leaves specks out.", () => {
    const sheet = blank(260, 100);
    draw(sheet, 0, 10, 20);
    draw(sheet, 3, 180, 20);
    // A 5 whose bar does not touch it, and a speck.
    for (let y = 30; y < 76; y++)
      for (let x = 95; x < 150; x++) {
        const round = Math.hypot(x - 115, y - 58);
        const isBelly = round < 17 && round > 11 && (x > 112 || y > 66);
        const isStem = x >= 103 && x < 108 && y >= 33 && y < 53;
        const isBar = x >= 110 && x < 132 && y >= 30 && y < 35;
        if (isBelly || isStem || isBar) sheet.ink[y * 260 + x] = 1;
      }
    fill(sheet, 160, 80, 3, 3);
    const { lines } = readPage(photo(sheet));
    expect(lines.map((line) => line.length)).toEqual([3]);
    const { box } = lines[0]![1]!.steps;
    expect(box.top).toBeLessThan(33);
    expect(box.top + box.height).toBeGreaterThan(72);
  });

  it("is found by itself only where there clearly are several: one digit with a speck is one.", () => {
    const one = blank(150, 100);
    draw(one, 2, 40, 20);
    fill(one, 120, 70, 4, 4);
    expect(readPage(photo(one)).lines.flat()).toHaveLength(1);
    const two = blank(150, 100);
    draw(two, 1, 10, 20);
    draw(two, 4, 80, 20);
    expect(textOf(photo(two))).toEqual(["24"]);
    expect(textOf(photo(two), false)[0]).toHaveLength(1);
  });

  it("of nothing but noise is read in a time that does not grow with its pieces.", () => {
    const random = stream(2, "noise");
    const side = 600;
    const grey = Uint8Array.from({ length: side * side }, () => random.integer(256));
    const { lines } = readPage({ width: side, height: side, grey });
    expect(lines.flat().length).toBeLessThanOrEqual(500);
  });
});
