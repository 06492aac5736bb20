// What the 1998 paper printed about every method it compared (LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied
// to Document Recognition", Figs. 9 to 12), nets and others alike: numbers of the paper, none of ours.

/** The images a method was given: 28×28 (LeNets: in a frame), deslanted and 20×20, 16×16, or 28×28 with distorted copies to learn from. */
export type PublishedInput = "plain" | "deslanted" | "16x16" | "distorted";

/** A row of the comparison; null where the figures show nothing. */
export interface PublishedMethod {
  /** Ours, options included, where we have the method: of a baseline or a net (the net `linear` and the baseline share one). */
  readonly name: string;
  /** As the figures call it. */
  readonly title: string;
  readonly input: PublishedInput;
  /** Fig. 9: percent of the 10,000 test images. "The uncertainty in the quoted error rates is about 0.1 %." */
  readonly errorPercent: number;
  /** Fig. 10: percent of the test images that must be rejected for 0.5 % errors among the others. */
  readonly rejectedPercent: number | null;
  /** Fig. 11: multiply-adds of a recognition, in thousands. */
  readonly kiloMultiplyAdds: number | null;
  /** Fig. 12: numbers to keep, in thousands. */
  readonly kiloVariables: number | null;
}

type Row = [
  name: string,
  title: string,
  input: PublishedInput,
  error: number,
  rejected: number | null,
  work: number | null,
  memory: number | null,
];

const rows: readonly Row[] = [
  ["linear", "Linear", "plain", 12.0, null, 4, 4],
  ["linear", "Linear", "deslanted", 8.4, null, null, null],
  ["pairwise", "Pairwise", "plain", 7.6, null, 36, 35],
  ["knn", "K-NN Euclidean", "plain", 5.0, null, null, null],
  ["knn", "K-NN Euclidean", "deslanted", 2.4, 8.1, 24_000, 24_000],
  ["pca-quadratic", "40 PCA + quadratic", "plain", 3.3, null, 39, 40],
  ["rbf", "1000 RBF + linear", "plain", 3.6, null, 794, 794],
  ["tangent-distance", "Tangent distance", "16x16", 1.1, 1.9, 20_000, 25_000],
  ["svm", "SVM poly 4", "plain", 1.1, 1.8, 14_000, 14_000],
  ["rs-svm", "RS-SVM poly 5", "plain", 1.0, null, 650, 650],
  ["v-svm", "V-SVM poly 9", "distorted", 0.8, null, 28_000, 28_000],
  ["mlp", "28×28-300-10", "plain", 4.7, null, null, null],
  ["mlp", "28×28-300-10", "distorted", 3.6, null, null, null],
  ["mlp:side=20", "20×20-300-10", "deslanted", 1.6, 3.2, 123, 123],
  ["mlp:hidden=1000", "28×28-1000-10", "plain", 4.5, null, 795, 795],
  ["mlp:hidden=1000", "28×28-1000-10", "distorted", 3.8, null, null, null],
  ["mlp:second=100", "28×28-300-100-10", "plain", 3.05, null, 267, 267],
  ["mlp:second=100", "28×28-300-100-10", "distorted", 2.5, null, null, null],
  ["mlp:hidden=500,second=150", "28×28-500-150-10", "plain", 2.95, null, 469, 469],
  ["mlp:hidden=500,second=150", "28×28-500-150-10", "distorted", 2.45, null, null, null],
  ["lenet1", "LeNet-1", "16x16", 1.7, 3.7, 100, 3],
  ["lenet4", "LeNet-4", "plain", 1.1, 1.8, 260, 17],
  ["lenet4-local", "LeNet-4 / Local", "plain", 1.1, 1.4, 20_000, 24_000],
  ["lenet4-knn", "LeNet-4 / K-NN", "plain", 1.1, 1.6, 10_000, 24_000],
  ["lenet5-1998", "LeNet-5", "plain", 0.95, null, 401, 60],
  ["lenet5-1998", "LeNet-5", "distorted", 0.8, null, null, null],
  ["boosted-lenet4", "Boosted LeNet-4", "distorted", 0.7, 0.5, 460, 51],
];

/** Every row of Figs. 9 to 12, in the order of Fig. 9. */
export const published: readonly PublishedMethod[] = rows.map(
  ([name, title, input, errorPercent, rejectedPercent, kiloMultiplyAdds, kiloVariables]) => ({
    name,
    title,
    input,
    errorPercent,
    rejectedPercent,
    kiloMultiplyAdds,
    kiloVariables,
  }),
);

/** Where the paper's text or two of its figures say different things. */
export const slips: readonly { readonly name: string; readonly slip: string }[] = [
  {
    name: "linear",
    slip: "Figs. 11 and 12 count 4,000: those of the deslanted 20×20 images; 28×28 pixels have 7,850 weights.",
  },
  { name: "rs-svm", slip: "The text of III.C.11 says 1.1 %." },
  { name: "v-svm", slip: "Fig. 12 calls it poly 5." },
  { name: "mlp:hidden=500,second=150", slip: "The text of III.C.6 says 1000-150." },
];

/** The row of this method on these images, or null where the paper has none. */
export const publishedFor = (name: string, input: PublishedInput): PublishedMethod | null =>
  published.find((row) => row.name === name && row.input === input) ?? null;
