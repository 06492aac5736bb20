// Small pictures side by side in rows with names: feature maps, digits, kernels. A picture is an address of image data, made by
// whoever has the pixels, or a field of numbers that is drawn as squares.
import type { VNode } from "preact";
import { at, type Cell, el, type Figure, hint, rect, text, textWidth } from "./figure.ts";
import { colour } from "./theme.ts";

/** Numbers drawn as squares: above and below zero in two colours, the fuller the larger. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  /** (rows, columns). */
  readonly values: ArrayLike<number>;
  /** The absolute value of a full square. */
  readonly full: number;
}

export interface Picture {
  /** What is said about it, to a pointer and in the table. */
  readonly name: string;
  /** A line below it. */
  readonly caption?: string;
  /** data:image/png;base64,… or a field. */
  readonly show: string | Field;
  /** Pale, behind a field. */
  readonly under?: string;
  /** Pixels, of the picture as drawn. */
  readonly width: number;
  readonly height: number;
  readonly framed?: boolean;
}

export interface PictureRow {
  readonly name: string;
  readonly note?: string;
  readonly pictures: readonly Picture[];
}

export interface ImageGrid {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly PictureRow[];
  /** Of the data behind the pictures; names and captions where nothing is said. */
  readonly table?: Figure["table"];
  readonly width?: number;
}

const GAP = 6;

export const imageGrid = ({ id, title, description, rows, table, width = 640 }: ImageGrid): Figure => {
  const left =
    20 + Math.max(...rows.map(({ name, note }) => Math.max(textWidth(name), textWidth(note ?? "", 11.5))), 0);
  let y = 8;
  const drawn = rows.map((row): VNode => {
    const tallest = Math.max(...row.pictures.map((one) => one.height + (one.caption === undefined ? 0 : 16)), 20);
    let x = left;
    const start = y;
    const pictures = row.pictures.map((one) => {
      if (x > left && x + one.width > width - 4) [x, y] = [left, y + tallest + GAP];
      const place = pictureAt(one, x, y);
      x += Math.max(one.width, one.caption === undefined ? 0 : textWidth(one.caption, 11.5)) + GAP;
      return place;
    });
    y += tallest + GAP * 2;
    const middle = start + tallest / 2;
    const note = row.note === undefined ? null : text(4, middle + 9, row.note, { size: 11.5, fill: colour("soft") });
    return el("g", null, text(4, row.note ? middle - 7 : middle, row.name, { bold: true }), note, ...pictures);
  });
  const said = {
    columns: ["row", "picture", "caption"],
    rows: rows.flatMap(({ name, pictures }) => pictures.map((one): Cell[] => [name, one.name, one.caption ?? ""])),
  };
  return { id, title, description, width, height: y + 2, drawing: el("g", null, ...drawn), table: table ?? said };
};

/** The picture with its left upper corner at x, y. */
export const pictureAt = (picture: Picture, x: number, y: number): VNode => {
  const { name, caption, show, under, width, height, framed } = picture;
  const place = { x: at(x), y: at(y), width, height };
  return el(
    "g",
    null,
    hint(name),
    under === undefined ? null : pixels(under, { ...place, opacity: 0.35 }),
    typeof show === "string" ? pixels(show, place) : fieldAt(show, x, y, width, height),
    framed
      ? rect(x - 1.5, y - 1.5, width + 3, height + 3, { fill: "none", stroke: colour("accent"), "stroke-width": 2 })
      : rect(x - 0.5, y - 0.5, width + 1, height + 1, { fill: "none", stroke: colour("rule") }),
    caption === undefined
      ? null
      : text(x + width / 2, y + height + 9, caption, { anchor: "middle", size: 11.5, fill: colour("soft") }),
  );
};

const pixels = (href: string, place: Readonly<Record<string, number>>): VNode =>
  el("image", {
    href,
    ...place,
    class: "pixels",
    style: "image-rendering:pixelated",
    preserveAspectRatio: "none",
  });

/** Degrees of fullness that are told apart. */
const LEVELS = 16;

/** One path for each degree of fullness, so that large fields stay light. */
const fieldAt = (
  { rows, columns, values, full }: Field,
  x: number,
  y: number,
  width: number,
  height: number,
): VNode => {
  const [wide, tall] = [width / columns, height / rows];
  const paths = new Map<number, string>();
  for (let i = 0; i < rows * columns; i++) {
    const level = Math.round(Math.max(-1, Math.min(1, values[i]! / full)) * LEVELS);
    if (level === 0) continue;
    const square = `M${at(x + (i % columns) * wide)} ${at(y + Math.floor(i / columns) * tall)}h${at(wide)}v${at(tall)}h${at(-wide)}z`;
    paths.set(level, (paths.get(level) ?? "") + square);
  }
  const drawn = [...paths].sort(([a], [b]) => a - b);
  return el(
    "g",
    { "shape-rendering": "crispEdges" },
    ...drawn.map(([level, d]) =>
      el("path", { d, fill: colour(level < 0 ? "below" : "above"), "fill-opacity": at(Math.abs(level) / LEVELS) }),
    ),
  );
};
