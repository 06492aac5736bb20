// Compiles the WebAssembly module and dresses its exports as `Kernels`: typed arrays become addresses, geometries become
// numbers. Arrays must be views of the memory the module was bound to; nothing is checked here.
import type { Activation, Geometry, Kernels } from "./contract.ts";
import { SQUASH } from "./reference/elementwise.ts";

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

/** Floats of scratch that the three kernels need, whichever needs most (each says what it keeps there). */
const convScratch = ({ input, output, field, padding }: Geometry): number => {
  const taps = input.maps * field * field;
  const area = output.rows * output.columns;
  const padded = input.maps * (input.rows + 2 * padding) * (input.columns + 2 * padding);
  const tiles = Math.ceil((field * input.maps) / 16);
  const tables = 16 + 2 * (taps + area) + 16;
  const forwardOrWeight = tables + 16 * (taps + area + 4) + padded;
  // A place beyond the image lies as far behind it as the last row and tile of a window begin behind its corner.
  const beyond = 32 + field * (input.columns + 2 * padding) * input.maps + 16 * tiles;
  const backwardInput = output.maps + 4 * area + field * tiles * output.maps * 16 + padded + beyond;
  return Math.max(forwardOrWeight, backwardInput);
};

// Every number is written out as an argument: spreading arrays here would allocate inside a training step.
/** The fast kernels, bound to the memory their arrays live in. */
export const bindKernels = (module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels => {
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Export>;
  const pixels = wasm.f32_pixels!;
  const distort = wasm.f32_distort!;
  const convForward = wasm.f32_conv_forward!;
  const convBackwardInput = wasm.f32_conv_backward_input!;
  const convBackwardWeight = wasm.f32_conv_backward_weight!;
  const denseForward = wasm.f32_dense_forward!;
  const denseBackwardInput = wasm.f32_dense_backward_input!;
  const denseBackwardWeight = wasm.f32_dense_backward_weight!;
  const sumPoolForward = wasm.f32_sum_pool_forward!;
  const sumPoolBackward = wasm.f32_sum_pool_backward!;
  const maxPoolForward = wasm.f32_max_pool_forward!;
  const maxPoolBackward = wasm.f32_max_pool_backward!;
  const tanhForward = wasm.f32_tanh_forward!;
  const tanhBackward = wasm.f32_tanh_backward!;
  const reluForward = wasm.f32_relu_forward!;
  const reluBackward = wasm.f32_relu_backward!;
  const normMoments = wasm.f32_norm_moments!;
  const normForward = wasm.f32_norm_forward!;
  const normBackwardSums = wasm.f32_norm_backward_sums!;
  const normBackwardInput = wasm.f32_norm_backward_input!;
  const crossEntropy = wasm.f32_cross_entropy!;
  const meanSquared = wasm.f32_mean_squared!;
  const softmax = wasm.f32_softmax!;
  const addUp = wasm.f32_add_up!;
  const sgd = wasm.f32_sgd!;
  const adam = wasm.f32_adam!;
  const unitBiasForward = wasm.f32_unit_bias_forward!;
  const dropout = wasm.f32_dropout!;
  return {
    pixels: (g, n, bytes, order, first, out) =>
      pixels(n, g.rows, g.columns, g.padding, g.scale, g.offset, g.paddingValue, at(bytes), at(order), first, at(out)),
    distort: (g, map, bytes, image, out, slot) =>
      distort(
        g.rows,
        g.columns,
        g.padding,
        g.scale,
        g.offset,
        map.xx,
        map.xy,
        map.x0,
        map.yx,
        map.yy,
        map.y0,
        at(bytes) + image * g.rows * g.columns,
        at(out) + slot * (g.rows + 2 * g.padding) * (g.columns + 2 * g.padding) * 4,
      ),

    convForward: (g, n, input, weight, bias, out, scratch) =>
      convForward(
        n,
        g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.maps,
        g.output.rows,
        g.output.columns,
        g.field,
        g.stride,
        g.padding,
        g.paddingValue,
        at(input),
        at(weight),
        at(bias),
        at(out),
        at(scratch),
      ),
    convBackwardInput: (g, n, dOut, weight, dIn, scratch) =>
      convBackwardInput(
        n,
        g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.maps,
        g.output.rows,
        g.output.columns,
        g.field,
        g.stride,
        g.padding,
        at(dOut),
        at(weight),
        at(dIn),
        at(scratch),
      ),
    convBackwardWeight: (g, n, input, dOut, dWeight, dBias, scratch) =>
      convBackwardWeight(
        n,
        g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.maps,
        g.output.rows,
        g.output.columns,
        g.field,
        g.stride,
        g.padding,
        g.paddingValue,
        at(input),
        at(dOut),
        at(dWeight),
        at(dBias),
        at(scratch),
      ),
    convScratch,

    denseForward: (n, inputs, units, input, weight, bias, out) =>
      denseForward(n, inputs, units, at(input), at(weight), at(bias), at(out)),
    denseBackwardInput: (n, inputs, units, dOut, weight, dIn) =>
      denseBackwardInput(n, inputs, units, at(dOut), at(weight), at(dIn)),
    denseBackwardWeight: (n, inputs, units, from, to, input, dOut, dWeight, dBias) =>
      denseBackwardWeight(n, inputs, units, from, to, at(input), at(dOut), at(dWeight), at(dBias)),

    sumPoolForward: (g, n, scale, input, out) =>
      sumPoolForward(
        n * g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.rows,
        g.output.columns,
        g.field,
        scale,
        at(input),
        at(out),
      ),
    sumPoolBackward: (g, n, scale, dOut, dIn) =>
      sumPoolBackward(
        n * g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.rows,
        g.output.columns,
        g.field,
        scale,
        at(dOut),
        at(dIn),
      ),
    maxPoolForward: (g, n, input, out) =>
      maxPoolForward(
        n * g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.rows,
        g.output.columns,
        g.field,
        at(input),
        at(out),
      ),
    maxPoolBackward: (g, n, input, dOut, dIn) =>
      maxPoolBackward(
        n * g.input.maps,
        g.input.rows,
        g.input.columns,
        g.output.rows,
        g.output.columns,
        g.field,
        at(input),
        at(dOut),
        at(dIn),
      ),

    activate: (activation, count, values) => {
      if (activation === "relu") return reluForward(count, at(values));
      const curve = curves[activation];
      tanhForward(count, curve.amplitude, curve.slope, curve.shift, at(values));
    },
    activateBackward: (activation, count, values, gradient) => {
      if (activation === "relu") return reluBackward(count, at(values), at(gradient));
      const curve = curves[activation];
      tanhBackward(count, curve.steepness, curve.low, curve.high, at(values), at(gradient));
    },

    unitBiasForward: (n, count, bias, values) => unitBiasForward(n, count, at(bias), at(values)),
    unitBiasBackward: (n, count, gradient, dBias) => addUp(n, count, at(gradient), at(dBias)),

    normMoments: (n, shape, input, mean, deviation) =>
      normMoments(n, shape.maps, shape.rows * shape.columns, at(input), at(mean), at(deviation)),
    normForward: (n, shape, input, mean, inverse, gamma, beta, out) =>
      normForward(
        n,
        shape.maps,
        shape.rows * shape.columns,
        at(input),
        at(mean),
        at(inverse),
        at(gamma),
        at(beta),
        at(out),
      ),
    normBackwardSums: (n, shape, input, dOut, mean, inverse, dGamma, dBeta) =>
      normBackwardSums(
        n,
        shape.maps,
        shape.rows * shape.columns,
        at(input),
        at(dOut),
        at(mean),
        at(inverse),
        at(dGamma),
        at(dBeta),
      ),
    normBackwardInput: (n, shape, count, input, dOut, mean, inverse, gamma, dGamma, dBeta, dIn) =>
      normBackwardInput(
        n,
        shape.maps,
        shape.rows * shape.columns,
        count,
        at(input),
        at(dOut),
        at(mean),
        at(inverse),
        at(gamma),
        at(dGamma),
        at(dBeta),
        at(dIn),
      ),

    dropout: (key, first, count, probability, values) =>
      dropout(key, first, count, Math.round(probability * 2 ** 32), 1 / (1 - probability), at(values)),

    crossEntropy: (n, classes, scale, logits, labels, order, first, losses, answers, dOut) =>
      crossEntropy(n, classes, scale, at(logits), at(labels), at(order), first, at(losses), at(answers), at(dOut)),
    meanSquared: (n, classes, low, high, scale, out, labels, order, first, losses, answers, dOut) =>
      meanSquared(
        n,
        classes,
        low,
        high,
        scale,
        at(out),
        at(labels),
        at(order),
        first,
        at(losses),
        at(answers),
        at(dOut),
      ),
    softmax: (n, classes, values) => softmax(n, classes, at(values)),

    addUp: (parts, count, rows, total) => addUp(parts, count, at(rows), at(total)),
    sgd: (count, rate, decay, weight, gradient) => sgd(count, rate, decay, 0, at(weight), at(gradient), 0),
    momentum: (count, rate, decay, momentum, weight, gradient, velocity) =>
      sgd(count, rate, decay, momentum, at(weight), at(gradient), at(velocity)),
    adam: (count, rate, decay, beta1, beta2, epsilon, rate1, scale2, weight, gradient, mean, square) =>
      adam(count, rate * decay, beta1, beta2, epsilon, rate1, scale2, at(weight), at(gradient), at(mean), at(square)),
  };
};
