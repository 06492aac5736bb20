// Convolution in plain loops: the meaning of the convolution kernels, by a table of connections or with all of them. As
// written, not fast.
import type { Shape } from "../../shape.ts";
import { size } from "../../shape.ts";
import type { Geometry, Kernels } from "../contract.ts";

/** Calls `visit` for each connection: index of its output unit, input unit (-1: the padding) and weight, within one image. */
const forEachConnection = (g: Geometry, visit: (out: number, input: number, weight: number) => void): void => {
  const { input, output, field, stride, padding, table, seen = input.maps } = g;
  for (let map = 0; map < output.maps; map++)
    for (let y = 0; y < output.rows; y++)
      for (let x = 0; x < output.columns; x++)
        for (let link = map * seen; link < (map + 1) * seen; link++)
          for (let ky = 0; ky < field; ky++)
            for (let kx = 0; kx < field; kx++) {
              const from = table ? table[link]! : link % seen;
              const row = y * stride + ky - padding;
              const column = x * stride + kx - padding;
              const inside = row >= 0 && row < input.rows && column >= 0 && column < input.columns;
              const unit = inside ? (from * input.rows + row) * input.columns + column : -1;
              visit(indexOf(output, map, y, x), unit, (link * field + ky) * field + kx);
            }
};

const indexOf = (shape: Shape, map: number, y: number, x: number): number => (map * shape.rows + y) * shape.columns + x;

export const convForward: Kernels["convForward"] = (g, images, input, weight, bias, out) => {
  const area = g.output.rows * g.output.columns;
  for (let n = 0; n < images; n++) {
    const from = n * size(g.input);
    const to = n * size(g.output);
    for (let unit = 0; unit < size(g.output); unit++) out[to + unit] = bias ? bias[Math.floor(unit / area)]! : 0;
    forEachConnection(g, (o, i, w) => {
      out[to + o]! += weight[w]! * (i < 0 ? g.paddingValue : input[from + i]!);
    });
  }
};

export const convBackwardInput: Kernels["convBackwardInput"] = (g, images, dOut, weight, dIn) => {
  dIn.fill(0, 0, images * size(g.input));
  for (let n = 0; n < images; n++)
    forEachConnection(g, (o, i, w) => {
      if (i >= 0) dIn[n * size(g.input) + i]! += weight[w]! * dOut[n * size(g.output) + o]!;
    });
};

export const convBackwardWeight: Kernels["convBackwardWeight"] = (g, images, input, dOut, dWeight, dBias) => {
  const area = g.output.rows * g.output.columns;
  dWeight.fill(0, 0, g.output.maps * (g.seen ?? g.input.maps) * g.field * g.field);
  dBias?.fill(0, 0, g.output.maps);
  for (let n = 0; n < images; n++) {
    const from = n * size(g.input);
    const to = n * size(g.output);
    forEachConnection(g, (o, i, w) => {
      dWeight[w]! += dOut[to + o]! * (i < 0 ? g.paddingValue : input[from + i]!);
    });
    if (dBias) for (let unit = 0; unit < size(g.output); unit++) dBias[Math.floor(unit / area)]! += dOut[to + unit]!;
  }
};

export const convBackward: Kernels["convBackward"] = (g, images, input, dOut, weight, dIn, dWeight, dBias, scratch) => {
  convBackwardWeight(g, images, input, dOut, dWeight, dBias, scratch);
  if (dIn) convBackwardInput(g, images, dOut, weight, dIn, scratch);
};
