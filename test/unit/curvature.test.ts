// The curvature that SDLM divides by (1998, App. C) against theory, in float64 and through the real engine. Three claims: the second
// derivative itself where the error is quadratic in a weight; the diagonal of the Gauss-Newton matrix, from the outputs' differences,
// as long as one layer alone mixes units on the way; and further down an approximation, which must be one.
import { describe, expect, it } from "vitest";
import { alone } from "../../src/engine/crew.ts";
import { arrayOf } from "../../src/engine/plan.ts";
import { walk } from "../../src/engine/step.ts";
import { LenetError } from "../../src/errors.ts";
import {
  averagePool,
  batchNorm,
  conv,
  dense,
  dropout,
  type LayerSpec,
  maxPool,
  rbf,
  relu,
  repeat,
  squash,
  subsample,
  sumPool,
  tanh,
} from "../../src/layers/index.ts";
import type { LossSpec } from "../../src/losses/index.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { relativeError } from "./support/gradients.ts";
import { type Rig, rig, tensorOf } from "./support/rig.ts";

const IMAGES = 5;
const meanSquared: LossSpec = { kind: "meanSquared", low: -1, high: 1 };

/** A net of these layers, shown images of rows × columns in -1…1. */
const rigOf = (rows: number, columns: number, layers: LayerSpec[], classes: number, loss: LossSpec, batch = IMAGES) =>
  rig(net("curved", "", image(rows, columns, { low: -1, high: 1 }), layers, { classes, loss }), {
    batch,
    images: IMAGES,
    optimiser: optimiser("sdlm"),
  });

const measure = ({ program, options }: Rig): void => {
  const way = { training: false, curvature: true, from: 0, to: IMAGES, batch: options.batch, step: 0 };
  walk(program, alone(), way, () => {});
};

/** h of every tensor, of its elements that exist. */
const measured = (bench: Rig): [tensor: string, element: number, h: number][] => {
  measure(bench);
  return bench.description.tensors.flatMap(({ name, absent }) => {
    const all = [...tensorOf(bench, "curvature", name)].map((h, i): [string, number, number] => [name, i, h]);
    return all.filter(([, i, h]) => {
      const exists = !absent.some(([from, to]) => i >= from && i < to);
      if (!exists) expect(h).toBe(0);
      return exists;
    });
  });
};

/** Calls `look` with an element moved by `by`, and puts it back. */
const moved = <T>(bench: Rig, name: string, element: number, by: number, look: () => T): T => {
  const weights = bench.arena.floats("weights");
  const at = bench.description.tensors.find((tensor) => tensor.name === name)!.offset + element;
  const kept = weights[at]!;
  weights[at] = kept + by;
  const seen = look();
  weights[at] = kept;
  return seen;
};

/** d²E/dw² by differences. */
const secondDifference = (bench: Rig, name: string, element: number): number => {
  const nudge = 1e-3;
  const at = (by: number): number => moved(bench, name, element, by, () => bench.step(IMAGES));
  return (at(nudge) - 2 * at(0) + at(-nudge)) / nudge ** 2;
};

/** The mean over the images of Σ (dx/dw)² × `curved`, x being what layer `index` puts out. */
const gaussNewton = (bench: Rig, index: number, curved: number, name: string, element: number): number => {
  const nudge = 1e-5;
  const out = `out.${arrayOf(bench.description.layers, index)}`;
  const at = (by: number): number[] =>
    moved(bench, name, element, by, () => {
      bench.step(IMAGES);
      return [...bench.arena.floats(out)];
    });
  const below = at(-nudge);
  const slopes = at(nudge).map((value, i) => (value - below[i]!) / (2 * nudge));
  return (slopes.reduce((sum, slope) => sum + slope ** 2, 0) * curved) / IMAGES;
};

const wrong = (found: [string, number, number][], wanted: (name: string, element: number) => number): string[] =>
  found
    .map(([name, i, h]) => ({ name: `${name}[${i}]`, h, right: wanted(name, i) }))
    .filter(({ h, right }) => !(relativeError(h, right) <= 1e-5))
    .map(({ name, h, right }) => `${name}: got ${h}, wanted ${right}`);

const codes = [
  [1, -1, 1, 1],
  [-1, -1, 1, -1],
  [1, 1, -1, -1],
];

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly layers: LayerSpec[];
  readonly classes: number;
  readonly loss?: LossSpec;
}

