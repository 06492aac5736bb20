// Every gradient of every layer and loss against central differences, element by element, in float64 and through the real
// engine: shards, phases and in-place layers included. Batches of 2 to 20 images are cut into 2 to 8 shards.
import { describe, expect, it } from "vitest";
import {
  averagePool,
  batchNorm,
  conv,
  dense,
  dropout,
  maxPool,
  rbf,
  relu,
  repeat,
  sigmoid,
  squash,
  subsample,
  sumPool,
  tanh,
} from "../../src/layers/index.ts";
import { checkGradients, type GradientCase, relativeError } from "./support/gradients.ts";

const out = dense("OUT", { units: 3 });

/** Three codes of six numbers, not all as far from each other. */
const codes = [
  [1, -1, 1, 1, -1, 1],
  [-1, -1, 1, -1, -1, 1],
  [1, 1, 1, -1, 1, -1],
];

const cases: Record<string, GradientCase> = {
  "conv of stride 1": { rows: 5, columns: 4, layers: [conv("C", { maps: 4, field: 3 }), out], images: 2 },
  "conv of stride 2 in a frame of -1": {
    rows: 5,
    columns: 6,
    layers: [conv("C", { maps: 3, field: 3, stride: 2, padding: 1, paddingValue: -1 }), out],
    images: 2,
  },
  "conv of stride 3 that leaves rows and columns over": {
    rows: 6,
    columns: 8,
    maps: 2,
    layers: [conv("C", { maps: 3, field: 2, stride: 3 }), out],
    images: 2,
  },
  "conv with a connection table": {
    rows: 4,
    columns: 5,
    layers: [conv("C", { maps: 4, field: 3, from: [[0, 2], [1], [0, 1, 2], [2, 0]] }), out],
    images: 3,
  },
  "conv with a compact table, in a frame of -1, as in 1989": {
    rows: 5,
    columns: 4,
    layers: [
      conv("H2", {
        maps: 3,
        field: 3,
        stride: 2,
        padding: 1,
        paddingValue: -1,
        biasPer: "unit",
        from: [
          [2, 0],
          [1, 2],
          [0, 1],
        ],
        compact: true,
      }),
      out,
    ],
    images: 9,
  },
  "each map three times": { rows: 2, columns: 3, maps: 2, layers: [repeat("R", { times: 3 }), tanh(), out], images: 9 },
  "conv with a bias for each unit, as in 1989": {
    rows: 6,
    columns: 5,
    maps: 2,
    layers: [conv("H1", { maps: 3, field: 5, stride: 2, padding: 2, paddingValue: -1, biasPer: "unit" }), out],
    images: 3,
  },
  "conv over five shards, the last one smaller": {
    rows: 4,
    columns: 3,
    maps: 2,
    layers: [conv("C", { maps: 3, field: 2 }), out],
    images: 9,
  },
  "conv that covers its whole input": {
    rows: 3,
    columns: 3,
    layers: [conv("C5", { maps: 6, field: 3 }), out],
    images: 3,
  },
  "conv that covers its whole input, on no square": {
    rows: 2,
    columns: 3,
    layers: [conv("C5", { maps: 5, field: 2 }), out],
    images: 2,
  },
  "average pool with a column left over": {
    rows: 4,
    columns: 5,
    layers: [averagePool("S", { field: 2 }), out],
    images: 3,
  },
  "average pool by threes with rows left over": {
    rows: 7,
    columns: 6,
    layers: [averagePool("S", { field: 3 }), out],
    images: 2,
  },
  "sum pool with a row left over": { rows: 5, columns: 4, layers: [sumPool("S", { field: 2 }), out], images: 3 },
  "sub-sampling with a row and a column left over": {
    rows: 5,
    columns: 7,
    layers: [subsample("S2", { field: 2 }), out],
    images: 3,
  },
  "sub-sampling of rows wide enough for whole vectors": {
    rows: 4,
    columns: 18,
    maps: 2,
    layers: [subsample("S2", { field: 2 }), squash(), out],
    images: 2,
  },
  "sub-sampling by threes, as the first layer": {
    rows: 6,
    columns: 6,
    layers: [subsample("S2", { field: 3 }), dense("F", { units: 6 }), out],
    images: 9,
    first: true,
  },
  "distances from codes under cross-entropy": {
    rows: 2,
    columns: 3,
    maps: 1,
    layers: [rbf("OUT", { codes, scale: 0.1 })],
    images: 5,
  },
  "the penalty of the right class, eq. 8": {
    rows: 2,
    columns: 3,
    maps: 1,
    layers: [rbf("OUT", { codes })],
    loss: { kind: "penalty" },
    images: 9,
  },
  "the penalty against all others and rubbish, eq. 9": {
    rows: 2,
    columns: 3,
    maps: 1,
    layers: [dense("F6", { units: 6 }), squash(), rbf("OUT", { codes, scale: 1 })],
    loss: { kind: "penaltyMap", rubbish: 2 },
    images: 9,
  },
  "max pool with a row and a column left over": {
    rows: 5,
    columns: 7,
    layers: [maxPool("S", { field: 2 }), out],
    images: 2,
  },
  "max pool by threes": { rows: 6, columns: 3, layers: [maxPool("S", { field: 3 }), out], images: 3 },
  "dense over seven shards": { rows: 2, columns: 3, layers: [dense("F", { units: 5 }), out], images: 20 },
  tanh: { rows: 2, columns: 5, layers: [tanh(), out], images: 3 },
  squash: { rows: 2, columns: 5, layers: [squash(), out], images: 3 },
  relu: { rows: 2, columns: 5, layers: [relu(), out], images: 3 },
  sigmoid: { rows: 2, columns: 5, layers: [sigmoid(), out], images: 3 },
  "two activations on one array": { rows: 2, columns: 3, layers: [sigmoid(), tanh(), out], images: 3 },
  "an activation after the last layer": { rows: 2, columns: 3, layers: [out, squash()], images: 3 },
  "dropout in training": { rows: 3, columns: 4, layers: [dropout("D", 0.4), out], images: 5 },
  "dropout after an activation": {
    rows: 2,
    columns: 3,
    layers: [dense("F", { units: 6 }), tanh(), dropout("D", 0.5), out],
    images: 9,
  },
  "dropout after a relu": {
    rows: 2,
    columns: 3,
    layers: [dense("F", { units: 6 }), relu(), dropout("D", 0.5), out],
    images: 9,
  },
  "dropout as the first layer": { rows: 2, columns: 3, layers: [dropout("D", 0.5), out], images: 9, first: true },
  "an activation as the first layer": { rows: 2, columns: 3, layers: [tanh(), out], images: 3, first: true },
  "batch norm as the first layer": { rows: 2, columns: 3, layers: [batchNorm("N"), out], images: 5, first: true },
  "conv as the first layer": {
    rows: 4,
    columns: 5,
    layers: [conv("C1", { maps: 3, field: 3, padding: 1 }), out],
    images: 3,
    first: true,
  },
  "batch norm in training, one image a shard": { rows: 3, columns: 2, layers: [batchNorm("N"), out], images: 4 },
  "batch norm in training over five uneven shards": { rows: 2, columns: 3, layers: [batchNorm("N"), out], images: 9 },
  "two batch norms, one on single units": {
    rows: 3,
    columns: 2,
    maps: 2,
    layers: [
      conv("C", { maps: 3, field: 2 }),
      batchNorm("N1"),
      tanh(),
      dense("F", { units: 4 }),
      batchNorm("N2"),
      relu(),
      out,
    ],
    images: 10,
  },
  "cross-entropy": { rows: 1, columns: 2, layers: [dense("OUT", { units: 7 })], classes: 7, images: 20 },
  "mean squared error": {
    rows: 1,
    columns: 2,
    layers: [dense("OUT", { units: 5 })],
    classes: 5,
    loss: { kind: "meanSquared", low: -1, high: 1 },
    images: 20,
  },
  "a small net of everything": {
    rows: 7,
    columns: 8,
    maps: 1,
    layers: [
      conv("C1", { maps: 3, field: 3, padding: 1, paddingValue: -0.1 }),
      batchNorm("N"),
      squash(),
      averagePool("S2", { field: 2 }),
      conv("C3", { maps: 4, field: 2, from: [[0], [1, 2], [0, 2], [0, 1, 2]] }),
      sigmoid(),
      maxPool("S4", { field: 2 }),
      dropout("D", 0.25),
      dense("F", { units: 4 }),
      tanh(),
      out,
    ],
    images: 3,
  },
};

describe("backward matches central differences, for dIn and every parameter:", () => {
  for (const [name, example] of Object.entries(cases))
    it(`${name}.`, () => {
      const { failures, checked } = checkGradients(example);
      expect(failures).toEqual([]);
      expect(checked).toBeGreaterThan(example.rows * example.columns);
    });
});

describe("relativeError", () => {
  it("calls a wrong sign, a lost factor and a NaN wrong.", () => {
    expect(relativeError(1, -1)).toBe(2);
    expect(relativeError(1, 2)).toBe(0.5);
    expect(relativeError(Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError(0, 1e-12)).toBeLessThan(1e-7);
  });
});
