// The fully connected nets that the 1998 paper compares itself with (section III.C): a linear classifier and nets with one or
// two hidden layers, taught by the back-propagation of its appendix C. The paper prints their sizes in thousands, if at all.
import { LenetError } from "../errors.ts";
import { dense, type LayerSpec, squash } from "../layers/index.ts";
import { family } from "./family.ts";
import { type ImageSpec, type InitialSpec, image, net, type Published } from "./net.ts";

const source = "LeCun, Bottou, Bengio, Haffner 1998, section III.C, Fig. 12";
const papers: Published = { source, layers: {}, slips: { total: "printed in thousands" } };

/** Background and ink as for LeNet-5 (II.B). */
const stored = (side: number): ImageSpec => image(side, side, { low: -0.1, high: 1.175 });

/** Every output is taught 1 for its class and -1 for the others. The paper does not name the loss of these nets. */
const loss = { kind: "meanSquared", low: -1, high: 1 } as const;
/** Deviation: ±1/√fanIn, as for our other nets of 1998, in place of the ±2.4/fanIn of appendix A. */
const initial: InitialSpec = { scale: 1, power: 0.5, biases: "zero" };

const side = {
  least: 2,
  most: 64,
  usual: 28,
  meaning: "rows and columns of the images; 20 for deslanted ones",
} as const;
const sizes: Readonly<Record<string, number>> = { "28": 7_850, "20": 4_010 };

/** Each output is a weighted sum of all pixels: 7,850 free parameters (III.C.1). */
export const linear = family("linear", { side }, ({ side }) => {
  const parameters = sizes[side];
  const published = parameters === undefined ? undefined : { ...papers, source: `${source}, III.C.1`, parameters };
  return net("linear", "Linear classifier", stored(wholeSide("linear", "side", side)), [dense("OUT", { units: 10 })], {
    loss,
    initial,
    ...(published ? { published } : {}),
  });
});

const rules = {
  hidden: { least: 1, most: 10_000, usual: 300, meaning: "units of the first hidden layer" },
  second: { least: 0, most: 10_000, usual: 0, meaning: "units of a second hidden layer; 0: there is none" },
  side,
} as const;

/** Thousands of free parameters, by sizes. */
const printed: Readonly<Record<string, number>> = {
  "20-300-10": 123_000,
  "28-1000-10": 795_000,
  "28-300-100-10": 267_000,
  "28-500-150-10": 469_000,
};

/** One or two hidden layers of squashing units (1.7159 tanh(2a/3)), and squashing outputs (III.C.5, III.C.6). */
export const mlp = family("mlp", rules, ({ hidden, second, side }) => {
  for (const [key, units] of Object.entries({ hidden, second })) wholeSide("mlp", key, units);
  const layers: LayerSpec[] = [dense("H1", { units: hidden }), squash()];
  if (second > 0) layers.push(dense("H2", { units: second }), squash());
  const parameters = printed[[side, hidden, ...(second > 0 ? [second] : []), 10].join("-")];
  return net(
    "mlp",
    second > 0 ? "Two hidden layers" : "One hidden layer",
    stored(wholeSide("mlp", "side", side)),
    [...layers, dense("OUT", { units: 10 }), squash()],
    { loss, initial, ...(parameters ? { published: { ...papers, parameters } } : {}) },
  );
});

const wholeSide = (name: string, key: string, value: number): number => {
  if (Number.isInteger(value)) return value;
  throw new LenetError(`${name}, ${key}: expected a whole number, got ${value}.`);
};
