// The network for zip codes of 1989, the first of the family: two layers of feature maps that shrink by strides, not by
// sub-sampling, and a bias of its own for every unit. What its paper leaves open is an option here, and a numbered question in
// docs/paper-1989.md.
import { LenetError } from "../errors.ts";
import {
  type ConnectionTable,
  conv,
  dense,
  dropout,
  type LayerSpec,
  relu,
  sigmoid,
  squash,
  tanh,
} from "../layers/index.ts";
import type { LossSpec } from "../losses/index.ts";
import { family } from "./family.ts";
import { type InitialSpec, image, net, type Published } from "./net.ts";

const published: Published = {
  source: "LeCun et al. 1989, Neural Computation 1, pages 541-551",
  layers: {
    H1: { parameters: 1_068, connections: 19_968 },
    H2: { parameters: 2_592, connections: 38_592 },
    H3: { parameters: 5_790, connections: 5_790 },
    OUT: { parameters: 310, connections: 310 },
  },
  parameters: 9_760,
  connections: 64_660,
  units: 1_256,
  slips: {},
};

const maps = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

/** The maps of H1 that each map of H2 sees: eight of twelve, by a scheme the paper does not give (open question 1). */
const schemes: Readonly<Record<"karpathy" | "ring", ConnectionTable>> = {
  // Three groups of four, as in karpathy/lecun1989-repro: 0-7, 4-11, and 0-3 with 8-11.
  karpathy: maps(0, 12).map((map) => (map < 4 ? maps(0, 8) : map < 8 ? maps(4, 8) : [...maps(0, 4), ...maps(8, 4)])),
  // Eight neighbours on a ring of twelve, so that no two maps of H2 see the same.
  ring: maps(0, 12)
    .map((map) => maps(map, 8).map((from) => from % 12))
    .map((from) => from.sort((a, b) => a - b)),
};

/** ±2.4 / fan-in as the paper has it, or ±2.4 / √fan-in as karpathy/lecun1989-repro guesses. */
const initials: Readonly<Record<"fan" | "root", InitialSpec>> = {
  fan: { scale: 2.4, power: 1, biases: "zero" },
  root: { scale: 2.4, power: 0.5, biases: "zero" },
};

const rules = {
  activation: {
    words: ["tanh", "squash", "relu"],
    meaning: "of the hidden units; squash: 1.7159 tanh(2a/3), the scaled tanh of the papers",
  },
  output: {
    words: ["tanh", "sigmoid", "softmax"],
    meaning: "tanh: mean squared error, targets ±1; sigmoid: the same, targets 0 and 1; softmax: cross-entropy",
  },
  scheme: { words: ["karpathy", "ring"], meaning: "which 8 maps of H1 a map of H2 sees: three groups, or 8 in a row" },
  init: { words: ["fan", "root"], meaning: "weights begin in ±2.4/F or ±2.4/√F, F the inputs of the unit" },
  targets: { least: 0.1, most: 1, usual: 1, meaning: "outputs are taught plus and minus this" },
  bias: { least: -2, most: 2, usual: 0, meaning: "what the biases of the outputs begin at" },
  dropout: { least: 0, most: 0.9, usual: 0, meaning: "share of H2 that is left out in training" },
} as const;

type Ending = "tanh" | "sigmoid" | "softmax";

/** What follows the ten sums, and the loss: the paper's, that of raphaelsenn/lenet-1, and today's. */
const endings = (
  activation: string,
  targets: number,
): Readonly<Record<Ending, { ends: readonly LayerSpec[]; loss: LossSpec }>> => ({
  tanh: {
    ends: [activation === "squash" ? squash() : tanh()],
    loss: { kind: "meanSquared", low: 0 - targets, high: targets },
  },
  sigmoid: { ends: [sigmoid()], loss: { kind: "meanSquared", low: 0, high: 1 } },
  softmax: { ends: [], loss: { kind: "crossEntropy" } },
});

/**
 * The 1989 network: 16×16 digits in -1…1 on a background of -1 that goes on for ever; 9,760 free parameters.
 * H2 keeps only its connections that exist: `H2.weight` is (12, 8, 5, 5), the maps in the order of the scheme.
 * LeCun et al. 1989, section 3. Open: the scheme, the scale of tanh, the range of initial weights, the targets,
 * the initial biases; see the options.
 */
export const zipcode1989 = family("zipcode1989", rules, (options) => {
  const { activation, output, scheme, init, targets, bias, dropout: share } = options;
  if (output !== "tanh" && targets !== rules.targets.usual)
    throw new LenetError(
      `zipcode1989, targets: expected output=tanh beside it, got output=${output}, whose targets are not for choosing.`,
    );
  const squashed = { tanh, squash, relu }[activation];
  const windows = { field: 5, stride: 2, padding: 2, paddingValue: -1, biasPer: "unit" } as const;
  const { ends, loss } = endings(activation, targets)[output];
  return net(
    "zipcode1989",
    "Zip code net, 1989",
    image(16, 16, { low: -1, high: 1 }),
    [
      conv("H1", { maps: 12, ...windows }),
      squashed(),
      conv("H2", { maps: 12, ...windows, from: schemes[scheme], compact: true }),
      squashed(),
      ...(share > 0 ? [dropout("H2.dropout", share)] : []),
      dense("H3", { units: 30 }),
      squashed(),
      dense("OUT", { units: 10, bias }),
      ...ends,
    ],
    { loss, initial: initials[init], published },
  );
});
