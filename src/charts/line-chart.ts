// Lines over an axis of numbers: learning curves, rejection, robustness. Series may have a band, marks and a dash; lines across the
// plot and single points stand for what somebody else measured.
import { area as areaShape, line as lineShape } from "d3-shape";
import type { VNode } from "preact";
import {
  type Axis,
  bottomAxis,
  type Frame,
  type LegendEntry,
  leftAxis,
  leftMargin,
  legend,
  rightMargin,
  scaleOf,
} from "./axes.ts";
import { at, type Cell, el, type Figure, hint, line, type Table, text } from "./figure.ts";
import { colour, seriesColour } from "./theme.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of an interval around y. */
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly dashed?: boolean;
  /** A dot at every point, and its interval as a bar; without it intervals are a band. */
  readonly marks?: boolean;
  /** Only the dots. */
  readonly loose?: boolean;
  /** A line in the background, without an entry in the legend: the raw data behind a smooth curve. */
  readonly faint?: boolean;
  /** Shares the colour of the series of this number. */
  readonly like?: number;
}

export interface LineChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line across the plot at this height, with a name. */
  readonly levels?: readonly { readonly y: number; readonly name: string }[];
  readonly width?: number;
  readonly height?: number;
}

export const lineChart = (chart: LineChart): Figure => {
  const { id, title, description, x, y, series, levels = [], width = 640, height = 340 } = chart;
  const points = series.flatMap((one) => one.points);
  const heights = [...points.flatMap((one) => [one.y, one.low ?? one.y, one.high ?? one.y]), ...levels.map((l) => l.y)];
  const entries = series.flatMap((one, index) => (one.faint ? [] : [entryOf(one, index)]));
  const names = legend(series.length > 1 ? entries : [], 8, width - 16);
  const [top, bottom] = [names.height + 12, height - 52];
  const yScale = scaleOf(y, heights, bottom, top);
  const left = leftMargin(yScale);
  const places = points.map((one) => one.x);
  const right = rightMargin(scaleOf(x, places, left, width));
  const frame: Frame = { left, top, width: width - left - right, height: bottom - top };
  const xScale = scaleOf(x, places, left, left + frame.width);
  const place = (one: Point): [number, number] => [at(xScale(one.x)), at(yScale(one.y))];
  const paint = (one: Series, index: number): string => seriesColour(one.like ?? index);
  const drawing = el(
    "g",
    null,
    names.element,
    leftAxis(frame, yScale, y.label),
    bottomAxis(frame, xScale, x.label),
    ...levels.flatMap((level) => [
      line(left, yScale(level.y), left + frame.width, yScale(level.y), colour("soft"), { "stroke-dasharray": "2 4" }),
      text(left + frame.width, yScale(level.y) - 9, level.name, { anchor: "end", size: 12, fill: colour("soft") }),
    ]),
    ...series.map((one, index) => (one.marks || one.loose ? null : bandOf(one, paint(one, index), xScale, yScale))),
    ...series.map((one, index) => (one.loose ? null : strokeOf(one, paint(one, index), place))),
    ...series.map((one, index) =>
      one.marks || one.loose ? marksOf(one, paint(one, index), place, yScale, xScale, { x, y }) : null,
    ),
  );
  return { id, title, description, width, height, drawing, table: tableOf(chart) };
};

const entryOf = (one: Series, index: number): LegendEntry => ({
  name: one.name,
  stroke: seriesColour(one.like ?? index),
  ...(one.dashed ? { dash: "6 4" } : {}),
  ...(one.loose ? { mark: "dot" } : {}),
});

const strokeOf = (one: Series, stroke: string, place: (point: Point) => [number, number]): VNode | null => {
  const path = lineShape()(one.points.filter(({ y }) => Number.isFinite(y)).map(place));
  if (path === null) return null;
  return el("path", {
    d: path,
    fill: "none",
    stroke,
    "stroke-width": one.faint ? 1 : 2.25,
    "stroke-opacity": one.faint ? 0.3 : undefined,
    "stroke-linejoin": "round",
    "stroke-dasharray": one.dashed ? "6 4" : undefined,
  });
};

type Pixels = (value: number) => number;

const bandOf = (one: Series, fill: string, x: Pixels, y: Pixels): VNode | null => {
  const wide = one.points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const path = areaShape<Point>()
    .x((point) => at(x(point.x)))
    .y0((point) => at(y(point.low!)))
    .y1((point) => at(y(point.high!)))(wide);
  return wide.length < 2 ? null : el("path", { d: path ?? "", fill, "fill-opacity": 0.18 });
};

const marksOf = (
  one: Series,
  fill: string,
  place: (point: Point) => [number, number],
  y: Pixels,
  x: Pixels,
  axes: { readonly x: Axis; readonly y: Axis },
): VNode =>
  el(
    "g",
    null,
    ...one.points.flatMap((point) => {
      const [cx, cy] = place(point);
      const written = `${one.name}: ${said(axes.x, point.x)}, ${said(axes.y, point.y)}`;
      const dot = el("circle", { cx, cy, r: 3.5, fill }, hint(written));
      if (point.low === undefined || point.high === undefined) return [dot];
      return [line(x(point.x), y(point.low), x(point.x), y(point.high), fill, { "stroke-width": 1.5 }), dot];
    }),
  );

const said = ({ label, format }: Axis, value: number): string => `${label} ${format ? format(value) : value}`;

/** A row for every x, a column for every series. */
const tableOf = ({ x, series, levels = [] }: LineChart): Table => {
  const shown = series.filter(({ faint }) => !faint);
  const places = [...new Set(shown.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const maps = shown.map(({ points }) => new Map(points.map((point) => [point.x, point])));
  const ranged = shown.map(({ points }) => points.some(({ low }) => low !== undefined));
  const cells = (point: Point | undefined, wide: boolean): Cell[] =>
    wide ? [point?.y ?? null, point?.low ?? null, point?.high ?? null] : [point?.y ?? null];
  const heads = shown.flatMap(({ name }, i) => (ranged[i] ? [name, `${name}, from`, `${name}, to`] : [name]));
  return {
    columns: [x.label, ...heads, ...levels.map(({ name }) => name)],
    rows: places.map((value) => [
      value,
      ...maps.flatMap((map, i) => cells(map.get(value), ranged[i]!)),
      ...levels.map((level) => level.y),
    ]),
  };
};
