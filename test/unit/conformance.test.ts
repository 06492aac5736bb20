// The fast kernels against the reference, on every tail, field, stride, padding and number of maps. Bounds come from the
// number of rounded operations: terms × 2⁻²⁴ × the size of what was added. Nothing outside an output may be written.
import { describe, expect, it } from "vitest";
import type { Activation, Kernels } from "../../src/kernels/contract.ts";
import { arithmetics, hasFused } from "../../src/kernels/module.ts";
import { reference } from "../../src/kernels/reference/index.ts";
import { checkTrials, openBench, type Trial } from "./support/conformance.ts";
import {
  convBackwardInputTrials,
  convBackwardTrials,
  convBackwardWeightTrials,
  convForwardTrials,
} from "./support/conv-trials.ts";
import { filterBackwardTrials, filterForwardTrials } from "./support/filter-trials.ts";
import { addUpTrials, lossTrials, normTrials, optimiserTrials, softmaxTrials } from "./support/more-trials.ts";
import { outerTrials, rbfTrials, sdlmTrials, squareTrials, subsampleTrials } from "./support/paper-trials.ts";
import { tableBackwardInputTrials, tableBackwardWeightTrials, tableForwardTrials } from "./support/table-trials.ts";
import {
  activationTrials,
  denseBackwardInputTrials,
  denseBackwardWeightTrials,
  denseForwardTrials,
  distortTrials,
  dropoutTrials,
  maxPoolTrials,
  pixelTrials,
  repeatTrials,
  sumPoolTrials,
  unitBiasTrials,
} from "./support/trials.ts";

const tried = new Set<string>();

/** Notes which kernels were called. */
const noting = (kernels: Kernels): Kernels =>
  new Proxy(kernels, {
    get: (target, name) => {
      tried.add(String(name));
      return Reflect.get(target, name);
    },
  });

/** Both arithmetics where this machine has both. */
const benches = arithmetics
  .filter((arithmetic) => arithmetic === "plain" || hasFused())
  .map((arithmetic) => ({ arithmetic, bench: openBench(noting, arithmetic) }));
const { bench } = benches[0]!;

const suites: Record<string, () => Trial[]> = {
  convForward: convForwardTrials,
  convBackwardInput: convBackwardInputTrials,
  convBackwardWeight: convBackwardWeightTrials,
  "convForward by a table": tableForwardTrials,
  "convBackwardInput by a table": tableBackwardInputTrials,
  "convBackwardWeight by a table": tableBackwardWeightTrials,
  convBackward: convBackwardTrials,
  "minimal filtering, forward": filterForwardTrials,
  "minimal filtering, backward": filterBackwardTrials,
  denseForward: denseForwardTrials,
  denseBackwardInput: denseBackwardInputTrials,
  denseBackwardWeight: denseBackwardWeightTrials,
  "sum pooling": sumPoolTrials,
  "max pooling": maxPoolTrials,
  "sub-sampling": subsampleTrials,
  "distances from codes": rbfTrials,
  activations: activationTrials,
  "repeated maps": repeatTrials,
  "unit biases": unitBiasTrials,
  dropout: dropoutTrials,
  pixels: pixelTrials,
  distort: distortTrials,
  "batch norm": normTrials,
  losses: lossTrials,
  softmax: softmaxTrials,
  addUp: addUpTrials,
  optimisers: optimiserTrials,
  "squares of SDLM": squareTrials,
  "rates of SDLM": sdlmTrials,
  "dense layers taught by one image": outerTrials,
};

describe.each(benches)(
  "fast kernels ($arithmetic) mean what the reference means, and write only their outputs:",
  ({ bench }) => {
    for (const [name, trials] of Object.entries(suites))
      it(`${name}.`, () => expect(checkTrials(trials(), bench)).toEqual([]));
  },
);

it("no fast kernel goes untried.", () => {
  expect(Object.keys(bench.kernels).sort()).toEqual(Object.keys(reference).sort());
  expect(Object.keys(reference).filter((name) => !tried.has(name))).toEqual([]);
});

/** `values` after the fast activation. */
const activated = (activation: Activation, values: ArrayLike<number>): Float32Array => {
  const array = new Float32Array(bench.memory.buffer, 65_536, values.length);
  array.set(Array.from(values));
  bench.kernels.activate(activation, values.length, array);
  return array.slice();
};

/** 200,001 points from -12 to 12, and powers of two down to where float32 ends. */
const line = Array.from({ length: 200_001 }, (_, i) => Math.fround(-12 + (24 * i) / 200_000));
const grid = [...line, ...Array.from({ length: 126 }, (_, i) => 2 ** -i)];

