// What is left of a study that trained each of twelve nets once: its conclusions beside ten seeds, at its own learning rate and at
// the one that suits each net best. Reads the sweep of examples/ablation-study.yaml and writes docs/ablation.md and, with all
// figures, docs/ablation-at-0.01.md and docs/ablation-at-best.md.
// Run: npx lenet sweep examples/ablation-study.yaml --out runs/ablation-study && node scripts/ablation-study.mjs [runs/ablation-study]
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { claimsNamed } from "../dist/src/lab/claims/index.js";
import { rankCorrelation } from "../dist/src/lab/claims/ranking.js";
import { writeMarkdown } from "../dist/src/lab/sweep/answer/markdown.js";
import { observationsOf } from "../dist/src/lab/sweep/answer/observations.js";
import { at, atBest, readAnswer } from "../dist/src/lab/sweep/answer/results.js";
import { estimate, mean } from "../dist/src/lab/sweep/answer/statistics.js";
import { importanceOf } from "../dist/src/lab/sweep/answer/variance.js";

const dir = process.argv[2] ?? "runs/ablation-study";
const doc = (name) => fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url));

const all = readAnswer(dir);
if (!all.complete) {
  process.stderr.write(`${dir}: expected a sweep at its end, got one that is not. lenet sweep --resume ${dir}\n`);
  process.exit(2);
}
const places = [
  { title: "at 0.01", page: "ablation-at-0.01", results: at(all, "learning_rate=0.01") },
  { title: "at the best rate", page: "ablation-at-best", results: atBest(all, "learning_rate") },
];
for (const { page, results } of places) writeMarkdown(results, doc(page));

const validation = ({ value }) => value;
const training = ({ train }) => train.accuracy;
const test = (trial) => trial.test.accuracy;

const percent = (share, digits = 2) => `${(100 * share).toFixed(digits)} %`;
const points = (share) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(2)}`;
const interval = ({ mean, low, high }) => `${points(mean)} (${points(low)} to ${points(high)})`;
const table = (rows) =>
  rows
    .toSpliced(
      1,
      0,
      rows[0].map(() => "---"),
    )
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** Cells that differ in one parameter alone, as pairs: the one with this value, and the one with the other. */
const pairsOf = (cells, name, value, other, among = () => true) =>
  cells
    .filter((cell) => among(cell.values) && cell.values[name] === value)
    .map((cell) => {
      const rest = ["activation_function", "batch_norm", "dropout"].filter((one) => one !== name);
      return [
        cell,
        cells.find(
          (one) =>
            one.values[name] === other && rest.every((parameter) => one.values[parameter] === cell.values[parameter]),
        ),
      ];
    });

/** What a value is worth beside another: the mean over pairs of cells, one number a seed. */
const worth = ({ cells, seeds }, outcome, ...which) => {
  const pairs = pairsOf(cells, ...which);
  const of = (cell, seed) => outcome(cell.trials.find((trial) => trial.seed === seed));
  return estimate(seeds.map((seed) => mean(pairs.map(([one, other]) => of(one, seed) - of(other, seed)))));
};

const verdict = ({ low, high }) => (low > 0 ? "yes" : high < 0 ? "the other way round" : "not to be told apart");

/** A difference: in words, whether it is there, and how large it is. */
const difference = (found, what = "") => ({
  says: `${what}${interval(found)}: ${verdict(found)}`,
  holds: found.low > 0,
  size: found.mean,
});
const yesOrNo = (says, holds) => ({ says: `${says}: ${holds ? "yes" : "no"}`, holds });

/** How often one run of a cell beats one run of another. */
const beats = (one, other, outcome) =>
  mean(
    one.trials.flatMap((a) =>
      other.trials.map((b) => (outcome(a) > outcome(b) ? 1 : outcome(a) === outcome(b) ? 0.5 : 0)),
    ),
  );

const byTraining = (cells) => cells.toSorted((a, b) => b.train.mean - a.train.mean);
const short = ({ values: { activation_function: f, batch_norm: norm, dropout } }) =>
  `${f}, ${norm === "yes" ? "norm" : "no norm"}, ${dropout}`;
const share = (results, outcome, name) => {
  const { effects } = importanceOf(observationsOf(results, outcome));
  return effects.find((effect) => effect.name === name).share;
};
const strong = ({ activation_function, dropout }) => activation_function === "tanh" && dropout === 0.5;

/** Of twelve numbers: a rank correlation that chance makes once in twenty times. */
const BY_CHANCE = 0.587;

/** What the study concluded, and what each place says of it. */
const conclusions = [
  [
    "ReLU is in all of the best runs: ReLU is better than tanh (points of accuracy on validation images)",
    ({ results }) => difference(worth(results, validation, "activation_function", "relu", "tanh")),
  ],
  ["… on the test images", ({ results }) => difference(worth(results, test, "activation_function", "relu", "tanh"))],
  [
    "tanh with strong dropout is the worst in training accuracy",
    ({ results: { cells } }) => {
      const last = byTraining(cells).slice(-2);
      return yesOrNo(
        `the last two: ${last.map(short).join("; ")}`,
        last.every(({ values }) => strong(values)),
      );
    },
  ],
  [
    "… and so strong dropout hurts tanh (0.5 beside 0, test images)",
    ({ results }) => {
      const isTanh = ({ activation_function }) => activation_function === "tanh";
      return difference(worth(results, test, "dropout", 0, 0.5, isTanh), "0 is worth ");
    },
  ],
  [
    "Batch norm matters less than activation and dropout (share of the variance of training accuracy)",
    ({ results }) => {
      const names = ["batch_norm", "activation_function", "dropout"];
      const [norm, ...others] = names.map((name) => share(results, training, name));
      return yesOrNo(
        [norm, ...others].map((one) => percent(one, 1)).join(", "),
        others.every((one) => one > norm),
      );
    },
  ],
  [
    "… what batch norm is worth on the test images",
    ({ results }) => difference(worth(results, test, "batch_norm", "yes", "no")),
  ],
  [
    `What is best in training is best in validation (rank correlation of the twelve; ${BY_CHANCE} and more is not chance)`,
    ({ results: { cells } }) => {
      const [trained, validated] = [cells.map(({ train }) => train.mean), cells.map(({ value }) => value.mean)];
      const found = rankCorrelation(trained, validated);
      return yesOrNo(found.toFixed(2), found >= BY_CHANCE);
    },
  ],
  [
    "The best of twelve can be named from one run each (how often a run of the best beats one of each of the next four)",
    ({ results: { cells } }) => {
      const won = cells.slice(1, 5).map((cell) => beats(cells[0], cell, validation));
      return yesOrNo(
        won.map((one) => percent(one, 0)).join(", "),
        won.every((one) => one >= 0.95),
      );
    },
  ],
];

/** What a conclusion came to, from what it is at the study's rate and at the best one. */
const outcomeOf = ([low, best]) => {
  if (!low.holds) return best.holds ? "holds at the best rate" : "noise";
  if (!best.holds) return "the learning rate's doing";
  return low.size === undefined ? "holds" : `holds, at ${percent(best.size / low.size, 0)} of its size`;
};

const conclusionRows = () =>
  conclusions.map(([text, judge]) => {
    const found = places.map(judge);
    return [text, ...found.map(({ says }) => says), outcomeOf(found)];
  });

/** That the best rate is at the end of those tried, where it is for all. */
const endText = () => {
  const rates = new Set(all.cells.map(({ values }) => values.learning_rate));
  const chosen = new Set(places[1].results.cells.map(({ values }) => values.learning_rate));
  const [least] = [...rates].toSorted((a, b) => a - b);
  return chosen.size === 1 && chosen.has(least)
    ? ` It is ${least} for all twelve; whether a still smaller one suits some better was not tried.`
    : "";
};

const cellRows = () => {
  const [low, best] = places.map(({ results }) => results.cells);
  const measured = (cell) => [
    `${percent(cell.value.mean)} ± ${(100 * cell.value.spread).toFixed(2)}`,
    `${percent(cell.test.mean)} ± ${(100 * cell.test.spread).toFixed(2)}`,
  ];
  return low.map((cell) => {
    const { activation_function: f, batch_norm: norm, dropout } = cell.values;
    const [claim] = claimsNamed(`ablation/${f}-${norm === "yes" ? "norm" : "plain"}-${dropout}`);
    const [tested, trained] = claim.measures.map(({ published }) => percent(published));
    const other = best.find((one) => short(one) === short(cell));
    return [
      short(cell),
      trained,
      `${percent(cell.train.mean)} ± ${(100 * cell.train.spread).toFixed(2)}`,
      tested,
      ...measured(cell),
      `${other.values.learning_rate}`,
      ...measured(other),
    ];
  });
};

const { seeds, origin, fixed } = all;
writeFileSync(
  doc("ablation"),
  `# What the activation, batch norm and dropout do to LeNet-5

