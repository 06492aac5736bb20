// Convolution in plain loops: the meaning of the convolution kernels, by a table of connections or with all of them. As
// written, not fast.
import type { Floats, Shape } from "../../shape.ts";
import { size } from "../../shape.ts";
import type { Geometry, Kernels } from "../contract.ts";

/** Calls `visit` for each connection: index of its output unit, input unit (-1: the padding) and weight, within one image. */
const forEachConnection = (
  g: Geometry,
  seen: number,
  table: Floats,
  visit: (out: number, input: number, weight: number) => void,
): void => {
  const { input, output, field, stride, padding } = g;
  for (let map = 0; map < output.maps; map++)
    for (let y = 0; y < output.rows; y++)
      for (let x = 0; x < output.columns; x++)
        for (let link = map * seen; link < (map + 1) * seen; link++)
          for (let ky = 0; ky < field; ky++)
            for (let kx = 0; kx < field; kx++) {
              const row = y * stride + ky - padding;
              const column = x * stride + kx - padding;
              const inside = row >= 0 && row < input.rows && column >= 0 && column < input.columns;
              const unit = inside ? (table[link]! * input.rows + row) * input.columns + column : -1;
              visit(indexOf(output, map, y, x), unit, (link * field + ky) * field + kx);
            }
};

const indexOf = (shape: Shape, map: number, y: number, x: number): number => (map * shape.rows + y) * shape.columns + x;

/** The table in which every map sees all. */
const everything = ({ input, output }: Geometry): Floats =>
  Float64Array.from({ length: output.maps * input.maps }, (_, link) => link % input.maps);

export const tableForward: Kernels["tableForward"] = (g, seen, table, images, input, weight, bias, out) => {
  const area = g.output.rows * g.output.columns;
  for (let n = 0; n < images; n++) {
    const from = n * size(g.input);
    const to = n * size(g.output);
    for (let unit = 0; unit < size(g.output); unit++) out[to + unit] = bias ? bias[Math.floor(unit / area)]! : 0;
    forEachConnection(g, seen, table, (o, i, w) => {
      out[to + o]! += weight[w]! * (i < 0 ? g.paddingValue : input[from + i]!);
    });
  }
};

export const tableBackwardInput: Kernels["tableBackwardInput"] = (g, seen, table, images, dOut, weight, dIn) => {
  dIn.fill(0, 0, images * size(g.input));
  for (let n = 0; n < images; n++)
    forEachConnection(g, seen, table, (o, i, w) => {
      if (i >= 0) dIn[n * size(g.input) + i]! += weight[w]! * dOut[n * size(g.output) + o]!;
    });
};

export const tableBackwardWeight: Kernels["tableBackwardWeight"] = (
  g,
  seen,
  table,
  images,
  input,
  dOut,
  dWeight,
  dBias,
) => {
  const area = g.output.rows * g.output.columns;
  dWeight.fill(0, 0, g.output.maps * seen * g.field * g.field);
  dBias?.fill(0, 0, g.output.maps);
  for (let n = 0; n < images; n++) {
    const from = n * size(g.input);
    const to = n * size(g.output);
    forEachConnection(g, seen, table, (o, i, w) => {
      dWeight[w]! += dOut[to + o]! * (i < 0 ? g.paddingValue : input[from + i]!);
    });
    if (dBias) for (let unit = 0; unit < size(g.output); unit++) dBias[Math.floor(unit / area)]! += dOut[to + unit]!;
  }
};

export const convForward: Kernels["convForward"] = (g, ...words) =>
  tableForward(g, g.input.maps, everything(g), ...words);

export const convBackwardInput: Kernels["convBackwardInput"] = (g, ...words) =>
  tableBackwardInput(g, g.input.maps, everything(g), ...words);

export const convBackwardWeight: Kernels["convBackwardWeight"] = (g, ...words) =>
  tableBackwardWeight(g, g.input.maps, everything(g), ...words);
