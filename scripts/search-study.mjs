// Does a Bayesian search find better settings of LeNet-5 than chance does? Rate, batch and dropout, as many trainings each, ten
// repeats with other seeds; every training is short, so that this takes minutes. Judged on validation images: the test images are
// not looked at. Writes a line a search to docs/search.jsonl, where finished searches are not done again, and docs/search.md.
// Run: node scripts/ready.mjs && node scripts/search-study.mjs
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadData, netNamed, train } from "../dist/src/index.js";
import { commit, processor } from "../dist/src/lab/run/provenance.js";
import { nextGeneration } from "../dist/src/lab/sweep/search/methods.js";

const REPEATS = 10;
const TRIALS = 24;
const IMAGES = 10_000;
const VALIDATION = 5_000;
const EPOCHS = 2;
const LINES = new URL("../docs/search.jsonl", import.meta.url);
const PAGE = new URL("../docs/search.md", import.meta.url);

/** Rate of Adam, images in a step, dropout in C5 and F6. */
const domains = [
  { kind: "range", scale: "log", low: 1e-5, high: 1, step: null },
  { kind: "range", scale: "log", low: 8, high: 512, step: 1 },
  { kind: "range", scale: "linear", low: 0, high: 0.9, step: null },
];

const data = await loadData("mnist", "train");

/** Share of the validation images that are missed; 1 where the training came to nothing. */
const score = async ([rate, batch, dropout]) => {
  try {
    const { metrics } = await train(netNamed(`lenet5:dropout=${dropout.toFixed(4)}`), {
      data: { train: data },
      out: null,
      limit: IMAGES,
      validation: VALIDATION,
      epochs: EPOCHS,
      batch,
      threads: 1,
      seed: 1,
      distort: 0,
      optimiser: "adam",
      schedule: { kind: "constant", rate },
    });
    return metrics.validation.misses / VALIDATION;
  } catch (error) {
    if (!/the loss became/.test(error.message)) throw error;
    return 1;
  }
};

/** The least error after each training of a search. */
const search = async (method, seed, onTrial) => {
  const tried = [];
  while (tried.length < TRIALS) {
    for (const cell of nextGeneration(
      { method, domains, canTry: () => true, cap: TRIALS, halved: false, seed },
      tried,
    )) {
      tried.push({ cell, score: await score(cell) });
      onTrial(tried.length);
    }
  }
  const best = tried.reduce((least, one) => (one.score < least.score ? one : least));
  return { least: tried.map((_, i) => Math.min(...tried.slice(0, i + 1).map(({ score }) => score))), best: best.cell };
};

const lines = existsSync(LINES) ? readFileSync(LINES, "utf8").trim().split("\n").map(JSON.parse) : [];
const start = performance.now();
const wanted = Array.from({ length: REPEATS }, (_, i) =>
  ["random", "bayes"].map((method) => ({ method, seed: i + 1 })),
).flat();
const open = wanted.filter(({ method, seed }) => !lines.some((line) => line.method === method && line.seed === seed));
for (const [index, { method, seed }] of open.entries()) {
  const found = await search(method, seed, (trials) => {
    const done = (index * TRIALS + trials) / (open.length * TRIALS);
    const left = Math.round(((performance.now() - start) / 60_000) * (1 / done - 1));
    process.stderr.write(`${method}, seed ${seed}: ${trials} of ${TRIALS}, about ${left} min left\n`);
  });
  const line = { method, seed, ...found, commit: commit(), cpu: processor(), node: process.versions.node };
  appendFileSync(LINES, `${JSON.stringify(line)}\n`);
  lines.push(line);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const perCent = (share) => `${(100 * share).toFixed(2)} %`;
const after = (method, trials) => lines.filter((line) => line.method === method).map(({ least }) => least[trials - 1]);
const row = (trials) =>
  `| ${trials} | ${["random", "bayes"].map((method) => `${perCent(mean(after(method, trials)))} ± ${perCent(spread(after(method, trials)))}`).join(" | ")} |`;
const better = lines.filter(
  ({ method, seed, least }) =>
    method === "bayes" &&
    least.at(-1) < lines.find((line) => line.method === "random" && line.seed === seed).least.at(-1),
).length;
writeFileSync(
  PAGE,
  `# Does a Bayesian search find more than chance?

Written by \`node scripts/search-study.mjs\` from [search.jsonl](search.jsonl). The rate of Adam (1e-5 to 1, by its logarithm), the images
in a step (8 to 512) and the dropout (0 to 0.9) of LeNet-5; a training is ${EPOCHS} passes over ${(IMAGES - VALIDATION).toLocaleString("en-US")} images of MNIST. What is counted is the
least error so far on ${VALIDATION.toLocaleString("en-US")} validation images: mean and spread of ${REPEATS} searches with other seeds.

| trainings | at random | Bayesian |
| --: | --: | --: |
${[4, 8, 12, 16, 20, 24].map(row).join("\n")}

After ${TRIALS} trainings the Bayesian search was ahead in ${better} of ${REPEATS} pairs. Until eight are done both are the same: a Bayesian search
begins with chance, to have something to learn from.
`,
);
