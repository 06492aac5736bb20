// Nets that together have every kind of layer, so small that thousands of steps cost nothing.
import {
  averagePool,
  batchNorm,
  conv,
  dense,
  dropout,
  maxPool,
  relu,
  sumPool,
  tanh,
} from "../../../src/layers/index.ts";
import { image, net } from "../../../src/nets/net.ts";

/** All that most nets have. */
export const small = net("small", "", image(9, 8), [
  conv("C1", { maps: 3, field: 3, padding: 1 }),
  batchNorm("N1"),
  tanh(),
  averagePool("S2", { field: 2 }),
  conv("C3", { maps: 5, field: 2, from: [[0], [1], [2], [0, 1], [0, 1, 2]] }),
  maxPool("S4", { field: 3 }),
  dense("F5", { units: 12 }),
  relu(),
  dropout("D5", 0.3),
  dense("OUT", { units: 10 }),
]);

export const plain = net("plain", "", image(9, 8), [
  conv("C1", { maps: 3, field: 3, padding: 1, biasPer: "unit" }),
  tanh(),
  sumPool("S2", { field: 2 }),
  dense("OUT", { units: 10 }),
]);

/** The same without a layer that asks for the whole batch: each thread writes its shards over one another. */
export const lean = net(
  "lean",
  "",
  image(9, 8),
  small.layers.filter(({ kind }) => kind !== "batchNorm"),
);

/** Two layers that could work in place, one after the other: the second on a copy, which only one side keeps whole. */
export const copied = net("copied", "", image(9, 8), [
  conv("C1", { maps: 12, field: 3 }),
  averagePool("S2", { field: 2 }),
  relu(),
  dropout("D2", 0.3),
  dense("OUT", { units: 10 }),
]);
