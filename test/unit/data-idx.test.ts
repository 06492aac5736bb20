import fc from "fast-check";
import { expect, test } from "vitest";
import { classCounts, type DataSet, limit, split } from "../../src/data/data-set.ts";
import { encodeImages, encodeLabels, parseImages, parseLabels } from "../../src/data/idx.ts";
import { LenetError } from "../../src/errors.ts";
import { stream } from "../../src/random.ts";

const sides = fc.record({
  count: fc.integer({ min: 1, max: 9 }),
  rows: fc.integer({ min: 1, max: 7 }),
  columns: fc.integer({ min: 1, max: 7 }),
});

/** Two images of 2×3 and their labels. */
const images = (): Uint8Array =>
  encodeImages({ images: Uint8Array.from({ length: 12 }, (_, i) => i), count: 2, rows: 2, columns: 3 });
const labels = (): Uint8Array => encodeLabels(Uint8Array.of(3, 9));
const with32 = (bytes: Uint8Array, offset: number, word: number): Uint8Array => {
  new DataView(bytes.buffer).setUint32(offset, word);
  return bytes;
};

test("idx: what is encoded is parsed back, images and labels", () => {
  const example = sides.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      pixels: fc.uint8Array({
        minLength: shape.count * shape.rows * shape.columns,
        maxLength: shape.count * shape.rows * shape.columns,
      }),
      classes: fc.uint8Array({ minLength: 1, maxLength: 20, max: 9 }),
    }),
  );
  fc.assert(
    fc.property(example, ({ shape, pixels, classes }) => {
      expect(parseImages(encodeImages({ ...shape, images: pixels }), "x")).toEqual({ ...shape, images: pixels });
      expect(parseLabels(encodeLabels(classes), "y")).toEqual(classes);
    }),
    { seed: 1 },
  );
});

test("idx: the header is the one that MNIST has", () => {
  expect([...images().subarray(0, 17)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0]);
  expect([...labels()]).toEqual([0, 0, 8, 1, 0, 0, 0, 2, 3, 9]);
});

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

test.each<[name: string, parse: () => unknown, message: string]>([
  [
    "an empty file",
    () => parseImages(new Uint8Array(), "a"),
    "a: expected a header of 16 bytes, got 0 bytes. It is cut off: fetch it again.",
  ],
  [
    "a truncated header",
    () => parseImages(images().subarray(0, 15), "a"),
    "a: expected a header of 16 bytes, got 15 bytes. It is cut off: fetch it again.",
  ],
  [
    "a truncated body",
    () => parseImages(images().subarray(0, 27), "a"),
    "a: expected 28 bytes, as its header says (2×2×3), got 27. It is cut off: fetch it again.",
  ],
  [
    "extra bytes",
    () => parseImages(joined(images(), Uint8Array.of(0)), "a"),
    "a: expected 28 bytes, as its header says (2×2×3), got 29. Something follows its end: fetch it again.",
  ],
  [
    "a wrong magic",
    () => parseImages(with32(images(), 0, 0x89504e47), "a"),
    "a: expected IDX magic 0x00000803 for images, got 0x89504e47. Give a file in the IDX format.",
  ],
  [
    "a gzipped file",
    () => parseLabels(with32(labels(), 0, 0x1f8b0800), "a"),
    "a: expected IDX magic 0x00000801 for labels, got 0x1f8b0800. This file is still gzipped: name it .gz, or gunzip it.",
  ],
  [
    "labels for images",
    () => parseImages(labels(), "a"),
    "a: expected IDX magic 0x00000803 for images, got 0x00000801. This file holds labels: exchange the two files.",
  ],
  [
    "images for labels",
    () => parseLabels(images(), "a"),
    "a: expected IDX magic 0x00000801 for labels, got 0x00000803. This file holds images: exchange the two files.",
  ],
  [
    "no image at all",
    () => parseImages(with32(images(), 4, 0), "a"),
    "a: expected dimensions above 0 and at most 1073741824 bytes in all, got 0×2×3. The header is damaged: fetch it again.",
  ],
  [
    "a size that overflows",
    () => parseImages(with32(with32(images(), 4, 0xffffffff), 8, 0xffffffff), "a"),
    "a: expected dimensions above 0 and at most 1073741824 bytes in all, got 4294967295×4294967295×3. The header is damaged: fetch it again.",
  ],
  [
    "label 10",
    () => parseLabels(encodeLabels(Uint8Array.of(0, 9, 10, 11)), "a"),
    "a: expected labels from 0 to 9, got 10 at index 2. Relabel that image.",
  ],
  [
    "label 2 of 2 classes",
    () => parseLabels(encodeLabels(Uint8Array.of(2)), "a", 2),
    "a: expected labels from 0 to 1, got 2 at index 0. Relabel that image.",
  ],
])("idx: %s is one sentence", (_name, parse, message) => {
  expect(parse).toThrow(new LenetError(message));
});

test("idx: 10,000 mutated files give a value or a LenetError", () => {
  const random = stream(1, "mutate");
  let accepted = 0;
  for (let i = 0; i < 10_000; i++) {
    const [original, parse] = i % 2 === 0 ? [images(), parseImages] : [labels(), parseLabels];
    const bytes = original.slice(0, random.integer(4) === 0 ? random.integer(original.length + 1) : original.length);
    for (let n = random.integer(4); n > 0 && bytes.length > 0; n--)
      bytes[random.integer(bytes.length)] = random.integer(256);
    try {
      parse(bytes, "mutant");
      accepted++;
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(LenetError);
    }
  }
  expect(accepted).toBeGreaterThan(1000);
  expect(accepted).toBeLessThan(9000);
});

const set: DataSet = {
  name: "tiny",
  part: "train",
  images: Uint8Array.from({ length: 5 * 6 }, (_, i) => i),
  labels: Uint8Array.of(0, 1, 1, 2, 1),
  count: 5,
  rows: 2,
  columns: 3,
  classes: 4,
  sha256: { images: "i", labels: "l" },
};

test("data set: limit keeps the first images and split the last, as views", () => {
  const three = limit(set, 3);
  expect(three).toMatchObject({ count: 3, rows: 2, columns: 3, labels: Uint8Array.of(0, 1, 1) });
  const { train, validation } = split(set, 2);
  expect(train.images).toEqual(three.images);
  expect(validation).toMatchObject({ count: 2, images: set.images.subarray(18), labels: Uint8Array.of(2, 1) });
  for (const part of [three, train, validation]) expect(part.images.buffer).toBe(set.images.buffer);
});

test("data set: the classes are counted, also those without an image", () => {
  expect(classCounts(set)).toEqual([1, 3, 1, 0]);
});

test.each<[string, () => unknown, string]>([
  [
    "a limit of 0",
    () => limit(set, 0),
    "tiny, limit: expected a whole number of images from 1 to 5, got 0. Choose another number.",
  ],
  [
    "a limit above the count",
    () => limit(set, 6),
    "tiny, limit: expected a whole number of images from 1 to 5, got 6. Choose another number.",
  ],
  [
    "a broken validation",
    () => split(set, 1.5),
    "tiny, validation: expected a whole number of images from 1 to 4, got 1.5. Choose another number.",
  ],
  [
    "nothing left to train",
    () => split(set, 5),
    "tiny, validation: expected a whole number of images from 1 to 4, got 5. Choose another number.",
  ],
])("data set: %s is one sentence", (_name, cut, message) => {
  expect(cut).toThrow(new LenetError(message));
});
