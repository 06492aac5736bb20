// Compiles the WebAssembly module and dresses its exports as `Kernels`: typed arrays become addresses, geometries become
// numbers. Arrays must be views of the memory the module was bound to; nothing is checked here.

import type { Floats } from "../shape.ts";
import type { Activation, Geometry, Kernels } from "./contract.ts";
import { dropLimit, SQUASH } from "./reference/elementwise.ts";

type Export = (...numbers: number[]) => void;

/** The address of an array inside its WebAssembly memory; 0 for none. */
const at = (array: { readonly byteOffset: number } | null): number => (array === null ? 0 : array.byteOffset);

/** A tanh-like activation as amplitude × tanh(slope × a) + shift, and its derivative as steepness × (y - low) × (high - y). */
interface Curve {
  readonly amplitude: number;
  readonly slope: number;
  readonly shift: number;
  readonly steepness: number;
  readonly low: number;
  readonly high: number;
}

const { amplitude, slope } = SQUASH;
const curves: Record<Exclude<Activation, "relu">, Curve> = {
  tanh: { amplitude: 1, slope: 1, shift: 0, steepness: 1, low: -1, high: 1 },
  squash: { amplitude, slope, shift: 0, steepness: slope / amplitude, low: -amplitude, high: amplitude },
  sigmoid: { amplitude: 0.5, slope: 0.5, shift: 0.5, steepness: 1, low: 0, high: 1 },
};

/** Whether minimal filtering can do it (simd/winograd.ts); it takes images four at a time. */
const fitsWinograd = ({ input, output, field, stride, padding, seen }: Geometry): boolean =>
  seen === undefined &&
  field === 5 &&
  stride === 1 &&
  padding === 0 &&
  input.maps >= 6 &&
  (input.maps % 6 === 0 || input.maps % 4 === 0) &&
  output.maps % 4 === 0 &&
  output.rows % 2 === 0 &&
  output.columns % 2 === 0;

const filters = (g: Geometry, images: number): boolean => images >= 4 && fitsWinograd(g);

/** Floats of scratch of both its kernels, whichever needs most of a thing. */
const winogradScratch = ({ input, output }: Geometry): number => {
  const [area, outArea] = [input.rows * input.columns, output.rows * output.columns];
  const linesAndBands = (4 * area + 24 * output.rows * input.columns) * input.maps;
  const tiles = (outArea / 4 + 2) * (48 * input.maps + 64 * output.maps + 96);
  return area + outArea + linesAndBands + tiles + 192 * input.maps * output.maps + 100 * input.maps + 120;
};

/** Floats of scratch that the convolutions need, whichever needs most (each says what it keeps there). */
const convScratch = (g: Geometry, images: number): number =>
  Math.max(paddedSize(g, images) + plainScratch(g), fitsWinograd(g) ? winogradScratch(g) : 0);

/** Floats of so many padded images, in whole vectors; none where there is no padding. */
const paddedSize = ({ input, padding }: Geometry, images: number): number => {
  const area = (input.rows + 2 * padding) * (input.columns + 2 * padding);
  return padding === 0 ? 0 : Math.ceil((images * input.maps * area) / 4) * 4;
};

const plainScratch = ({ input, output, field, padding, seen }: Geometry): number => {
  const taps = (seen ?? input.maps) * field * field;
  const area = output.rows * output.columns;
  const padded = input.maps * (input.rows + 2 * padding) * (input.columns + 2 * padding);
  if (seen) return 2 * area + 4 + padded + area * taps + output.maps * taps;
  const tiles = Math.ceil((field * input.maps) / 16);
  const tables = 16 + 2 * (taps + area) + 16;
  const forwardOrWeight = tables + 16 * (taps + area + 4);
  // A place beyond the image lies as far behind it as the last row and tile of a window begin behind its corner.
  const beyond = 32 + field * (input.columns + 2 * padding) * input.maps + 16 * tiles;
  const backwardInput = output.maps + 4 * area + field * tiles * output.maps * 16 + padded + beyond;
  return Math.max(forwardOrWeight, backwardInput);
};

