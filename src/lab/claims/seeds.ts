// What the write-ups of today printed about their own versions of LeNet-5: a PyTorch tutorial, a Keras blog, an ablation study.
import { type Claim, published, shown } from "./claim.ts";

const tutorial: Claim = {
  id: "tutorial",
  title: "PyTorch tutorial: ReLU, sum pooling, momentum in five stages, 20 epochs",
  source: "“Text classification using LeNet-5”, a PyTorch write-up",
  work: { kind: "training", net: "tutorial", settings: { data: "mnist" } },
  measures: [published("test accuracy", 0.9814)],
  seeds: 5,
};

const keras: Claim = {
  id: "keras",
  title: "Keras blog: 55,000 images, SGD at 0.01, 20 epochs",
  source: "A Keras blog on LeNet-5 (hackmd.io/@bouteille)",
  work: { kind: "training", net: "keras", settings: { data: "mnist" } },
  measures: [published("test accuracy", 0.9837)],
  seeds: 5,
};

/** Activation, batch norm, dropout, then as the study's notebook printed them after 20 epochs: accuracy in training and on the test images. */
const cells = [
  ["tanh", "yes", 0, 0.9087, 0.9039],
  ["tanh", "yes", 0.1, 0.8891, 0.8862],
  ["tanh", "yes", 0.5, 0.8218, 0.9262],
  ["tanh", "no", 0, 0.9509, 0.9614],
  ["tanh", "no", 0.1, 0.9382, 0.9588],
  ["tanh", "no", 0.5, 0.8609, 0.9475],
  ["relu", "yes", 0, 0.9903, 0.985],
  ["relu", "yes", 0.1, 0.984, 0.9867],
  ["relu", "yes", 0.5, 0.9406, 0.9817],
  ["relu", "no", 0, 0.9917, 0.9813],
  ["relu", "no", 0.1, 0.9784, 0.9847],
  ["relu", "no", 0.5, 0.9031, 0.9705],
] as const;

/** The study ran each cell once, at a rate that is high for tanh; its numbers are shown, and the ranking compared (results-page.ts). */
const ablation: readonly Claim[] = cells.map(([activation, norm, dropout, training, test]) => ({
  id: `ablation/${activation}-${norm === "yes" ? "norm" : "plain"}-${dropout}`,
  title: `Ablation: ${activation}, ${norm === "yes" ? "batch norm" : "no batch norm"}, dropout ${dropout}; Adam at 0.01, 20 epochs`,
  source: "mtxslv/embedded.ai.mtxslv on GitHub, week 8",
  work: {
    kind: "training",
    net: `ablation:activation=${activation},norm=${norm},dropout=${dropout}`,
    settings: { data: "mnist" },
  },
  measures: [shown("test accuracy", test), shown("training accuracy", training)],
  seeds: 2,
}));

export const seeds: readonly Claim[] = [tutorial, keras, ...ablation];
