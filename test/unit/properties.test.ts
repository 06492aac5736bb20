// What must hold whatever the numbers are: of kernels (fast and reference alike), of the engine, of schedules, of randomness.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Geometry, Kernels } from "../../src/kernels/contract.ts";
import { reference } from "../../src/kernels/reference/index.ts";
import { averagePool, conv, dense, squash } from "../../src/layers/index.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser, optimiserKinds } from "../../src/optimisers/index.ts";
import { rateAt, type ScheduleSpec } from "../../src/optimisers/schedule.ts";
import { shuffle, stream } from "../../src/random.ts";
import { size } from "../../src/shape.ts";
import { closest } from "../../src/words.ts";
import { openBench } from "./support/conformance.ts";
import { type Arithmetic, rig, tensorOf, uniform } from "./support/rig.ts";

const seeded = { seed: 1, numRuns: 60 };
const bench = openBench();
const kernelSets: Record<string, Kernels> = { reference, fast: bench.kernels };

/** Float arrays side by side in the memory of the fast kernels, where the reference may work too. */
const arrays = (...contents: (ArrayLike<number> | number)[]): Float32Array[] => {
  let at = 65_536;
  return contents.map((content) => {
    const length = typeof content === "number" ? content : content.length;
    const array = new Float32Array(bench.memory.buffer, at, length).fill(0);
    if (typeof content !== "number") array.set(content);
    at += Math.ceil(array.byteLength / 64) * 64 + 64;
    return array;
  });
};

const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const salt = fc.string({ minLength: 1, maxLength: 4 });

const pooling = (maps: number, rows: number, columns: number, field: number): Geometry => ({
  input: { maps, rows: rows * field, columns: columns * field + (field - 1) },
  output: { maps, rows, columns },
  field,
  stride: field,
  padding: 0,
  paddingValue: 0,
});

const convolution = (from: number, maps: number, rows: number, columns: number, field: number): Geometry => ({
  input: { maps: from, rows: rows + field - 1, columns: columns + field - 1 },
  output: { maps, rows, columns },
  field,
  stride: 1,
  padding: 0,
  paddingValue: 0,
});

const anyConvolution = fc.record({
  g: fc
    .tuple(number(1, 3), number(1, 9), number(2, 5), number(2, 6), number(1, 5))
    .map((sizes) => convolution(...sizes)),
  salt,
});

/** Of one image, without bias. */
const convolve = (kernels: Kernels, g: Geometry, input: ArrayLike<number>, weight: ArrayLike<number>): number[] => {
  const [from, by, out, scratch] = arrays(input, weight, size(g.output), kernels.convScratch(g, 1));
  kernels.convForward(g, 1, from!, by!, null, out!, scratch!);
  return Array.from(out!);
};

const near = (a: readonly number[], b: readonly number[], bound: number): boolean =>
  a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= bound);