// Every number is written out as an argument: spreading arrays here would allocate inside a training step.
/** The fast kernels, bound to the memory their arrays live in. */
export const bindKernels = (module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels => {
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Export>;
  /** Which array is written depends on the job. */
  // biome-ignore format: an argument a line would hide what belongs together
  const byTable = (
    job: number, g: Geometry, n: number, input: Floats, weight: Floats, bias: Floats | null, out: Floats, scratch: Floats,
  ): void =>
    wasm.f32_table!(
      job, n, g.input.maps, g.input.rows, g.input.columns, g.output.maps, g.output.rows, g.output.columns, g.field,
      g.stride, g.padding, g.paddingValue, g.seen!, at(g.table!), at(input), at(weight), at(bias), at(out), at(scratch));
  /** The address of the images, padded: into the beginning of the scratch where they are not. */
  const padded = (g: Geometry, n: number, input: Floats, scratch: Floats): number => {
    if (g.padding === 0) return at(input);
    const { maps, rows, columns } = g.input;
    wasm.f32_pad!(at(input), at(scratch), n * maps, rows, columns, g.padding, g.paddingValue);
    return at(scratch);
  };
  // biome-ignore format: an argument a line would hide what belongs together
  const convBackwardInput: Kernels["convBackwardInput"] = (g, n, dOut, weight, dIn, scratch) => {
    if (g.table) return byTable(1, g, n, dIn, weight, null, dOut, scratch);
    wasm.f32_conv_backward_input!(
      n, g.input.maps, g.input.rows, g.input.columns, g.output.maps, g.output.rows, g.output.columns, g.field,
      g.stride, g.padding, at(dOut), at(weight), at(dIn), at(scratch));
  };
  // biome-ignore format: as above
  const convBackwardWeight: Kernels["convBackwardWeight"] = (g, n, input, dOut, dWeight, dBias, scratch) => {
    if (g.table) return byTable(2, g, n, input, dWeight, dBias, dOut, scratch);
    wasm.f32_conv_backward_weight!(
      n, g.input.maps, g.input.rows + 2 * g.padding, g.input.columns + 2 * g.padding, g.output.maps, g.output.rows,
      g.output.columns, g.field, g.stride, padded(g, n, input, scratch), at(dOut), at(dWeight), at(dBias),
      at(scratch) + 4 * paddedSize(g, n));
  };
  // biome-ignore format: as above
  return {
    pixels: (g, n, ink, order, first, out) =>
      (ink.BYTES_PER_ELEMENT === 1 ? wasm.u8_pixels! : wasm.f32_pixels!)(
        n, g.rows, g.columns, g.padding, g.scale, g.offset, g.paddingValue, at(ink), at(order), first, at(out)),
    distort: (g, map, field, ink, image, out, slot, scratch) =>
      (ink.BYTES_PER_ELEMENT === 1 ? wasm.u8_distort! : wasm.f32_distort!)(
        g.rows, g.columns, g.padding, g.scale, g.offset, map.xx, map.xy, map.x0, map.yx, map.yy, map.y0, at(field),
        at(ink) + image * g.rows * g.columns * ink.BYTES_PER_ELEMENT,
        at(out) + slot * (g.rows + 2 * g.padding) * (g.columns + 2 * g.padding) * 4, at(scratch)),

    convForward: (g, n, input, weight, bias, out, scratch) => {
      if (g.table) return byTable(0, g, n, input, weight, bias, out, scratch);
      if (filters(g, n))
        return wasm.f32_winograd_forward!(
          n, g.input.maps, g.input.rows, g.input.columns, g.output.maps, at(input), at(weight), at(bias), at(out),
          at(scratch));
      wasm.f32_conv_forward!(
        n, g.input.maps, g.input.rows + 2 * g.padding, g.input.columns + 2 * g.padding, g.output.maps, g.output.rows,
        g.output.columns, g.field, g.stride, padded(g, n, input, scratch), at(weight), at(bias), at(out),
        at(scratch) + 4 * paddedSize(g, n));
    },
    convBackward: (g, n, input, dOut, weight, dIn, dWeight, dBias, scratch) => {
      if (dIn && filters(g, n))
        return wasm.f32_winograd_backward!(
          n, g.input.maps, g.input.rows, g.input.columns, g.output.maps, at(input), at(dOut), at(weight), at(dIn),
          at(dWeight), at(dBias), at(scratch));
      convBackwardWeight(g, n, input, dOut, dWeight, dBias, scratch);
      if (dIn) convBackwardInput(g, n, dOut, weight, dIn, scratch);
    },
    convBackwardInput,
    convBackwardWeight,
    convScratch,

    denseForward: (n, inputs, units, input, weight, bias, out) =>
      wasm.f32_dense_forward!(n, inputs, units, at(input), at(weight), at(bias), at(out)),
    denseBackwardInput: (n, inputs, units, dOut, weight, dIn) =>
      wasm.f32_dense_backward_input!(n, inputs, units, at(dOut), at(weight), at(dIn)),
    denseBackwardWeight: (n, inputs, units, from, to, input, dOut, dWeight, dBias) =>
      wasm.f32_dense_backward_weight!(n, inputs, units, from, to, at(input), at(dOut), at(dWeight), at(dBias)),

    sumPoolForward: (g, n, scale, input, out) =>
      wasm.f32_sum_pool_forward!(
        n * g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, scale, at(input),
        at(out)),
    sumPoolBackward: (g, n, scale, dOut, dIn) =>
      wasm.f32_sum_pool_backward!(
        n * g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, scale, at(dOut),
        at(dIn)),
    subsampleForward: (g, n, coefficient, bias, input, out) =>
      wasm.f32_subsample_forward!(
        n, g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, at(coefficient),
        at(bias), at(input), at(out)),
    subsampleBackward: (g, n, squared, coefficient, input, dOut, dIn, dCoefficient, dBias) =>
      wasm.f32_subsample_backward!(
        n, g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, squared ? 1 : 0,
        at(coefficient), at(input), at(dOut), at(dIn), at(dCoefficient), at(dBias)),
    maxPoolForward: (g, n, input, out) =>
      wasm.f32_max_pool_forward!(
        n * g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, at(input), at(out)),
    maxPoolBackward: (g, n, input, dOut, dIn) =>
      wasm.f32_max_pool_backward!(
        n * g.input.maps, g.input.rows, g.input.columns, g.output.rows, g.output.columns, g.field, at(input),
        at(dOut), at(dIn)),

    activate: (activation, count, values) => {
      if (activation === "relu") return wasm.f32_relu_forward!(count, at(values));
      const curve = curves[activation];
      wasm.f32_tanh_forward!(count, curve.amplitude, curve.slope, curve.shift, at(values));
    },
    activateBackward: (activation, count, values, gradient) => {
      if (activation === "relu") return wasm.f32_relu_backward!(count, at(values), at(gradient));
      const curve = curves[activation];
      wasm.f32_tanh_backward!(count, curve.steepness, curve.low, curve.high, at(values), at(gradient));
    },

    repeatForward: (maps, area, times, input, out) => wasm.f32_repeat_forward!(maps, area, times, at(input), at(out)),
    repeatBackward: (maps, area, times, dOut, dIn) => wasm.f32_repeat_backward!(maps, area, times, at(dOut), at(dIn)),
    unitBiasForward: (n, count, bias, values) => wasm.f32_unit_bias_forward!(n, count, at(bias), at(values)),
    unitBiasBackward: (n, count, gradient, dBias) => wasm.f32_add_up!(n, count, at(gradient), at(dBias)),

    normMoments: (n, shape, input, mean, deviation) =>
      wasm.f32_norm_moments!(n, shape.maps, shape.rows * shape.columns, at(input), at(mean), at(deviation)),
    normForward: (n, shape, input, mean, inverse, gamma, beta, out) =>
      wasm.f32_norm_forward!(
        n, shape.maps, shape.rows * shape.columns, at(input), at(mean), at(inverse), at(gamma), at(beta), at(out)),
    normBackwardSums: (n, shape, input, dOut, mean, inverse, dGamma, dBeta) =>
      wasm.f32_norm_backward_sums!(
        n, shape.maps, shape.rows * shape.columns, at(input), at(dOut), at(mean), at(inverse), at(dGamma), at(dBeta)),
    normBackwardInput: (n, shape, count, input, dOut, mean, inverse, gamma, dGamma, dBeta, dIn) =>
      wasm.f32_norm_backward_input!(
        n, shape.maps, shape.rows * shape.columns, count, at(input), at(dOut), at(mean), at(inverse), at(gamma),
        at(dGamma), at(dBeta), at(dIn)),

    rbfForward: (n, inputs, classes, scale, input, codes, out) =>
      wasm.f32_rbf_forward!(n, inputs, classes, scale, at(input), at(codes), at(out)),
    rbfBackward: (n, inputs, classes, scale, input, codes, dOut, dIn) =>
      wasm.f32_rbf_backward!(n, inputs, classes, scale, at(input), at(codes), at(dOut), at(dIn)),

    dropout: (key, first, count, probability, values) =>
      wasm.f32_dropout!(key, first, count, dropLimit(probability), 1 / (1 - probability), at(values)),

    crossEntropy: (v, n, first, scale) =>
      wasm.f32_cross_entropy!(
        n, v.classes, scale, at(v.out), at(v.labels), at(v.order), first, at(v.losses), at(v.answers),
        scale === 0 ? 0 : at(v.dOut)),
    meanSquared: (v, n, first, scale, low, high) =>
      wasm.f32_mean_squared!(
        n, v.classes, low, high, scale, at(v.out), at(v.labels), at(v.order), first, at(v.losses), at(v.answers),
        scale === 0 ? 0 : at(v.dOut)),
    penalties: (v, n, first, scale, rubbish) =>
      wasm.f32_penalties!(
        n, v.classes, rubbish === null ? 0 : 1, rubbish ?? 0, scale, at(v.out), at(v.labels), at(v.order), first,
        at(v.losses), at(v.answers), scale === 0 ? 0 : at(v.dOut)),
    softmax: (n, classes, values) => wasm.f32_softmax!(n, classes, at(values)),

    addUp: (parts, count, rows, total) => wasm.f32_add_up!(parts, count, at(rows), at(total)),
    square: (count, values, out) => wasm.f32_square!(count, at(values), at(out)),
    sgd: (count, rate, decay, weight, gradient) => wasm.f32_sgd!(count, rate, decay, 0, at(weight), at(gradient), 0),
    momentum: (count, rate, decay, momentum, weight, gradient, velocity) =>
      wasm.f32_sgd!(count, rate, decay, momentum, at(weight), at(gradient), at(velocity)),
    sdlm: (count, rate, decay, mu, weight, gradient, curvature) =>
      wasm.f32_sdlm!(count, rate, decay, mu, at(weight), at(gradient), at(curvature)),
    outerStep: (inputs, units, rate, decay, mu, input, dOut, weight, curvature) =>
      wasm.f32_outer_step!(inputs, units, rate, decay, mu, at(input), at(dOut), at(weight), at(curvature)),
    adam: (count, rate, decay, beta1, beta2, epsilon, rate1, scale2, weight, gradient, mean, square) =>
      wasm.f32_adam!(
        count, rate * decay, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rate1, scale2, at(weight), at(gradient), at(mean), at(square)),
  };
};
