// A matrix of cells, filled the more the larger their value: a confusion matrix, two settings of a sweep against each other. The numbers
// stand in the cells; cells below zero have a colour of their own.
import { at, type Cell, el, type Figure, hint, LETTER, rect, text, textWidth } from "./figure.ts";
import { colour, onFill } from "./theme.ts";

export interface HeatChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What rows and columns are. */
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column]; null: nothing is known. */
  readonly values: readonly (readonly (number | null)[])[];
  /** How a cell is written; "" leaves it without a word. */
  readonly format?: (value: number) => string;
  /** How full a cell is, 0…1 (below zero: the other colour); the value by the largest where nothing is said. */
  readonly fill?: (value: number, row: number, column: number) => number;
  /** Cells with a frame. */
  readonly marked?: (row: number, column: number) => boolean;
  readonly cell?: number;
}

export const heatChart = (chart: HeatChart): Figure => {
  const { id, title, description, rows, columns, values, rowLabel, columnLabel } = chart;
  const format = chart.format ?? ((value: number) => String(value));
  const known = values.flat().filter((value): value is number => value !== null);
  const largest = Math.max(...known.map(Math.abs), Number.MIN_VALUE);
  const share = chart.fill ?? ((value: number) => value / largest);
  const longest = Math.max(...known.map((value) => textWidth(format(value))), ...columns.map((c) => textWidth(c)), 0);
  const side = chart.cell ?? Math.max(30, longest + 10);
  const height = Math.min(side, 36);
  // What the rows are stands on its side beside them, or, where they are too few for it, above their names.
  const turned = textWidth(rowLabel) <= rows.length * height;
  const left = 34 + Math.max(...rows.map((name) => textWidth(name)), turned ? 0 : textWidth(rowLabel));
  const top = 46;
  const cells = values.flatMap((line, row) =>
    line.map((value, column) => {
      const [x, y] = [left + column * side, top + row * height];
      if (value === null) return rect(x, y, side - 1, height - 1, { fill: colour("raised"), rx: 2 });
      const full = Math.max(-1, Math.min(1, share(value, row, column)));
      const frame = chart.marked?.(row, column) ? { stroke: colour("ink"), "stroke-width": 2 } : {};
      const said = `${rowLabel} ${rows[row]}, ${columnLabel} ${columns[column]}: ${value}`;
      return el(
        "g",
        null,
        hint(said),
        rect(x, y, side - 1, height - 1, { fill: colour("raised"), rx: 2 }),
        rect(x, y, side - 1, height - 1, {
          fill: colour(full < 0 ? "below" : "heat"),
          "fill-opacity": at(Math.abs(full)),
          rx: 2,
          ...frame,
        }),
        format(value) === ""
          ? null
          : text(x + (side - 1) / 2, y + (height - 1) / 2, format(value), {
              anchor: "middle",
              fill: onFill(full),
              size: LETTER - 1,
            }),
      );
    }),
  );
  const middle = Math.max(left + (columns.length * side) / 2, 8 + textWidth(columnLabel) / 2);
  const drawing = el(
    "g",
    null,
    text(middle, 12, columnLabel, { anchor: "middle", fill: colour("soft") }),
    turned
      ? text(12, top + (rows.length * height) / 2, rowLabel, { anchor: "middle", turned, fill: colour("soft") })
      : text(left - 10, top - 12, rowLabel, { anchor: "end", fill: colour("soft") }),
    ...columns.map((name, column) => text(left + (column + 0.5) * side, top - 12, name, { anchor: "middle" })),
    ...rows.map((name, row) => text(left - 10, top + (row + 0.5) * height, name, { anchor: "end" })),
    ...cells,
  );
  const table = {
    columns: [`${rowLabel} \\ ${columnLabel}`, ...columns],
    rows: rows.map((name, row): Cell[] => [name, ...values[row]!]),
  };
  return {
    id,
    title,
    description,
    width: Math.max(left + columns.length * side, middle + textWidth(columnLabel) / 2) + 12,
    height: top + rows.length * height + 10,
    drawing,
    table,
  };
};
