// The net of an ablation study (mtxslv/embedded.ai.mtxslv on GitHub, week 8): LeNet-5 with today's options, each of which can be
// switched. Batch norm stands after the activation, as in the study's code; dropout after S2, C5 and F6, where its text says
// S2 and S4.
import { averagePool, batchNorm, conv, dense, dropout, type LayerSpec, relu, tanh } from "../layers/index.ts";
import { family } from "./family.ts";
import { glorot, image, net, type Published } from "./net.ts";

const plain: Published = {
  source: "mtxslv/embedded.ai.mtxslv on GitHub, Count_Params of its runs",
  layers: {},
  parameters: 61_706,
  slips: {},
};
const normed: Published = {
  ...plain,
  parameters: 61_794,
  slips: {
    total: "counts the 44 running means and variances too, which are measured, not learned: 61,750 + 44 = 61,794",
  },
};

const rules = {
  activation: { words: ["relu", "tanh"], meaning: "of all hidden layers" },
  norm: { words: ["yes", "no"], meaning: "batch norm after the activations of C1 and C3" },
  dropout: { least: 0, most: 0.9, usual: 0, meaning: "share of S2, C5 and F6 that is left out in training" },
} as const;

/**
 * The study's net: 28×28 digits in 0…1, C1 padded by two with zeros; 61,706 free parameters, and 44 more with batch norm (ε .001,
 * running averages that keep .99). Deviation: none.
 */
export const ablation = family("ablation", rules, ({ activation, norm, dropout: share }) => {
  const active = { relu, tanh }[activation];
  const normalised = (name: string): LayerSpec[] => (norm === "yes" ? [batchNorm(`${name}.norm`)] : []);
  const thinned = (name: string): LayerSpec[] => (share > 0 ? [dropout(`${name}.dropout`, share)] : []);
  return net(
    "ablation",
    "LeNet-5 of an ablation study",
    image(28, 28),
    [
      conv("C1", { maps: 6, field: 5, padding: 2 }),
      active(),
      ...normalised("C1"),
      averagePool("S2", { field: 2 }),
      ...thinned("S2"),
      conv("C3", { maps: 16, field: 5 }),
      active(),
      ...normalised("C3"),
      averagePool("S4", { field: 2 }),
      conv("C5", { maps: 120, field: 5 }),
      active(),
      ...thinned("C5"),
      dense("F6", { units: 84 }),
      active(),
      ...thinned("F6"),
      dense("OUT", { units: 10 }),
    ],
    { initial: glorot, published: norm === "yes" ? normed : plain },
  );
});