for (const [name, kernels] of Object.entries(kernelSets))
  describe(`${name} kernels`, () => {
    it("convolve linearly: of a sum, the sum.", () => {
      const property = fc.property(anyConvolution, number(-3, 3), ({ g, salt }, factor) => {
        const weight = uniform(`weight${salt}`, g.output.maps * g.input.maps * g.field ** 2);
        const [a, b] = [uniform(`a${salt}`, size(g.input)), uniform(`b${salt}`, size(g.input))];
        const parts = [convolve(kernels, g, a, weight), convolve(kernels, g, b, weight)];
        const whole = convolve(
          kernels,
          g,
          a.map((value, i) => value + factor * b[i]!),
          weight,
        );
        const bound = (g.input.maps * g.field ** 2 + 4) ** 2 * 2 ** -22;
        return near(
          whole,
          parts[0]!.map((value, i) => value + factor * parts[1]![i]!),
          bound,
        );
      });
      fc.assert(property, seeded);
    });

    it("convolve alike everywhere: of a shifted image, the shifted maps.", () => {
      const property = fc.property(anyConvolution, number(0, 1), number(0, 1), ({ g, salt }, down, right) => {
        const { rows, columns } = g.input;
        const weight = uniform(`weight${salt}`, g.output.maps * g.input.maps * g.field ** 2);
        const still = uniform(`still${salt}`, size(g.input));
        const moved = uniform(`moved${salt}`, size(g.input)).map((other, i) => {
          const [y, x] = [Math.floor(i / columns) % rows, i % columns];
          return y >= down && x >= right ? still[i - down * columns - right]! : other;
        });
        const [before, after] = [convolve(kernels, g, still, weight), convolve(kernels, g, moved, weight)];
        const { rows: outRows, columns: outColumns } = g.output;
        return after.every((value, i) => {
          const [y, x] = [Math.floor(i / outColumns) % outRows, i % outColumns];
          if (y < down || x < right) return true;
          return Math.abs(value - before[i - down * outColumns - right]!) <= 1e-5;
        });
      });
      fc.assert(property, seeded);
    });

    it("give a cross-entropy gradient that sums to zero, for every image.", () => {
      const property = fc.property(
        number(1, 5),
        number(2, 12),
        number(0, 40),
        salt,
        (images, classes, spread, salt) => {
          const [out, losses, dOut, bytes] = arrays(
            uniform(salt, images * classes, spread),
            images,
            images * classes,
            20,
          );
          const [labels, answers] = [
            new Uint8Array(bytes!.buffer, bytes!.byteOffset, 8),
            new Uint8Array(bytes!.buffer, bytes!.byteOffset + 8, 8),
          ];
          const order = new Int32Array(bytes!.buffer, bytes!.byteOffset + 16, 8);
          for (let n = 0; n < images; n++) order[n] = n;
          labels.fill(classes - 1);
          const views = { classes, out: out!, labels, order, losses: losses!, answers, dOut: dOut! };
          kernels.crossEntropy(views, images, 0, 1);
          return Array.from({ length: images }, (_, n) => dOut!.slice(n * classes, (n + 1) * classes)).every(
            (row) => Math.abs(row.reduce((a, b) => a + b)) <= classes * 2 ** -23,
          );
        },
      );
      fc.assert(property, seeded);
    });

    it("average a constant to that constant.", () => {
      const property = fc.property(
        number(1, 3),
        number(1, 5),
        number(1, 9),
        number(1, 4),
        fc.float({ min: -9, max: 9, noNaN: true }),
        (maps, rows, columns, field, value) => {
          const g = pooling(maps, rows, columns, field);
          const [input, out] = arrays(new Float32Array(size(g.input)).fill(value), size(g.output));
          kernels.sumPoolForward(g, 1, 1 / field ** 2, input!, out!);
          return out!.every((got) => Math.abs(got - value) <= field ** 2 * 2 ** -24 * Math.abs(value));
        },
      );
      fc.assert(property, seeded);
    });

    it("pool each map by itself: another map's pixels change nothing.", () => {
      const property = fc.property(
        number(2, 4),
        number(1, 3),
        number(1, 9),
        number(1, 3),
        salt,
        (maps, rows, columns, field, salt) => {
          const g = pooling(maps, rows, columns, field);
          const pooled = (input: Float64Array): number[][] => {
            const [from, sums, maxima] = arrays(input, size(g.output), size(g.output));
            kernels.sumPoolForward(g, 1, 0.25, from!, sums!);
            kernels.maxPoolForward(g, 1, from!, maxima!);
            return [Array.from(sums!), Array.from(maxima!)];
          };
          const input = uniform(salt, size(g.input));
          const changed = input.map((value, i) => (i < g.input.rows * g.input.columns ? value + 7 : value));
          const area = rows * columns;
          return pooled(input).every((out, which) => {
            const other = pooled(changed)[which]!;
            return out.every((value, i) => (i < area ? value < other[i]! : value === other[i]));
          });
        },
      );
      fc.assert(property, seeded);
    });
  });

