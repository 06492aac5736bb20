// A net as Fig. 2 of the 1998 paper draws LeNet-5: each layer a stack of planes as large as its maps, a square for what one unit sees of
// the layer before, and below the way from one to the next.
import type { VNode } from "preact";
import { at, type Cell, el, type Figure, line, rect, text, textWidth } from "./figure.ts";
import { colour } from "./theme.ts";

/** A layer: `maps` planes of rows × columns units. */
export interface Block {
  readonly name: string;
  /** Below the name: 6@28×28. */
  readonly size: string;
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
  /** How it comes from the layer before; in one line or two. */
  readonly way?: readonly string[];
  /** Side of the square of the layer before that a unit sees; null: all of it. */
  readonly field?: number | null;
  /** Numbers of the table: parameters, connections. */
  readonly counts?: readonly Cell[];
}

export interface ArchitectureChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly blocks: readonly Block[];
  /** The picture on the first plane: an address of image data. */
  readonly picture?: string;
  /** Names of the counts. */
  readonly counted?: readonly string[];
}

/** Pixels of the largest plane, between two planes of a stack, and of a whole stack at most. */
const LARGEST = 136;
const STEP = 6;
const DEEPEST = 84;
const GAP = 34;
const BAR = 13;
const LABEL = 12;

interface Placed extends Block {
  readonly x: number;
  readonly width: number;
  /** Left upper corners of the planes, back to front. */
  readonly corners: readonly (readonly [number, number])[];
  readonly planeWidth: number;
  readonly planeHeight: number;
}

export const architectureChart = (chart: ArchitectureChart): Figure => {
  const { id, title, description, blocks, picture, counted = [] } = chart;
  const largest = Math.max(...blocks.map(({ rows, columns }) => Math.max(rows, columns)));
  const mostUnits = Math.max(...blocks.filter(isBar).map(({ maps }) => maps), 1);
  const tallest = Math.max(...blocks.map((block) => heightOf(block, largest, mostUnits)));
  const top = 56;
  const middle = top + tallest / 2;
  let x = 12;
  const placed = blocks.map((block): Placed => {
    const [planeWidth, planeHeight, count] = planesOf(block, largest, mostUnits);
    const step = count > 1 ? Math.min(STEP, DEEPEST / (count - 1)) : 0;
    const deep = step * (count - 1);
    const own = planeWidth + deep;
    const words = Math.max(textWidth(block.name, LABEL), textWidth(block.size, LABEL));
    const width = Math.max(own, words);
    const left = x + (width - own) / 2;
    const upper = middle - (planeHeight + deep) / 2;
    const corners = Array.from({ length: count }, (_, i) => [left + i * step, upper + i * step] as const);
    const here = { ...block, x, width, corners, planeWidth, planeHeight };
    const ways = Math.max(...(block.way ?? []).map((way) => textWidth(way, LABEL)), 0);
    x += Math.max(width, ways - GAP) + GAP;
    return here;
  });
  const bottom = top + tallest + 44;
  const drawing = el(
    "g",
    null,
    ...placed.map((block, index) => blockOf(block, index === 0 ? picture : undefined)),
    ...placed.slice(1).map((block, index) => viewOf(placed[index]!, block, largest)),
    ...placed.flatMap((block) => [
      text(block.x + block.width / 2, 16, block.name, { anchor: "middle", size: LABEL, bold: true }),
      text(block.x + block.width / 2, 33, block.size, { anchor: "middle", size: LABEL, fill: colour("soft") }),
    ]),
    ...placed.slice(1).flatMap((block, index) => {
      const before = placed[index]!;
      const from = before.x + before.width / 2;
      const to = block.x + block.width / 2;
      return (block.way ?? []).map((way, row) =>
        text((from + to) / 2, bottom - 18 + row * 15, way, { anchor: "middle", size: LABEL, fill: colour("soft") }),
      );
    }),
  );
  const rows = blocks.map(({ name, size, way = [], counts = [] }): Cell[] => [name, size, way.join(" "), ...counts]);
  return {
    id,
    title,
    description,
    width: x - GAP + 12,
    height: bottom + 12,
    drawing,
    table: { columns: ["layer", "size", "from the layer before", ...counted], rows },
  };
};

