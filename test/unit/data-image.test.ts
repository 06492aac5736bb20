import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { encode } from "jpeg-js";
import { expect, test } from "vitest";
import { decodeImage, encodePng } from "../../src/data/image.ts";
import { LenetError } from "../../src/errors.ts";
import { sealed } from "./support/png.ts";

const fixtures = new URL("../fixtures/images/", import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, fixtures)));
const expected: Record<string, { width: number; height: number; grey: string }> = JSON.parse(
  readFileSync(new URL("expected.json", fixtures), "utf8"),
);

/** Average and greatest difference. */
const compare = (a: Uint8Array, b: Uint8Array): { mean: number; most: number } => {
  const differences = Array.from(a, (value, i) => Math.abs(value - b[i]));
  return { mean: differences.reduce((x, y) => x + y, 0) / a.length, most: Math.max(...differences) };
};

test.each(Object.keys(expected))("image: %s decodes as the tools that made it decode it", (name) => {
  const { width, height, grey } = decodeImage(fixture(name), name);
  const wanted = expected[name];
  expect({ width, height }).toEqual({ width: wanted.width, height: wanted.height });
  const { mean, most } = compare(grey, Buffer.from(wanted.grey, "base64"));
  // Both sides round; JPEG decoders may also differ in their cosine transforms.
  const exact = name.endsWith("png") || (name.endsWith("webp") && name !== "lossy.webp");
  // Lossy WebP is held against what was encoded, JPEG against what another decoder made of it.
  expect(most).toBeLessThanOrEqual(exact ? 1 : name === "lossy.webp" ? 16 : 3);
  expect(mean).toBeLessThan(exact ? 0.2 : name === "lossy.webp" ? 2 : 0.8);
});

test("png: what is encoded is decoded again", () => {
  const sides = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }));
  const example = sides.chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      grey: fc.uint8Array({ minLength: width * height, maxLength: width * height }),
    }),
  );
  fc.assert(
    fc.property(example, (image) => {
      expect(decodeImage(encodePng(image.grey, image.width, image.height), "x")).toEqual(image);
    }),
    { seed: 1 },
  );
});

/** A PNG of these header fields and this image data. */
const png = (width: number, height: number, depth: number, colour: number, data: Uint8Array): Uint8Array => {
  const chunk = (type: string, ...body: number[]): number[] => [
    ...new Uint8Array(Uint32Array.of(body.length).buffer).reverse(),
    ...Buffer.from(type),
    ...body,
    0,
    0,
    0,
    0,
  ];
  const words = new DataView(new ArrayBuffer(8));
  words.setUint32(0, width);
  words.setUint32(4, height);
  const header = [...new Uint8Array(words.buffer), depth, colour, 0, 0, 0];
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return sealed(
    Uint8Array.from([...signature, ...chunk("IHDR", ...header), ...chunk("IDAT", ...data), ...chunk("IEND")]),
  );
};

/** A JPEG of one grey whose header says it has this size. */
const jpeg = (width: number, height: number): Uint8Array => {
  const bytes = fixture("grey.jpg");
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
  new DataView(bytes.buffer).setUint16(frame + 5, height);
  new DataView(bytes.buffer).setUint16(frame + 7, width);
  return bytes;
};

const flipped = (name: string, at: number): Uint8Array => {
  const bytes = fixture(name);
  bytes[at < 0 ? bytes.length + at : at] ^= 0xff;
  return bytes;
};

const bomb = deflateSync(new Uint8Array(1e7));

