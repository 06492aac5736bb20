// LeNet-5 as a Keras blog has it ("LeNet-5: Summary and Implementation", 2020): tanh after convolutions and dense layers, none
// after average pooling. Its error rate of 0.9837 is an accuracy.
import { averagePool, conv, dense, tanh } from "../layers/index.ts";
import { family } from "./family.ts";
import { glorot, image, net, type Published } from "./net.ts";

const published: Published = {
  source: "“LeNet-5: Summary and Implementation”, part I",
  layers: {},
  parameters: 60_000,
  slips: { total: "the number of the 1998 paper; the net of the blog's part II joins C3 to all maps: 61,706" },
};

const rules = {
  mean: {
    least: 0,
    most: 1,
    usual: 0.10008,
    meaning: "subtracted from all inputs; the default is the mean of the first 55,000 training images of MNIST, padded",
  },
} as const;

/**
 * The blog's net: 28×28 digits in 0…1, padded by two, less their mean; 61,706 free parameters, glorot initial weights.
 * Deviation: the blog subtracts from training, validation and test images the mean of each; here all are less the first, a
 * difference of 0.0014 for test images.
 */
export const keras = family("keras", rules, ({ mean }) =>
  net(
    "keras",
    "LeNet-5 of a Keras blog",
    image(28, 28, { padding: 2, paddingValue: 0 - mean, low: 0 - mean, high: 1 - mean }),
    [
      conv("C1", { maps: 6, field: 5 }),
      tanh(),
      averagePool("S2", { field: 2 }),
      conv("C3", { maps: 16, field: 5 }),
      tanh(),
      averagePool("S4", { field: 2 }),
      conv("C5", { maps: 120, field: 5 }),
      tanh(),
      dense("F6", { units: 84 }),
      tanh(),
      dense("OUT", { units: 10 }),
    ],
    { initial: glorot, published },
  ),
);
