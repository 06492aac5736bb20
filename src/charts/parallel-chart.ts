// Parallel coordinates: an axis for each setting and one for the outcome, a line for each run. Settings are numbers or words.
import { line as lineShape } from "d3-shape";
import type { VNode } from "preact";
import { type Scale, scaleOf } from "./axes.ts";
import { at, type Cell, el, type Figure, hint, line, text, textWidth } from "./figure.ts";
import { colour } from "./theme.ts";

export interface ParallelAxis {
  readonly label: string;
  readonly scale?: "linear" | "log";
  readonly format?: (value: number) => string;
}

export interface ParallelChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly axes: readonly ParallelAxis[];
  /** A value for every axis; the last axis is the outcome. */
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | string)[] }[];
  /** Whether the largest or the smallest outcome is the best; the best tenth, at least three lines, are drawn strongly. */
  readonly best: "most" | "least";
  readonly width?: number;
  readonly height?: number;
}

/** Where a value lies on its axis, and what is written beside the axis. */
interface Column {
  readonly y: (value: number | string) => number;
  readonly marks: readonly { readonly y: number; readonly words: string }[];
}

/** Sizes of words, and how much wider bold ones are. */
const HEAD = 12;
const MARK = 11.5;
const BOLD = 1.1;

export const parallelChart = (chart: ParallelChart): Figure => {
  const { id, title, description, axes, lines, best, height = 360 } = chart;
  const [top, bottom] = [48, height - 18];
  const columns = axes.map((axis, index) =>
    columnOf(
      axis,
      lines.map(({ values }) => values[index]!),
      top,
      bottom,
    ),
  );
  const heads = axes.map(({ label }) => textWidth(label, HEAD) * BOLD);
  const marks = columns.map((column) => Math.max(...column.marks.map(({ words }) => textWidth(words, MARK)), 0));
  const left = Math.max(40, heads[0]! / 2 + 8);
  const right = Math.max(40, heads.at(-1)! / 2, marks.at(-1)! + 6) + 8;
  const gaps = Math.max(1, axes.length - 1);
  // A mark ends before the next axis; names of axes that would touch stand at two heights.
  const step = Math.max(
    110,
    ((chart.width ?? 640) - left - right) / gaps,
    ...marks.slice(0, -1).map((mark) => mark + 18),
  );
  const width = left + gaps * step + right;
  const x = (column: number): number => left + column * step;
  const crowded = heads.some((head, index) => index > 0 && (head + heads[index - 1]!) / 2 + 10 > step);
  const outcome = (values: readonly (number | string)[]): number => Number(values.at(-1)) * (best === "least" ? 1 : -1);
  const ranked = [...lines].sort((a, b) => outcome(a.values) - outcome(b.values));
  const strong = Math.min(ranked.length, Math.max(3, Math.ceil(ranked.length / 10)));
  const stroke = ({ name, values }: (typeof lines)[number], rank: number): VNode => {
    const points = values.map((value, index): [number, number] => [at(x(index)), at(columns[index]!.y(value))]);
    const loud = rank < strong;
    return el(
      "path",
      {
        d: lineShape()(points) ?? "",
        fill: "none",
        stroke: colour(loud ? "series2" : "series1"),
        "stroke-width": loud ? 2.25 : 1.25,
        "stroke-opacity": loud ? 1 : 0.3,
      },
      hint(`${name}: ${values.map((value, index) => `${axes[index]!.label} ${value}`).join(", ")}`),
    );
  };
  const drawing = el(
    "g",
    null,
    ...ranked.map(stroke).reverse(),
    ...axes.flatMap(({ label }, index) => [
      line(x(index), top, x(index), bottom, colour("soft")),
      text(x(index), crowded ? 12 + (index % 2) * 17 : 22, label, { anchor: "middle", bold: true, size: HEAD }),
      ...columns[index]!.marks.map((mark) =>
        text(x(index) + 6, mark.y, mark.words, { size: MARK, fill: colour("soft"), rim: true }),
      ),
    ]),
  );
  const table = {
    columns: ["run", ...axes.map(({ label }) => label)],
    rows: ranked.map(({ name, values }): Cell[] => [name, ...values]),
  };
  return { id, title, description, width, height, drawing, table };
};

const columnOf = (axis: ParallelAxis, values: readonly (number | string)[], top: number, bottom: number): Column => {
  if (values.every((value): value is number => typeof value === "number")) {
    const scale: Scale = scaleOf({ ...axis }, values, bottom, top);
    const marks = scale.ticks().map((tick) => ({ y: scale(tick), words: scale.format(tick) }));
    return { y: (value) => scale(Number(value)), marks };
  }
  const words = [...new Set(values.map(String))].sort();
  const y = (value: number | string): number =>
    bottom - ((words.indexOf(String(value)) + 0.5) / words.length) * (bottom - top);
  return { y, marks: words.map((word) => ({ y: y(word), words: word })) };
};
