// How a baseline is run: choices on validation images, the same result for the same seed, mistakes said in a sentence; and what
// the 1998 paper printed.
import { describe, expect, it } from "vitest";
import { baselines } from "../../src/baselines/index.ts";
import { published, publishedFor } from "../../src/baselines/published.ts";
import { runBaseline } from "../../src/lab/claims/baseline.ts";
import { blobs, setOf } from "./support/sets.ts";

const train = blobs("run/train", 400, 12, 5, 40);
const test = { ...blobs("run/test", 150, 12, 5, 40), part: "test" as const };

describe("a run", () => {
  it.each(baselines.map(({ name }) => name))("gives the same for the same seed, and learns: %s.", async (name) => {
    const result = (await runBaseline(name, { train, test }, { seed: 7 }))!;
    expect(await runBaseline(name, { train, test }, { seed: 7 })).toEqual(result);
    expect(result.images).toEqual({ train: 334, validation: 66, test: 150 });
    expect(result.errorRate).toBe(result.testMisses / 150);
    expect(result.errorRate).toBeLessThan(0.1);
    expect(result.rejection[0]).toMatchObject({ rejected: 0, misses: result.testMisses });
    expect(result.rejectedFor05).not.toBeNull();
    expect(result.published).toBeNull();
    const best = Math.min(...result.tried.map(({ misses }) => misses));
    expect(result.tried.find(({ misses }) => misses === best)!.choice).toEqual(result.choices);
  });

  it.each(baselines.map(({ name }) => name))("chooses without a look at the test images: %s.", async (name) => {
    const other = {
      ...test,
      labels: test.labels.map((label) => (label + 1) % 5),
      images: test.images.map((x) => 255 - x),
    };
    const [one, two] = [await runBaseline(name, { train, test }), await runBaseline(name, { train, test: other })];
    expect(two!.tried).toEqual(one!.tried);
    expect(two!.testMisses).not.toBe(one!.testMisses);
  });

  it("stands beside the paper's figures when the images are MNIST's, deslanted or not.", async () => {
    const [plain, straight, small] = ["mnist", "mnist:deslant=yes,size=20", "mnist:size=16"].map((name) => ({
      train: { ...train, name },
      test: { ...test, name },
    }));
    expect((await runBaseline("knn", plain!))!.published!.errorPercent).toBe(5);
    expect((await runBaseline("knn", straight!))!.published!.errorPercent).toBe(2.4);
    expect((await runBaseline("knn", small!))!.published).toBeNull();
  });

  it("tells how far it is, and stops when it is asked to.", async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await runBaseline("linear", { train, test }, { signal: controller.signal })).toBeNull();
    const shares: number[] = [];
    const large = blobs("large", 1_500, 400, 10, 60);
    await runBaseline("linear", { train: large, test: large }, { onProgress: ({ share }) => shares.push(share) });
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    expect(shares.at(-1)).toBeGreaterThan(0.5);
  });

  it.each([
    ["nope", { train, test }, 'baseline: expected one of linear, pairwise, knn, pca-quadratic, rbf, got "nope".'],
    ["rbf", { train }, "rbf: expected test images, got a data set without. Choose another with --data."],
    ["rbf", { train, test: setOf([[1, 2]], [0]) }, "rbf: expected test images of 1×12 as in training, got 1×2 (made)."],
    [
      "knn",
      { train: setOf([[1], [2]], [0, 1]), test: setOf([[1]], [0]) },
      "knn: expected at least 6 training images, got 2. Take more.",
    ],
    [
      "knn",
      { train, test: { ...test, labels: test.labels.with(0, 5) } },
      "knn: expected labels below 5, got 5 (made, test).",
    ],
  ])("says what is wrong: %s.", async (name, parts, message) => {
    await expect(runBaseline(name, parts)).rejects.toThrow(message);
  });
});

describe("the published comparison", () => {
  it("has the paper's headline figures.", () => {
    expect(publishedFor("lenet5-1998", "plain")).toMatchObject({
      errorPercent: 0.95,
      kiloMultiplyAdds: 401,
      kiloVariables: 60,
    });
    expect(publishedFor("lenet5-1998", "distorted")!.errorPercent).toBe(0.8);
    expect(publishedFor("boosted-lenet4", "distorted")).toMatchObject({ errorPercent: 0.7, rejectedPercent: 0.5 });
    expect(publishedFor("knn", "deslanted")).toMatchObject({ errorPercent: 2.4, rejectedPercent: 8.1 });
    expect(publishedFor("rbf", "deslanted")).toBeNull();
  });

  it("has every baseline, and no method twice on the same images.", () => {
    for (const { name } of baselines) expect(published.some((row) => row.name === name)).toBe(true);
    expect(new Set(published.map(({ name, input }) => `${name} ${input}`)).size).toBe(published.length);
    expect(published).toHaveLength(27);
  });
});
