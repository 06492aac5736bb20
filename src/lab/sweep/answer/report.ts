// The report of a sweep as files: a page that holds everything, the trials as CSV, all results as JSON, every figure as SVG.
import { join } from "node:path";
import { csvOf, plainSvgOf, type Table } from "../../../charts/figure.ts";
import { figureBox, pageOf, paragraph, tableBox } from "../../../charts/page.ts";
import { makeFolder, writeAtomically } from "../../../files.ts";
import { thousands } from "../../table.ts";
import type { Metric } from "../file/metric.ts";
import { type Analysis, analyse } from "./analysis.ts";
import { figuresOf, type SweepFigures } from "./figures.ts";
import { type CellResult, intervalOf, readAnswer, type SweepResults, valuesText } from "./results.ts";
import type { Estimate } from "./statistics.ts";

/** The results as a document for programs: everything but the places in the sweep file. */
export const documentOf = ({ parameters, ...results }: SweepResults) => ({
  ...results,
  parameters: parameters.map(({ name, domain }) => ({ name, domain })),
});

/** Writes the report of these results into a folder, such as the sweep's; gives the page's path. Throws LenetError. */
export const writeReport = (dir: string, results = readAnswer(dir)): string => {
  const analysis = analyse(results);
  const figures = figuresOf(results, analysis);
  makeFolder(join(dir, "figures"));
  for (const figure of Object.values(figures).flat())
    writeAtomically(join(dir, "figures", `${figure.id}.svg`), plainSvgOf(figure));
  writeAtomically(join(dir, "results.csv"), csvOf(trialTable(results)));
  writeAtomically(join(dir, "results.json"), `${JSON.stringify({ ...documentOf(results), analysis }, null, 1)}\n`);
  const page = join(dir, "report.html");
  writeAtomically(page, pageText(results, analysis, figures));
  return page;
};

/** The parameters that tell cells apart. */
const namesOf = ({ parameters, atBest }: SweepResults): string[] => [
  ...parameters.map(({ name }) => name),
  ...(atBest === null ? [] : [atBest]),
];

/** A row for each trial. */
export const trialTable = (results: SweepResults): Table => ({
  columns: [
    "cell",
    "seed",
    "status",
    ...namesOf(results),
    results.metric.name,
    "train accuracy",
    "validation accuracy",
    "validation loss",
    "test accuracy",
    "test loss",
    "epochs",
    "seconds",
    "reason",
  ],
  rows: results.cells.flatMap(({ name, values, trials }) =>
    trials.map((trial) => [
      name,
      trial.seed,
      trial.status,
      ...namesOf(results).map((parameter) => String(values[parameter])),
      trial.value,
      trial.train?.accuracy ?? null,
      trial.validation?.accuracy ?? null,
      trial.validation?.loss ?? null,
      trial.test?.accuracy ?? null,
      trial.test?.loss ?? null,
      trial.history.length,
      Math.round(trial.elapsedMs) / 1000,
      trial.reason,
    ]),
  ),
});

/** A value of the metric as people read it. */
export const metricText = ({ of }: Pick<Metric, "of">, value: number): string =>
  of === "loss" ? value.toFixed(4) : `${(value * 100).toFixed(2)} %`;

export const withSpread = (metric: Pick<Metric, "of">, found: Estimate | null): string => {
  if (!found) return "–";
  const around =
    found.spread === null
      ? ""
      : ` ± ${metric.of === "loss" ? found.spread.toFixed(4) : (found.spread * 100).toFixed(2)}`;
  return `${metricText(metric, found.mean)}${around}`;
};

/** `98.71 – 99.26 %` */
export const intervalText = (metric: Pick<Metric, "of">, found: Estimate | null): string => {
  const interval = found && intervalOf(metric, found);
  return interval
    ? `${metricText(metric, interval.low).replace(" %", "")} – ${metricText(metric, interval.high)}`
    : "–";
};

export const accuracy = { of: "accuracy" } as const;

/** How many seeds of a cell count, and what became of the others. */
const seedsText = ({ trials, value }: CellResult): string => {
  const others = (["failed", "stopped", "unfinished"] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count > 0 ? [`${count} ${status}`] : [];
  });
  return [`${value?.count ?? 0}`, ...others].join(", ");
};

/** The cells, best first. */
export const rankingTable = (results: SweepResults): Table => {
  const { cells, metric } = results;
  const names = namesOf(results);
  return {
    columns: [
      "cell",
      ...names,
      `${metric.name}, mean ± spread`,
      "95 % interval",
      "train accuracy",
      "test accuracy",
      "seeds",
    ],
    rows: cells.map((cell, index) => [
      `${index + 1}. ${cell.name}`,
      ...names.map((name) => String(cell.values[name])),
      withSpread(metric, cell.value),
      intervalText(metric, cell.value),
      withSpread(accuracy, cell.train),
      withSpread(accuracy, cell.test),
      seedsText(cell),
    ]),
  };
};

export const duration = (milliseconds: number): string => {
  const minutes = milliseconds / 60_000;
  return minutes < 1
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : minutes < 60
      ? `${minutes.toFixed(1)} min`
      : `${(minutes / 60).toFixed(1)} h`;
};

