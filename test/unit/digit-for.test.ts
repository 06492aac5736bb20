// A picture is shown to a net as the images were that it learned from.
import { beforeAll, describe, expect, it } from "vitest";
import { normaliseDigit } from "../../src/data/digit.ts";
import type { GreyImage } from "../../src/data/grey.ts";
import { wholePicture } from "../../src/data/whole.ts";
import {
  createModel,
  type DataSet,
  dense,
  digitFor,
  evaluate,
  image,
  loadData,
  type Model,
  net,
} from "../../src/index.ts";
import type { Ink } from "../../src/shape.ts";

let digit: GreyImage;
let sets: Record<string, DataSet>;
const names = ["mnist:size=16", "mnist:deslant=yes,size=20", "mnist:size=16,filter=antialias,frame=28"];
beforeAll(async () => {
  const { images } = await loadData("mnist", "test");
  digit = { width: 28, height: 28, grey: Uint8Array.from(images.subarray(0, 784)) };
  sets = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await loadData(name, "test")])));
});

/** A net of side × side, which says that it learned from `data`. */
const modelOf = (side: number, data?: string): Model => {
  const shape = (dimensions: number[], count: number) => ({ shape: dimensions, data: new Float32Array(count) });
  const area = side * side;
  const tensors = new Map([
    ["OUT.weight", shape([10, area], 10 * area)],
    ["OUT.bias", shape([10], 10)],
  ]);
  const metadata: Record<string, string> = data === undefined ? {} : { settings: JSON.stringify({ data }) };
  return createModel(net("any", "", image(side, side), [dense("OUT", { units: 10 })]), tensors, metadata);
};

const first = ({ images, rows, columns }: DataSet): Ink => images.subarray(0, rows * columns);

describe("a picture", () => {
  const wide: GreyImage = {
    width: 60,
    height: 30,
    grey: Uint8Array.from({ length: 1800 }, (_, i) => (i % 60 < 8 ? 20 : 230)),
  };
  const withText = (text: Record<string, string>, data?: string): Model => {
    const model = modelOf(28, data);
    return { ...model, metadata: { ...model.metadata, ...text } };
  };

  it("is shown as its texts say to a model, else whole to one that learned from clothes, and its ink to any other.", () => {
    const [ink, whole] = [normaliseDigit(wide).pixels, wholePicture(wide)];
    expect(ink).not.toEqual(whole);
    for (const [model, shown] of [
      [withText({}), ink],
      [withText({}, "mnist"), ink],
      [withText({}, "fashion-mnist"), whole],
      [withText({ pictures: "ink" }, "fashion-mnist"), ink],
      [withText({ pictures: "whole" }), whole],
      [withText({ pictures: "whole" }, "./things"), whole],
    ] as const)
      expect(digitFor(model, wide).pixels).toEqual(shown);
  });
});

describe("a digit of MNIST's form", () => {
  it("is made what the first image of the set is that the net learned from.", () => {
    for (const name of names) {
      const set = sets[name]!;
      const { pixels } = digitFor(modelOf(set.rows, name), digit);
      expect(pixels).toEqual(first(set));
      expect(modelOf(set.rows, name).predict(pixels).pixels).toBe(pixels);
    }
  });

  it("is made 16×16 for a net of that size that does not say what it learned from, and left alone for one of 28×28.", () => {
    expect(digitFor(modelOf(16), digit).pixels).toEqual(first(sets["mnist:size=16"]!));
    expect(digitFor(modelOf(28, "./somewhere"), digit).pixels).toEqual(digit.grey);
  });

  it("of a set of 28×28 is not for a net of 16×16: the message names the set that is.", async () => {
    const whole = await loadData("mnist", "test");
    await expect(evaluate(modelOf(16), whole)).rejects.toThrow(
      "any: expected 16×16 images, got 28×28 (mnist, test). Take mnist:size=16, or choose another net.",
    );
    expect((await evaluate(modelOf(16), "mnist:size=16")).images).toBe(10_000);
  });

  it("fills 16×16 for a net that learned from zip codes, as those do.", () => {
    const { pixels } = digitFor(modelOf(16, "zipcode"), digit);
    const rows = Array.from({ length: 16 }, (_, y) => Math.max(...pixels.subarray(y * 16, (y + 1) * 16)));
    expect(pixels).toHaveLength(256);
    expect(rows.every((ink) => ink > 64 && ink <= 255)).toBe(true);
  });
});
