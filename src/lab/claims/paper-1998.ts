// LeCun, Bottou, Bengio, Haffner 1998: LeNet-5 as printed, its curve (Fig. 5), its training sets (Fig. 6), the comparison with
// other classifiers (Figs. 9 to 12).
import { publishedFor } from "../../baselines/published.ts";
import { type Claim, type Measure, published, type Quantity, shown } from "./claim.ts";

const PAPER = "LeCun, Bottou, Bengio, Haffner 1998";

/** Fig. 5, read from the curves: errors in percent in training and on the test images after these passes. */
const figure5 = [
  [1, 4.88, 2.65],
  [2, 3.04, 2.23],
  [3, 1.77, 1.48],
  [4, 1.48, 1.43],
  [5, 1.22, 1.43],
  [6, 0.91, 1.09],
  [7, 0.78, 1.04],
  [8, 0.7, 1.06],
  [9, 0.57, 0.99],
  [10, 0.49, 0.96],
  [12, 0.44, 0.99],
  [15, 0.39, 0.96],
  [20, 0.36, 0.96],
] as const;

const curve: readonly Measure[] = figure5.flatMap(([pass, training, test]) => [
  shown(`training error after pass ${pass}`, training / 100),
  shown(`test error after pass ${pass}`, test / 100),
]);

/** Eq. 9 with the j that made the fewest errors on the last 10,000 training images; the paper gives none. */
const MAP = "lenet5-1998:loss=map,rubbish=10";

const asPrinted = (
  [
    ["mse", "lenet5-1998", "eq. 8"],
    ["map", MAP, "eq. 9 with j = 10"],
    ["map-1", "lenet5-1998:loss=map", "eq. 9 with j = 1"],
  ] as const
).map(
  ([id, net, loss]): Claim => ({
    id: `lenet5-1998/${id}`,
    title: `LeNet-5 as printed, ${loss}, 20 passes`,
    source: `${PAPER}, II.B and Fig. 5`,
    work: { kind: "training", net, settings: { data: "mnist", watchTest: true } },
    measures: [published("test error", 0.0095), shown("training error", 0.0035), ...curve],
    seeds: 3,
  }),
);

/** Fig. 6: test and training errors in percent by training images. */
const figure6: readonly Claim[] = (
  [
    [15_000, 1.68, 0.05],
    [30_000, 1.14, 0.31],
  ] as const
).map(([limit, test, training]) => ({
  id: `fig6/${limit}`,
  title: `LeNet-5 as printed, eq. 9, with ${limit.toLocaleString("en-US")} training images`,
  source: `${PAPER}, Fig. 6`,
  work: { kind: "training", net: MAP, settings: { data: "mnist", limit } },
  measures: [published("test error", test / 100), shown("training error", training / 100)],
  seeds: 3,
}));

const distorted: Claim = {
  id: "lenet5-1998/distorted",
  title: "LeNet-5 as printed, eq. 9, with distorted images, 20 passes",
  source: `${PAPER}, III and Fig. 8`,
  work: { kind: "training", net: MAP, settings: { data: "mnist", distort: "paper" } },
  measures: [published("test error", 0.008)],
  seeds: 3,
};

/** The measures of a row of Figs. 9 to 12; of these the error is judged. */
const row = (name: string, input: Parameters<typeof publishedFor>[1], aims = true): readonly Measure[] => {
  const found = publishedFor(name, input);
  if (!found) throw new Error(`claims: nothing was published about ${name} on ${input} images`);
  const { errorPercent, rejectedPercent, kiloMultiplyAdds, kiloVariables } = found;
  const counted = (of: Quantity, kilo: number | null): readonly Measure[] =>
    kilo === null ? [] : [shown(of, kilo * 1_000)];
  return [
    aims ? published("test error", errorPercent / 100) : shown("test error", errorPercent / 100),
    ...(rejectedPercent === null ? [] : [shown("rejected for 0.5 % error", rejectedPercent / 100)]),
    ...counted("multiply-adds", kiloMultiplyAdds),
    ...counted("variables", kiloVariables),
  ];
};

const DESLANTED = "mnist:deslant=yes,size=20";
const comparison = `${PAPER}, Figs. 9 to 12`;

const baseline = (name: string, title: string, data = "mnist"): Claim => ({
  id: `fig9/${name}${data === "mnist" ? "" : "-deslanted"}`,
  title,
  source: comparison,
  work: { kind: "baseline", baseline: name, data },
  measures: row(name, data === "mnist" ? "plain" : "deslanted"),
  seeds: 1,
});

const classifiers: readonly Claim[] = [
  baseline("linear", "Linear classifier, least squares"),
  baseline("linear", "Linear classifier, least squares, deslanted 20×20", DESLANTED),
  baseline("pairwise", "Pairwise linear classifier"),
  baseline("knn", "K nearest neighbours"),
  baseline("knn", "K nearest neighbours, deslanted 20×20", DESLANTED),
  baseline("pca-quadratic", "40 principal components and a quadratic classifier"),
  baseline("rbf", "1,000 radial basis functions"),
];

const trained = (
  id: string,
  title: string,
  net: string,
  settings: { data: string; distort?: number | string },
  measures: readonly Measure[],
  seeds = 3,
): Claim => ({
  id: `fig9/${id}`,
  title,
  source: comparison,
  work: { kind: "training", net, settings },
  measures,
  seeds,
});

const nets: readonly Claim[] = [
  trained("mlp-300", "28×28-300-10", "mlp", { data: "mnist", distort: 0 }, row("mlp", "plain")),
  trained(
    "mlp-300-distorted",
    "28×28-300-10, distorted images",
    "mlp",
    { data: "mnist", distort: "paper" },
    row("mlp", "distorted"),
  ),
  trained(
    "mlp-300-deslanted",
    "20×20-300-10, deslanted images",
    "mlp:side=20",
    { data: DESLANTED, distort: 0 },
    row("mlp:side=20", "deslanted"),
  ),
  trained(
    "mlp-300-100",
    "28×28-300-100-10",
    "mlp:second=100",
    { data: "mnist", distort: 0 },
    row("mlp:second=100", "plain"),
  ),
  trained(
    "lenet1",
    "LeNet-1 on 16×16 images",
    "lenet1",
    { data: "mnist:size=16,filter=antialias,frame=28" },
    row("lenet1", "16x16"),
  ),
  trained("lenet4", "LeNet-4", "lenet4", { data: "mnist" }, row("lenet4", "plain")),
  trained("boosted-lenet4", "Boosted LeNet-4", "boosted-lenet4", { data: "mnist" }, row("boosted-lenet4", "distorted")),
];

export const paper1998: readonly Claim[] = [...asPrinted, distorted, ...figure6, ...classifiers, ...nets];
