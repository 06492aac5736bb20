// Damaged files of weights: whatever is done to their bytes, a reader gives a model or one sentence.
// LENET_MUTANTS=10000 npx vitest run --project unit damaged-weights tries more of them.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundMemory, library } from "../../src/formats/hdf5-library.ts";
import { zipOf } from "../../src/formats/zip.ts";
import { LenetError, netNamed } from "../../src/index.ts";
import { weightsIn } from "../../src/lab/import/index.ts";

const small = netNamed("lenet5:activation=relu,pool=max,norm=yes,c1=2,c3=3,c5=4,f6=5");

/** What can happen to a file. */
const damage = (whole: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = whole.slice();
    change(bytes);
    return bytes;
  };
  const bits = (most: number): fc.Arbitrary<Uint8Array> =>
    fc.array(fc.nat({ max: most * 8 - 1 }), { minLength: 1, maxLength: 6 }).map((places) =>
      changed((bytes) => {
        for (const place of places) bytes[place >> 3]! ^= 1 << (place & 7);
      }),
    );
  const place = fc.nat({ max: whole.length - 1 });
  const overwritten = fc
    .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 64 }))
    .map(([at, some]) => changed((bytes) => bytes.set(some.subarray(0, bytes.length - at), at)));
  const filled = fc
    .tuple(place, fc.constantFrom(0, 1, 0x7f, 0xff))
    .map(([at, value]) => changed((bytes) => bytes.fill(value, at, at + 8)));
  const cut = place.map((length) => whole.slice(0, length));
  const doubled = fc
    .tuple(place, place)
    .map(([from, to]) => changed((bytes) => bytes.copyWithin(to, from, from + 512)));
  return fc.oneof(bits(whole.length), bits(Math.min(whole.length, 4096)), overwritten, filled, cut, doubled);
};

describe("a damaged file of weights", () => {
  it("that is an archive is refused without what its names are made of, be it a whole file.", async () => {
    const name = `torch/data\n\u001b[2J${"x".repeat(500)}`;
    const bytes = zipOf({ [name]: Uint8Array.of(1, 2, 3) });
    // In the archive's directory, the length of the file.
    const directory = bytes.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => bytes[i + k] === byte));
    bytes[directory + 24] = 9;
    await expect(weightsIn(bytes, "f", { net: small })).rejects.toThrow(
      `f, "torch/data??[2J${"x".repeat(45)}": expected 9 bytes, got 3. The archive is damaged: copy or write it again.`,
    );
  });

  it("that makes HDF5 ask for a gigabyte is refused it, and the library lives on.", async () => {
    const { grow } = WebAssembly.Memory.prototype;
    const refused: unknown[] = [];
    try {
      boundMemory(2 ** 29);
      const bounded = WebAssembly.Memory.prototype.grow;
      WebAssembly.Memory.prototype.grow = function (pages) {
        try {
          return bounded.call(this, pages);
        } catch (thrown) {
          refused.push(thrown);
          throw thrown;
        }
      };
      const { File, FS } = await library();
      const sound = new Uint8Array(readFileSync(new URL("../fixtures/weights/keras.h5", import.meta.url)));
      const keysOf = (name: string, bytes: Uint8Array): string[] => {
        FS.writeFile(name, bytes);
        return new File(name, "r").keys();
      };
      // A length in the heap of the root's names.
      expect(() => keysOf("damaged.h5", sound.with(131, 0x3f))).toThrow();
      expect(refused.length).toBeGreaterThan(0);
      expect(keysOf("sound.h5", sound)).toContain("model_weights");
    } finally {
      WebAssembly.Memory.prototype.grow = grow;
    }
  });

  it.each(["torch.pt", "torch-turned.pt", "torch-module.pt", "keras.h5", "keras.keras"])(
    "made of %s is read, or refused in one sentence.",
    async (name) => {
      const whole = new Uint8Array(readFileSync(new URL(`../fixtures/weights/${name}`, import.meta.url)));
      const runs = Number(process.env["LENET_MUTANTS"] ?? (name.startsWith("torch") ? 120 : 40));
      let refused = 0;
      const judge = async (bytes: Uint8Array): Promise<void> => {
        try {
          const { tensors } = await weightsIn(bytes, "f", { net: small });
          const held = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
          expect(held).toBeLessThan(10 * whole.length);
        } catch (thrown) {
          if (!(thrown instanceof LenetError)) throw thrown;
          expect(thrown.message).toMatch(/^f[:,] [^\n]*expected [^\n]*, got [^\n]*\.$/);
          refused++;
        }
      };
      await fc.assert(fc.asyncProperty(damage(whole), judge), { seed: 1, numRuns: runs });
      expect(refused).toBeGreaterThan(runs / 4);
    },
    3_600_000,
  );
});