test.each<[string, Uint8Array, string]>([
  ["an empty file", new Uint8Array(), "expected a PNG, JPEG or WebP picture, got an empty file. Save it as PNG."],
  [
    "a GIF",
    Uint8Array.from(Buffer.from("GIF89a")),
    "expected a PNG, JPEG or WebP picture, got a file that begins with 47 49 46 38. Save it as PNG.",
  ],
  [
    "a PNG of 100 megapixels",
    png(10_000, 10_000, 8, 0, bomb),
    "expected at most 64 megapixels, got 10000×10000. Give a smaller picture.",
  ],
  [
    "a PNG of 512 MB",
    png(8000, 8000, 16, 6, bomb),
    "expected at most 268435456 bytes of pixels, got 512008000. Give a smaller picture.",
  ],
  [
    "a PNG without pixels",
    png(0, 3, 8, 0, bomb),
    "expected at least one pixel, got 0×3. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG of an unknown kind",
    png(1, 1, 3, 5, bomb),
    "expected a colour type of PNG, got type 5 of 3 bits. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG that unpacks to more than it says",
    png(2, 2, 8, 0, bomb),
    "expected 6 bytes of pixels, got more. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG that unpacks to less than it says",
    png(5, 5, 8, 0, deflateSync(new Uint8Array(7))),
    "expected 30 bytes of pixels, got 7. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG with an unknown filter",
    png(1, 1, 8, 0, deflateSync(Uint8Array.of(7, 0))),
    "expected a row filter from 0 to 4, got 7. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG that lacks its palette",
    png(1, 1, 8, 3, deflateSync(Uint8Array.of(0, 0))),
    "expected only colours of the palette, got another. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG with a flipped byte",
    flipped("grey8.png", -20),
    "expected the checksum of IDAT, got another. The file is damaged: save it again as PNG.",
  ],
  [
    "a PNG that is cut off",
    fixture("grey8.png").subarray(0, 60),
    'expected 55 bytes in chunk "IDAT", got the end of the file. The file is damaged: save it again as PNG.',
  ],
  [
    "a JPEG of 100 megapixels",
    jpeg(10_000, 10_000),
    "expected at most 64 megapixels, got 10000×10000. Give a smaller picture.",
  ],
  [
    "a JPEG that is cut off",
    fixture("baseline.jpg").subarray(0, 900),
    'expected a baseline or progressive JPEG, got "marker was not found". The file is damaged: save it again as JPEG.',
  ],
  [
    "a WebP that is cut off",
    fixture("lossy.webp").subarray(0, 150),
    "expected a still WebP picture, got one that cannot be decoded. The file is damaged: save it again as WebP.",
  ],
  [
    "a WebP without a picture",
    fixture("lossy.webp").subarray(0, 12),
    "expected a picture of at least one pixel, got 0×0. The file is damaged: save it again as WebP.",
  ],
  [
    "a WebP of 268 megapixels",
    Uint8Array.from([...Buffer.from("RIFF....WEBPVP8L"), 5, 0, 0, 0, 0x2f, 0xff, 0xff, 0xff, 0x0f, 0]),
    "expected at most 64 megapixels, got 16384×16384. Give a smaller picture.",
  ],
  [
    "a JPEG that is only a header",
    fixture("baseline.jpg").subarray(0, 100),
    "expected a picture after the header, got the end of the file. The file is damaged: save it again as JPEG.",
  ],
])("image: %s is one sentence", (_name, bytes, message) => {
  expect(() => decodeImage(bytes, "x")).toThrow(new LenetError(`x: ${message}`));
});

test("jpeg: a file of a thousand scans is refused before it is decoded", () => {
  const bytes = fixture("progressive.jpg");
  const start = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
  const scan = bytes.subarray(start, -2);
  const many = Buffer.concat([bytes.subarray(0, start), ...new Array<Uint8Array>(1000).fill(scan), bytes.subarray(-2)]);
  expect(() => decodeImage(many, "x")).toThrow(
    /^x: expected a picture of this size in at most 100 scans, got \d+ of 45×37\. /,
  );
});

/** A JPEG of 16×8 whose left half is black, as a camera writes it that was held in one of eight ways. */
const photo = (orientation: number): Uint8Array => {
  const data = Uint8Array.from({ length: 16 * 8 * 4 }, (_, i) => (i % 4 === 3 || (i >> 2) % 16 >= 8 ? 255 : 0));
  const bytes = encode({ data, width: 16, height: 8 }, 95).data;
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0xff, 0xe1, 0, 8 + tiff.length, ...Buffer.from("Exif\0\0"), ...tiff];
  return Uint8Array.from([...bytes.subarray(0, 2), ...exif, ...bytes.subarray(2)]);
};

/** The same as a WebP that has Exif: the picture's chunk as it is, and one for Exif after it. */
const webpPhoto = (orientation: number): Uint8Array => {
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const body = fixture("lossless.webp").subarray(12);
  const extended = [...Buffer.from("VP8X"), 10, 0, 0, 0, 8, 0, 0, 0, 44, 0, 0, 36, 0, 0];
  const file = Uint8Array.from([
    ...Buffer.from("RIFF....WEBP"),
    ...extended,
    ...body,
    ...Buffer.from("EXIF"),
    tiff.length,
    0,
    0,
    0,
    ...tiff,
  ]);
  new DataView(file.buffer).setUint32(4, file.length - 8, true);
  return file;
};

test("webp: held upside down or sideways, it is put upright", () => {
  const { grey } = decodeImage(fixture("lossless.webp"), "x");
  expect(decodeImage(webpPhoto(1), "x")).toMatchObject({ width: 45, height: 37, grey });
  expect(decodeImage(webpPhoto(3), "x").grey).toEqual(grey.slice().reverse());
  expect(decodeImage(webpPhoto(6), "x")).toMatchObject({ width: 37, height: 45 });
});

test.each([
  [1, "left"],
  [2, "right"],
  [3, "right"],
  [4, "left"],
  [5, "top"],
  [6, "top"],
  [7, "bottom"],
  [8, "bottom"],
] as const)("jpeg: held in way %i, the black half comes to the %s", (orientation, side) => {
  const { width, height, grey } = decodeImage(photo(orientation), "photo");
  expect([width, height]).toEqual(side === "left" || side === "right" ? [16, 8] : [8, 16]);
  const isBlack = (x: number, y: number): boolean =>
    ({ left: x < width / 2, right: x >= width / 2, top: y < height / 2, bottom: y >= height / 2 })[side];
  const wanted = Uint8Array.from(grey, (_, i) => (isBlack(i % width, Math.floor(i / width)) ? 0 : 255));
  expect(compare(grey, wanted).most).toBeLessThan(8);
});
