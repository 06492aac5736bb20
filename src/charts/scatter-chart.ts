// Points of a plane that has no axes: an embedding. Each point is the sign of its class, in the colour of its class; points that were
// answered wrongly stand out.

import { legend } from "./axes.ts";
import { at, el, type Figure, hint, text } from "./figure.ts";
import { colour, seriesColour } from "./theme.ts";

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Number of its class. */
  readonly class: number;
  readonly name: string;
  readonly marked?: boolean;
}

export interface ScatterChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Of one or two letters: drawn as the points themselves; longer ones as dots with a legend. */
  readonly classes: readonly string[];
  readonly points: readonly ScatterPoint[];
  readonly width?: number;
  readonly height?: number;
}

const EDGE = 16;

export const scatterChart = (chart: ScatterChart): Figure => {
  const { id, title, description, classes, points, width = 640, height = 520 } = chart;
  const signs = classes.every((name) => [...name].length <= 2);
  const entries = classes.map((name, index) => ({ name, stroke: seriesColour(index), mark: "dot" as const }));
  const names = legend(signs ? [] : entries, 8, width - 16);
  const ends = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  const [left, right] = ends(points.map(({ x }) => x));
  const [top, bottom] = ends(points.map(({ y }) => y));
  const scale = Math.min(
    (width - 2 * EDGE) / (right - left || 1),
    (height - names.height - 2 * EDGE) / (bottom - top || 1),
  );
  const [middleX, middleY] = [width / 2, names.height + (height - names.height) / 2];
  const drawn = points.map((point) => {
    const x = middleX + (point.x - (left + right) / 2) * scale;
    const y = middleY + (point.y - (top + bottom) / 2) * scale;
    const fill = seriesColour(point.class);
    const ring = { cx: at(x), cy: at(y), r: 9, fill: "none", stroke: colour("bad"), "stroke-width": 2 };
    const mark = signs
      ? text(x, y, classes[point.class]!, { anchor: "middle", size: 11, fill })
      : el("circle", { cx: at(x), cy: at(y), r: 3.5, fill, "fill-opacity": 0.8 });
    return el("g", null, hint(point.name), mark, point.marked ? el("circle", ring) : null);
  });
  return {
    id,
    title,
    description,
    width,
    height,
    drawing: el("g", null, names.element, ...drawn),
    table: {
      columns: ["point", "class", "x", "y"],
      rows: points.map((point) => [point.name, classes[point.class]!, at(point.x), at(point.y)]),
    },
  };
};
