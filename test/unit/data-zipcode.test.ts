// The zip code digits: small files of the same form, damaged ones, and the real ones where LENET_DATA says where they are.
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { classCounts } from "../../src/data/data-set.ts";
import { sha256 } from "../../src/data/folder.ts";
import type { RegisteredSet } from "../../src/data/registered.ts";
import { loadData, registeredSet } from "../../src/data/registry.ts";
import { parseZip, zipSet } from "../../src/data/zipcode.ts";
import { LenetError } from "../../src/errors.ts";

/** Two digits as the training file writes them, with four places and a space at the end, and as the test file does. */
const values = Array.from({ length: 256 }, (_, i) => (i % 21) / 10 - 1);
const training = ["6.0000", "0.0000"]
  .map((label) => `${label} ${values.map((value) => value.toFixed(4)).join(" ")} \n`)
  .join("");
const testing = `9 ${values.join(" ")}\n`;

let folder = "";
const realFolder = process.env["LENET_DATA"];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lenet-zip-"));
  vi.stubEnv("LENET_CACHE", join(folder, "cache"));
  vi.stubEnv("LENET_DATA", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A set whose hashes are those of these files, which lie in the folder. */
const setOf = async (train: Uint8Array, test = gzipSync(testing), mirrors: string[] = []): Promise<RegisteredSet> => {
  await writeFile(join(folder, "zip.train.gz"), train);
  await writeFile(join(folder, "zip.test.gz"), test);
  return zipSet({ name: "zips", title: "", mirrors, sha256: { train: sha256(train), test: sha256(test) } });
};

describe("zip codes", () => {
  it("are read from either spelling of a line, -1 being no ink and 1 full ink.", async () => {
    const set = await setOf(gzipSync(training));
    const [train, test] = [await set.load("train"), await set.load("test")];
    expect(train).toMatchObject({ name: "zips", part: "train", count: 2, rows: 16, columns: 16, classes: 10 });
    expect([...train.labels, ...test.labels]).toEqual([6, 0, 9]);
    expect(train.images).toBeInstanceOf(Float32Array);
    expect(train.images).toHaveLength(512);
    expect(train.images[0]).toBe(0);
    expect(train.images[10]).toBe(127.5);
    expect(train.images[20]).toBe(255);
    expect(train.images[256 + 1]).toBe(Math.fround((1 - 0.9) * 127.5));
    expect([...test.images]).toEqual([...train.images.subarray(256)]);
  });

  it("are looked for in the folder LENET_DATA, in one there with their name, then in the cache.", async () => {
    const set = await setOf(gzipSync(training));
    expect(await set.find()).toBe(folder);
    const own = join(folder, "zips");
    const cached = join(folder, "cache", "zips");
    for (const other of [own, cached]) {
      await mkdir(other, { recursive: true });
      for (const file of ["zip.train.gz", "zip.test.gz"]) await copyFile(join(folder, file), join(other, file));
    }
    expect(await set.find()).toBe(own);
    expect(await set.fetch()).toBe(own);
    vi.stubEnv("LENET_DATA", "");
    expect(await set.find()).toBe(cached);
    vi.stubEnv("LENET_CACHE", join(folder, "elsewhere"));
    await expect(set.load("train")).rejects.toThrow(
      new LenetError(
        `zips: expected its files in ${join(folder, "elsewhere", "zips")}, got none. Run: lenet data get zips`,
      ),
    );
  });

  it("that changed are named with both hashes.", async () => {
    const set = await setOf(gzipSync(training));
    const other = gzipSync(testing + testing);
    await writeFile(join(folder, "zip.train.gz"), other);
    const [wanted, got] = [gzipSync(training), other].map((bytes) => `sha256 ${sha256(bytes).slice(0, 12)}…`);
    await expect(set.load("train")).rejects.toThrow(
      new LenetError(
        `${join(folder, "zip.train.gz")}: expected the train images of zips (${wanted}), got ${got}. Remove the file and run: lenet data get zips`,
      ),
    );
  });

  it("that are not gzipped, or cut off, or too long, are one sentence.", async () => {
    for (const [bytes, got] of [
      [Buffer.from(training), '"incorrect header check"'],
      [gzipSync(training).subarray(0, 99), '"unexpected end of file"'],
      [gzipSync(Buffer.alloc(2 ** 26 + 1)), "more than 67108864 bytes"],
    ] as const) {
      const set = await setOf(Uint8Array.from(bytes));
      const place = join(folder, "zip.train.gz");
      await expect(set.load("train")).rejects.toThrow(
        new LenetError(`${place}: expected gzipped lines of digits, got ${got}. Fetch the file again.`),
      );
    }
  });

  it.each<[string, string, string]>([
    ["no line", " \n\n", "z: expected a digit a line, got no line. Fetch it again."],
    [
      "a short line",
      `${testing}1 -1 -1\n`,
      "z, line 2: expected 257 numbers (a label and 16×16 values), got 3. Fetch the file again.",
    ],
    [
      "an empty line",
      `${testing}\n${testing}`,
      "z, line 2: expected 257 numbers (a label and 16×16 values), got 1. Fetch the file again.",
    ],
    [
      "a long line",
      `1${" -1".repeat(9999)}`,
      "z, line 1: expected at most 4112 characters, got 29998. Fetch it again.",
    ],
    [
      "no such label",
      testing.replace("9", "10"),
      'z, line 1: expected a label from 0 to 9, got "10" as number 1. Fetch the file again.',
    ],
    [
      "half a label",
      testing.replace("9", "9.5"),
      'z, line 1: expected a label from 0 to 9, got "9.5" as number 1. Fetch the file again.',
    ],
    [
      "too much ink",
      testing.replace("-0.9", "1.01"),
      'z, line 1: expected values from -1 to 1, got "1.01" as number 3. Fetch the file again.',
    ],
    [
      "a word",
      testing.replace("-0.9", "NaN"),
      'z, line 1: expected values from -1 to 1, got "NaN" as number 3. Fetch the file again.',
    ],
    [
      "an exponent",
      testing.replace("-0.9", "1e-2"),
      'z, line 1: expected values from -1 to 1, got "1e-2" as number 3. Fetch the file again.',
    ],
  ])("with %s are refused.", (_name, text, message) => {
    expect(() => parseZip(text, "z")).toThrow(new LenetError(message));
  });

  it("damaged anywhere, packed or unpacked, are read as ink from 0 to 255 or refused with a LenetError.", async () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() });
    const spoil = (bytes: Uint8Array, { at, byte, cut }: { at: number; byte: number; cut: boolean }): Uint8Array => {
      const place = at % bytes.length;
      if (cut) return bytes.subarray(0, place);
      const spoilt = Uint8Array.from(bytes);
      spoilt[place] = byte;
      return spoilt;
    };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (damages, packed) => {
        const start: Uint8Array = packed ? gzipSync(training) : Buffer.from(training);
        const bytes = damages.reduce((now, one) => (now.length > 0 ? spoil(now, one) : now), start);
        const set = await setOf(packed ? Uint8Array.from(bytes) : Uint8Array.from(gzipSync(bytes)));
        try {
          const { images, labels, count } = await set.load("train");
          expect(images).toHaveLength(256 * count);
          expect(images.every((ink) => ink >= 0 && ink <= 255)).toBe(true);
          expect(labels.every((label) => label < 10)).toBe(true);
        } catch (thrown) {
          if (!(thrown instanceof LenetError)) throw thrown;
          expect(thrown.exitCode).toBe(2);
          expect(thrown.message).not.toContain("\n");
          refused++;
        }
      }),
      { seed: 1, numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});

