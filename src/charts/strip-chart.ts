// Dots in columns: every run of a sweep under the value it had, with the mean of the column as a line. Dots that would lie on each other
// step aside, always in the same way.
import type { VNode } from "preact";
import { type Axis, type Frame, leftAxis, leftMargin, scaleOf } from "./axes.ts";
import { at, el, type Figure, hint, line, text } from "./figure.ts";
import { colour, seriesColour } from "./theme.ts";

export interface Strip {
  readonly name: string;
  readonly points: readonly { readonly value: number; readonly name: string }[];
}

export interface StripChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What the columns are. */
  readonly label: string;
  readonly y: Axis;
  readonly strips: readonly Strip[];
  readonly width?: number;
  readonly height?: number;
}

const RADIUS = 4;

export const stripChart = (chart: StripChart): Figure => {
  const { id, title, description, label, y, strips, width = 640, height = 320 } = chart;
  const [top, bottom] = [12, height - 52];
  const values = strips.flatMap(({ points }) => points.map(({ value }) => value));
  const scale = scaleOf(y, values, bottom, top);
  const left = leftMargin(scale);
  const frame: Frame = { left, top, width: width - left - 12, height: bottom - top };
  const step = frame.width / Math.max(1, strips.length);
  const drawing = el(
    "g",
    null,
    leftAxis(frame, scale, y.label),
    line(left, bottom, left + frame.width, bottom, colour("soft")),
    ...strips.map((strip, index) => stripOf(strip, left + (index + 0.5) * step, step, scale, bottom, index)),
    text(left + frame.width / 2, bottom + 38, label, { anchor: "middle", fill: colour("soft") }),
  );
  const table = {
    columns: [label, "run", y.label],
    rows: strips.flatMap(({ name, points }) => points.map((point) => [name, point.name, point.value])),
  };
  return { id, title, description, width, height, drawing, table };
};

const stripOf = (
  { name, points }: Strip,
  middle: number,
  step: number,
  y: ReturnType<typeof scaleOf>,
  bottom: number,
  index: number,
): VNode => {
  const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
  const half = Math.min(step * 0.4, 40);
  const placed = spread(
    points.map(({ value }) => y(value)),
    half,
  );
  return el(
    "g",
    null,
    text(middle, bottom + 16, name, { anchor: "middle", fill: colour("soft") }),
    points.length > 0
      ? line(middle - half, y(mean), middle + half, y(mean), colour("ink"), { "stroke-width": 1.5 })
      : null,
    ...points.map((point, i) =>
      el(
        "circle",
        {
          cx: at(middle + placed[i]!),
          cy: at(y(point.value)),
          r: RADIUS,
          fill: seriesColour(index),
          "fill-opacity": 0.75,
        },
        hint(`${point.name}: ${y.format(point.value)}`),
      ),
    ),
  );
};

/** How far each dot steps aside: as little as keeps it off the dots before it, at most `half`. */
const spread = (heights: readonly number[], half: number): number[] => {
  const shifts: number[] = [];
  for (const [i, y] of heights.entries()) {
    const free = (shift: number): boolean =>
      shifts.every((other, j) => Math.hypot(other - shift, heights[j]! - y) >= RADIUS * 2 - 1);
    const steps = Array.from({ length: Math.floor(half / RADIUS) + 1 }, (_, k) => k * RADIUS);
    shifts.push(steps.flatMap((step) => [step, -step]).find(free) ?? ((i % 3) - 1) * half * 0.5);
  }
  return shifts;
};
