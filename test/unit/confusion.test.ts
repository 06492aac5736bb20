import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { confusionText } from "../../cli/confusion.ts";

const plain = picocolors.createColors(false);

/** All right but for `wrong`: label, answer, how often. */
const matrix = (classes: number, wrong: readonly (readonly [number, number, number])[]): number[][] => {
  const counts = Array.from({ length: classes }, (_, label) =>
    Array.from({ length: classes }, (_, answer): number => (label === answer ? 10 : 0)),
  );
  for (const [label, answer, times] of wrong) counts[label]![answer] = times;
  return counts;
};

describe("the confusion matrix", () => {
  it("of digits has their numbers, and of named classes the names beside them.", () => {
    expect(confusionText(matrix(2, [[0, 1, 5]]), plain, ["0", "1"])).toBe(
      [
        "label     0    1   misses    error",
        "    0    10    5        5  33.33 %",
        "    1     ·   10        0   0.00 %",
      ].join("\n"),
    );
    expect(confusionText(matrix(2, [[0, 1, 5]]), plain, ["shirt", "bag"])).toBe(
      [
        "label       0    1   misses    error",
        "shirt 0    10    5        5  33.33 %",
        "  bag 1     ·   10        0   0.00 %",
      ].join("\n"),
    );
  });

  it("of many classes says what each is missed by, and which are taken for which most often.", () => {
    const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
    const text = confusionText(
      matrix(26, [
        [14, 3, 7],
        [20, 21, 9],
      ]),
      plain,
      names,
    );
    const lines = text.split("\n");
    expect(lines).toHaveLength(1 + 26 + 1 + 1 + 2);
    expect(lines[0]).toBe("label  misses    error");
    expect(lines[1 + 14]).toBe("O           7  41.18 %");
    expect(lines.slice(-3)).toEqual(["taken most often", "U  for  V  9", "O  for  D  7"]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});