A study on the web trained twelve nets, each once, and drew conclusions. Here each is trained with ${seeds.length} seeds, ${fixed.epochs} epochs of
Adam with steps of ${fixed.batch_size}, at the study's learning rate of 0.01 and at 0.001; "the best rate" is the one of the two that suits a net
best on the validation images.${endText()} The test images were looked at once, at the end of each training.

\`\`\`sh
npx lenet sweep examples/ablation-study.yaml --out runs/ablation-study     # ${all.cells.length * seeds.length} trainings
node scripts/ablation-study.mjs                                            # this page and the two it is made of
\`\`\`

All tables and figures: [at 0.01](ablation-at-0.01.md), [at the best rate](ablation-at-best.md).

## What is left of the conclusions

Differences are means over all pairs of nets that differ in this alone, in points of accuracy, with their 95 % intervals over seeds.

${table([["the study, from one run each", ...places.map(({ title }) => title), "verdict"], ...conclusionRows()])}

## The twelve nets

Means and standard deviations over ${seeds.length} seeds, in the order of the validation images at 0.01; what the study printed is of one run.

${table([["net", "training, printed", "training", "test, printed", "validation", "test", "best rate", "validation", "test"], ...cellRows()])}

${places.map(({ title, page }) => `![How far seeds scatter, ${title}](${page}-figures/seeds.svg)`).join("\n\n")}

Written by \`scripts/ablation-study.mjs\` from trainings on ${origin.processor}; lenet ${origin.versions.lenet}, commit ${(origin.commit ?? "unknown").slice(0, 7)}, Node ${origin.versions.node}, begun on ${origin.startedAt.slice(0, 10)}.
`,
);
process.stdout.write(
  "Wrote docs/ablation.md, docs/ablation-at-0.01.md and docs/ablation-at-best.md, with their figures\n",
);
