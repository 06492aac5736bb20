// LeCun et al. 1989, and the repetition of it with today's means by karpathy/lecun1989-repro, step by step.
import { optimiser } from "../../optimisers/index.ts";
import { type Claim, published, shown, type TrainingWork } from "./claim.ts";

// Its write-up resizes with torchvision, which smooths where it shrinks.
const SAMPLE = "mnist:sample=1989,size=16,filter=antialias";
const RANDOM_SAMPLE = "mnist:sample=random,size=16";

const training = (net: string, settings: TrainingWork["settings"]): TrainingWork => ({
  kind: "training",
  net,
  settings,
});

/**
 * The paper's own way: a rate for every weight, by its curvature, and a scaled tanh whose targets it can reach. The paper gives
 * no rate; ours was chosen on the last 1,291 training images.
 */
const newton = { optimiser: optimiser("sdlm"), rate: 5e-4 } as const;
const net1989 = "zipcode1989:activation=squash";

const paper: readonly Claim[] = [
  {
    id: "zipcode1989/zipcodes",
    title: "1989 net on the real zip codes, 23 passes",
    source: "LeCun et al. 1989, Neural Computation 1",
    work: training(net1989, { data: "zipcode", ...newton }),
    measures: [published("test error", 0.05), shown("training error", 0.0014)],
    seeds: 5,
  },
  {
    id: "zipcode1989/mnist",
    title: "1989 net on the first 7,291 and 2,007 images of MNIST, 23 passes",
    source: "raphaelsenn/lenet-1 on GitHub",
    work: training(net1989, { data: SAMPLE, ...newton }),
    measures: [published("test error", 0.0493), shown("training error", 0.0052)],
    seeds: 5,
  },
  {
    id: "zipcode1989/random",
    title: "1989 net on as many images of MNIST drawn at random, scaled without aliasing, 23 passes",
    source: "karpathy/lecun1989-repro on GitHub",
    work: training(net1989, { data: `${RANDOM_SAMPLE},filter=antialias`, ...newton }),
    measures: [shown("test error", 0.0409, 0.041), shown("training error", 0.0062)],
    seeds: 5,
  },
];

const adamw = { ...optimiser("adam"), decay: 0.01 } as const;
const falling = (epochs: number) =>
  ({ data: RANDOM_SAMPLE, epochs, optimiser: adamw, schedule: { kind: "linear", rate: 3e-4, floor: 1 / 3 } }) as const;

/** As karpathy/lecun1989-repro changed one thing after the other; its numbers are of one run on a sample of its own. */
const steps: readonly [id: string, title: string, work: TrainingWork, training: number, test: number][] = [
  ["base", "as of 1989", training("zipcode1989:init=root,bias=-1", { data: RANDOM_SAMPLE }), 0.0062, 0.0409],
  [
    "softmax",
    "+ softmax and cross-entropy, rate 0.01",
    training("zipcode1989:output=softmax,init=root", { data: RANDOM_SAMPLE, optimiser: "sgd", rate: 0.01 }),
    0,
    0.0438,
  ],
  [
    "adamw",
    "+ AdamW from 3e-4 to 1e-4, 46 passes",
    training("zipcode1989:output=softmax,init=root", falling(46)),
    0,
    0.0359,
  ],
  [
    "shift",
    "+ shifts by one pixel, 60 passes",
    training("zipcode1989:output=softmax,init=root", { ...falling(60), distort: "shift" }),
    0.017,
    0.0219,
  ],
  [
    "modern",
    "+ ReLU and dropout of a quarter, 80 passes",
    training("zipcode1989:activation=relu,output=softmax,init=root,dropout=0.25", {
      ...falling(80),
      distort: "shift",
    }),
    0.0147,
    0.0159,
  ],
];

const modernised: readonly Claim[] = steps.map(([id, title, work, trainingError, testError]) => ({
  id: `modern1989/${id}`,
  title: `1989 net, ${title}`,
  source: "karpathy/lecun1989-repro on GitHub, modern.py",
  work,
  measures: [shown("test error", testError, id === "modern" ? 0.016 : null), shown("training error", trainingError)],
  seeds: 5,
}));

export const paper1989: readonly Claim[] = [...paper, ...modernised];
