// A net with a plain convolution, one by a table, pooling and dense layers, small enough for every element to be looked at.
import { averagePool, conv, dense, tanh } from "../../../src/layers/index.ts";
import { image, net } from "../../../src/nets/net.ts";

export const small = net("small", "", image(9, 8), [
  conv("C1", { maps: 3, field: 3, padding: 1 }),
  tanh(),
  averagePool("S2", { field: 2 }),
  conv("C3", { maps: 5, field: 2, from: [[0], [1], [2], [0, 1], [0, 1, 2]] }),
  dense("F5", { units: 13 }),
  tanh(),
  dense("OUT", { units: 10 }),
]);
