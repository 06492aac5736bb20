// Figures of what a model answers: which classes it confuses, how each class does, how far its confidence can be trusted, and how many
// images have to be rejected for an error that somebody wants.
import { published } from "../../../baselines/published.ts";
import { perCent } from "../../../charts/axes.ts";
import { barChart } from "../../../charts/bar-chart.ts";
import type { Figure } from "../../../charts/figure.ts";
import { heatChart } from "../../../charts/heat-chart.ts";
import { imageGrid, type Picture } from "../../../charts/image-grid.ts";
import { lineChart, type Series } from "../../../charts/line-chart.ts";
import { splitName } from "../../../named.ts";
import { rejectionCurve, rejectionFor, thinned } from "../../model/rejection.ts";
import { calibrationError, classScores, confusedPairs, reliability, wilson } from "../study/statistics.ts";
import { addressOf, percentText, type Study, signOf, surestMistakes } from "../study/study.ts";

type Per = "counts" | "rows" | "columns";

const confusion = (study: Study, per: Per): Figure => {
  const { confusion: counts } = study.answers;
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts.map((_, answer) => counts.reduce((sum, row) => sum + row[answer]!, 0));
  const misses = Math.max(...counts.flatMap((row, label) => row.filter((_, answer) => answer !== label)), 1);
  const whole = (row: number, column: number): number => (per === "rows" ? rows[row]! : columns[column]!);
  const values = counts.map((row, r) =>
    row.map((count, c) => (per === "counts" ? count : whole(r, c) > 0 ? count / whole(r, c) : null)),
  );
  const told = {
    counts: ["Confusion", "How many images of each class (rows) got each answer (columns)."],
    rows: [
      "Confusion, by label",
      "Of the images of each class (rows), the percentage that got each answer; the diagonal is recall.",
    ],
    columns: [
      "Confusion, by answer",
      "Of the answers (columns), the percentage that was given to images of each class; the diagonal is precision.",
    ],
  }[per];
  const shades = "The diagonal is framed; off it, the fuller a cell, the more images.";
  return heatChart({
    id: per === "counts" ? "confusion" : `confusion-${per}`,
    title: told[0]!,
    description: `${told[1]} ${shades}`,
    rowLabel: "label",
    columnLabel: "answer",
    rows: study.classNames.map((name, label) => (signOf(study, label) === name ? name : `${label} ${name}`)),
    columns: study.classNames.map((_, label) => signOf(study, label)),
    values,
    format: (value) => (per === "counts" ? (value > 0 ? `${value}` : "·") : value > 0 ? (value * 100).toFixed(1) : "·"),
    fill: (_, row, column) => (row === column ? 0 : counts[row]![column]! / misses),
    marked: (row, column) => row === column,
  });
};

export const confusionFigure = (study: Study): Figure => confusion(study, "counts");
export const confusionRowsFigure = (study: Study): Figure => confusion(study, "rows");
export const confusionColumnsFigure = (study: Study): Figure => confusion(study, "columns");

export const classesFigure = (study: Study): Figure => {
  const scores = classScores(study.answers.confusion);
  const figure = barChart({
    id: "classes",
    title: "Error, class by class",
    description: "Share of the images of each class that were answered wrongly, with Wilson's 95\u00a0% interval.",
    x: { label: "error", format: perCent },
    bars: scores.map(({ images, right }, label) => {
      const { low, high } = wilson(images - right, images);
      return { name: study.classNames[label]!, value: images > 0 ? 1 - right / images : 0, low, high };
    }),
  });
  const columns = ["class", "images", "right", "recall", "recall, from", "recall, to", "precision", "F1"];
  const rows = scores.map(({ images, right, recall, precision, f1 }, label) => {
    const { low, high } = wilson(right, images);
    return [study.classNames[label]!, images, right, recall, low, high, precision, f1];
  });
  return { ...figure, table: { columns, rows } };
};

const PAIRS = 12;

export const pairsFigure = (study: Study): Figure | string => {
  const pairs = confusedPairs(study.answers.confusion);
  if (pairs.length === 0) return "No image was answered wrongly.";
  const figure = barChart({
    id: "pairs",
    title: "Most confused pairs",
    description: `What is taken for what, the most frequent first${pairs.length > PAIRS ? `: ${PAIRS} of ${pairs.length} kinds of mistakes` : ""}.`,
    x: { label: "images", whole: true },
    bars: pairs.slice(0, PAIRS).map(({ label, answer, images }) => ({
      name: `${study.classNames[label]} → ${study.classNames[answer]}`,
      value: images,
    })),
  });
  const rows = pairs.map(({ label, answer, images }) => [study.classNames[label]!, study.classNames[answer]!, images]);
  return { ...figure, table: { columns: ["label", "answer", "images"], rows } };
};

/** Wrong images that are drawn, at most; the table beside them has all. */
export const MOST_WRONG = 1_000;

const digit = (study: Study, index: number, side: number): Picture => {
  const { answers, sure } = study.answers;
  const [label, answer] = [study.set.labels[index]!, answers[index]!];
  const told = `image ${index}, a ${study.classNames[label]}, answered ${study.classNames[answer]}`;
  return {
    name: `${told}, ${percentText(sure[index]!, 1)} sure`,
    caption: `${signOf(study, label)} → ${signOf(study, answer)}`,
    show: addressOf(study, index),
    width: side,
    height: side,
  };
};

