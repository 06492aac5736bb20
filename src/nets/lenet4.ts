// LeNet-4 of the 1998 paper (section III.C.8), which describes it in three sentences that do not fit each other. It has 4 maps,
// 8 sub-sampling maps joined in pairs to each of them, 16 maps, 16 sub-sampling maps, 120 units and 10 outputs; and about
// 260,000 connections, but about 17,000 parameters. No sizes of images or fields are given, and no table for C3.
// With LeNet-5's 32×32 images and 5×5 fields the layer of 120 units alone has 48,120 parameters. That and three inputs to each
// map of C3 come to 262,306 connections; so we keep those, and have 50,698 parameters. With c5=five there are about as many
// parameters as printed, but then C5 is not "fully connected"; docs/paper-1998.md measures what that costs.
import { type ConnectionTable, conv, dense, repeat, squash, subsample } from "../layers/index.ts";
import { family } from "./family.ts";
import { image, net, type Published } from "./net.ts";

const published: Published = {
  source: "LeCun, Bottou, Bengio, Haffner 1998, section III.C.8",
  layers: {},
  parameters: 17_000,
  connections: 260_000,
  slips: { total: "printed rounded, and not of one net: the 120 units of C5 alone have 48,120 parameters" },
};

/** Each map of C3 sees three of S2, of three different maps of C1; each map of S2 is seen by six. Ours: the paper has none. */
const table: ConnectionTable = [...Array(16).keys()].map((map) =>
  [map, map + 2, map < 8 ? map + 4 : map + 5].map((from) => from % 8).sort((a, b) => a - b),
);

/** Each unit of C5 sees five maps of S4, three apart. */
const five: ConnectionTable = [...Array(120).keys()].map((unit) =>
  [0, 3, 6, 9, 12].map((step) => (unit + step) % 16).sort((a, b) => a - b),
);

const rules = {
  c5: {
    words: ["full", "five"],
    meaning: "what a unit of C5 sees of S4: all, or five of its maps (17,698 parameters)",
  },
} as const;

/**
 * LeNet-4: 28×28 digits, padded to 32×32, background -0.1, ink 1.175; 50,698 free parameters. Outputs are squashed and taught
 * ±1, where LeNet-5 has distances from codes: the paper says only that there are ten.
 */
export const lenet4Family = family("lenet4", rules, ({ c5 }) =>
  net(
    "lenet4",
    "LeNet-4 of 1998",
    image(28, 28, { padding: 2, paddingValue: -0.1, low: -0.1, high: 1.175 }),
    [
      conv("C1", { maps: 4, field: 5 }),
      squash(),
      repeat("C1.pairs", { times: 2 }),
      subsample("S2", { field: 2 }),
      squash(),
      conv("C3", { maps: 16, field: 5, from: table }),
      squash(),
      subsample("S4", { field: 2 }),
      squash(),
      conv("C5", { maps: 120, field: 5, from: c5 === "five" ? five : null }),
      squash(),
      dense("OUT", { units: 10 }),
      squash(),
    ],
    {
      loss: { kind: "meanSquared", low: -1, high: 1 },
      initial: { scale: 1.2, power: 0.5, biases: "zero" },
      published,
    },
  ),
);

/** As it is when nothing is said. */
export const lenet4 = lenet4Family.net;
