// One value a name, lying: the mean of every setting with its interval, recall of every class, the time of every layer. Bars from zero,
// or dots where zero says nothing; and the values that a mean was taken of, as a strip of dots.
import type { VNode } from "preact";
import { type Axis, bottomAxis, type Frame, scaleOf } from "./axes.ts";
import { at, el, type Figure, hint, line, rect, text, textWidth } from "./figure.ts";
import { colour, seriesColour } from "./theme.ts";

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** What the value was taken of, a dot each. */
  readonly values?: readonly number[];
  /** Bars of one group stand together under its name, and share a colour. */
  readonly group?: string;
}

export interface BarChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly bars: readonly Bar[];
  /** "bar": from zero; "dot": a dot at the value. */
  readonly mark?: "bar" | "dot";
  readonly levels?: readonly { readonly x: number; readonly name: string }[];
  readonly width?: number;
}

const ROW = 26;
const HEAD = 28;

export const barChart = (chart: BarChart): Figure => {
  const { id, title, description, x, bars, mark = "bar", levels = [], width = 640 } = chart;
  const groups = [...new Set(bars.map(({ group }) => group ?? ""))];
  const headed = groups.some((group) => group !== "");
  const top = 12 + (levels.length > 0 ? 18 : 0);
  const left = 20 + Math.max(...bars.map(({ name }) => textWidth(name)), 0) + (headed ? 10 : 0);
  let y = top;
  const rows: { readonly bar: Bar; readonly y: number; readonly fill: string }[] = [];
  const heads: VNode[] = [];
  for (const [index, group] of groups.entries()) {
    if (group !== "") {
      heads.push(text(10, y + HEAD / 2, group, { bold: true }));
      y += HEAD;
    }
    for (const bar of bars.filter((one) => (one.group ?? "") === group)) {
      rows.push({ bar, y: y + ROW / 2, fill: seriesColour(index) });
      y += ROW;
    }
  }
  const values = bars.flatMap((bar) => [bar.value, bar.low ?? bar.value, bar.high ?? bar.value, ...(bar.values ?? [])]);
  const all = [...values, ...levels.map((level) => level.x), ...(mark === "bar" ? [0] : [])];
  // As at the axis, whose length depends on the room that these words need.
  const written = x.format ? scaleOf(x, all, left, width).format : String;
  const room = Math.max(...bars.map(({ value }) => textWidth(written(value))), 0) + 16;
  const frame: Frame = { left, top, width: width - left - room - 12, height: y - top + 4 };
  const scale = scaleOf(x, all, left, left + frame.width);
  const drawing = el(
    "g",
    null,
    ...scale.ticks().map((tick) => line(scale(tick), top, scale(tick), top + frame.height)),
    ...levels.flatMap((level) => [
      line(scale(level.x), top, scale(level.x), top + frame.height, colour("soft"), { "stroke-dasharray": "4 3" }),
      text(scale(level.x), top - 10, level.name, { anchor: "middle", size: 12, fill: colour("soft") }),
    ]),
    ...heads,
    ...rows.map((row) => rowOf(row, mark, scale, left, frame, written)),
    bottomAxis(frame, scale, x.label),
  );
  return { id, title, description, width, height: top + frame.height + 52, drawing, table: tableOf(chart) };
};

const rowOf = (
  { bar, y, fill }: { readonly bar: Bar; readonly y: number; readonly fill: string },
  mark: "bar" | "dot",
  x: (value: number) => number,
  left: number,
  frame: Frame,
  written: (value: number) => string,
): VNode => {
  const [zero, end] = [x(0), x(bar.value)];
  const range = bar.low !== undefined && bar.high !== undefined ? ` (${written(bar.low)} to ${written(bar.high)})` : "";
  return el(
    "g",
    null,
    hint(`${bar.name}: ${written(bar.value)}${range}`),
    text(left - 10, y, bar.name, { anchor: "end" }),
    mark === "bar"
      ? rect(Math.min(zero, end), y - 8, Math.max(Math.abs(end - zero), 0.5), 16, { fill, "fill-opacity": 0.75, rx: 2 })
      : null,
    ...(bar.values ?? []).map((value) =>
      el("circle", { cx: at(x(value)), cy: at(y), r: 3, fill, "fill-opacity": 0.4 }),
    ),
    bar.low === undefined || bar.high === undefined
      ? null
      : el("path", {
          d: `M${at(x(bar.low))} ${at(y - 5)}v10m0 -5H${at(x(bar.high))}m0 -5v10`,
          fill: "none",
          stroke: colour("ink"),
          "stroke-width": 1.25,
        }),
    mark === "dot" ? el("circle", { cx: at(end), cy: at(y), r: 5, fill }) : null,
    text(frame.left + frame.width + 12, y, written(bar.value), { fill: colour("soft") }),
  );
};

const tableOf = ({ bars, x }: BarChart): Figure["table"] => {
  const grouped = bars.some(({ group }) => group !== undefined);
  const ranged = bars.some(({ low }) => low !== undefined);
  return {
    columns: [...(grouped ? ["group"] : []), "name", x.label, ...(ranged ? ["from", "to"] : [])],
    rows: bars.map(({ group, name, value, low, high }) => [
      ...(grouped ? [group ?? ""] : []),
      name,
      value,
      ...(ranged ? [low ?? null, high ?? null] : []),
    ]),
  };
};