/** One layer of weights, nothing above it that mixes units. */
const quadratic: Record<string, Case> = {
  "a dense layer": { rows: 2, columns: 3, layers: [dense("OUT", { units: 4 })], classes: 4 },
  "a dense layer under cross-entropy": {
    rows: 2,
    columns: 3,
    layers: [dense("OUT", { units: 4 })],
    classes: 4,
    loss: { kind: "crossEntropy" },
  },
  "a dense layer under half the distance from codes": {
    rows: 2,
    columns: 3,
    layers: [dense("F6", { units: 4 }), rbf("OUT", { codes })],
    classes: 3,
    loss: { kind: "penalty" },
  },
  "a dense layer under the whole distance from codes": {
    rows: 2,
    columns: 3,
    layers: [dense("F6", { units: 4 }), rbf("OUT", { codes, scale: 1 })],
    classes: 3,
    loss: { kind: "penalty" },
  },
  "a convolution whose units are the outputs": {
    rows: 4,
    columns: 5,
    layers: [conv("OUT", { maps: 2, field: 3 })],
    classes: 12,
  },
  "a convolution by 2 in a frame of -0.7, a bias a unit": {
    rows: 5,
    columns: 4,
    layers: [conv("OUT", { maps: 2, field: 3, stride: 2, padding: 1, paddingValue: -0.7, biasPer: "unit" })],
    classes: 12,
  },
  "a convolution with a compact table, over maps that stand twice": {
    rows: 5,
    columns: 4,
    layers: [
      repeat("TWICE", { times: 2 }),
      conv("OUT", { maps: 2, field: 3, stride: 2, padding: 1, paddingValue: -0.7, from: [[1], [0]], compact: true }),
    ],
    classes: 12,
  },
  "sub-sampling whose units are the outputs": {
    rows: 5,
    columns: 8,
    layers: [subsample("OUT", { field: 2 })],
    classes: 8,
  },
};

describe("where the error is quadratic in a weight h is the second derivative:", () => {
  for (const [name, { rows, columns, layers, classes, loss = meanSquared }] of Object.entries(quadratic))
    it(`${name}.`, () => {
      const bench = rigOf(rows, columns, layers, classes, loss);
      const found = measured(bench);
      expect(found.every(([, , h]) => h > 0)).toBe(true);
      expect(wrong(found, (tensor, element) => secondDifference(bench, tensor, element))).toEqual([]);
    });
});

/** One layer that mixes units above one whose weights are used once; functions and pools between. */
const exact: Record<string, Case> = {
  "dense, squash, dense": {
    rows: 2,
    columns: 3,
    layers: [dense("F", { units: 5 }), squash(), dense("OUT", { units: 3 })],
    classes: 3,
  },
  "conv by table, one unit a map": {
    rows: 3,
    columns: 3,
    layers: [
      dense("A", { units: 2 }),
      conv("B", { maps: 3, field: 1, from: [[0], [1], [0, 1]] }),
      tanh(),
      dense("OUT", { units: 3 }),
    ],
    classes: 3,
  },
  "conv by a compact table, one unit a map": {
    rows: 3,
    columns: 3,
    layers: [
      dense("A", { units: 3 }),
      conv("B", {
        maps: 3,
        field: 1,
        from: [
          [2, 0],
          [1, 0],
          [1, 2],
        ],
        compact: true,
      }),
      tanh(),
      dense("OUT", { units: 3 }),
    ],
    classes: 3,
  },
  "a sub-sampled map, of one square": {
    rows: 2,
    columns: 2,
    layers: [subsample("S", { field: 2 }), squash(), dense("OUT", { units: 4 })],
    classes: 4,
  },
  "half the distance from codes, and two layers under it": {
    rows: 2,
    columns: 3,
    layers: [dense("C5", { units: 5 }), squash(), dense("F6", { units: 4 }), squash(), rbf("OUT", { codes })],
    classes: 3,
    loss: { kind: "penalty" },
  },
  "a relu and an activation after the last layer": {
    rows: 2,
    columns: 3,
    layers: [dense("F", { units: 5 }), relu(), dense("OUT", { units: 3 }), squash()],
    classes: 3,
  },
};

/** The layer whose output the error is a plain square of, and d²E/dx² there. */
const squareOf = (layers: LayerSpec[], classes: number): [layer: number, curved: number] =>
  layers.at(-1)!.kind === "rbf" ? [layers.length - 2, 1] : [layers.length - 1, 2 / classes];

describe("h is the diagonal of the Gauss-Newton matrix in the two uppermost layers:", () => {
  for (const [name, { rows, columns, layers, classes, loss = meanSquared }] of Object.entries(exact))
    it(`${name}.`, () => {
      const bench = rigOf(rows, columns, layers, classes, loss);
      const [top, curved] = squareOf(layers, classes);
      // The layer below both, where there is one, is none of the claim.
      const found = measured(bench).filter(([tensor]) => !tensor.startsWith("A."));
      expect(wrong(found, (tensor, element) => gaussNewton(bench, top, curved, tensor, element))).toEqual([]);
    });

  for (const pool of [averagePool, sumPool, maxPool])
    it(`a bias a unit under ${pool.name}.`, () => {
      const layers = [
        conv("C", { maps: 2, field: 2, biasPer: "unit" }),
        squash(),
        pool("S", { field: 2 }),
        dense("OUT", { units: 3 }),
      ];
      const bench = rigOf(5, 5, layers, 3, meanSquared);
      const found = measured(bench).filter(([tensor]) => tensor !== "C.weight");
      expect(wrong(found, (tensor, element) => gaussNewton(bench, 3, 2 / 3, tensor, element))).toEqual([]);
    });
});

