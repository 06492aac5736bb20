// What training images go through on their way into a net: stored as bytes or floats, distorted or not.
import { afterEach, describe, expect, it } from "vitest";
import { type DistortSpec, drawUnits, fillMap, MAP_UNITS } from "../../src/engine/distort.ts";
import { fieldFloats, openField } from "../../src/engine/elastic.ts";
import { startTeam, type Team } from "../../src/engine/team.ts";
import type { AffineMap } from "../../src/kernels/contract.ts";
import { kernelModule } from "../../src/kernels/module.ts";
import { reference } from "../../src/kernels/reference/index.ts";
import { distortionOf, distortName } from "../../src/lab/settings/distortions.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { dense, tanh } from "../../src/layers/index.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { bytesPerStep } from "./support/allocation.ts";
import { uniform } from "./support/rig.ts";

const IMAGES = 32;
const small = net("small", "", image(12, 12, { padding: 2 }), [dense("F", { units: 10 }), tanh()]);

let team: Team | undefined;
afterEach(() => team?.end());

interface How {
  readonly distort?: DistortSpec;
  readonly ink?: "byte" | "float";
  readonly threads?: number;
}

/** The losses of two epochs of steps on the same images. */
const lossesOf = async ({ distort, ink = "byte", threads = 1 }: How): Promise<string> => {
  await team?.end();
  const plan = { batch: 16, threads, optimiser: optimiser("sgd"), seed: 1, images: IMAGES, positions: 64 };
  team = await startTeam(kernelModule(), small, { ...plan, distort, ink });
  const { arena } = team;
  arena.floats("weights").set(uniform("weights", arena.floats("weights").length, 0.1));
  arena.bytesOrFloats("pixels").forEach((_, i, pixels) => {
    pixels[i] = (i * 37) % 256;
  });
  arena.ints("order").forEach((_, i, order) => {
    order[i] = i % IMAGES;
  });
  arena.doubles("rates").fill(0.01);
  await team.walk({ training: true, from: 0, to: 64, batch: 16, step: 0 });
  return arena.doubles("stepLosses").subarray(0, 4).join();
};

const kinds = [undefined, ...["affine", "paper", "elastic", "shift"].map(distortionOf)];

describe("a net learns", () => {
  it("the same bits from bytes and from the same ink as floats, however distorted.", async () => {
    for (const distort of kinds) expect(await lossesOf({ distort, ink: "float" })).toBe(await lossesOf({ distort }));
  });

  it("the same bits with one thread and with two, and others for every kind of distortion.", async () => {
    const losses = [];
    for (const distort of kinds) {
      losses.push(await lossesOf({ distort }));
      expect(await lossesOf({ distort, threads: 2 })).toBe(losses.at(-1));
    }
    expect(new Set(losses).size).toBe(kinds.length);
    expect(losses.join()).not.toContain("NaN");
  });
});

it("distorting allocates nothing: 2,000 steps leave less than 16 bytes each on the heap.", () => {
  const { bytes, positions } = bytesPerStep("sgd", "elastic");
  expect(positions).toBe(8_000);
  expect(bytes).toBeLessThan(16);
});

const mapOf = (distort: number | string, key: number, step: number, index: number): AffineMap => {
  const units = new Float64Array(MAP_UNITS);
  const map: AffineMap = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
  drawUnits(key, step, index, units);
  fillMap(distortionOf(distort)!, units, map);
  return map;
};

/** 2,000 maps of a kind. */
const maps = (distort: number | string): AffineMap[] =>
  Array.from({ length: 2000 }, (_, i) => mapOf(distort, 7, i, i % 64));

