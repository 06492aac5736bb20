// Bugs to plant in kernels, each as small as real ones are: what the checkers must find.
import type { Geometry, Kernels } from "../../../src/kernels/contract.ts";
import { type Floats, size } from "../../../src/shape.ts";

/** Calls with other values in an array, and puts its own back: kernels only look at addresses. */
const having = (array: Floats, values: Floats, call: () => void): void => {
  const own = array.slice();
  array.set(values);
  call();
  array.set(own);
};

/** Every map of an image replaced by the sum of its maps. */
const mixed = ({ input: shape }: Geometry, images: number, input: Floats): Floats => {
  const area = shape.rows * shape.columns;
  const maps = [...Array(shape.maps).keys()];
  const mixed = input.slice(0, images * size(shape));
  mixed.forEach((_, i) => {
    const [image, pixel] = [Math.floor(i / size(shape)), i % area];
    mixed[i] = maps.reduce((sum, map) => sum + input[(image * shape.maps + map) * area + pixel]!, 0);
  });
  return mixed;
};

/** Kernels whose convBackward is made of these two, as it is where it shares no work. */
const withParts = (k: Kernels, parts: Partial<Pick<Kernels, "convBackwardInput" | "convBackwardWeight">>): Kernels => {
  const { convBackwardInput, convBackwardWeight, ...rest } = { ...k, ...parts };
  return {
    ...rest,
    convBackwardInput,
    convBackwardWeight,
    convBackward: (g, images, input, dOut, weight, dIn, dWeight, dBias, scratch) => {
      convBackwardWeight(g, images, input, dOut, dWeight, dBias, scratch);
      if (dIn) convBackwardInput(g, images, dOut, weight, dIn, scratch);
    },
  };
};

export interface Bug {
  /** The kernel that is wrong. */
  readonly kernel: keyof Kernels;
  readonly plant: (kernels: Kernels) => Kernels;
  /** Whether forward and backward disagree, so that differences show it. */
  readonly inGradients: boolean;
}

