// The net of LeCun et al. 1990, "Handwritten Digit Recognition with a Back-Propagation Network" (NIPS 2), which the 1998 paper
// calls LeNet-1. Not the net of 1989, which has strides instead of averaging layers and four times the parameters.
import { conv, dense, squash, subsample } from "../layers/index.ts";
import { tableOf } from "./lenet5-1998.ts";
import { image, net, type Published } from "./net.ts";

/** Table 1. Rows: the four maps of H2; columns: the twelve maps of H3; an X joins them. */
export const table1 = tableOf(`
X X X . X X . . . . . .
. X X X X X . . . . . .
. . . . . . X X X . X X
. . . . . . . X X X X X`);

const published: Published = {
  source: "LeCun et al. 1990, NIPS 2",
  layers: {},
  parameters: 2_578,
  connections: 98_442,
  slips: {},
};

/**
 * LeNet-1: 28×28 in -1…1, 2,578 free parameters, outputs taught ±1. The paper names no squashing function; this is the
 * authors' usual one. Weights begin as in our LeNet-5 of 1998.
 */
export const lenet1 = net(
  "lenet1",
  "LeNet-1 of 1990",
  image(28, 28, { low: -1, high: 1 }),
  [
    conv("H1", { maps: 4, field: 5 }),
    squash(),
    subsample("H2", { field: 2 }),
    squash(),
    conv("H3", { maps: 12, field: 5, from: table1 }),
    squash(),
    subsample("H4", { field: 2 }),
    squash(),
    dense("OUT", { units: 10 }),
    squash(),
  ],
  {
    loss: { kind: "meanSquared", low: -1, high: 1 },
    initial: { scale: 1.2, power: 0.5, biases: "zero" },
    published,
  },
);
