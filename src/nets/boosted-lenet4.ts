// Boosted LeNet-4 of the 1998 paper (section III.C.9): three LeNet-4s whose outputs are added. The first is taught as any net
// is; the second learns from patterns of which the first gets every other one wrong, the third from patterns that the first
// two answer differently (lab/training/boost.ts).
import { lenet4 } from "./lenet4.ts";
import type { Net, Published } from "./net.ts";

const SIZE = 3;

const published: Published = {
  source: "LeCun, Bottou, Bengio, Haffner 1998, section III.C.9 and Figs. 11 and 12",
  layers: {},
  parameters: 51_000,
  slips: {
    total:
      "printed as three times the 17,000 that LeNet-4 is said to have (see lenet4); and 460,000 multiply-adds, 1.75 times those of LeNet-4, as the others are seldom asked when the first is sure",
  },
};

/** Three LeNet-4s: 152,094 free parameters. What its members are taught as ±1 adds up to ±3. */
export const boostedLenet4: Net = {
  ...lenet4,
  name: "boosted-lenet4",
  title: "Boosted LeNet-4 of 1998",
  loss: { kind: "meanSquared", low: -SIZE, high: SIZE },
  committee: { member: lenet4, size: SIZE },
  published,
};
