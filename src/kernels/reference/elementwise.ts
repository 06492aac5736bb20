// What works unit by unit: pixels to input, activations, per-unit biases, dropout. Plain loops.
import { mix } from "../../random.ts";
import type { Floats } from "../../shape.ts";
import type { Activation, AffineMap, Kernels, PixelGeometry } from "../contract.ts";

export const pixels = (
  g: PixelGeometry,
  images: number,
  ink: Uint8Array | Floats,
  order: Int32Array,
  first: number,
  out: Floats,
): void => {
  const { rows, columns, padding, scale, offset, paddingValue } = g;
  const width = columns + 2 * padding;
  const height = rows + 2 * padding;
  out.fill(paddingValue, 0, images * width * height);
  for (let n = 0; n < images; n++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const value = ink[(order[first + n]! * rows + y) * columns + x]!;
        out[(n * height + y + padding) * width + x + padding] = value * scale + offset;
      }
};

export const distort = (
  g: PixelGeometry,
  map: AffineMap,
  field: Floats | null,
  ink: Uint8Array | Floats,
  image: number,
  out: Floats,
  slot: number,
): void => {
  const { rows, columns, padding } = g;
  const width = columns + 2 * padding;
  const height = rows + 2 * padding;
  const inkAt = (x: number, y: number): number =>
    x >= 0 && x < columns && y >= 0 && y < rows ? ink[(image * rows + y) * columns + x]! : 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const dx = column - (width - 1) / 2;
      const dy = row - (height - 1) / 2;
      const place = row * width + column;
      const x = map.xx * dx + map.xy * dy + map.x0 + (columns - 1) / 2 + (field?.[place] ?? 0);
      const y = map.yx * dx + map.yy * dy + map.y0 + (rows - 1) / 2 + (field?.[height * width + place] ?? 0);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [a, b] = [x - left, y - top];
      const upper = inkAt(left, top) * (1 - a) + inkAt(left + 1, top) * a;
      const lower = inkAt(left, top + 1) * (1 - a) + inkAt(left + 1, top + 1) * a;
      out[slot * height * width + place] = (upper * (1 - b) + lower * b) * g.scale + g.offset;
    }
};

/** The amplitude and slope of the papers' squashing function f(a) = A tanh(S a), with f(1) = 1 (1998, appendix A). */
export const SQUASH = { amplitude: 1.7159, slope: 2 / 3 } as const;

const functions: Record<Activation, (a: number) => number> = {
  tanh: Math.tanh,
  squash: (a) => SQUASH.amplitude * Math.tanh(SQUASH.slope * a),
  relu: (a) => Math.max(0, a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** Derivatives, from the value y of the function. */
const derivatives: Record<Activation, (y: number) => number> = {
  tanh: (y) => 1 - y * y,
  squash: (y) => (SQUASH.slope / SQUASH.amplitude) * (SQUASH.amplitude * SQUASH.amplitude - y * y),
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
};

export const activate: Kernels["activate"] = (activation, count, values) => {
  for (let i = 0; i < count; i++) values[i] = functions[activation](values[i]!);
};

export const activateBackward: Kernels["activateBackward"] = (activation, count, values, gradient) => {
  for (let i = 0; i < count; i++) gradient[i]! *= derivatives[activation](values[i]!);
};

export const repeatForward: Kernels["repeatForward"] = (maps, area, times, input, out) => {
  for (let i = 0; i < maps * times * area; i++) out[i] = input[Math.floor(i / (times * area)) * area + (i % area)]!;
};

export const repeatBackward: Kernels["repeatBackward"] = (maps, area, times, dOut, dIn) => {
  dIn.fill(0, 0, maps * area);
  for (let i = 0; i < maps * times * area; i++) dIn[Math.floor(i / (times * area)) * area + (i % area)]! += dOut[i]!;
};

export const unitBiasForward: Kernels["unitBiasForward"] = (images, count, bias, values) => {
  for (let i = 0; i < images * count; i++) values[i]! += bias[i % count]!;
};

export const unitBiasBackward: Kernels["unitBiasBackward"] = (images, count, gradient, dBias) => {
  dBias.fill(0, 0, count);
  for (let i = 0; i < images * count; i++) dBias[i % count]! += gradient[i]!;
};

/** A unit is left out when its 32-bit hash falls below this. */
export const dropLimit = (probability: number): number => Math.min(2 ** 32 - 1, Math.round(probability * 2 ** 32));

export const dropout: Kernels["dropout"] = (key, first, count, probability, values) => {
  const limit = dropLimit(probability);
  const scale = 1 / (1 - probability);
  for (let i = 0; i < count; i++) {
    const hash = mix(mix((first + i) ^ key) + key);
    values[i] = hash < limit ? 0 : values[i]! * scale;
  }
};
