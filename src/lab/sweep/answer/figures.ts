// The figures of a sweep's report, each from results and analysis alone.
import { type Axis, perCent } from "../../../charts/axes.ts";
import { barChart } from "../../../charts/bar-chart.ts";
import { type Figure, textWidth } from "../../../charts/figure.ts";
import { heatChart } from "../../../charts/heat-chart.ts";
import { lineChart, type Point, type Series } from "../../../charts/line-chart.ts";
import { parallelChart } from "../../../charts/parallel-chart.ts";
import { stripChart } from "../../../charts/strip-chart.ts";
import type { EpochRecord } from "../../run/run-folder.ts";
import { inMetric, type Metric } from "../file/metric.ts";
import type { Analysis, PairTable } from "./analysis.ts";
import { type CellResult, intervalOf, type SweepResults, valuesText } from "./results.ts";
import { mean } from "./statistics.ts";

/** Curves that are told apart by name; of more cells the best are named and the others stand behind. */
const NAMED = 12;
/** Trials drawn one by one behind the means. */
const FAINT = 80;
const PAIRS = 10;

const isShare = ({ of }: Metric): boolean => of !== "loss";
const axisOf = (metric: Metric, label = metric.name): Axis =>
  isShare(metric) ? { label, format: perCent } : { label };
const rounded = (value: number): string => String(Number(value.toPrecision(3)));

/** The mean over a cell's seeds, epoch by epoch, as far as any came. */
const meanCurve = (cell: CellResult, value: (record: EpochRecord) => number | undefined): Point[] => {
  const epochs = Math.max(...cell.trials.map(({ history }) => history.length), 0);
  return Array.from({ length: epochs }, (_, epoch) => {
    const values = cell.trials.flatMap(({ history }) => {
      const found = history[epoch] && value(history[epoch]);
      return found === undefined ? [] : [found];
    });
    return { x: epoch + 1, y: mean(values) };
  });
};

const curves = (
  id: string,
  title: string,
  results: SweepResults,
  y: Axis,
  value: (record: EpochRecord) => number | undefined,
): Figure => {
  const { cells } = results;
  const named = cells.length <= NAMED ? cells : cells.slice(0, NAMED / 2);
  const lines = named.map(
    (cell, index): Series => ({
      name: valuesText(cell.values),
      points: meanCurve(cell, value),
      like: index,
      dashed: index >= 10,
    }),
  );
  const behind = cells.flatMap((cell, index) =>
    cell.trials.map(
      ({ history, seed }): Series => ({
        name: `${cell.name}, seed ${seed}`,
        points: history.flatMap((record) => {
          const found = value(record);
          return found === undefined ? [] : [{ x: record.epoch, y: found }];
        }),
        faint: true,
        like: index < named.length ? index : 7,
      }),
    ),
  );
  const rest = cells.length > named.length ? ` The best ${named.length} of ${cells.length} cells are named.` : "";
  const seeds =
    results.seeds.length > 1
      ? "A line is the mean of a cell's seeds, the thin lines behind are its trials."
      : "A line is a cell.";
  return lineChart({
    id,
    title,
    description: `${seeds}${rest}`,
    // Between whole epochs there is nothing to read off.
    x: { label: "epoch", format: (epoch) => (Number.isInteger(epoch) ? `${epoch}` : "") },
    y,
    series: [...(behind.length <= FAINT || named.length < cells.length ? behind : []), ...lines],
    width: 860,
    height: 420 + Math.ceil(named.length / 2) * 22,
  });
};

const parallel = ({ parameters, cells, metric, seeds }: SweepResults): Figure => {
  const isLog = (name: string): boolean => {
    const { domain } = parameters.find((one) => one.name === name)!;
    return domain.kind !== "choice" && domain.scale === "log";
  };
  return parallelChart({
    id: "parallel",
    title: "Every trial, from its parameters to its outcome",
    description: `A line is a trial of ${seeds.length > 1 ? "one seed of " : ""}a cell; the best tenth is drawn strongly.`,
    axes: [
      ...parameters.map(({ name }) => ({ label: name, ...(isLog(name) ? { scale: "log" as const } : {}) })),
      { ...axisOf(metric) },
    ],
    lines: cells.flatMap(({ name, values, trials }) =>
      trials.flatMap(({ seed, value }) =>
        value === null
          ? []
          : [
              {
                name: `${name}, seed ${seed}`,
                values: [...parameters.map((one) => asCoordinate(values[one.name]!)), value],
              },
            ],
      ),
    ),
    best: metric.goal === "maximize" ? "most" : "least",
  });
};

const asCoordinate = (value: string | number | boolean): string | number =>
  typeof value === "boolean" ? String(value) : value;

const importance = ({ importance: found }: Analysis): Figure[] => {
  if (!found) return [];
  const seeds = found.seeds === null ? [] : [{ name: "the seed alone", value: found.seeds }];
  const how =
    found.method === "forest"
      ? "Estimated by a forest of trees: how much of the variance of its answers each parameter makes by itself."
      : "Exact on this grid: how much of the variance between trials each parameter makes by itself (one name) and each pair beyond that (two names).";
  return [
    barChart({
      id: "importance",
      title: "What makes the difference",
      description: how,
      x: { label: "share of the variance", format: perCent, from: 0 },
      bars: [...found.effects.slice(0, 15).map(({ name, share }) => ({ name, value: share })), ...seeds],
      width: 720,
    }),
  ];
};

