// Pooling in plain loops. Squares do not overlap; rows and columns left over at the edge are not seen.
import { type Shape, size } from "../../shape.ts";
import type { Geometry, Kernels } from "../contract.ts";

/** Calls `visit` for each unit a square sees, in reading order: index of the output and input unit. */
const forEachPair = (g: Geometry, images: number, visit: (out: number, input: number) => void): void => {
  const { input, output, field } = g;
  for (let map = 0; map < images * output.maps; map++)
    for (let y = 0; y < output.rows; y++)
      for (let x = 0; x < output.columns; x++)
        for (let ky = 0; ky < field; ky++)
          for (let kx = 0; kx < field; kx++)
            visit(
              (map * output.rows + y) * output.columns + x,
              (map * input.rows + y * field + ky) * input.columns + x * field + kx,
            );
};

/** Calls `visit` for each output unit with its map. */
const forEachUnit = (output: Shape, images: number, visit: (out: number, map: number) => void): void => {
  const area = output.rows * output.columns;
  for (let o = 0; o < images * size(output); o++) visit(o, Math.floor(o / area) % output.maps);
};

export const sumPoolForward: Kernels["sumPoolForward"] = (g, images, scale, input, out) => {
  const count = images * size(g.output);
  out.fill(0, 0, count);
  forEachPair(g, images, (o, i) => {
    out[o]! += input[i]!;
  });
  for (let o = 0; o < count; o++) out[o]! *= scale;
};

export const sumPoolBackward: Kernels["sumPoolBackward"] = (g, images, scale, dOut, dIn) => {
  dIn.fill(0, 0, images * size(g.input));
  forEachPair(g, images, (o, i) => {
    dIn[i] = scale * dOut[o]!;
  });
};

export const subsampleForward: Kernels["subsampleForward"] = (g, images, coefficient, bias, input, out) => {
  sumPoolForward(g, images, 1, input, out);
  forEachUnit(g.output, images, (o, map) => {
    out[o] = coefficient[map]! * out[o]! + bias[map]!;
  });
};

export const subsampleBackward: Kernels["subsampleBackward"] = (
  g,
  images,
  squared,
  coefficient,
  input,
  dOut,
  dIn,
  dCoefficient,
  dBias,
) => {
  const power = squared ? 2 : 1;
  const sums = new Float64Array(images * size(g.output));
  sumPoolForward(g, images, 1, input, sums);
  dCoefficient.fill(0, 0, g.output.maps);
  dBias.fill(0, 0, g.output.maps);
  forEachUnit(g.output, images, (o, map) => {
    dCoefficient[map]! += dOut[o]! * sums[o]! ** power;
    dBias[map]! += dOut[o]!;
  });
  if (!dIn) return;
  const area = g.output.rows * g.output.columns;
  dIn.fill(0, 0, images * size(g.input));
  forEachPair(g, images, (o, i) => {
    dIn[i] = coefficient[Math.floor(o / area) % g.output.maps]! ** power * dOut[o]!;
  });
};

export const maxPoolForward: Kernels["maxPoolForward"] = (g, images, input, out) => {
  out.fill(Number.NEGATIVE_INFINITY, 0, images * size(g.output));
  forEachPair(g, images, (o, i) => {
    out[o] = Math.max(out[o]!, input[i]!);
  });
};

export const maxPoolBackward: Kernels["maxPoolBackward"] = (g, images, input, dOut, dIn) => {
  const outputs = images * size(g.output);
  const largest = new Int32Array(outputs).fill(-1);
  forEachPair(g, images, (o, i) => {
    if (largest[o]! < 0 || input[i]! > input[largest[o]!]!) largest[o] = i;
  });
  dIn.fill(0, 0, images * size(g.input));
  for (let o = 0; o < outputs; o++) dIn[largest[o]!] = dOut[o]!;
};