describe("further down h leaves out how units work together, as the paper says it does:", () => {
  it("the third dense layer is off the Gauss-Newton diagonal, and under it by no more than its ways up.", () => {
    const layers = [dense("A", { units: 4 }), squash(), dense("B", { units: 4 }), squash(), dense("OUT", { units: 3 })];
    const bench = rigOf(2, 3, layers, 3, meanSquared);
    const ratios = measured(bench)
      .filter(([tensor]) => tensor === "A.weight")
      .map(([tensor, i, h]) => h / gaussNewton(bench, 4, 2 / 3, tensor, i));
    // Four ways lead up through B: the square of their sum is at most four times the sum of their squares.
    expect(ratios.every((ratio) => ratio >= 1 / 4)).toBe(true);
    expect(ratios.some((ratio) => Math.abs(ratio - 1) > 0.05)).toBe(true);
  });

  it("a shared weight adds up its connections, each by itself.", () => {
    // One map of two units into one output: E = (w (x₁ + x₂) - t)², whose second derivative is 2 (x₁ + x₂)²; h is 2 (x₁² + x₂²).
    const layers = [conv("C", { maps: 1, field: 1 }), dense("OUT", { units: 1 })];
    const bench = rigOf(1, 2, layers, 1, meanSquared);
    bench.arena.floats("weights").set([0.5, 0, 1, 1, 0]);
    const [h] = measured(bench)[0]!.slice(2) as [number];
    const shown = bench.arena.floats("out.-1");
    const mean = (f: (a: number, b: number) => number): number =>
      Array.from({ length: IMAGES }, (_, n) => f(shown[2 * n]!, shown[2 * n + 1]!)).reduce((a, b) => a + b) / IMAGES;
    expect(h).toBeCloseTo(
      mean((a, b) => 2 * (a ** 2 + b ** 2)),
      10,
    );
    expect(secondDifference(bench, "C.weight", 0)).toBeCloseTo(
      mean((a, b) => 2 * (a + b) ** 2),
      6,
    );
  });
});

describe("the mean over the images", () => {
  const layers = [
    conv("C", { maps: 3, field: 2, from: [[0], [0], [0]] }),
    squash(),
    subsample("S", { field: 2 }),
    squash(),
    dense("F6", { units: 4 }),
    squash(),
    rbf("OUT", { codes }),
  ];
  const h = (batch: number): number[] =>
    measured(rigOf(5, 7, layers, 3, { kind: "penaltyMap", rubbish: 1 }, batch)).map(([, , value]) => value);

  it("does not depend on how many are looked at at once, and begins anew each time.", () => {
    const wanted = h(5);
    for (const batch of [1, 2, 3])
      for (const [i, value] of h(batch).entries()) expect(value).toBeCloseTo(wanted[i]!, 12);
    const bench = rigOf(5, 7, layers, 3, { kind: "penaltyMap", rubbish: 1 }, 2);
    measure(bench);
    expect(measured(bench).map(([, , value]) => value)).toEqual(h(2));
  });

  it("is the same under eq. 8 and eq. 9, as in the authors' code.", () => {
    const eq8 = measured(rigOf(5, 7, layers, 3, { kind: "penalty" })).map(([, , value]) => value);
    expect(h(5)).toEqual(eq8);
  });
});

describe("SDLM is refused in one sentence", () => {
  const refused: [string, LayerSpec[], LossSpec, string][] = [
    [
      "where a layer has no second derivative",
      [batchNorm("N"), dense("OUT", { units: 3 })],
      meanSquared,
      "N: expected layers with a second derivative for the optimiser sdlm, got batchNorm. Take another optimiser.",
    ],
    [
      "under dropout",
      [dropout("D", 0.5), dense("OUT", { units: 3 })],
      meanSquared,
      "D: expected layers with a second derivative for the optimiser sdlm, got dropout. Take another optimiser.",
    ],
    [
      "where penalties are no distances",
      [dense("OUT", { units: 3 })],
      { kind: "penalty" },
      "curved: expected a loss of penalties on a last layer rbf, or neither, for the optimiser sdlm, got the loss penalty on dense. Take another optimiser.",
    ],
    [
      "where distances are no penalties",
      [dense("F6", { units: 4 }), rbf("OUT", { codes })],
      meanSquared,
      "curved: expected a loss of penalties on a last layer rbf, or neither, for the optimiser sdlm, got the loss meanSquared on rbf. Take another optimiser.",
    ],
  ];
  it.each(refused)("%s.", (_, layers, loss, message) => {
    expect(() => rigOf(2, 2, layers, 3, loss)).toThrow(new LenetError(message));
  });
});
