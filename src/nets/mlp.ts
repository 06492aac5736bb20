// The fully connected nets that the 1998 paper compares itself with (section III.C): a linear classifier and nets with one or
// two hidden layers, taught by the back-propagation of its appendix C.
import { dense, squash } from "../layers/index.ts";
import { family } from "./family.ts";
import { type ImageSpec, type InitialSpec, image, net, type Published } from "./net.ts";

/** The paper prints the sizes of hidden layers' nets in thousands, in Fig. 12. */
const published = (parameters: number | undefined, slip = "printed in thousands"): { published?: Published } =>
  parameters === undefined
    ? {}
    : {
        published: {
          source: "LeCun, Bottou, Bengio, Haffner 1998, section III.C",
          layers: {},
          parameters,
          slips: { total: slip },
        },
      };

/** Background and ink as for LeNet-5 (II.B). */
const stored = (side: string): ImageSpec => image(Number(side), Number(side), { low: -0.1, high: 1.175 });

/** Every output is taught 1 for its class and -1 for the others. The paper does not name the loss of these nets. */
const loss = { kind: "meanSquared", low: -1, high: 1 } as const;
/** Deviation: ±1/√fanIn, in place of the ±2.4/fanIn of appendix A. */
const initial: InitialSpec = { scale: 1, power: 0.5, biases: "zero" };

const side = { words: ["28", "20", "16"], meaning: "rows and columns of the images; 20 for deslanted digits" } as const;

/**
 * Each output is a weighted sum of all pixels, squashed, which leaves the largest the largest: 7,850 free parameters, or 4,010
 * (III.C.1). Taught by back-propagation as the others; least squares without a squashing function is the baseline `linear`.
 */
export const linear = family("linear", { side }, ({ side }) =>
  net("linear", "Linear classifier", stored(side), [dense("OUT", { units: 10 }), squash()], {
    loss,
    initial,
    ...published({ "28": 7_850, "20": 4_010, "16": undefined }[side]),
  }),
);

const rules = {
  hidden: { least: 1, most: 10_000, usual: 300, whole: true, meaning: "units of the first hidden layer" },
  second: {
    least: 0,
    most: 10_000,
    usual: 0,
    whole: true,
    meaning: "units of a second hidden layer; 0: there is none",
  },
  side,
} as const;

/** Free parameters as printed, by side and units of the hidden layers. */
const printed: Readonly<Record<string, number>> = {
  "20-300": 123_000,
  "28-1000": 795_000,
  "28-300-100": 267_000,
  "28-500-150": 469_000,
};

/** One or two hidden layers of squashing units (1.7159 tanh(2a/3)), and squashing outputs (III.C.5, III.C.6). */
export const mlp = family("mlp", rules, ({ hidden, second, side }) => {
  const sizes = second > 0 ? [hidden, second] : [hidden];
  const layers = sizes.flatMap((units, index) => [dense(`H${index + 1}`, { units }), squash()]);
  return net(
    "mlp",
    second > 0 ? "Two hidden layers" : "One hidden layer",
    stored(side),
    [...layers, dense("OUT", { units: 10 }), squash()],
    { loss, initial, ...published(printed[[side, ...sizes].join("-")]) },
  );
});
