// What outputs mean: which class they answer, and how probable the classes are, under every loss; as a model says it.
import { describe, expect, it } from "vitest";
import type { DataSet } from "../../src/data/data-set.ts";
import { createModel, evaluate, predict, type Tensor } from "../../src/index.ts";
import { dense, rbf } from "../../src/layers/index.ts";
import { type LossSpec, leastWins } from "../../src/losses/index.ts";
import { image, type Net, net } from "../../src/nets/net.ts";

const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

/** A net whose three outputs are its biases, whatever it is shown. */
const saying = (loss: LossSpec): Net =>
  net("says", "", image(1, 1), [dense("OUT", { units: 3 })], { classes: 3, loss });

const says = (loss: LossSpec, outputs: readonly number[]): { label: number; probabilities: number[] } => {
  const weights = new Map([
    ["OUT.weight", tensor([3, 1], [0, 0, 0])],
    ["OUT.bias", tensor([3], outputs)],
  ]);
  const { label, probabilities } = predict(createModel(saying(loss), weights), Uint8Array.of(0));
  return { label, probabilities: [...probabilities] };
};

const close = (got: readonly number[], wanted: readonly number[]): void =>
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 6);
  });

const [e1, e2] = [Math.exp(-1), Math.exp(-2)];

describe("a prediction", () => {
  it("is the largest logit, and the softmax of the logits, under cross-entropy.", () => {
    const { label, probabilities } = says({ kind: "crossEntropy" }, [1, 3, 2]);
    expect(label).toBe(1);
    close(probabilities, [e2 / (1 + e1 + e2), 1 / (1 + e1 + e2), e1 / (1 + e1 + e2)]);
  });

  it.each<LossSpec>([{ kind: "penalty" }, { kind: "penaltyMap", rubbish: 1 }])(
    "is the least penalty, and the posterior of the penalties (%o).",
    (loss) => {
      const { label, probabilities } = says(loss, [3, 1, 2]);
      expect(label).toBe(1);
      close(probabilities, [e2 / (1 + e1 + e2), 1 / (1 + e1 + e2), e1 / (1 + e1 + e2)]);
    },
  );

  it("is the largest output, and the shares of what lies above the low target, under mean squared error.", () => {
    const loss: LossSpec = { kind: "meanSquared", low: -1, high: 1 };
    expect(says(loss, [-1.5, 0, 2])).toEqual({ label: 2, probabilities: [0, 0.25, 0.75] });
    const { label, probabilities } = says(loss, [-2, -1, -3]);
    expect(label).toBe(1);
    close(probabilities, [1 / 3, 1 / 3, 1 / 3]);
  });

  it("is the first of equals, and stays finite for penalties of thousands.", () => {
    expect(says({ kind: "penalty" }, [5, 2, 2]).label).toBe(1);
    expect(says({ kind: "crossEntropy" }, [2, 7, 7]).label).toBe(1);
    expect(says({ kind: "penalty" }, [9000, 5000, 7000])).toEqual({ label: 1, probabilities: [0, 1, 0] });
  });
});

it("leastWins: penalties alone.", () => {
  const kinds: LossSpec[] = [
    { kind: "crossEntropy" },
    { kind: "meanSquared", low: 0, high: 1 },
    { kind: "penalty" },
    { kind: "penaltyMap", rubbish: 1 },
  ];
  expect(kinds.map(leastWins)).toEqual([false, false, true, true]);
});

it("evaluate and predict agree where the least wins, and know the nearest code.", async () => {
  const codes = [
    [0, 0],
    [1, 0],
    [1, 1],
  ];
  const nearest = net("nearest", "", image(1, 2), [rbf("OUT", { codes })], { classes: 3, loss: { kind: "penalty" } });
  const model = createModel(nearest, new Map());
  const shown = [
    [10, 30],
    [240, 20],
    [200, 220],
    [90, 100],
  ];
  const set: DataSet = {
    name: "four",
    count: 4,
    rows: 1,
    columns: 2,
    images: Uint8Array.from(shown.flat()),
    labels: Uint8Array.of(0, 1, 2, 2),
  } as DataSet;
  const { answers, misses } = await evaluate(model, set, { threads: 1 });
  expect([...answers]).toEqual([0, 1, 2, 0]);
  expect(misses).toBe(1);
  expect(shown.map((pixels) => predict(model, Uint8Array.from(pixels)).label)).toEqual([...answers]);
  // Half the squared distance: (10² + 30²) / 255² / 2.
  expect(model.outputs(Uint8Array.from(shown[0]!))[0]).toBeCloseTo((100 + 900) / 255 ** 2 / 2, 6);
});
