// Rejection by hand-made scores: four images, whose two best scores lie 1, 2, 2 and 5 apart.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missesOf, rejectionCurve, rejectionFor, type Scored, thinned } from "../../src/lab/model/rejection.ts";

// biome-ignore format: an image a line
const scores = [
  0, 1, -9, // answers 1, by 1
  4, 0, 2,  // answers 0, by 2
  0, 3, 1,  // answers 1, by 2
  5, 0, 0,  // answers 0, by 5
];
const hand: Scored = { scores, labels: Uint8Array.of(0, 0, 2, 0), classes: 3, best: "most" };

describe("the rejection curve", () => {
  it("rejects images with the same margin together, the nearest first.", () => {
    expect(rejectionCurve(hand)).toEqual([
      { threshold: 1, rejected: 0, rejectedShare: 0, misses: 2, errorRate: 0.5 },
      { threshold: 2, rejected: 1, rejectedShare: 0.25, misses: 1, errorRate: 1 / 3 },
      { threshold: 5, rejected: 3, rejectedShare: 0.75, misses: 0, errorRate: 0 },
    ]);
    expect(missesOf(hand)).toBe(2);
  });

  it("is the same for penalties, where the least wins.", () => {
    const penalties = scores.map((score) => 7 - score);
    expect(rejectionCurve({ ...hand, scores: penalties, best: "least" })).toEqual(rejectionCurve(hand));
  });

  it("tells the fewest rejections that an error rate needs.", () => {
    const curve = rejectionCurve(hand);
    expect(rejectionFor(curve, 0.5)?.rejected).toBe(0);
    expect(rejectionFor(curve, 0.4)?.rejected).toBe(1);
    expect(rejectionFor(curve, 0.005)?.rejected).toBe(3);
    const wrong = rejectionCurve({ ...hand, labels: Uint8Array.of(0, 0, 2, 1) });
    expect(rejectionFor(wrong, 0.005)).toBeNull();
  });

  it("takes the first of equal scores for the answer, without any margin.", () => {
    const equal = { scores: [1, 1], classes: 2, best: "most" } as const;
    expect(rejectionCurve({ ...equal, labels: Uint8Array.of(0) })).toMatchObject([{ threshold: 0, misses: 0 }]);
    expect(rejectionCurve({ ...equal, labels: Uint8Array.of(1) })).toMatchObject([{ threshold: 0, misses: 1 }]);
  });

  it("is empty without images, and refuses what is no number.", () => {
    expect(rejectionCurve({ scores: [], labels: new Uint8Array(0), classes: 3, best: "most" })).toEqual([]);
    const broken = { ...hand, scores: scores.with(4, Number.NaN) };
    expect(() => rejectionCurve(broken)).toThrow("scores, image 1: expected a finite score for class 1, got NaN.");
  });

  it("counts, at each point, what a threshold leaves.", () => {
    const image = fc.tuple(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 3 }), fc.nat(2));
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 40 }), (images) => {
        const labels = Uint8Array.from(images, ([, label]) => label);
        const curve = rejectionCurve({ scores: images.flatMap(([one]) => one), labels, classes: 3, best: "most" });
        for (const { threshold, rejected, misses, errorRate } of curve) {
          const kept = images.filter(([one]) => {
            const [first, second] = one.toSorted((a, b) => b - a);
            return first! - second! >= threshold;
          });
          expect(rejected).toBe(images.length - kept.length);
          expect(misses).toBe(kept.filter(([one, label]) => one.indexOf(Math.max(...one)) !== label).length);
          expect(errorRate).toBe(misses / kept.length);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("thinned, has at most a point for each share, and begins as the whole one.", () => {
    const labels = new Uint8Array(1_000);
    const curve = rejectionCurve({
      scores: Array.from({ length: 2_000 }, (_, i) => i * i),
      labels,
      classes: 2,
      best: "most",
    });
    const few = thinned(curve, 10);
    expect(curve).toHaveLength(1_000);
    expect(few.map(({ rejected }) => rejected)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });
});
