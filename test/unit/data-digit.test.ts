import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { limit } from "../../src/data/data-set.ts";
import { normaliseDigit } from "../../src/data/digit.ts";
import type { GreyImage } from "../../src/data/grey.ts";
import { loadData } from "../../src/data/registry.ts";
import { resample } from "../../src/data/resample.ts";
import { digitSheet } from "../../src/data/sheet.ts";
import { LenetError } from "../../src/errors.ts";
import { stream } from "../../src/random.ts";

let digits: Uint8Array[] = [];
beforeAll(async () => {
  const { images, count } = limit(await loadData("mnist", "test"), 100);
  digits = Array.from({ length: count }, (_, i) => new Uint8Array(images.subarray(784 * i, 784 * (i + 1))));
});

const square = (grey: Uint8Array): GreyImage => ({ width: 28, height: 28, grey });
const inverse = ({ width, height, grey }: GreyImage): GreyImage => ({
  width,
  height,
  grey: grey.map((value) => 255 - value),
});

/** A digit drawn `times` as large on a `width` × `height` sheet, its corner at `left`, `top`; `paint` makes grey of ink. */
const drawn = (
  digit: Uint8Array,
  {
    times = 7,
    width = 300,
    height = 240,
    left = 30,
    top = 20,
    paint = (ink: number, _x: number, _y: number) => 255 - ink,
  },
): GreyImage => {
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [Math.floor((x - left) / times), Math.floor((y - top) / times)];
      const isInside = column >= 0 && column < 28 && row >= 0 && row < 28;
      grey[y * width + x] = paint(isInside ? digit[28 * row + column] : 0, x, y);
    }
  }
  return { width, height, grey };
};

const meanDifference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
const average = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

test("digit: MNIST's own digits pass unchanged", () => {
  for (const digit of digits) {
    const { pixels, steps } = normaliseDigit(square(digit));
    expect(steps.unchanged).toBe(true);
    expect(pixels).toEqual(digit);
    expect(pixels.buffer).not.toBe(digit.buffer);
  }
});

test("digit: drawn large, dark on light and off the centre, it comes back as it was", () => {
  const some = digits.slice(0, 30);
  const differences = some.map((digit) =>
    meanDifference(normaliseDigit(drawn(digit, { left: 101, top: 3 })).pixels, digit),
  );
  // Ink counts as full from its average on, so that pale edges become darker. Two different digits differ by about 40.
  expect(average(differences)).toBeLessThan(5);
  expect(differences.filter((difference) => difference < 12).length).toBeGreaterThan(0.9 * some.length);
});

test("digit: photographed on grey paper, with noise and a shadow, it is still itself", () => {
  const random = stream(1, "noise");
  const paint = (ink: number, x: number, y: number): number =>
    Math.round(190 - x / 10 - y / 20 - (ink / 255) * 130 + 6 * (random.unit() + random.unit() - 1));
  const differences = digits
    .slice(0, 30)
    .map((digit) => meanDifference(normaliseDigit(drawn(digit, { paint })).pixels, digit));
  // Two different digits differ by about 40.
  expect(average(differences)).toBeLessThan(10);
  expect(Math.max(...differences)).toBeLessThan(35);
});

test("digit: light on dark and dark on light give the same", () => {
  for (const digit of digits.slice(0, 15)) {
    const image = drawn(digit, { times: 4, width: 200 });
    const [dark, light] = [normaliseDigit(image), normaliseDigit(inverse(image))];
    expect(light.pixels).toEqual(dark.pixels);
    expect([dark.steps.inverted, light.steps.inverted]).toEqual([true, false]);
    expect(light.steps.background).toBe(255 - dark.steps.background);
  }
});

test("digit: normalising once more changes nothing", () => {
  for (const digit of digits.slice(0, 30)) {
    const { pixels } = normaliseDigit(drawn(digit, { times: 3, left: 50, width: 160, height: 120 }));
    const again = normaliseDigit(square(pixels));
    expect(again.steps.unchanged).toBe(true);
    expect(again.pixels).toEqual(pixels);
  }
});

test("digit: a 28×28 picture of dark ink on white paper is not taken for one of MNIST's", () => {
  const { pixels, steps } = normaliseDigit(inverse(square(digits[0])));
  expect(steps).toMatchObject({ unchanged: false, inverted: true });
  expect(meanDifference(pixels, digits[0])).toBeLessThan(8);
});

test("digit: a stroke becomes 20 pixels long and has its centre of mass at pixel 14", () => {
  const grey = new Uint8Array(100 * 200).fill(255);
  for (let y = 10; y < 110; y++) grey.fill(0, y * 100 + 5, y * 100 + 15);
  const { pixels, steps } = normaliseDigit({ width: 100, height: 200, grey });
  expect(steps.box).toEqual({ left: 5, top: 10, width: 10, height: 100 });
  expect(steps.placed).toEqual({ left: 14, top: 5, width: 2, height: 20 });
  const wanted = Uint8Array.from(pixels, (_, i) => ([14, 15].includes(i % 28) && i >= 5 * 28 && i < 25 * 28 ? 255 : 0));
  expect(pixels).toEqual(wanted);
});

