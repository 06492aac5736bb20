// What the papers leave open, measured: every claim changes one thing of what we take, and nobody published what comes of it.
// The questions are numbered and answered in docs/paper-1989.md and docs/paper-1998.md. What we take is measured by
// open1989/base and open1989/mnist, lenet5-1998/mse (its row of the sixth pass), lenet5-1998/map and others.
import { type Claim, type Quantity, shown, type TrainingWork } from "./claim.ts";

type Settings = TrainingWork["settings"];

/** After training, as the paper of 1989 measured them; that of 1998 counts while it learns. */
const errorsOf1989: readonly Quantity[] = ["test error", "error on training images"];
const errorsOf1998: readonly Quantity[] = ["test error", "training error"];

const open = (
  id: string,
  title: string,
  source: string,
  net: string,
  settings: Settings,
  quantities: readonly Quantity[],
): Claim => ({
  id,
  title,
  source: `Open questions of ${source}`,
  work: { kind: "training", net, settings },
  measures: quantities.map((of) => shown(of, null)),
  seeds: 3,
});

const zipcode = { data: "zipcode" } as const;

/** The rate of 1998; after 23 passes it leaves about the error in training that the paper printed. */
const newton: Settings = { ...zipcode, optimiser: "sdlm", rate: 0.000_5 };

/** Number of the question, and what is taken instead; 0: what all of them differ from. */
const of1989: readonly [id: string, title: string, net: string, settings: Settings][] = [
  ["base", "0. as lenet train zipcode1989 has it, on the zip codes", "zipcode1989", zipcode],
  ["mnist", "0. the same on the first images of MNIST", "zipcode1989", { data: "mnist:sample=1989,size=16" }],
  ["ring", "1. H2 sees eight neighbours on a ring of twelve maps", "zipcode1989:scheme=ring", zipcode],
  ["squash", "2. 1.7159 tanh(2a/3) for tanh", "zipcode1989:activation=squash", zipcode],
  ["root", "3. weights begin in ±2.4/√F", "zipcode1989:init=root", zipcode],
  ["rate-0.01", "4. rate 0.01", "zipcode1989", { ...zipcode, optimiser: "sgd", rate: 0.01 }],
  ["rate-0.1", "4. rate 0.1", "zipcode1989", { ...zipcode, optimiser: "sgd", rate: 0.1 }],
  ["targets-0.58", "5. targets ±0.58, where tanh bends most", "zipcode1989:targets=0.58", zipcode],
  ["bias", "6. biases of the outputs begin at -1", "zipcode1989:bias=-1", zipcode],
  ["mnist-random", "7. random images of MNIST", "zipcode1989", { data: "mnist:sample=random,size=16" }],
  [
    "mnist-antialias",
    "7. images of MNIST made smaller with all their pixels",
    "zipcode1989",
    { data: "mnist:sample=1989,size=16,filter=antialias" },
  ],
  [
    "mnist-filled",
    "7. random images of MNIST whose digits fill 16×16",
    "zipcode1989",
    {
      data: "mnist:sample=random,size=16,filter=antialias,box=ink",
    },
  ],
  ["newton", "8. SDLM at 0.0005", "zipcode1989", newton],
  ["newton-squash", "8 and 2. SDLM, and 1.7159 tanh(2a/3)", "zipcode1989:activation=squash", newton],
];

/** The first six passes of the twenty that lenet5-1998 is taught in, at `times` its rates. */
const sixPasses = (times: number): Settings => ({
  data: "mnist",
  epochs: 6,
  optimiser: "sdlm",
  schedule: {
    kind: "staged",
    stages: [
      { epochs: 2, rate: 0.000_25 * times },
      { epochs: 3, rate: 0.000_1 * times },
      { epochs: 1, rate: 0.000_05 * times },
    ],
  },
});

/** As lenet5-1998/mse up to its sixth pass. */
export const taken = sixPasses(1);
const { optimiser: _, ...scheduled } = taken;

const lenet5: readonly [id: string, title: string, options: string, settings: Settings][] = [
  ["j-0.1", "1. eq. 9 with j = 0.1", ":loss=map,rubbish=0.1", taken],
  ["j-100", "1. eq. 9 with j = 100, in effect without rubbish", ":loss=map,rubbish=100", taken],
  ["distance-whole", "3. penalties are whole squared distances", ":distance=whole", taken],
  ["start-0.25", "6. coefficients begin at ¼, as averages", ":start=0.25", taken],
  ["shuffled", "7. another order of the patterns in every pass", "", { ...taken, shuffle: true }],
  ["patterns-5000", "8. h over the first 5,000 patterns", "", { ...scheduled, patterns: 5_000 }],
  ...["0.5", "1", "2"].map((times): [string, string, string, Settings] => [
    `distort-${times}`,
    `9. distortions of ${times} times our ranges`,
    "",
    { ...taken, distort: `paper:strength=${times}` },
  ]),
];

const lenet1: readonly [id: string, title: string, data: string][] = [
  ["whole", "on digits of 20×20", "mnist"],
  ["bilinear", "made smaller from two neighbours", "mnist:size=16,frame=28"],
  ["filled", "on digits that fill 16×16", "mnist:size=16,filter=antialias,box=ink,frame=28"],
];

/** Errors in training after the first two passes tell when it goes wrong, too. */
const early: readonly Quantity[] = [...errorsOf1998, "training error after pass 1", "training error after pass 2"];

const of1998: readonly Claim[] = [
  ...lenet5.map(([id, title, options, settings]) =>
    open(`open1998/${id}`, `${title}; 6 passes`, "LeCun et al. 1998", `lenet5-1998${options}`, settings, errorsOf1998),
  ),
  open(
    "open1998/rates-printed",
    "4. the rates as printed; 6 passes",
    "LeCun et al. 1998",
    "lenet5-1998",
    sixPasses(2),
    early,
  ),
  open(
    "open1998/init-paper",
    "5. weights begin in ±2.4/F; 2 passes",
    "LeCun et al. 1998",
    "lenet5-1998:init=paper",
    { ...taken, epochs: 2 },
    early,
  ),
  open(
    "open1998/lenet4-five",
    "10. LeNet-4, five maps to a unit of C5",
    "LeCun et al. 1998",
    "lenet4:c5=five",
    { data: "mnist" },
    errorsOf1998,
  ),
  ...lenet1.map(([id, title, data]) =>
    open(`open1998/lenet1-${id}`, `11. LeNet-1, ${title}`, "LeCun et al. 1998", "lenet1", { data }, errorsOf1998),
  ),
];

export const openQuestions: readonly Claim[] = [
  ...of1989.map(([id, title, net, settings]) =>
    open(`open1989/${id}`, title, "LeCun et al. 1989", net, settings, errorsOf1989),
  ),
  ...of1998,
];