export const bugs: Record<string, Bug> = {
  "a flipped sign": {
    kernel: "convBackwardInput",
    inGradients: true,
    plant: (k) =>
      withParts(k, {
        convBackwardInput: (g, images, dOut, weight, dIn, scratch) => {
          k.convBackwardInput(g, images, dOut, weight, dIn, scratch);
          for (let i = 0; i < images * size(g.input); i++) dIn[i] = -dIn[i]!;
        },
      }),
  },
  "a flipped sign of one element": {
    kernel: "denseBackwardInput",
    inGradients: true,
    plant: (k) => ({
      ...k,
      denseBackwardInput: (images, inputs, units, dOut, weight, dIn) => {
        k.denseBackwardInput(images, inputs, units, dOut, weight, dIn);
        dIn[images * inputs - 1] = -dIn[images * inputs - 1]!;
      },
    }),
  },
  "a dropped bias": {
    kernel: "convForward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      convForward: (g, images, input, weight, _, out, scratch) =>
        k.convForward(g, images, input, weight, null, out, scratch),
    }),
  },
  "a shifted tap": {
    kernel: "convBackwardWeight",
    inGradients: true,
    plant: (k) =>
      withParts(k, {
        convBackwardWeight: (g, images, input, dOut, dWeight, dBias, scratch) => {
          k.convBackwardWeight(g, images, input, dOut, dWeight, dBias, scratch);
          const [first, second] = [dWeight[0]!, dWeight[1]!];
          dWeight[0] = second;
          dWeight[1] = first;
        },
      }),
  },
  "a wrong factor": {
    kernel: "sumPoolBackward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      sumPoolBackward: (g, images, scale, dOut, dIn) => k.sumPoolBackward(g, images, scale * (1 + 1e-5), dOut, dIn),
    }),
  },
  "a wrong factor, the same forward and backward": {
    kernel: "sumPoolForward",
    inGradients: false,
    plant: (k) => ({
      ...k,
      sumPoolForward: (g, images, scale, input, out) => k.sumPoolForward(g, images, scale * (1 + 1e-5), input, out),
      sumPoolBackward: (g, images, scale, dOut, dIn) => k.sumPoolBackward(g, images, scale * (1 + 1e-5), dOut, dIn),
    }),
  },
  "a NaN in one place": {
    kernel: "activateBackward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      activateBackward: (activation, count, values, gradient) => {
        k.activateBackward(activation, count, values, gradient);
        gradient[count - 1] = Number.NaN;
      },
    }),
  },
  "a sub-sampling that sums all maps": {
    kernel: "subsampleForward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      subsampleForward: (g, images, coefficient, bias, input, out) =>
        having(input, mixed(g, images, input), () => k.subsampleForward(g, images, coefficient, bias, input, out)),
    }),
  },
  "a sub-sampling that divides by four": {
    kernel: "subsampleForward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      subsampleForward: (g, images, coefficient, bias, input, out) =>
        having(
          coefficient,
          coefficient.map((value) => value / g.field ** 2),
          () => k.subsampleForward(g, images, coefficient, bias, input, out),
        ),
    }),
  },
  "a sub-sampling without its bias": {
    kernel: "subsampleForward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      subsampleForward: (g, images, coefficient, bias, input, out) =>
        having(
          bias,
          bias.map(() => 0),
          () => k.subsampleForward(g, images, coefficient, bias, input, out),
        ),
    }),
  },
  "a sub-sampling whose maps share one coefficient": {
    kernel: "subsampleBackward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      subsampleBackward: (g, images, squared, coefficient, ...rest) =>
        having(
          coefficient,
          coefficient.map(() => coefficient[0]!),
          () => k.subsampleBackward(g, images, squared, coefficient, ...rest),
        ),
    }),
  },
  "a distance from the code of the class before": {
    kernel: "rbfForward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      rbfForward: (images, inputs, classes, scale, input, codes, out) =>
        having(
          codes,
          codes.map((_, i) => codes.at(i - inputs)!),
          () => k.rbfForward(images, inputs, classes, scale, input, codes, out),
        ),
    }),
  },
  "a distance that pulls the wrong way": {
    kernel: "rbfBackward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      rbfBackward: (images, inputs, classes, scale, ...rest) => k.rbfBackward(images, inputs, classes, -scale, ...rest),
    }),
  },
  "rubbish that is left out": {
    kernel: "penalties",
    inGradients: false,
    plant: (k) => ({
      ...k,
      penalties: (v, images, first, scale) => k.penalties(v, images, first, scale, null),
    }),
  },
  "a gradient that misses the last image": {
    kernel: "denseBackwardWeight",
    inGradients: true,
    plant: (k) => ({
      ...k,
      denseBackwardWeight: (images, inputs, units, from, to, input, dOut, dWeight, dBias) =>
        k.denseBackwardWeight(images - 1, inputs, units, from, to, input, dOut, dWeight, dBias),
    }),
  },
  "a sum that misses the last shard": {
    kernel: "addUp",
    inGradients: true,
    plant: (k) => ({ ...k, addUp: (parts, count, rows, total) => k.addUp(Math.max(1, parts - 1), count, rows, total) }),
  },
  "a gradient that is added to what was there": {
    kernel: "maxPoolBackward",
    inGradients: true,
    plant: (k) => ({
      ...k,
      maxPoolBackward: (g, images, input, dOut, dIn) => {
        const before = dIn.slice(0, images * size(g.input));
        k.maxPoolBackward(g, images, input, dOut, dIn);
        for (let i = 0; i < before.length; i++) dIn[i] = dIn[i]! + before[i]!;
      },
    }),
  },
};

/** What only memory shows: the numbers are right. */
export const trespasses: Record<string, Bug> = {
  "a float written behind the output": {
    kernel: "denseForward",
    inGradients: false,
    plant: (k) => ({
      ...k,
      denseForward: (images, inputs, units, input, weight, bias, out) => {
        k.denseForward(images, inputs, units, input, weight, bias, out);
        new Float32Array(out.buffer, out.byteOffset, images * units + 1)[images * units] = 0;
      },
    }),
  },
  "a float written before the output": {
    kernel: "unitBiasBackward",
    inGradients: false,
    plant: (k) => ({
      ...k,
      unitBiasBackward: (images, count, gradient, dBias) => {
        k.unitBiasBackward(images, count, gradient, dBias);
        new Float32Array(dBias.buffer, dBias.byteOffset - 4, 1)[0] = 0;
      },
    }),
  },
  "scratch that is too short": {
    kernel: "convForward",
    inGradients: false,
    plant: (k) => ({ ...k, convScratch: () => 1 }),
  },
  "an input that is changed": {
    kernel: "denseForward",
    inGradients: false,
    plant: (k) => ({
      ...k,
      denseForward: (images, inputs, units, input, weight, bias, out) => {
        k.denseForward(images, inputs, units, input, weight, bias, out);
        weight[0] = weight[0]! / 2;
      },
    }),
  },
  "rows written that somebody else writes": {
    kernel: "denseBackwardWeight",
    inGradients: false,
    plant: (k) => ({
      ...k,
      denseBackwardWeight: (images, inputs, units, _from, _to, input, dOut, dWeight, dBias) =>
        k.denseBackwardWeight(images, inputs, units, 0, units, input, dOut, dWeight, dBias),
    }),
  },
};
