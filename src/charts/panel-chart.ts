// Small multiples: a panel for each of several things, all with the same axes, so that heights can be compared across them. The lines
// of a panel bear their names at their ends; a band above a line reaches to a second value.
import { area as areaShape, line as lineShape } from "d3-shape";
import type { VNode } from "preact";
import { type Axis, type Scale, scaleOf } from "./axes.ts";
import { at, el, type Figure, hint, line, type Table, text, textWidth } from "./figure.ts";
import { colour, seriesColour } from "./theme.ts";

export interface PanelLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly high: number }[];
}

export interface PanelChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Lines of one name have one colour in all panels. */
  readonly panels: readonly { readonly name: string; readonly lines: readonly PanelLine[] }[];
  readonly table: Table;
  readonly width?: number;
}

const COLUMNS = 3;
const PANEL = 118;
const GAP = 40;
const NAME = 11.5;

export const panelChart = (chart: PanelChart): Figure => {
  const { id, title, description, x, y, panels, table, width = 660 } = chart;
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const points = panels.flatMap(({ lines }) => lines.flatMap((one) => one.points));
  const columns = Math.min(COLUMNS, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const heights = points.flatMap((point) => [point.y, point.high]);
  const yScale = scaleOf(y, heights, PANEL, 0);
  const left = 34 + Math.max(...yScale.ticks().map((tick) => textWidth(yScale.format(tick), NAME)));
  const room = 14 + Math.max(...names.map((name) => textWidth(name, NAME)));
  const step = (width - left) / columns;
  const xScale = scaleOf(
    x,
    points.map((point) => point.x),
    0,
    step - room,
  );
  const height = 30 + rows * (PANEL + GAP) + 14;
  const drawn = panels.map((panel, index): VNode => {
    const column = index % columns;
    const place = [left + column * step, 30 + Math.floor(index / columns) * (PANEL + GAP)] as const;
    const isLowest = index + columns >= panels.length;
    return el(
      "g",
      { transform: `translate(${at(place[0])} ${at(place[1])})` },
      text(0, -14, panel.name, { bold: true }),
      ...gridOf(yScale, step - room, column === 0),
      ...(isLowest ? marksOf(xScale, step - room) : []),
      ...panel.lines.map((one) => strokeOf(panel.name, one, seriesColour(names.indexOf(one.name)), xScale, yScale)),
      ...labelsOf(panel.lines, names, xScale, yScale),
    );
  });
  const drawing = el(
    "g",
    null,
    text(12, 30 + (rows * (PANEL + GAP) - GAP) / 2, y.label, { anchor: "middle", turned: true, fill: colour("soft") }),
    ...drawn,
    text(left + (width - left - room) / 2, height - 10, x.label, { anchor: "middle", fill: colour("soft") }),
  );
  return { id, title, description, width, height, drawing, table };
};

const gridOf = (scale: Scale, width: number, named: boolean): VNode[] =>
  scale
    .ticks()
    .flatMap((tick) => [
      line(0, scale(tick), width, scale(tick)),
      ...(named
        ? [text(-7, scale(tick), scale.format(tick), { anchor: "end", size: NAME, fill: colour("soft") })]
        : []),
    ]);

const marksOf = (scale: Scale, width: number): VNode[] => [
  line(0, PANEL, width, PANEL, colour("soft")),
  ...scale
    .ticks()
    .map((tick) =>
      text(scale(tick), PANEL + 13, scale.format(tick), { anchor: "middle", size: NAME, fill: colour("soft") }),
    ),
];

const strokeOf = (panel: string, { name, points }: PanelLine, stroke: string, x: Scale, y: Scale): VNode => {
  const last = points.at(-1)!;
  const band = areaShape<(typeof points)[number]>()
    .x((point) => at(x(point.x)))
    .y0((point) => at(y(point.y)))
    .y1((point) => at(y(point.high)))([...points]);
  const path = lineShape()(points.map((point): [number, number] => [at(x(point.x)), at(y(point.y))]));
  return el(
    "g",
    null,
    hint(`${panel}, ${name}: ${y.format(last.y)} at the end, largest ${y.format(last.high)}`),
    points.length === 1
      ? line(x(last.x), y(last.y), x(last.x), y(last.high), stroke, { "stroke-width": 5, "stroke-opacity": 0.3 })
      : el("path", { d: band ?? "", fill: stroke, "fill-opacity": 0.14 }),
    el("path", { d: path ?? "", fill: "none", stroke, "stroke-width": 2, "stroke-linejoin": "round" }),
    el("circle", { cx: at(x(last.x)), cy: at(y(last.y)), r: 2.75, fill: stroke }),
  );
};

/** The names at the ends of the lines, kept off each other and inside the panel. */
const labelsOf = (lines: readonly PanelLine[], names: readonly string[], x: Scale, y: Scale): VNode[] => {
  const ends = lines
    .map(({ name, points }) => ({ name, x: x(points.at(-1)!.x), y: y(points.at(-1)!.y) }))
    .sort((a, b) => a.y - b.y);
  const row = NAME + 1.5;
  for (const [index, end] of ends.entries()) if (index > 0) end.y = Math.max(end.y, ends[index - 1]!.y + row);
  for (const [index, end] of ends.entries()) end.y = Math.min(end.y, PANEL - (ends.length - 1 - index) * row);
  return ends.map((end) =>
    text(end.x + 7, end.y, end.name, { size: NAME, fill: seriesColour(names.indexOf(end.name)), rim: true }),
  );
};