describe("a connection that a table leaves out", () => {
  const sparse = net("sparse", "", image(9, 8), [
    conv("C1", { maps: 3, field: 2 }),
    squash(),
    averagePool("S2", { field: 2 }),
    conv("C3", { maps: 4, field: 2, from: [[0], [1, 2], [2, 0], [0, 1, 2]] }),
    squash(),
    dense("OUT", { units: 10 }),
  ]);
  for (const kind of optimiserKinds)
    for (const arithmetic of ["float64", "fast"] as const satisfies readonly Arithmetic[])
      it(`never has a weight, through 20 steps of ${kind} with decay (${arithmetic}).`, () => {
        const { description, arena, step } = rig(sparse, {
          batch: 12,
          arithmetic,
          optimiser: optimiser(kind, { decay: 0.1 }),
        });
        arena.doubles("rates").fill(0.05);
        const before = tensorOf({ description, arena }, "weights", "C3.weight");
        for (let number = 0; number < 20; number++) step(12, number);
        const after = tensorOf({ description, arena }, "weights", "C3.weight");
        const { absent } = description.tensors.find(({ name }) => name === "C3.weight")!;
        const isAbsent = (i: number): boolean => absent.some(([from, to]) => i >= from && i < to);
        expect([...after.keys()].filter((i) => (isAbsent(i) ? after[i] !== 0 : after[i] === before[i]))).toEqual([]);
        expect(absent.reduce((sum, [from, to]) => sum + to - from, 0)).toBe((2 + 1 + 1 + 0) * 4);
      });
});

const rates = (spec: ScheduleSpec, steps: number, stepsPerEpoch = steps): number[] =>
  Array.from({ length: steps }, (_, step) => rateAt(spec, step, steps, stepsPerEpoch));

const positive = fc.double({ min: 1e-5, max: 10, noNaN: true });
const share = fc.double({ min: 0, max: 0.9, noNaN: true });

describe("schedules", () => {
  it("hold a constant rate.", () => {
    fc.assert(
      fc.property(positive, number(1, 50), (rate, steps) =>
        rates({ kind: "constant", rate }, steps).every((r) => r === rate),
      ),
      seeded,
    );
  });

  it("onecycle climbs to its peak, is there once, and falls to its floor in the last step.", () => {
    const property = fc.property(positive, share, share, number(2, 400), (rate, floor, warmup, steps) => {
      const all = rates({ kind: "onecycle", rate, floor, warmup }, steps);
      const peak = all.indexOf(Math.max(...all));
      const climbs = all.slice(1, peak + 1).every((r, i) => r > all[i]!);
      const falls = all.slice(peak + 1).every((r, i) => r < all[peak + i]!);
      // A warm-up that rounds to every step has no time to fall.
      const ends = peak === steps - 1 || Math.abs(all.at(-1)! - rate * floor) <= 1e-12 * rate;
      return climbs && falls && ends && Math.abs(all[peak]! - rate) <= 1e-12 * rate;
    });
    fc.assert(property, seeded);
  });

  it("onecycle takes its warm-up's share of the steps to climb.", () => {
    const all = rates({ kind: "onecycle", rate: 1, floor: 0.01, warmup: 0.3 }, 100);
    expect(all.indexOf(Math.max(...all))).toBe(29);
    expect(all[99]).toBeCloseTo(0.01, 12);
  });

  it("cosine begins at its rate, falls, and stays above its floor.", () => {
    const property = fc.property(positive, share, number(1, 400), (rate, floor, steps) => {
      const all = rates({ kind: "cosine", rate, floor }, steps);
      const falls = all.slice(1).every((r, i) => r < all[i]!);
      return Math.abs(all[0]! - rate) <= 1e-12 * rate && falls && all.every((r) => r > rate * floor);
    });
    fc.assert(property, seeded);
  });

  it("cosine is half way down in the middle.", () => {
    expect(rateAt({ kind: "cosine", rate: 3, floor: 1 / 3 }, 50, 100, 10)).toBeCloseTo(2, 12);
  });

  it("staged gives every epoch of a stage the stage's rate, and the last stage goes on.", () => {
    const stage = fc.record({ epochs: number(1, 4), rate: positive });
    const property = fc.property(
      fc.array(stage, { minLength: 1, maxLength: 5 }),
      number(1, 7),
      (stages, stepsPerEpoch) => {
        const wanted = stages.flatMap(({ epochs, rate }) => Array<number>(epochs * stepsPerEpoch).fill(rate));
        const all = rates({ kind: "staged", stages }, wanted.length + 9, stepsPerEpoch);
        return all.every((rate, step) => rate === (wanted[step] ?? stages.at(-1)!.rate));
      },
    );
    fc.assert(property, seeded);
  });
});