describe("a map", () => {
  it("is to the bit what a strength drew before there were other kinds, so that old runs can be repeated.", () => {
    const [one, other] = [
      [
        1.0295454228358152, 0.10402970495786626, 1.0911675095558167, 0.03418036365084696, 0.98674560010285,
        0.9716783165931702,
      ],
      [
        1.057952230086098, 0.16714550265031133, 0.13894736766815186, -0.06310110369263944, 0.882598037227511,
        0.017750144004821777,
      ],
    ].map(([xx, xy, x0, yx, yy, y0]) => ({ xx, xy, x0, yx, yy, y0 }));
    expect(mapOf(1, 1, 0, 0)).toEqual(one);
    expect(mapOf("affine", 4_000_000_000, 12_345, 63)).toEqual(other);
  });

  it("of kind paper shifts, scales, squeezes and shears, but never turns.", () => {
    const drawn = maps("paper");
    expect(drawn.every(({ yx }) => yx === 0)).toBe(true);
    for (const of of ["xx", "yy", "xy", "x0", "y0"] as const)
      expect(new Set(drawn.map((map) => map[of])).size).toBeGreaterThan(1900);
  });

  it("of kind shift moves by whole pixels, each of them as often, in x and y alike.", () => {
    for (const [distort, pixels] of [
      ["shift", 1],
      ["shift:pixels=3", 3],
    ] as const) {
      const drawn = maps(distort);
      expect(drawn.every(({ xx, xy, yx, yy }) => xx === 1 && xy === 0 && yx === 0 && yy === 1)).toBe(true);
      const each = 2000 / (2 * pixels + 1);
      for (const of of ["x0", "y0"] as const)
        for (let shift = -pixels; shift <= pixels; shift++) {
          const times = drawn.filter((map) => map[of] === shift).length;
          // Five standard deviations of a binomial count.
          expect(Math.abs(times - each)).toBeLessThan(5 * Math.sqrt(each));
        }
      expect(drawn.every(({ x0, y0 }) => Math.max(Math.abs(x0), Math.abs(y0)) <= pixels)).toBe(true);
    }
  });
});

describe("an elastic field", () => {
  /** Products of the fields' numbers at pixels `apart` columns from each other, averaged over many fields. */
  const covariances = (sigma: number, apart: readonly number[]): { within: number[]; between: number } => {
    const [side, fields] = [33, 600];
    const spec = { alpha: 34, sigma };
    const field = openField(spec, side, side, new Float32Array(fieldFloats(spec, side, side)), reference);
    const within = apart.map(() => 0);
    let [between, count] = [0, 0];
    for (let step = 0; step < fields; step++) {
      field.draw(5, step, 0);
      for (let row = 0; row < side; row += 4)
        for (let column = 0; column + 12 < side; column += 3) {
          const at = (plane: number, x: number): number => field.values[(plane * side + row) * side + x]!;
          apart.forEach((distance, i) => {
            within[i]! += at(0, column) * at(0, column + distance) + at(1, column) * at(1, column + distance);
          });
          between += at(0, column) * at(1, column);
          count++;
        }
    }
    return { within: within.map((sum) => sum / count / 2), between: between / count };
  };

  it("is as strong and as smooth as noise of ±1 a pixel under a Gaussian (Simard et al.), and its planes know nothing of each other.", () => {
    for (const sigma of [4, 6]) {
      const distances = [0, 3, 6, 12];
      const { within, between } = covariances(sigma, distances);
      const variance = (34 * 34) / 3 / (4 * Math.PI * sigma * sigma);
      distances.forEach((distance, i) => {
        const wanted = variance * Math.exp(-(distance ** 2) / (4 * sigma * sigma));
        expect(Math.abs(within[i]! - wanted)).toBeLessThan(0.1 * variance);
      });
      expect(Math.abs(between)).toBeLessThan(0.1 * variance);
    }
  });
});

describe("--distort", () => {
  it.each([
    [1, 1],
    ["0.5", 0.5],
    ["affine:strength=1", "affine"],
    ["elastic:sigma=4,alpha=20", "elastic:alpha=20"],
    ["shift:pixels=2", "shift:pixels=2"],
  ])("%s is kept as %s, and once more changes nothing.", (given, kept) => {
    expect(resolve(lenet5, { distort: given }).distort).toBe(kept);
    expect(resolve(lenet5, { distort: kept }).distort).toBe(kept);
  });

  it("of nothing is nothing.", () => {
    for (const nothing of [0, "affine:strength=0", "elastic:alpha=0,affine=0", "shift:pixels=0"])
      expect(distortionOf(nothing)).toBeUndefined();
  });

  it.each([
    [
      "elstic",
      '--distort: expected a number from 0, or affine, paper, elastic, shift, got "elstic". Did you mean "elastic"?',
    ],
    ["constructor", '--distort: expected a number from 0, or affine, paper, elastic, shift, got "constructor".'],
    ["elastic:sigma=0", 'elastic, sigma: expected a number from 1 to 100, got "0".'],
    ["elastic:beta=2", 'elastic: expected options alpha, sigma, affine, as in elastic:alpha=…, got "beta=2".'],
    ["shift:pixels=1.5", "--distort: expected a whole number of pixels, got 1.5."],
    ["-1", '--distort: expected a number from 0, got "-1".'],
  ])("%s is refused with one sentence.", (given, message) => {
    expect(() => resolve(lenet5, { distort: given }, (setting) => `--${setting}`)).toThrow(message);
    if (!given.startsWith("-")) expect(() => distortName("--distort", given)).toThrow(message);
  });
});