const margins = ({ margins: found }: Analysis, metric: Metric): Figure[] =>
  found.length === 0
    ? []
    : [
        barChart({
          id: "margins",
          title: "What each value is worth",
          description: "The mean over all trials with that value, whatever the others were, with its 95 % interval.",
          x: axisOf(metric),
          mark: "dot",
          bars: found.map(({ parameter, level, estimate }) => ({
            name: level,
            group: parameter,
            value: estimate.mean,
            ...intervalOf(metric, estimate),
          })),
          width: 720,
        }),
      ];

const pairFigure = (pair: PairTable, index: number, metric: Metric): Figure => {
  const known = pair.means.flat().filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const format = (value: number): string => (isShare(metric) ? (value * 100).toFixed(2) : rounded(value));
  return heatChart({
    id: `pair-${index + 1}`,
    title: `${pair.parameters[0]} and ${pair.parameters[1]}`,
    description: `Mean ${metric.name}${isShare(metric) ? " in per cent" : ""} for each pair of values; the fuller a cell, the larger.`,
    rowLabel: pair.parameters[0],
    columnLabel: pair.parameters[1],
    rows: pair.levels[0],
    columns: pair.levels[1],
    values: pair.means,
    format,
    fill: (value) => (most > least ? (value - least) / (most - least) : 0.5),
    cell: Math.max(84, ...pair.levels[1].map((level) => textWidth(level) + 10)),
  });
};

const strips = ({ cells, metric }: SweepResults): Figure =>
  stripChart({
    id: "seeds",
    title: "How far seeds scatter",
    description: "A dot is a trial, a line the mean of its cell; cells stand in the order of the ranking, best first.",
    label: "rank of the cell",
    y: axisOf(metric),
    strips: cells
      .map(({ name, trials }, index) => ({
        name: String(index + 1),
        points: trials.flatMap(({ seed, value }) => (value === null ? [] : [{ value, name: `${name}, seed ${seed}` }])),
      }))
      .filter(({ points }) => points.length > 0)
      .slice(0, 40),
    width: Math.max(640, Math.min(40, cells.length) * 40),
  });

const significance = ({ comparisons, allPairs }: Analysis, { cells }: SweepResults): Figure[] => {
  if (comparisons.length === 0) return [];
  const names = cells.map((_, index) => String(index + 1));
  const rows = allPairs ? names : names.slice(0, 1);
  const chances = new Map(comparisons.map(({ cells: [a, b], corrected }) => [`${a}/${b}`, corrected]));
  return [
    heatChart({
      id: "significance",
      title: "Which cells really differ",
      description: `Welch's test for each ${allPairs ? "pair of cells" : "cell against the best"}, after Holm's correction for ${comparisons.length} tests: the chance of such a difference between equal cells. Filled cells are below .05.`,
      rowLabel: "rank",
      columnLabel: "rank",
      rows,
      columns: names,
      values: rows.map((_, row) =>
        names.map((_, column) => chances.get(`${Math.min(row, column)}/${Math.max(row, column)}`) ?? null),
      ),
      format: (chance) => (chance < 0.001 ? "<.001" : chance.toFixed(3).replace(/^0/, "")),
      fill: (chance) => (chance < 0.05 ? 0.6 : 0),
      cell: 50,
    }),
  ];
};

const cost = ({ cost: { secondsATrial } }: Analysis, { cells, metric }: SweepResults): Figure => {
  const points = cells.flatMap(({ value }, index) => {
    const seconds = secondsATrial[index];
    return value && typeof seconds === "number" ? [{ x: seconds, y: value.mean }] : [];
  });
  return lineChart({
    id: "cost",
    title: "What a trial costs",
    description: "A dot is a cell: seconds that one of its trials took on one thread, and what it came to.",
    x: { label: "seconds a trial", from: 0 },
    y: axisOf(metric),
    series: [{ name: "cells", points, loose: true }],
  });
};

export interface SweepFigures {
  readonly curves: readonly Figure[];
  readonly parallel: Figure;
  readonly importance: readonly Figure[];
  readonly margins: readonly Figure[];
  readonly pairs: readonly Figure[];
  readonly seeds: Figure;
  readonly significance: readonly Figure[];
  readonly cost: Figure;
}

/** Every figure of the report. */
export const figuresOf = (results: SweepResults, analysis: Analysis): SweepFigures => {
  const { metric } = results;
  const loss = isShare(metric)
    ? []
    : [
        curves(
          "validation-loss",
          "Loss on the validation images",
          results,
          { label: "validation loss" },
          ({ validation }) => validation?.loss,
        ),
      ];
  const error = metric.of === "error";
  const scored = (part: "train" | "validation") => (record: EpochRecord) => {
    const score = record[part];
    return score && (error ? inMetric(metric, score) : score.accuracy);
  };
  const what = error ? "error" : "accuracy";
  const share = (label: string): Axis => ({ label, format: perCent });
  return {
    curves: [
      curves("train-curves", `Training ${what}`, results, share(`training ${what}`), scored("train")),
      curves("validation-curves", `Validation ${what}`, results, share(`validation ${what}`), scored("validation")),
      ...loss,
    ],
    parallel: parallel(results),
    importance: importance(analysis),
    margins: margins(analysis, metric),
    pairs: analysis.pairs.slice(0, PAIRS).map((pair, index) => pairFigure(pair, index, metric)),
    seeds: strips(results),
    significance: significance(analysis, results),
    cost: cost(analysis, results),
  };
};