describe("the fast tanh", () => {
  it("is off by no more than 5e-7 of its value, anywhere.", () => {
    const values = activated("tanh", grid);
    const errors = grid.map((x, i) => Math.abs(values[i]! - Math.tanh(x)) / Math.abs(Math.tanh(x)) || 0);
    expect(Math.max(...chunks(errors))).toBeLessThanOrEqual(5e-7);
  });

  it("is odd to the bit.", () => {
    const negated = activated(
      "tanh",
      grid.map((x) => -x),
    );
    expect(activated("tanh", grid).every((y, i) => y === -negated[i]!)).toBe(true);
  });

  it("climbs, but for the last three bits.", () => {
    const values = activated("tanh", line);
    let highest = -1;
    let deepest = 0;
    for (const value of values) {
      highest = Math.max(highest, value);
      deepest = Math.max(deepest, highest - value);
    }
    expect(deepest).toBeLessThanOrEqual(8 * 2 ** -24);
  });

  it("ends at -1 and 1, and never passes them.", () => {
    const ends = [9.02, 9.5, 88, 1e10, 3e38, Number.POSITIVE_INFINITY];
    expect([...activated("tanh", ends)]).toEqual(ends.map(() => 1));
    expect([
      ...activated(
        "tanh",
        ends.map((x) => -x),
      ),
    ]).toEqual(ends.map(() => -1));
    expect(activated("tanh", grid).every((y) => Math.abs(y) <= 1)).toBe(true);
  });
});

/** The largest of each thousand: a spread of 200,000 arguments is more than a call can take. */
const chunks = (values: readonly number[]): number[] =>
  Array.from({ length: Math.ceil(values.length / 1000) }, (_, i) =>
    Math.max(...values.slice(i * 1000, (i + 1) * 1000)),
  );

describe("what is not a number", () => {
  it("stays so through every activation, in every lane.", () => {
    for (const activation of ["tanh", "squash", "relu", "sigmoid"] as const)
      for (let count = 1; count <= 9; count++)
        for (let place = 0; place < count; place++) {
          const values = activated(
            activation,
            Array.from({ length: count }, (_, i) => (i === place ? Number.NaN : 0.5)),
          );
          expect([...values.keys()].filter((i) => Number.isNaN(values[i]!))).toEqual([place]);
        }
  });

  it("makes the loss not a number, wherever the logit lies.", () => {
    for (let place = 0; place < 3; place++) {
      const { losses, dOut } = entropy(
        [1, 3, 2].map((logit, k) => (k === place ? Number.NaN : logit)),
        0,
      );
      expect(`logit ${place}: ${losses[0]}`).toBe(`logit ${place}: NaN`);
      expect([...dOut].every(Number.isNaN)).toBe(true);
    }
  });
});

/** Loss and gradient of one image's logits by the fast kernel. */
const entropy = (logits: number[], label: number): { losses: Float32Array; dOut: Float32Array } => {
  const { buffer } = bench.memory;
  const out = new Float32Array(buffer, 65_536, logits.length);
  out.set(logits);
  const dOut = new Float32Array(buffer, 66_560, logits.length);
  const [losses, answers] = [new Float32Array(buffer, 67_584, 1), new Uint8Array(buffer, 68_608, 1)];
  const [labels, order] = [new Uint8Array(buffer, 69_632, 1), new Int32Array(buffer, 70_656, 1)];
  labels[0] = label;
  order[0] = 0;
  bench.kernels.crossEntropy({ classes: logits.length, out, labels, order, losses, answers, dOut }, 1, 0, 1);
  return { losses, dOut };
};

describe("cross-entropy and softmax", () => {
  it("stay finite for logits up to ±10,000.", () => {
    for (const logits of [
      [1e4, -1e4, 0],
      [-1e4, 1e4, 1e4],
      [-1e4, -1e4, -1e4],
      [1e4, 1e4 - 1, 700],
    ])
      for (const label of [0, 1, 2]) {
        const { losses, dOut } = entropy(logits, label);
        expect(losses[0]).toBeGreaterThanOrEqual(0);
        expect(losses[0]).toBeLessThanOrEqual(20_002);
        expect([...dOut].every((value) => Math.abs(value) <= 1)).toBe(true);
      }
  });

  it("give probabilities that sum to one.", () => {
    for (const spread of [0.1, 1, 10, 100, 1e4]) {
      const values = new Float32Array(bench.memory.buffer, 65_536, 30);
      values.set(Array.from({ length: 30 }, (_, i) => Math.sin(i * i) * spread));
      bench.kernels.softmax(3, 10, values);
      for (let image = 0; image < 3; image++) {
        const probabilities = [...values.subarray(image * 10, image * 10 + 10)];
        expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(Math.abs(probabilities.reduce((a, b) => a + b) - 1)).toBeLessThanOrEqual(10 * 2 ** -24);
      }
    }
  });
});