const draw = (seed: number, name: string, count = 20): number[] => {
  const random = stream(seed, name);
  return Array.from({ length: count }, () => random.bits());
};

describe("streams of randomness", () => {
  it("give the same numbers for the same seed and name, and others for others.", () => {
    const property = fc.property(
      fc.maxSafeNat(),
      fc.string(),
      fc.maxSafeNat(),
      fc.string(),
      (seed, name, seed2, name2) => {
        const [numbers, again, others] = [draw(seed, name), draw(seed, name), draw(seed2, name2)].map(String);
        return numbers === again && (numbers === others) === (seed === seed2 && name === name2);
      },
    );
    fc.assert(property, seeded);
  });

  it("tell apart seeds that differ only above 32 bits, and names that differ only in order.", () => {
    expect(draw(1, "init")).not.toEqual(draw(1 + 2 ** 32, "init"));
    expect(draw(1, "ab")).not.toEqual(draw(1, "ba"));
  });

  it("are even: mean ½, variance 1/12, every tenth as often as the others.", () => {
    const count = 100_000;
    const random = stream(3, "even");
    const values = Array.from({ length: count }, () => random.unit());
    const mean = values.reduce((a, b) => a + b) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    expect(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
    // Five standard deviations of a mean, and of a variance, of so many.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
    const tenths = Array<number>(10).fill(0);
    for (let i = 0; i < count; i++) tenths[random.integer(10)]!++;
    for (const tenth of tenths) expect(Math.abs(tenth - count / 10)).toBeLessThan(5 * Math.sqrt(count * 0.09));
  });

  it("shuffle into a permutation, which another stream would order otherwise.", () => {
    const property = fc.property(fc.maxSafeNat(), number(0, 300), (seed, length) => {
      const items = Int32Array.from({ length }, (_, i) => i);
      shuffle(items, stream(seed, "shuffle/1"));
      return [...items].sort((a, b) => a - b).every((item, i) => item === i);
    });
    fc.assert(property, seeded);
    const [one, two] = [Int32Array.from({ length: 52 }, (_, i) => i), Int32Array.from({ length: 52 }, (_, i) => i)];
    shuffle(one, stream(1, "shuffle/1"));
    shuffle(two, stream(1, "shuffle/2"));
    expect(one).not.toEqual(two);
  });

  it("put every item first equally often.", () => {
    const firsts = Array<number>(5).fill(0);
    for (let seed = 0; seed < 5_000; seed++) {
      const items = [0, 1, 2, 3, 4];
      shuffle(items, stream(seed, "fair"));
      firsts[items[0]!]!++;
    }
    for (const times of firsts) expect(Math.abs(times - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });
});

describe("hints for misspelt names", () => {
  const known = ["lenet5", "lenet5-1998", "zipcode1989", "tutorial", "keras"];
  it("name what is near, whatever its case, and nothing that is far.", () => {
    const hint = (word: string): string => closest(word, known);
    expect(hint("lenet")).toBe(' Did you mean "lenet5"?');
    expect(hint("LENET5")).toBe(' Did you mean "lenet5"?');
    expect(hint("tutroial")).toBe(' Did you mean "tutorial"?');
    expect(hint("zipcode198")).toBe(' Did you mean "zipcode1989"?');
    for (const far of ["resnet50", "", "x".repeat(100_000)]) expect(hint(far)).toBe("");
  });

  it("are given for any single slip, and for nothing when nothing is known.", () => {
    const slip = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.constantFrom("", "x")).map(([name, at, letters]) => {
      const cut = at % name.length;
      return [name, name.slice(0, cut) + letters + name.slice(cut + 1)] as const;
    });
    fc.assert(
      fc.property(slip, ([name, typed]) => closest(typed, [name]) === ` Did you mean "${name}"?`),
      seeded,
    );
    expect(closest("lenet5", [])).toBe("");
  });
});
