// What every figure is: a drawing with a title and a description for those who do not see it, and its data as a table. Drawings are
// Preact elements; the same data gives the same bytes. Knows neither files nor nets.
import { type ComponentChild, h, type VNode } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { colour, concrete } from "./theme.ts";

export type Cell = string | number | null;

/** Data beside a figure: the first column names the row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Figure {
  /** Letters, digits and dashes; one of its kind in a page. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is drawn, and what it shows. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly drawing: ComponentChild;
  readonly table: Table;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element of SVG or HTML. */
export const el = (name: string, attributes: Attributes | null, ...children: ComponentChild[]): VNode =>
  h(name, attributes as Record<string, unknown>, ...children) as VNode;

/** A group shifted to x, y. */
export const shifted = (x: number, y: number, ...children: ComponentChild[]): VNode =>
  el("g", { transform: `translate(${at(x)} ${at(y)})` }, ...children);

/** A coordinate: two decimals, so that the bytes do not hang on the last bit of a sum. */
export const at = (value: number): number => Math.round(value * 100) / 100 + 0;

export const FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
/** Pixels of the letters in figures. */
export const LETTER = 13;

/** About how wide a text is. */
export const textWidth = (text: string, size = LETTER): number => [...text].length * size * 0.61;

export interface TextStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
  readonly turned?: boolean;
  /** With a rim of paper, for words that stand on lines. */
  readonly rim?: boolean;
}

/** A line of text whose middle is at height y. */
export const text = (x: number, y: number, content: string, style: TextStyle = {}): VNode => {
  const { anchor = "start", size = LETTER, fill = colour("ink"), bold, turned, rim } = style;
  const place = turned ? { transform: `translate(${at(x)} ${at(y)}) rotate(-90)` } : { x: at(x), y: at(y) };
  return el(
    "text",
    {
      ...place,
      fill,
      dy: "0.35em",
      "text-anchor": anchor === "start" ? undefined : anchor,
      "font-size": size === LETTER ? undefined : size,
      "font-weight": bold ? 600 : undefined,
      ...(rim
        ? { stroke: colour("paper"), "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" }
        : {}),
    },
    content,
  );
};

/** What a pointer that rests on the element is told. */
export const hint = (content: string): VNode => el("title", null, content);

export const line = (x1: number, y1: number, x2: number, y2: number, stroke = colour("rule"), more = {}): VNode =>
  el("line", { x1: at(x1), y1: at(y1), x2: at(x2), y2: at(y2), stroke, ...more });

export const rect = (x: number, y: number, width: number, height: number, more: Attributes): VNode =>
  el("rect", { x: at(x), y: at(y), width: at(width), height: at(height), ...more });

/** The figure as an element; `style` is CSS for it. */
export const svgElement = ({ id, title, description, width, height, drawing }: Figure, style?: string): VNode =>
  el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      role: "img",
      "aria-labelledby": `${id}-title ${id}-description`,
      viewBox: `0 0 ${at(width)} ${at(height)}`,
      width: at(width),
      height: at(height),
      style,
      "font-family": FONT,
      "font-size": LETTER,
    },
    el("title", { id: `${id}-title` }, title),
    el("desc", { id: `${id}-description` }, description),
    rect(0, 0, width, height, { fill: colour("ground") }),
    drawing,
  );

/** The figure as the text of an SVG file. */
export const svgOf = (figure: Figure): string => `${renderToStaticMarkup(svgElement(figure))}\n`;

/** The same with every colour said outright, for programs that know no CSS variables. */
export const plainSvgOf = (figure: Figure): string => concrete(svgOf(figure));

const csvCell = (cell: Cell): string => {
  const written = cell === null ? "" : String(cell);
  return /[",\n\r]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
};

/** The data of a figure as CSV (RFC 4180), a heading first. */
export const csvOf = ({ columns, rows }: Table): string =>
  `${[columns, ...rows].map((row) => row.map(csvCell).join(",")).join("\n")}\n`;