/** What the comparisons come to, in a sentence. */
export const significanceText = ({ comparisons, allPairs }: Analysis, { cells, seeds }: SweepResults): string => {
  if (comparisons.length === 0)
    return `With ${seeds.length === 1 ? "one seed" : "so few results"} nobody can say which cells differ: a difference may be the seed's. Use seeds: 3 or more.`;
  const real = comparisons.filter(({ corrected }) => corrected < 0.05).length;
  const withBest = comparisons.filter(({ cells: [a] }) => a === 0);
  const best = withBest.filter(({ corrected }) => corrected >= 0.05).map(({ cells: [, other] }) => other);
  const tied =
    best.length > 0
      ? `The best, ${cells[0]!.name}, cannot be told apart from ${best.length} ${best.length === 1 ? "other" : "others"}: ${best.map((rank) => cells[rank]!.name).join(", ")}.`
      : `The best, ${cells[0]!.name}, differs from every other cell.`;
  const left = cells.length - 1 - withBest.length;
  const untested =
    left > 0 ? ` With ${left} it was not compared: stopped early, without results, or without any scatter.` : "";
  return `${real} of ${comparisons.length} ${allPairs ? "pairs" : "comparisons with the best"} differ at the 5 % level after correction. ${tied}${untested}`;
};

/** What is to be known of the figures of what matters, in sentences. */
export const caveatsOf = ({ sharedEpochs, untold }: Analysis): string[] => [
  ...(sharedEpochs === null
    ? []
    : [
        `Some trials were stopped early. Here all are judged by what they had come to after ${sharedEpochs === 1 ? "the first epoch" : `the first ${sharedEpochs} epochs`}, which every one has.`,
      ]),
  ...untold.map((name) => `Of ${name} only one value has results: what it does cannot be told.`),
];

const factsOf = (results: SweepResults, { cost }: Analysis) => {
  const { cells, metric, seeds } = results;
  const ranked = cells.filter(({ value }) => value !== null);
  const [best, worst] = [ranked[0]!, ranked.at(-1)!];
  const fact = (name: string, cell: CellResult) => ({
    name,
    value: metricText(metric, cell.value!.mean),
    note: `${cell.name}: ${valuesText(cell.values)}`,
  });
  return [
    fact("best", best),
    fact("worst", worst),
    {
      name: "cells",
      value: thousands(cells.length),
      note: `× ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`,
    },
    { name: "trials", value: thousands(cost.trials), note: `${thousands(cost.epochs)} epochs` },
    { name: "work", value: duration(cost.elapsedMs), note: "on one thread each, added up" },
  ];
};

const pageText = (results: SweepResults, analysis: Analysis, figures: SweepFigures): string => {
  const { origin, metric, method, fixed, complete, parameters } = results;
  const names = parameters.map(({ name }) => name).join(", ") || "nothing";
  const best = results.atBest === null ? "" : `, each cell at its best ${results.atBest}`;
  const rest = Object.entries(fixed)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  const failed = results.cells.flatMap(({ name, trials }) =>
    trials.filter(({ status }) => status === "failed").map((trial) => [name, trial.seed, trial.reason]),
  );
  const state = complete ? "" : " It is not complete: some trials failed or are still to come.";
  return pageOf({
    kind: "Sweep",
    title: origin.file.replace(/\.ya?ml$/i, ""),
    lead: `A ${method === "bayes" ? "Bayesian" : method} search over ${names}${best}${rest && `, with ${rest}`}; chosen by ${metric.name} on the validation images.${state}`,
    facts: factsOf(results, analysis),
    sections: [
      {
        id: "ranking",
        title: "Ranking",
        parts: [
          tableBox("Cells, best first", rankingTable(results)),
          paragraph(
            `${metric.name} is that of the epoch that did best on the validation images. The test images were looked at once, at the end of each trial, and chose nothing.`,
          ),
          ...(failed.length > 0
            ? [
                tableBox("Failed trials", {
                  columns: ["cell", "seed", "why it failed"],
                  rows: failed as (string | number | null)[][],
                }),
              ]
            : []),
        ],
      },
      { id: "curves", title: "Learning curves", parts: figures.curves.map((figure) => figureBox(figure)) },
      {
        id: "parameters",
        title: "What matters",
        parts: [
          ...caveatsOf(analysis).map((text) => paragraph(text)),
          ...[...figures.importance, ...figures.margins].map((figure) => figureBox(figure)),
          ...effectsPart(analysis),
        ],
      },
      ...(figures.pairs.length > 0
        ? [{ id: "pairs", title: "What acts together", parts: figures.pairs.map((figure) => figureBox(figure)) }]
        : []),
      {
        id: "trials",
        title: "Every trial",
        parts: [figures.parallel, figures.seeds].map((figure) => figureBox(figure)),
      },
      {
        id: "differences",
        title: "What is noise",
        parts: [
          paragraph(significanceText(analysis, results)),
          ...figures.significance.map((figure) => figureBox(figure)),
        ],
      },
      { id: "costs", title: "Cost", parts: [figureBox(figures.cost)] },
    ],
    foot: `lenet ${origin.versions.lenet}${origin.commit ? `, commit ${origin.commit.slice(0, 7)}` : ""}, Node ${origin.versions.node}, ${origin.processor}; begun ${origin.startedAt.slice(0, 10)}. results.csv and results.json beside this page hold all numbers, figures/ every figure.`,
  });
};

/** Effects with the chance of them, where seeds tell it. */
export const effectsTable = ({ importance }: Analysis): Table => ({
  columns: ["parameter", "share of the variance", "chance without any effect"],
  rows: [
    ...(importance?.effects ?? []).map(({ name, share, chance }) => [
      name,
      `${(share * 100).toFixed(1)} %`,
      chance === null ? "–" : chance < 0.001 ? "< .001" : chance.toFixed(3),
    ]),
    ...(importance?.seeds == null ? [] : [["the seed alone", `${(importance.seeds * 100).toFixed(1)} %`, "–"]]),
  ],
});

const effectsPart = (analysis: Analysis) =>
  analysis.importance?.seeds == null ? [] : [tableBox("Effects", effectsTable(analysis))];