/** A layer of single units is a bar. */
const isBar = ({ rows, columns }: Block): boolean => rows * columns === 1;

/** Width and height of a plane, and how many there are. The longest bar is as tall as the largest plane. */
const planesOf = (block: Block, largest: number, mostUnits: number): [width: number, height: number, count: number] => {
  if (isBar(block)) return [BAR, Math.max(26, LARGEST * 1.15 * Math.sqrt(block.maps / mostUnits)), 1];
  const unit = LARGEST / largest;
  return [block.columns * unit, block.rows * unit, block.maps];
};

const heightOf = (block: Block, largest: number, mostUnits: number): number => {
  const [, height, count] = planesOf(block, largest, mostUnits);
  return height + Math.min(STEP * (count - 1), count > 1 ? DEEPEST : 0);
};

const blockOf = ({ corners, planeWidth, planeHeight, rows, columns }: Placed, picture: string | undefined): VNode => {
  const bar = rows * columns === 1;
  return el(
    "g",
    null,
    ...corners.map(([x, y]) =>
      bar
        ? // Bars lean, as in the paper, so that they read as rows of units seen from the side.
          el("path", {
            d: `M${at(x + planeWidth * 0.6)} ${at(y)}l${at(planeWidth * 0.4)} 6L${at(x + planeWidth * 0.4)} ${at(y + planeHeight)}l${at(-planeWidth * 0.4)} -6z`,
            fill: colour("raised"),
            stroke: colour("ink"),
          })
        : rect(x, y, planeWidth, planeHeight, { fill: colour("raised"), stroke: colour("ink") }),
    ),
    picture === undefined
      ? null
      : el("image", {
          href: picture,
          x: at(corners[0]![0] + 1),
          y: at(corners[0]![1] + 1),
          width: at(planeWidth - 2),
          height: at(planeHeight - 2),
          class: "pixels",
          style: "image-rendering:pixelated",
        }),
  );
};

/** The square that a unit sees on the front plane before, and lines to the unit. */
const viewOf = (
  before: Placed,
  { corners, planeWidth, planeHeight, field, rows, columns }: Placed,
  largest: number,
): VNode => {
  const [x, y] = before.corners.at(-1)!;
  const [toX, toY] = corners.at(-1)!;
  const unit = LARGEST / largest;
  const thin = { "stroke-width": 0.8 };
  const bar = rows * columns === 1;
  if (field === null || field === undefined || isBar(before)) {
    const right = x + before.planeWidth;
    const [edge, head, foot] = [
      bar ? toX + planeWidth * 0.3 : toX,
      toY + (bar ? 2 : 0),
      toY + planeHeight - (bar ? 4 : 0),
    ];
    return el(
      "g",
      null,
      line(right, y + (isBar(before) ? 4 : 0), edge + (bar ? planeWidth * 0.3 : 0), head, colour("soft"), thin),
      line(
        isBar(before) ? x + before.planeWidth * 0.4 : right,
        y + before.planeHeight,
        edge - (bar ? planeWidth * 0.3 : 0),
        foot,
        colour("soft"),
        thin,
      ),
    );
  }
  const side = Math.min(field * unit, before.planeWidth, before.planeHeight);
  const [left, upper] = [x + (before.planeWidth - side) * 0.82, y + (before.planeHeight - side) * 0.7];
  const target: readonly [number, number] = bar
    ? [toX + planeWidth * 0.5, toY + planeHeight / 2]
    : [toX + planeWidth * 0.3, toY + planeHeight * 0.62];
  const cell = bar ? 0 : Math.max(unit, 2);
  return el(
    "g",
    null,
    rect(left, upper, side, side, { fill: colour("accent"), "fill-opacity": 0.18, stroke: colour("accent") }),
    line(left + side, upper, target[0], target[1], colour("accent"), thin),
    line(left + side, upper + side, target[0], target[1] + cell, colour("accent"), thin),
    bar ? null : rect(target[0], target[1], cell, cell, { fill: colour("accent") }),
  );
};
