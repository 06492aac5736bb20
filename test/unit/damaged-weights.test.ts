// Damaged files of weights: whatever is done to their bytes, a reader gives a model or one sentence.
// MUTATIONS=10000 npx vitest run --project unit damaged-weights tries more of them.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
  it.each(["torch.pt", "torch-turned.pt", "torch-module.pt", "keras.h5", "keras.keras"])(
    "made of %s is read, or refused in one sentence.",
    async (name) => {
      const whole = new Uint8Array(readFileSync(new URL(`../fixtures/weights/${name}`, import.meta.url)));
      const runs = Number(process.env["MUTATIONS"] ?? (name.startsWith("torch") ? 120 : 40));
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