const real = ["", "zipcode"].some((name) => existsSync(join(realFolder ?? "?", name, "zip.train.gz")));
describe.skipIf(!real)(
  "the real zip codes (skipped where LENET_DATA does not lead to zip.train.gz and zip.test.gz)",
  () => {
    it("are as many of each class as the paper of 1989 counts in all: 7,291 and 2,007.", async () => {
      vi.stubEnv("LENET_DATA", realFolder);
      const [train, test] = [await loadData("zipcode", "train"), await loadData("zipcode", "test")];
      expect([train.count, test.count]).toEqual([7291, 2007]);
      expect(classCounts(train)).toEqual([1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]);
      expect(classCounts(test)).toEqual([359, 264, 198, 166, 200, 160, 170, 147, 166, 177]);
      // The first line of the training file: 6.0000 -1.0000 (seven times) -0.6310 0.8620 …
      expect(train.labels[0]).toBe(6);
      expect([...train.images.subarray(6, 9)]).toEqual([0, (1 - 0.631) * 127.5, (1 + 0.862) * 127.5].map(Math.fround));
    });
  },
);

it("zipcode takes no options: its images are 16×16 as they are.", () => {
  expect(registeredSet("zipcode")?.name).toBe("zipcode");
  expect(() => registeredSet("zipcode:size=16")).toThrow('zipcode: expected no options, got "size=16".');
});
