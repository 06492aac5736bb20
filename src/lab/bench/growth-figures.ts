// How the cost of training grows, drawn: a line for one thread and one for all, on axes where what is proportional is straight.
import type { Axis } from "../../charts/axes.ts";
import type { Figure } from "../../charts/figure.ts";
import { lineChart } from "../../charts/line-chart.ts";
import type { GrowthPoint } from "./result.ts";

interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
}

const drawings: Readonly<Record<GrowthPoint["axis"], Drawing>> = {
  images: {
    title: "An epoch, by the number of its images",
    description:
      "Modern LeNet-5, Adam, batches of 64: milliseconds of an epoch. Proportional to the images is a line with slope one.",
    x: { label: "images", scale: "log" },
    y: { label: "ms an epoch", scale: "log" },
  },
  batch: {
    title: "A step, by the images in it",
    description:
      "Modern LeNet-5, Adam: milliseconds of a step. Small batches pay for the optimiser's step; from there on it is a line.",
    x: { label: "images in a step", scale: "log" },
    y: { label: "ms a step", scale: "log" },
  },
  threads: {
    title: "An image, by threads",
    description: "Modern LeNet-5, Adam, batches of 64: microseconds an image. More threads than cores gain nothing.",
    x: { label: "threads", whole: true },
    y: { label: "µs an image", from: 0 },
  },
  maps: {
    title: "An image, by the size of the net",
    description:
      "LeNet-5 with 1, 2, 3, 4, 6 and 8 times as many maps and units, by the multiply-adds that an image takes in training: microseconds an image.",
    x: { label: "million multiply-adds an image", from: 0 },
    y: { label: "µs an image", from: 0 },
  },
};

/** A figure for every axis that was measured. */
export const growthFigures = (growth: readonly GrowthPoint[]): Figure[] =>
  Object.entries(drawings).flatMap(([axis, drawing]) => {
    const points = growth.filter((point) => point.axis === axis);
    if (points.length === 0) return [];
    const counts = [...new Set(points.map(({ threads }) => threads))];
    const lines =
      axis === "threads" ? [points] : counts.map((count) => points.filter(({ threads }) => threads === count));
    const series = lines.map((line) => ({
      name: `${line[0]!.threads} thread${line[0]!.threads === 1 ? "" : "s"}`,
      points: line.map(({ x, cost }) => ({ x, y: cost })),
      marks: true,
    }));
    return [lineChart({ id: `growth-${axis}`, ...drawing, series, width: 460, height: 300 })];
  });
