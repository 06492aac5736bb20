// Every baseline on problems small enough to know the answer: by hand, in plain loops, or in closed form.
import { describe, expect, it } from "vitest";
import { pixelFeatures } from "../../src/baselines/features.ts";
import { baselines } from "../../src/baselines/index.ts";
import { kMeans } from "../../src/baselines/k-means.ts";
import { knnScores } from "../../src/baselines/knn.ts";
import { momentsByClass, momentsOf } from "../../src/baselines/moments.ts";
import { nearestOfEachClass } from "../../src/baselines/neighbours.ts";
import { pairsOf, pairwiseScores, pairwiseWeights } from "../../src/baselines/pairwise.ts";
import { pcaQuadratic, principalComponents, quadraticFeatures } from "../../src/baselines/pca-quadratic.ts";
import { publishedFor } from "../../src/baselines/published.ts";
import { gaussianFeatures, rbf } from "../../src/baselines/rbf.ts";
import { readOut } from "../../src/baselines/readout.ts";
import type { DataSet } from "../../src/data/data-set.ts";
import { missesOf } from "../../src/lab/model/rejection.ts";
import { stream } from "../../src/random.ts";
import { blobs, randomSet, setOf, toolsFor } from "./support/sets.ts";

const tools = toolsFor();
const misses = (scores: Float64Array, { labels, classes }: DataSet): number =>
  missesOf({ scores, labels, classes, best: "most" });

/** Solves a system by elimination, in plain loops. */
const eliminate = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] => {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < rows.length; j++) {
      if (i === j) continue;
      const factor = rows[j]![i]! / rows[i]![i]!;
      rows[j] = rows[j]!.map((value, k) => value - factor * rows[i]![k]!);
    }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
};

describe("moments", () => {
  it("are the sums of products and of patterns, class by class.", async () => {
    const set = setOf(
      [
        [255, 0],
        [51, 255],
        [0, 51],
      ],
      [1, 0, 1],
      2,
    );
    const whole = await momentsOf(tools, pixelFeatures(set), set);
    const wanted = [1.04, 0.2, 1.2, 0.2, 1.04, 1.2, 1.2, 1.2, 3];
    for (const [i, value] of wanted.entries()) expect(whole.gram[i]).toBeCloseTo(value, 6);
    expect([...whole.sums].map((sum) => sum.toFixed(6))).toEqual([0.2, 1, 1, 1, 0.2, 2].map((sum) => sum.toFixed(6)));
    expect(whole.counts).toEqual([1, 2]);
    const apart = await momentsByClass(tools, pixelFeatures(set), set);
    for (let i = 0; i < 9; i++) expect(apart[0]!.gram[i]! + apart[1]!.gram[i]!).toBeCloseTo(wanted[i]!, 6);
  });
});

describe("linear", () => {
  it("is the solution of the normal equations with a ridge.", async () => {
    const set = randomSet("linear", 150, 5, 256, 3);
    const ridge = 0.01;
    const classifier = await readOut(
      tools,
      pixelFeatures(set),
      await momentsOf(tools, pixelFeatures(set), set),
    ).classifier({ ridge });
    const scores = await classifier(set);
    const patterns = Array.from({ length: 150 }, (_, n) =>
      [...set.images.subarray(n * 5, n * 5 + 5)].map((x) => x / 255).concat(1),
    );
    const gram = patterns[0]!.map((_, i) =>
      patterns[0]!.map((_, j) => patterns.reduce((sum, x) => sum + x[i]! * x[j]!, 0)),
    );
    const trace = gram.reduce((sum, row, i) => sum + row[i]!, 0);
    for (let i = 0; i < 5; i++) gram[i]![i]! += (ridge * trace) / 6;
    for (let label = 0; label < 3; label++) {
      const right = patterns[0]!.map((_, i) =>
        patterns.reduce((sum, x, n) => sum + x[i]! * (set.labels[n] === label ? 1 : -1), 0),
      );
      const weights = eliminate(gram, right);
      for (const [n, x] of patterns.entries())
        expect(scores[n * 3 + label]).toBeCloseTo(
          x.reduce((sum, value, i) => sum + value * weights[i]!, 0),
          5,
        );
    }
  });
});

