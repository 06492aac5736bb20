// The calls the three convolution kernels are tried on: every field, stride and padding; every number of maps up to 17; and
// the layers of the papers' nets.
import type { Geometry } from "../../../src/kernels/contract.ts";
import { stream } from "../../../src/random.ts";
import { size } from "../../../src/shape.ts";
import type { Trial } from "./conformance.ts";
import { combinations, describeShape, floats, upTo } from "./trials.ts";

export interface Example {
  readonly g: Geometry;
  readonly images: number;
}

type Window = Pick<Geometry, "field" | "stride" | "padding">;

/** Of an output of `down` × `across` units; `over` rows and columns of the input fill no window. */
export const geometry = (
  { field, stride, padding }: Window,
  [from, maps]: readonly [number, number],
  [down, across]: readonly [number, number],
  over = 0,
): Geometry => {
  const side = (units: number): number => Math.max(1, (units - 1) * stride + field - 2 * padding + over);
  const input = { maps: from, rows: side(down), columns: side(across) };
  const outSide = (length: number): number => Math.floor((length + 2 * padding - field) / stride) + 1;
  const output = { maps, rows: outSide(input.rows), columns: outSide(input.columns) };
  return { input, output, field, stride, padding, paddingValue: padding > 0 ? 0.75 : 0 };
};

/** Every window with six random choices of the rest. */
const windows = (): Example[] => {
  const random = stream(1, "conv-trials");
  const below = (limit: number): number => 1 + random.integer(limit);
  return combinations([1, 2, 3, 5, 7], [1, 2, 3], [0, 1, 2], upTo(6)).map(([field, stride, padding]) => ({
    g: geometry(
      { field: field!, stride: stride!, padding: padding! },
      [below(6), below(17)],
      [below(5), below(7)],
      stride! > 1 ? random.integer(2) : 0,
    ),
    images: below(3),
  }));
};

const numbersOfMaps = (): Example[] =>
  upTo(17).flatMap((maps) => [
    { g: geometry({ field: 5, stride: 1, padding: 0 }, [1, maps], [3, 5]), images: 2 },
    { g: geometry({ field: 3, stride: 1, padding: 1 }, [maps, 18 - maps], [3, 4]), images: 1 },
  ]);

const numbersOfImages = (): Example[] =>
  upTo(9).map((images) => ({ g: geometry({ field: 3, stride: 1, padding: 0 }, [2, 3], [2, 3]), images }));

const layersOfThePapers = (): Example[] => [
  { g: geometry({ field: 5, stride: 1, padding: 0 }, [1, 6], [28, 28]), images: 1 },
  { g: geometry({ field: 5, stride: 1, padding: 0 }, [1, 4], [20, 20]), images: 2 },
  { g: geometry({ field: 3, stride: 1, padding: 0 }, [2, 5], [3, 16]), images: 3 },
  { g: geometry({ field: 5, stride: 1, padding: 0 }, [6, 16], [10, 10]), images: 2 },
  { g: geometry({ field: 5, stride: 1, padding: 0 }, [16, 30], [1, 1]), images: 2 },
  { g: geometry({ field: 5, stride: 2, padding: 2 }, [1, 12], [8, 8], 1), images: 2 },
  { g: geometry({ field: 5, stride: 2, padding: 2 }, [12, 12], [4, 4], 1), images: 1 },
];

export const convExamples = (): Example[] => [
  ...windows(),
  ...numbersOfMaps(),
  ...numbersOfImages(),
  ...layersOfThePapers(),
];

export const label = (job: string, { g, images }: Example): string =>
  `${job} ${images} × ${describeShape(g.input)} → ${describeShape(g.output)}, field ${g.field}, stride ${g.stride}, padding ${g.padding}`;

export const weights = ({ input, output, field }: Geometry): number => output.maps * input.maps * field ** 2;

/** A call of convForward; how near it must come is the trial's business. */
export const forwardCall = (example: Example, biased: boolean): Omit<Trial, "terms"> => {
  const { g, images } = example;
  return {
    label: `${label("convForward", example)}${biased ? "" : ", no bias"}`,
    reads: {
      input: floats("input", images * size(g.input)),
      weight: floats("weight", weights(g)),
      bias: floats("bias", g.output.maps),
    },
    writes: { out: images * size(g.output) },
    scratch: (k) => k.convScratch(g, images),
    call: (k, a) => {
      const bias = biased ? a.floats("bias") : null;
      k.convForward(g, images, a.floats("input"), a.floats("weight"), bias, a.floats("out"), a.floats("scratch"));
    },
  };
};

export const convForwardTrials = (examples = convExamples()): Trial[] =>
  examples.map((example, number) => ({
    ...forwardCall(example, number % 4 !== 3),
    terms: example.g.input.maps * example.g.field ** 2 + 1,
  }));

export const convBackwardInputTrials = (examples = convExamples()): Trial[] =>
  examples.map((example) => {
    const { g, images } = example;
    return {
      label: label("convBackwardInput", example),
      reads: { dOut: floats("dOut", images * size(g.output)), weight: floats("weight", weights(g)) },
      writes: { dIn: images * size(g.input) },
      scratch: (k) => k.convScratch(g, images),
      call: (k, a) =>
        k.convBackwardInput(g, images, a.floats("dOut"), a.floats("weight"), a.floats("dIn"), a.floats("scratch")),
      terms: g.output.maps * g.field ** 2,
    };
  });

export const convBackwardWeightTrials = (examples = convExamples()): Trial[] =>
  examples.map((example, number) => {
    const { g, images } = example;
    const biased = number % 4 !== 3;
    return {
      label: `${label("convBackwardWeight", example)}${biased ? "" : ", no bias"}`,
      reads: { input: floats("input", images * size(g.input)), dOut: floats("dOut", images * size(g.output)) },
      writes: { dWeight: weights(g), dBias: g.output.maps },
      scratch: (k) => k.convScratch(g, images),
      call: (k, a) => {
        const dBias = biased ? a.floats("dBias") : null;
        const [input, dOut, dWeight] = [a.floats("input"), a.floats("dOut"), a.floats("dWeight")];
        k.convBackwardWeight(g, images, input, dOut, dWeight, dBias, a.floats("scratch"));
      },
      terms: images * g.output.rows * g.output.columns,
    };
  });

/** A call of convBackward, which gives all gradients at once, with or without that of the input. */
export const backwardCall = (example: Example, wanted: boolean): Omit<Trial, "terms"> => {
  const { g, images } = example;
  return {
    label: `${label("convBackward", example)}${wanted ? "" : ", no dIn"}`,
    reads: {
      input: floats("input", images * size(g.input)),
      dOut: floats("dOut", images * size(g.output)),
      weight: floats("weight", weights(g)),
    },
    writes: { dIn: images * size(g.input), dWeight: weights(g), dBias: g.output.maps },
    scratch: (k) => k.convScratch(g, images),
    call: (k, a) => {
      const [input, dOut, weight] = [a.floats("input"), a.floats("dOut"), a.floats("weight")];
      const [dWeight, dBias] = [a.floats("dWeight"), a.floats("dBias")];
      const dIn = wanted ? a.floats("dIn") : null;
      k.convBackward(g, images, input, dOut, weight, dIn, dWeight, dBias, a.floats("scratch"));
    },
  };
};

export const convBackwardTrials = (examples = convExamples().filter((_, number) => number % 7 === 0)): Trial[] =>
  examples.map((example, number) => {
    const { output, field } = example.g;
    return {
      ...backwardCall(example, number % 3 !== 0),
      terms: Math.max(example.images * output.rows * output.columns, output.maps * field ** 2),
    };
  });
