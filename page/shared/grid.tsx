// Numbers as a picture: a cell a number, drawn once for every answer.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Floats, Ink } from "../../src/shape.ts";
import type { Rgb } from "./palette.ts";

interface GridProps {
  /** (rows, columns); a grid may have more cells than there are values, which stay empty. */
  readonly values: Floats | Ink | readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Width of a cell on the page, in pixels. */
  readonly cell: number;
  readonly colour: (value: number) => Rgb;
  /** What it shows, for those who do not see it; decoration where it says nothing. */
  readonly label?: string;
  /** Drawn anew when this changes: the values may be the same array. */
  readonly drawn: unknown;
}

export const Grid = ({ values, rows, columns, cell, colour, label, drawn }: GridProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Values change in place, which `drawn` tells.
  useLayoutEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(columns, rows);
    const { data } = image;
    const count = Math.min(values.length, rows * columns);
    for (let i = 0; i < count; i++) {
      const [red, green, blue] = colour(values[i]!);
      data[4 * i] = red;
      data[4 * i + 1] = green;
      data[4 * i + 2] = blue;
      data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [values, drawn, colour, rows, columns]);
  const words = label === undefined ? { "aria-hidden": true } : ({ role: "img", "aria-label": label } as const);
  const style = `width:${columns * cell}px;aspect-ratio:${columns}/${rows}`;
  return <canvas ref={canvas} class="grid" width={columns} height={rows} style={style} {...words} />;
};