/** A picture of `width` × `height` whose paper and ink are told by place. */
const painted = (width: number, height: number, paint: (x: number, y: number) => number): GreyImage => ({
  width,
  height,
  grey: Uint8Array.from({ length: width * height }, (_, i) => Math.round(paint(i % width, Math.floor(i / width)))),
});
const bar = (x: number, y: number): boolean => x >= 45 && x < 52 && y >= 20 && y < 80;

test("digit: a shadow with a sharp edge, specks and a frame are no part of it", () => {
  const clean = normaliseDigit(painted(100, 100, (x, y) => (bar(x, y) ? 30 : 230)));
  const speck = (x: number, y: number): boolean => x > 80 && x < 83 && y > 10 && y < 13;
  const frame = (x: number, y: number): boolean => {
    const [dx, dy] = [Math.abs(x - 49), Math.abs(y - 49)];
    return Math.max(dx, dy) >= 44 && Math.max(dx, dy) < 46;
  };
  const scenes = [
    (x: number, y: number) => (x + y > 110 ? 0.5 : 1) * (bar(x, y) ? 30 : 230),
    (x: number, y: number) => (bar(x, y) || speck(x, y) ? 30 : 230),
    (x: number, y: number) => (bar(x, y) || frame(x, y) ? 30 : 230),
  ];
  for (const scene of scenes) {
    const { steps, pixels } = normaliseDigit(painted(100, 100, scene));
    expect(steps.box).toEqual(clean.steps.box);
    // Not where it is, as a paler end may move the centre of mass over a border of pixels.
    expect(pixels.filter((ink) => ink > 200)).toHaveLength(clean.pixels.filter((ink) => ink > 200).length);
  }
});

test("digit: leaning ink is put upright where that is asked for", () => {
  const leaning = painted(100, 100, (x, y) => (bar(x + Math.round((y - 50) / 3), y) ? 0 : 255));
  const [plain, straight] = [normaliseDigit(leaning), normaliseDigit(leaning, { deslant: true })];
  expect(plain.steps.lean).toBe(0);
  expect(straight.steps.lean).toBeCloseTo(-1 / 3, 2);
  const inked = ({ pixels }: { pixels: Uint8Array }): number =>
    new Set([...pixels.keys()].filter((i) => pixels[i]! > 64).map((i) => i % 28)).size;
  expect(inked(plain)).toBeGreaterThan(6);
  expect(inked(straight)).toBeLessThan(5);
});

test.each([0, 128, 255])("digit: a blank picture of grey %i is one sentence", (value) => {
  const blank = { width: 40, height: 30, grey: new Uint8Array(1200).fill(value) };
  const got = `no ink found (its greys go from ${value} to ${value})`;
  expect(() => normaliseDigit(blank)).toThrow(
    new LenetError(`picture: expected a digit, got ${got}. Give a picture with more contrast.`),
  );
});

test("digit: any picture gives 28×28 pixels that reach 255, or a LenetError", () => {
  const example = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })).chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      grey: fc.uint8Array({ minLength: width * height, maxLength: width * height }),
    }),
  );
  fc.assert(
    fc.property(example, (image) => {
      try {
        const { pixels } = normaliseDigit(image);
        expect(pixels.length).toBe(784);
        expect(Math.max(...pixels)).toBe(255);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(LenetError);
      }
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("resample: shrinking averages areas, growing blends neighbours, and neither moves a constant", () => {
  const at = (values: number[]) => (_y: number, x: number) => values[x];
  expect([...resample(at([0, 6, 12, 18]), [1, 4], [1, 2])]).toEqual([3, 15]);
  expect([...resample(at([0, 9, 3]), [1, 3], [1, 2])]).toEqual([3, 5]);
  expect([...resample(at([0, 4]), [1, 2], [1, 4])]).toEqual([0, 1, 3, 4]);
  const size = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(size, size, size, size, (height, width, rows, columns) => {
      const resampled = resample(() => 7, [height, width], [rows, columns]);
      expect(resampled.length).toBe(rows * columns);
      expect(resampled.every((value) => Math.abs(value - 7) < 1e-9)).toBe(true);
    }),
    { seed: 1 },
  );
});

test("sheet: digits are tiled row by row with a gap of two pixels", () => {
  const set = {
    name: "x",
    part: "train",
    images: Uint8Array.of(1, 2, 3, 4),
    labels: Uint8Array.of(0, 0),
    count: 2,
    rows: 1,
    columns: 2,
    classes: 1,
    sha256: { images: "", labels: "" },
  } as const;
  const { width, height, grey } = digitSheet(set, [1, 0, 1], 2);
  expect([width, height]).toEqual([10, 8]);
  expect([...grey.subarray(20, 30)]).toEqual([64, 64, 3, 4, 64, 64, 1, 2, 64, 64]);
  expect([...grey.subarray(50, 60)]).toEqual([64, 64, 3, 4, 64, 64, 64, 64, 64, 64]);
});