describe("pairwise", () => {
  it("has 45 units for ten classes.", () => {
    expect(pairsOf(10)).toHaveLength(45);
    expect(pairsOf(4)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
  });

  it("adds a unit's output to its first class and takes it from its second, cut off at the limit.", () => {
    // Units 0/1, 0/2, 1/2.
    expect([...pairwiseScores(Float64Array.of(0.5, -2, 1), 3, 10)]).toEqual([-1.5, 0.5, 1]);
    expect([...pairwiseScores(Float64Array.of(0.5, -2, 1), 3, 1)]).toEqual([-0.5, 0.5, 0]);
    expect([...pairwiseScores(Float64Array.of(1, 1, 1, -1, -1, -1), 3, 1)]).toEqual([2, 0, -2, -2, 0, 2]);
  });

  it("learns a unit from the images of its two classes alone.", async () => {
    const set = blobs("pair", 90, 6, 3, 60);
    const changed = {
      ...set,
      images: set.images.map((ink, i) => (set.labels[Math.floor(i / 6)] === 2 ? 255 - ink : ink)),
    };
    const weights = async (of: DataSet): Promise<Float64Array> =>
      pairwiseWeights(tools, await momentsByClass(tools, pixelFeatures(of), of), 0.01);
    const [before, after] = [await weights(set), await weights(changed)];
    expect(after.slice(0, 7)).toEqual(before.slice(0, 7));
    expect(after.slice(7, 14)).not.toEqual(before.slice(7, 14));
    expect(after.slice(14)).not.toEqual(before.slice(14));
  });

  it("has silent units for classes without images.", async () => {
    const set = setOf(
      [
        [0, 255],
        [255, 0],
      ],
      [0, 1],
      4,
    );
    const weights = await pairwiseWeights(tools, await momentsByClass(tools, pixelFeatures(set), set), 0.01);
    expect([...weights.subarray(15)]).toEqual([0, 0, 0]);
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});

describe("k nearest neighbours", () => {
  /** Votes and fractions, by sorting all distances. */
  const byHand = (train: DataSet, set: DataSet, k: number): number[] => {
    const pixels = train.columns;
    return Array.from({ length: set.count }, (_, n) => {
      const all = Array.from({ length: train.count }, (_, m) => {
        let square = 0;
        for (let i = 0; i < pixels; i++) square += (train.images[m * pixels + i]! - set.images[n * pixels + i]!) ** 2;
        return { label: train.labels[m]!, square, m };
      }).sort((a, b) => a.square - b.square || a.m - b.m);
      return Array.from({ length: train.classes }, (_, label) => {
        const votes = all.slice(0, k).filter((one) => one.label === label).length;
        const nearest = all.find((one) => one.label === label);
        const least = all[0]!.square;
        if (!nearest) return votes;
        return votes + (nearest.square === least ? 0.5 : (0.5 * least) / nearest.square);
      });
    }).flat();
  };

  it.each([
    ["bytes", 256, 700, 90],
    ["few values, so that many are as near", 3, 700, 90],
    ["fewer images than neighbours", 256, 6, 20],
  ])("are those that plain loops find: %s.", async (name, below, count, asked) => {
    const [train, set] = [randomSet(`${name}/train`, count, 9, below), randomSet(`${name}/test`, asked, 9, below)];
    const found = await nearestOfEachClass(tools, train, set, 7);
    for (const k of [1, 3, 7]) expect([...knnScores(found, 10, k)]).toEqual(byHand(train, set, k));
  });

  it("gives a tie of votes to the nearest, and a clear vote to the many.", () => {
    const squares = Float64Array.of(4, 9, 1, 100);
    const images = Int32Array.of(0, 1, 2, 3);
    // Class 0 has images at 4 and 9, class 1 at 1 and 100.
    expect([...knnScores({ each: 2, squares, images }, 2, 2)]).toEqual([1 + 0.5 / 4, 1.5]);
    expect([...knnScores({ each: 2, squares, images }, 2, 3)]).toEqual([2 + 0.5 / 4, 1.5]);
  });

  it("are found for floats as for bytes.", async () => {
    const [train, set] = [randomSet("f/train", 60, 9), randomSet("f/test", 20, 9)];
    const floats = (of: DataSet) => ({ ...of, images: Float32Array.from(of.images) }) as unknown as DataSet;
    expect(await nearestOfEachClass(tools, floats(train), floats(set), 3)).toEqual(
      await nearestOfEachClass(tools, train, set, 3),
    );
  });
});

describe("principal components", () => {
  // Patterns 128 ± 60 along (1, 1, 1, 1) and ± 20 along (1, -1, 1, -1).
  const sides = [-1, 1];
  const crossed = setOf(
    sides.flatMap((a) => sides.map((b) => [0, 1, 2, 3].map((i) => 128 + 60 * a + 20 * b * (i % 2 === 0 ? 1 : -1)))),
    [0, 1, 2, 3],
    4,
  );

  it("are the directions of most spread around the mean.", async () => {
    const found = principalComponents(await momentsOf(tools, pixelFeatures(crossed), crossed), 2, 1);
    for (const mean of found.mean) expect(mean).toBeCloseTo(128 / 255, 6);
    for (const [i, wanted] of [0.5, 0.5, 0.5, 0.5].entries()) expect(found.vectors[i]).toBeCloseTo(wanted, 5);
    for (const i of [0, 1, 2, 3]) expect(Math.abs(found.vectors[4 + i]!)).toBeCloseTo(0.5, 5);
    expect(found.vectors[4]! * found.vectors[5]!).toBeLessThan(0);
    expect(found.spreads[0]).toBeCloseTo((2 * 60) / 255, 5);
    expect(found.spreads[1]).toBeCloseTo((2 * 20) / 255, 5);
  });

  it("are multiplied two by two, in units of their spread, with a constant behind.", () => {
    const projection = {
      mean: Float64Array.of(0, 0.2),
      vectors: Float64Array.of(1, 0, 0, 1),
      spreads: Float64Array.of(0.5, 0.1),
    };
    const features = quadraticFeatures(tools, projection);
    const into = new Float32Array(4);
    features.write(setOf([[51, 102]], [0]), Int32Array.of(0), into);
    // (0.2 − 0) / 0.5 = 0.4 and (0.4 − 0.2) / 0.1 = 2.
    for (const [i, wanted] of [0.16, 0.8, 4, 1].entries()) expect(into[i]).toBeCloseTo(wanted, 5);
    expect(features.width).toBe(4);
  });

  it("squared, separate what no line can.", async () => {
    const random = stream(1, "xor");
    const images = Array.from({ length: 200 }, () => [
      random.integer(2) * 200 + random.integer(40),
      random.integer(2) * 200 + random.integer(40),
    ]);
    const set = setOf(
      images,
      images.map(([x, y]) => (x! > 128 === y! > 128 ? 0 : 1)),
      2,
    );
    const classifier = await (await pcaQuadratic.learn(tools, set)).classifier({ ridge: 0.001 });
    expect(misses(await classifier(set), set)).toBe(0);
  });
});

describe("radial basis functions", () => {
  it("stand where K-means finds the means of clusters.", async () => {
    const set = setOf(
      [
        [0, 0],
        [0, 2],
        [200, 100],
        [202, 100],
        [90, 255],
        [92, 255],
      ].map((one) => one),
      [0, 0, 0, 0, 0, 0],
    );
    const found = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
        kMeans(tools, set, Int32Array.of(0, 1, 2, 3, 4, 5), 3, stream(seed, "test")),
      ),
    );
    // Each chance beginning ends where no image changes its centre; the best of them are the three pairs.
    const best = found.reduce((a, b) => (b.squares < a.squares ? b : a));
    const places = [...Array(3).keys()].map((c) =>
      [...best.centres.subarray(2 * c, 2 * c + 2)].map((x) => Math.round(x * 255)),
    );
    expect(places.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
      [0, 1],
      [91, 255],
      [201, 100],
    ]);
    expect(best.squares).toBeCloseTo(6 / 255 ** 2, 5);
    const few = await kMeans(tools, set, Int32Array.of(2, 4), 100, stream(1, "test"));
    expect(few.centres).toHaveLength(4);
    expect(few.squares).toBeCloseTo(0, 6);
  });

  it("fall off as e to the minus square of the distance.", () => {
    const units = { centres: Float32Array.of(0, 0, 0.6, 0.8), meanSquare: 0.5 };
    const into = new Float32Array(6);
    gaussianFeatures(tools, units, 2, 2).write(
      setOf(
        [
          [0, 0],
          [153, 204],
        ],
        [0, 0],
      ),
      Int32Array.of(0, 1),
      into,
    );
    for (const [i, wanted] of [1, Math.exp(-1), 1, Math.exp(-1), 1, 1].entries())
      expect(into[i]).toBeCloseTo(wanted, 5);
  });

  it("separate what no line can.", async () => {
    const random = stream(1, "rings");
    const images = Array.from({ length: 300 }, () => [random.integer(256), random.integer(256)]).filter(
      ([x, y]) => Math.abs(Math.hypot(x! - 128, y! - 128) - 70) > 12,
    );
    const set = setOf(
      images,
      images.map(([x, y]) => (Math.hypot(x! - 128, y! - 128) < 70 ? 0 : 1)),
      2,
    );
    const classifier = await (await rbf.learn(tools, set)).classifier({ width: 16, ridge: 1e-5 });
    expect(misses(await classifier(set), set)).toBe(0);
  });
});

describe("the costs of a recognition", () => {
  const sizes = { train: 60_000, validation: 10_000, test: 10_000, classes: 10 };

  it.each([
    ["linear", "plain", 400],
    ["pairwise", "plain", 784],
    ["knn", "deslanted", 400],
    ["pca-quadratic", "plain", 784],
    ["rbf", "plain", 784],
  ] as const)("are the published ones, rounded: %s.", (name, input, pixels) => {
    const { multiplyAdds, variables } = baselines.find((one) => one.name === name)!.cost({ ...sizes, pixels });
    const paper = publishedFor(name, input)!;
    expect(Math.abs(multiplyAdds / 1_000 - paper.kiloMultiplyAdds!)).toBeLessThan(1);
    expect(Math.abs(variables / 1_000 - paper.kiloVariables!)).toBeLessThan(1);
  });
});
