// The checkers themselves: a checker that cannot fail proves nothing. Each planted bug must be reported, and the same kernels
// without it must not be.
import { describe, expect, it } from "vitest";
import type { Kernels } from "../../src/kernels/contract.ts";
import { averagePool, conv, dense, maxPool, rbf, squash, subsample, tanh } from "../../src/layers/index.ts";
import { bugs, trespasses } from "./support/bugs.ts";
import { checkTrials, openBench, type Trial } from "./support/conformance.ts";
import {
  convBackwardInputTrials,
  convBackwardWeightTrials,
  convExamples,
  convForwardTrials,
} from "./support/conv-trials.ts";
import { checkGradients, type GradientCase } from "./support/gradients.ts";
import { addUpTrials, lossTrials } from "./support/more-trials.ts";
import { rbfTrials, subsampleTrials } from "./support/paper-trials.ts";
import {
  activationTrials,
  denseBackwardInputTrials,
  denseBackwardWeightTrials,
  denseForwardTrials,
  maxPoolTrials,
  sumPoolTrials,
  unitBiasTrials,
} from "./support/trials.ts";

/** A net that calls every kernel a bug is planted in. */
const net: GradientCase = {
  rows: 4,
  columns: 5,
  maps: 2,
  layers: [
    conv("C", { maps: 3, field: 3, padding: 1 }),
    tanh(),
    averagePool("S2", { field: 2 }),
    maxPool("S4", { field: 2 }),
    dense("F", { units: 4 }),
    tanh(),
    dense("OUT", { units: 3 }),
  ],
  images: 3,
};

/** The same for the kernels of the papers of 1990 and 1998. */
const papers: GradientCase = {
  rows: 4,
  columns: 5,
  maps: 2,
  layers: [
    subsample("S2", { field: 2 }),
    squash(),
    dense("F6", { units: 4 }),
    squash(),
    rbf("OUT", {
      codes: [
        [1, -1, 1, -1],
        [-1, 1, 1, 1],
        [1, 1, -1, -1],
      ],
    }),
  ],
  loss: { kind: "penaltyMap", rubbish: 1 },
  images: 3,
};

const paperKernels = ["subsampleForward", "subsampleBackward", "rbfForward", "rbfBackward", "penalties"];
const netFor = (kernel: string): GradientCase => (paperKernels.includes(kernel) ? papers : net);

/** Some calls of each kernel a bug is planted in. */
const trials: Partial<Record<keyof Kernels, readonly Trial[]>> = {
  convForward: convForwardTrials(convExamples().slice(0, 9)),
  convBackwardInput: convBackwardInputTrials(convExamples().slice(0, 9)),
  convBackwardWeight: convBackwardWeightTrials(convExamples().slice(9, 30)),
  denseForward: denseForwardTrials().filter((_, i) => i % 10 === 0),
  denseBackwardInput: denseBackwardInputTrials().filter((_, i) => i % 10 === 0),
  denseBackwardWeight: denseBackwardWeightTrials().filter((_, i) => i % 10 === 1),
  sumPoolForward: sumPoolTrials(),
  sumPoolBackward: sumPoolTrials(),
  maxPoolBackward: maxPoolTrials(),
  activateBackward: activationTrials(),
  unitBiasBackward: unitBiasTrials(),
  addUp: addUpTrials(),
  subsampleForward: subsampleTrials().filter(({ label }) => label.includes("Forward")),
  subsampleBackward: subsampleTrials().filter(({ label }) => label.includes("Backward")),
  rbfForward: rbfTrials().filter((_, i) => i % 5 === 0),
  rbfBackward: rbfTrials().filter((_, i) => i % 5 === 0),
  penalties: lossTrials().filter(({ label }) => label.startsWith("penalties against")),
};

describe("the gradient checker", () => {
  it("finds nothing wrong where nothing is.", () => {
    for (const shown of [net, papers]) {
      const { failures, checked } = checkGradients(shown);
      expect(failures).toEqual([]);
      expect(checked).toBeGreaterThan(120);
    }
  });

  for (const [name, { kernel, plant, inGradients }] of Object.entries(bugs))
    if (inGradients)
      it(`finds ${name}.`, () => {
        expect(checkGradients(netFor(kernel), plant).failures).not.toEqual([]);
      });

  it("cannot find a factor that is wrong both ways: that is what conformance is for.", () => {
    expect(checkGradients(net, bugs["a wrong factor, the same forward and backward"]!.plant).failures).toEqual([]);
  });
});

describe("the conformance checker", () => {
  it("finds nothing wrong where nothing is.", () => {
    const bench = openBench();
    for (const list of Object.values(trials)) expect(checkTrials(list, bench)).toEqual([]);
  });

  for (const [name, { kernel, plant }] of Object.entries({ ...bugs, ...trespasses }))
    it(`finds ${name}.`, () => {
      expect(checkTrials(trials[kernel]!, openBench(plant))).not.toEqual([]);
    });

  it("says which call, which element, what came, what should have come, and how near it had to be.", () => {
    const [first] = checkTrials(trials.activateBackward!, openBench(bugs["a NaN in one place"]!.plant));
    expect(first).toMatch(
      /^activateBackward tanh, 1 values: gradient\[0\]: got NaN, wanted -?[\d.e-]+, bound \d\.\de-7$/,
    );
  });

  it("says what was written where.", () => {
    const [behind] = checkTrials(
      trials.denseForward!,
      openBench(trespasses["a float written behind the output"]!.plant),
    );
    expect(behind).toBe(
      "denseForward 1 images, 1 inputs, 1 units: wrote 0 bytes behind the end of out (260 before the end)",
    );
    const [changed] = checkTrials(trials.denseForward!, openBench(trespasses["an input that is changed"]!.plant));
    expect(changed).toBe("denseForward 1 images, 1 inputs, 1 units: changed what it only reads: weight");
  });
});
