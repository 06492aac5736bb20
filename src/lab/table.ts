// Text tables: cells in, aligned lines out. It knows nothing of what the cells mean.

/** Whether the cells of a column stand at its left or its right edge. */
export type Side = "left" | "right";

/** Rows of cells as aligned lines, two spaces between columns, no space at the end of a line. Columns stand left unless `sides` says otherwise. */
export const alignedTable = (rows: readonly (readonly string[])[], sides: readonly Side[] = []): string => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const space = " ".repeat(widths[column]! - [...cell].length);
        return sides[column] === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
};

/** 61706 → `61,706`. */
export const thousands = (count: number): string => count.toLocaleString("en-US");
