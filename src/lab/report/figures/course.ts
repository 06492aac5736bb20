// Figures of how a training went: loss and accuracy epoch by epoch, step by step, and the rate.
import { perCent } from "../../../charts/axes.ts";
import type { Figure } from "../../../charts/figure.ts";
import { lineChart, type Series } from "../../../charts/line-chart.ts";
import type { EpochRecord, Score } from "../../run/run-folder.ts";
import type { Study } from "../study/study.ts";

const parts = ["train", "validation", "test"] as const;
const words = { train: "training", validation: "validation", test: "test" } as const;

/** A series for each part that was scored, of each course. */
const seriesOf = ({ courses }: Study, value: (score: Score) => number): Series[] =>
  courses.flatMap(({ name, history }, index) =>
    parts
      .filter((part) => history.some((record) => record[part]))
      .map((part) => ({
        name: name === "" ? words[part] : `${name}, ${words[part]}`,
        points: history.flatMap((record: EpochRecord) => {
          const score = record[part];
          return score ? [{ x: record.epoch, y: value(score) }] : [];
        }),
        marks: history.length <= 40,
        ...(courses.length > 1 ? { like: index } : {}),
        ...(part === "train" ? {} : { dashed: true }),
      })),
  );

export const nothing = "No history: this is a file of weights, not a run folder.";

const trained =
  "Training values were measured while the weights were still moving, so they lie behind those of the epoch's end.";

export const lossFigure = (study: Study): Figure | string =>
  study.courses.length === 0
    ? nothing
    : lineChart({
        id: "loss",
        title: "Loss",
        description: `Mean loss of an image, epoch by epoch, on a logarithmic axis. ${trained}`,
        x: { label: "epoch", from: 1, whole: true },
        y: { label: "loss", scale: "log" },
        series: seriesOf(study, ({ loss }) => loss),
      });

export const accuracyFigure = (study: Study): Figure | string =>
  study.courses.length === 0
    ? nothing
    : lineChart({
        id: "accuracy",
        title: "Error",
        description: `Share of images answered wrongly, epoch by epoch, on a logarithmic axis. ${trained}`,
        x: { label: "epoch", from: 1, whole: true },
        y: { label: "error", scale: "log", format: perCent },
        series: seriesOf(study, ({ accuracy }) => 1 - accuracy),
      });

/** Points of a curve of steps. */
const POINTS = 200;

export const stepsFigure = (study: Study): Figure | string => {
  const told = study.courses.filter(({ steps }) => steps.length > 1);
  if (told.length === 0) return "No loss curve is kept step by step.";
  return lineChart({
    id: "steps",
    title: "Loss, step by step",
    description: `Mean loss over blocks of steps, at most ${POINTS} for the whole training, on a logarithmic axis: how the first steps went, and where the rate changed.`,
    x: stepAxis(told),
    y: { label: "loss", scale: "log" },
    series: told.map(({ name, steps }) => ({ name: name || "training", points: blocksOf(steps) })),
  });
};

const stepAxis = (courses: Study["courses"]) => ({
  label: "step",
  from: 0,
  to: Math.max(...courses.map(({ steps }) => steps.at(-1)!.step)),
});

const blocksOf = (steps: Study["courses"][number]["steps"]): { x: number; y: number }[] => {
  const block = Math.ceil(steps.length / POINTS);
  const points: { x: number; y: number }[] = [];
  for (let first = 0; first < steps.length; first += block) {
    const some = steps.slice(first, first + block).filter(({ loss }) => Number.isFinite(loss));
    const images = some.reduce((sum, step) => sum + step.images, 0);
    const last = steps[Math.min(first + block, steps.length) - 1]!;
    if (images > 0)
      points.push({ x: last.step, y: some.reduce((sum, step) => sum + step.loss * step.images, 0) / images });
  }
  return points;
};

export const rateFigure = (study: Study): Figure | string => {
  const told = study.courses.filter(({ steps }) => steps.length > 1);
  if (told.length === 0) return "No rates are kept step by step.";
  return lineChart({
    id: "rate",
    title: "Learning rate",
    description: "The global rate, step by step.",
    x: stepAxis(told),
    y: { label: "rate" },
    height: 220,
    series: told.map(({ name, steps }) => {
      const every = Math.ceil(steps.length / POINTS);
      const rates = steps.map(({ step, rate }) => ({ x: step, y: rate }));
      return { name: name || "rate", points: rates.filter((_, index) => index % every === 0) };
    }),
  });
};