/** Every output of these images; the answer's is marked. */
const outputTable = (study: Study, indices: readonly number[]): Figure["table"] => {
  const { answers, scores, classes, sure } = study.answers;
  return {
    columns: ["image", "label", "answer", "sure", ...study.classNames.map((name) => `${study.output} ${name}`)],
    rows: indices.map((n) => [
      n,
      study.classNames[study.set.labels[n]!]!,
      study.classNames[answers[n]!]!,
      percentText(sure[n]!, 1),
      ...Array.from(scores.subarray(n * classes, (n + 1) * classes), (score, k) => {
        const told = Number(score.toPrecision(4));
        return k === answers[n] ? `▸ ${told}` : told;
      }),
    ]),
  };
};

export const wrongFigure = (study: Study): Figure | string => {
  const { wrong } = study.answers;
  if (wrong.length === 0) return "No image was answered wrongly.";
  const shown = wrong.slice(0, MOST_WRONG);
  const rest = wrong.length > shown.length ? ` These are the first ${shown.length} of ${wrong.length}.` : "";
  return imageGrid({
    id: "wrong",
    title: "Every mistake",
    description: `The images that were answered wrongly, in the order of their file: label → answer.${rest} The table has every ${study.output}; ▸ marks the answer's.`,
    rows: [{ name: "", pictures: shown.map((n) => digit(study, n, 42)) }],
    table: outputTable(study, wrong),
  });
};

const SUREST = 12;

export const surestFigure = (study: Study): Figure | string => {
  const surest = surestMistakes(study.answers).slice(0, SUREST);
  if (surest.length === 0) return "No image was answered wrongly.";
  return imageGrid({
    id: "surest",
    title: "Surest mistakes",
    description:
      "The wrong answers that were surest of themselves: label → answer. Often the label is the strange one.",
    rows: [{ name: "", pictures: surest.map((n) => digit(study, n, 96)) }],
    table: outputTable(study, surest),
  });
};

const BINS = 10;

export const reliabilityFigure = (study: Study): Figure => {
  const { sure, answers } = study.answers;
  const all = Array.from(sure, (value, n) => ({ sure: value, right: answers[n] === study.set.labels[n] }));
  const bins = reliability(all, BINS);
  const error = calibrationError(bins);
  const figure = lineChart({
    id: "reliability",
    title: "Reliability",
    description: `How often answers were right, by how sure they were, in ${BINS} equal parts, with Wilson's 95\u00a0% intervals. On the diagonal confidence could be taken at its word; the mean distance from it is ${percentText(error)}.`,
    x: { label: "probability of the answer", from: 0, to: 1, format: perCent },
    y: { label: "right", from: 0, to: 1, format: perCent },
    series: [
      {
        name: study.model.net.title,
        marks: true,
        points: bins.map(({ sure, right, images }) => ({
          x: sure,
          y: right,
          ...wilson(Math.round(right * images), images),
        })),
      },
      {
        name: "as sure as right",
        dashed: true,
        like: 7,
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      },
    ],
  });
  const rows = bins.map(({ low, high, images, sure, right }) => [
    `${perCent(low)}–${perCent(high)}`,
    images,
    sure,
    right,
  ]);
  return { ...figure, table: { columns: ["probability", "images", "mean probability", "right"], rows } };
};

/** The point of 1989: 12.1 % rejected for 1 % errors, on the zip codes. */
const of1989: Series = {
  name: "zip codes, 1989",
  loose: true,
  points: [{ x: 0.121, y: 0.01 }],
};

/** Fig. 10 of 1998: percentages rejected for 0.5 % errors. The method of the same name stands out. */
const of1998 = (net: string): Series[] => {
  const rows = published.filter(({ rejectedPercent }) => rejectedPercent !== null);
  const own = splitName(net).name;
  return rows
    .filter(({ name }) => name.includes("lenet") || splitName(name).name === own)
    .map(({ title, rejectedPercent }) => ({
      name: `${title}, 1998`,
      loose: true,
      points: [{ x: rejectedPercent! / 100, y: 0.005 }],
    }));
};

const CURVE = 400;

export const rejectionFigure = (study: Study): Figure => {
  const { name } = study.model.net;
  const curve = rejectionCurve(study.answers);
  // As far as the papers' points lie, or as this net has to go for half a per cent.
  const to = Math.max(0.15, Math.min(1, (rejectionFor(curve, 0.005)?.rejectedShare ?? 0) * 1.1));
  const digits = study.classNames.every((one, label) => one === `${label}`);
  const papers = !digits ? [] : name.startsWith("zipcode1989") ? [of1989] : [of1989, ...of1998(name)];
  const told = digits ? " Dots are what the papers printed, each on its own test images." : "";
  return lineChart({
    id: "rejection",
    title: "Rejection",
    description: `Error among the images that are answered, when those whose two best outputs lie nearest to each other are rejected.${told}`,
    x: { label: "rejected", from: 0, to, format: perCent },
    y: { label: "error among the others", from: 0, format: perCent },
    levels: [
      { y: 0.01, name: "1 %" },
      { y: 0.005, name: "0.5 %" },
    ],
    series: [
      {
        name: study.model.net.title,
        points: thinned(curve, CURVE)
          .filter(({ rejectedShare }) => rejectedShare <= to)
          .map(({ rejectedShare, errorRate }) => ({ x: rejectedShare, y: errorRate })),
      },
      ...papers,
    ],
    height: 380,
  });
};
