// Frames, axes and legends, which charts with two axes share.
import { scaleLinear, scaleLog } from "d3-scale";
import type { VNode } from "preact";
import { at, el, line, text, textWidth } from "./figure.ts";
import { colour } from "./theme.ts";

/** An axis of numbers. */
export interface Axis {
  readonly label: string;
  readonly scale?: "linear" | "log";
  /** Ends of the axis; those of the data, and round, where nothing is said. */
  readonly from?: number;
  readonly to?: number;
  /** Only whole numbers are marked: of things that are counted. */
  readonly whole?: true;
  /** How a number is written at the axis; more digits are asked for where others would be written alike. */
  readonly format?: (value: number, digits?: number) => string;
}

export interface Scale {
  (value: number): number;
  ticks(): number[];
  format(value: number): string;
  readonly ends: readonly [number, number];
}

/** Room inside a figure: the left and upper corner of the plot, and its size. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A number in few letters; `digits` of it count. */
export const short = (value: number, digits = 3): string => {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(digits)));
};

/** A share of 0…1 as per cent; `digits` of it count. */
export const perCent = (share: number, digits = 3): string => `${Number((share * 100).toPrecision(digits))}\u00a0%`;

const MOST_DIGITS = 6;

/** The format with as many digits as tell the ticks apart. */
const telling = (format: NonNullable<Axis["format"]>, ticks: readonly number[]): Scale["format"] => {
  for (let digits = 3; digits <= MOST_DIGITS; digits++)
    if (new Set(ticks.map((tick) => format(tick, digits))).size === ticks.length)
      return (value) => format(value, digits);
  return (value) => format(value);
};

/** The scale of an axis over these values, drawn from pixel `start` to pixel `end`. */
export const scaleOf = (axis: Axis, values: readonly number[], start: number, end: number): Scale => {
  const finite = values.filter((value) => Number.isFinite(value) && (axis.scale !== "log" || value > 0));
  const low = axis.from ?? finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = axis.to ?? finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const [from, to] = usable(low, high, axis.scale === "log");
  const count = Math.max(2, Math.round(Math.abs(end - start) / (start > end ? 44 : 80)));
  const format = axis.format ?? short;
  if (axis.scale === "log") {
    const scale = scaleLog([from, to], [start, end]);
    const ticks = (): number[] => {
      const all = scale.ticks();
      const few = [[1], [1, 3], [1, 2, 5]].map((heads) =>
        all.filter((value) => heads.includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9)))),
      );
      return few.findLast((some) => some.length <= count + 1 && some.length > 0) ?? all.filter((_, i) => i % 4 === 0);
    };
    const ends = [from, to] as const;
    return Object.assign((value: number) => scale(Math.max(value, from)), {
      ticks,
      format: telling(format, ticks()),
      ends,
    });
  }
  const scale = scaleLinear([from, to], [start, end]);
  if (axis.from === undefined || axis.to === undefined) scale.nice(count);
  const [first, last] = scale.domain() as [number, number];
  const ends = [axis.from ?? first, axis.to ?? last] as const;
  scale.domain(ends);
  const ticks = (): number[] => scale.ticks(count).filter((tick) => !axis.whole || Number.isInteger(tick));
  return Object.assign((value: number) => scale(value), { ticks, format: telling(format, ticks()), ends });
};

/** Ends that are there and differ. */
const usable = (low: number, high: number, log: boolean): readonly [number, number] => {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return log ? [0.1, 1] : [0, 1];
  if (high > low) return [low, high];
  return log ? [low / 2, low * 2] : [low - Math.max(0.5, Math.abs(low) / 2), low + Math.max(0.5, Math.abs(low) / 2)];
};

/** Lines across the plot, and the numbers and the name of the vertical axis. */
export const leftAxis = ({ left, top, width, height }: Frame, scale: Scale, label: string): VNode =>
  el(
    "g",
    null,
    ...scale.ticks().flatMap((tick) => {
      const y = scale(tick);
      const words = text(left - 8, y, scale.format(tick), { anchor: "end", fill: colour("soft") });
      return [line(left, y, left + width, y), words];
    }),
    text(14, top + height / 2, label, { anchor: "middle", turned: true, fill: colour("soft") }),
  );

/** The horizontal axis below the plot. */
export const bottomAxis = ({ left, top, width, height }: Frame, scale: Scale, label: string): VNode => {
  const y = top + height;
  return el(
    "g",
    null,
    line(left, y, left + width, y, colour("soft")),
    ...scale.ticks().flatMap((tick) => {
      const x = scale(tick);
      const words = text(x, y + 16, scale.format(tick), { anchor: "middle", fill: colour("soft") });
      return [line(x, y, x, y + 5, colour("soft")), words];
    }),
    text(left + width / 2, y + 38, label, { anchor: "middle", fill: colour("soft") }),
  );
};

/** Pixels that the left axis needs. */
export const leftMargin = (scale: Scale): number =>
  34 + Math.max(...scale.ticks().map((tick) => textWidth(scale.format(tick))), 0);

/** Pixels that a lower axis needs beyond its end: half of its last word may stand there. */
export const rightMargin = (scale: Scale): number => {
  const last = scale.ticks().at(-1);
  if (last === undefined) return EDGE;
  return Math.max(EDGE, textWidth(scale.format(last)) / 2 + 4 - (scale(scale.ends[1]) - scale(last)));
};

const EDGE = 18;

export interface LegendEntry {
  readonly name: string;
  readonly stroke: string;
  readonly dash?: string;
  readonly mark?: "line" | "dot" | "box";
}

const ENTRY_GAP = 22;
const ROW = 22;

/** A legend from `left` on, within `width`: a row, or rows whose entries stand below each other; and its height. */
export const legend = (
  entries: readonly LegendEntry[],
  left: number,
  width: number,
): { readonly element: VNode; readonly height: number } => {
  const widths = entries.map(({ name }) => 26 + textWidth(name) + ENTRY_GAP);
  const starts = widths.map((_, index) => widths.slice(0, index).reduce((sum, wide) => sum + wide, 0));
  const widest = Math.max(0, ...widths);
  const whole = widths.reduce((sum, wide) => sum + wide, 0) <= width + ENTRY_GAP;
  const columns = whole ? entries.length : Math.max(1, Math.floor((width + ENTRY_GAP) / widest));
  const placed = entries.map((entry, index) => ({
    ...entry,
    x: left + (whole ? starts[index]! : (index % columns) * widest),
    y: Math.floor(index / columns) * ROW + ROW / 2,
  }));
  const rows = Math.ceil(entries.length / Math.max(1, columns));
  const element = el("g", null, ...placed.flatMap((entry) => [markOf(entry), text(entry.x + 26, entry.y, entry.name)]));
  return { element, height: rows > 0 ? rows * ROW + 6 : 0 };
};

const markOf = ({ x, y, stroke, dash, mark = "line" }: LegendEntry & { x: number; y: number }): VNode => {
  if (mark === "dot") return el("circle", { cx: at(x + 10), cy: at(y), r: 4, fill: stroke });
  if (mark === "box") return el("rect", { x: at(x + 3), y: at(y - 6), width: 13, height: 13, fill: stroke, rx: 2 });
  return line(x, y, x + 20, y, stroke, { "stroke-width": 2.5, "stroke-dasharray": dash });
};
