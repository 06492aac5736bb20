// Damaged files of every kind that is read: a value or one sentence, whatever the damage. LENET_MUTANTS=10000 tries so many of
// each kind.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { csvRows } from "../../src/data/csv.ts";
import { readPage } from "../../src/data/digit.ts";
import { encodeImages, encodeLabels, parseImages, parseLabels } from "../../src/data/idx.ts";
import { decodeImage } from "../../src/data/image.ts";
import { LenetError } from "../../src/errors.ts";
import { stream } from "../../src/random.ts";
import { sealed } from "./support/png.ts";

const MUTANTS = Number(process.env["LENET_MUTANTS"] ?? 150);
/** More than any of these files needs. */
const MOST_BYTES = 2 ** 30;

const fixtures = fileURLToPath(new URL("../fixtures/images/", import.meta.url));
const pictures = (ending: string): Uint8Array[] =>
  readdirSync(fixtures)
    .filter((name) => name.endsWith(ending))
    .map((name) => new Uint8Array(readFileSync(fixtures + name)));

const csv = Array.from({ length: 3 }, (_, row) => `${row},${new Array(784).fill(row * 90).join(",")}`).join("\n");
const readPicture = (bytes: Uint8Array): void => {
  const { width, height, grey } = decodeImage(bytes, "mutant");
  expect(grey.length).toBe(width * height);
  // What is decoded must be looked at without trouble, too.
  if (grey.length < 1e5) readPage({ width, height, grey });
};

const readers: Record<
  string,
  { originals: readonly Uint8Array[]; read: (bytes: Uint8Array) => void; mend?: typeof sealed }
> = {
  PNG: { originals: pictures("png"), read: readPicture, mend: sealed },
  JPEG: { originals: pictures("jpg"), read: readPicture },
  WebP: { originals: pictures("webp"), read: readPicture },
  CSV: {
    originals: [new TextEncoder().encode(csv)],
    read: (bytes) => {
      for (const row of csvRows(bytes, "mutant"))
        if ("pixels" in row) expect(row.pixels).toHaveLength(784);
        else throw new LenetError(`${row.place}: ${row.trouble}.`);
    },
  },
  "IDX images": {
    originals: [encodeImages({ images: new Uint8Array(24), count: 2, rows: 4, columns: 3 })],
    read: (bytes) => {
      const { images, count, rows, columns } = parseImages(bytes, "mutant");
      expect(images).toHaveLength(count * rows * columns);
    },
  },
  "IDX labels": {
    originals: [encodeLabels(Uint8Array.of(1, 2, 3, 4))],
    read: (bytes) => expect(Math.max(...parseLabels(bytes, "mutant"))).toBeLessThan(10),
  },
};

describe("damaged files", () => {
  it.each(Object.entries(readers))(
    `of the kind %s give a value or a sentence, ${MUTANTS} times.`,
    (name, { originals, read, mend }) => {
      const random = stream(1, `mutants/${name}`);
      const before = process.memoryUsage().rss;
      let [accepted, refused] = [0, 0];
      for (let i = 0; i < MUTANTS; i++) {
        const original = originals[i % originals.length]!;
        const bytes = original.slice(
          0,
          random.integer(8) === 0 ? random.integer(original.length + 1) : original.length,
        );
        for (let n = random.integer(5); n > 0 && bytes.length > 0; n--)
          bytes[random.integer(bytes.length)] = random.integer(256);
        if (mend && i % 2 === 0) mend(bytes);
        try {
          read(bytes);
          accepted++;
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LenetError);
          expect((thrown as LenetError).message).toMatch(/: expected .*, got .*\./s);
          refused++;
        }
      }
      // Both happen: some damage is only another picture.
      expect(Math.min(accepted, refused)).toBeGreaterThan(MUTANTS / 50);
      expect(process.memoryUsage().rss - before).toBeLessThan(MOST_BYTES);
    },
  );
});
