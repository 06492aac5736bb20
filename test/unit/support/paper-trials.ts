// The calls that the papers' own kernels are tried on: sub-sampling, distances from codes, and the squares and rates of SDLM.
import { size } from "../../../src/shape.ts";
import type { Held, Trial } from "./conformance.ts";
import { combinations, floats, poolGeometries, poolLabel, tails, upTo } from "./trials.ts";

/** Every backward with dIn and without, as it is and squared. */
export const subsampleTrials = (): Trial[] =>
  poolGeometries().flatMap(({ g, images }, index): Trial[] => {
    const maps = g.output.maps;
    const backward = (squared: boolean, into: boolean): Trial => ({
      label: poolLabel(`subsampleBackward${squared ? ", squared," : ""}${into ? "" : " without dIn,"}`, g, images),
      reads: {
        input: floats("input", images * size(g.input)),
        dOut: floats("dOut", images * size(g.output)),
        coefficient: floats("coefficient", maps),
      },
      writes: { dIn: images * size(g.input), dCoefficient: maps, dBias: maps },
      call: (k, a) =>
        k.subsampleBackward(
          g,
          images,
          squared,
          a.floats("coefficient"),
          a.floats("input"),
          a.floats("dOut"),
          into ? a.floats("dIn") : null,
          a.floats("dCoefficient"),
          a.floats("dBias"),
        ),
      terms: images * (g.input.rows * g.input.columns + 1),
    });
    return [
      {
        label: poolLabel("subsampleForward", g, images),
        reads: {
          input: floats("input", images * size(g.input)),
          coefficient: floats("coefficient", maps),
          bias: floats("bias", maps),
        },
        writes: { out: images * size(g.output) },
        call: (k, a) =>
          k.subsampleForward(g, images, a.floats("coefficient"), a.floats("bias"), a.floats("input"), a.floats("out")),
        terms: g.field ** 2 + 2,
      },
      backward(index % 3 === 0, true),
      backward(index % 3 !== 0, index % 4 !== 0),
    ];
  });

/** A difference is a sum of magnitudes when the codes' signs are turned. */
const turned = (a: Held, name: string): ReturnType<Held["floats"]> => a.floats(name).map((value) => -value);

export const rbfTrials = (): Trial[] =>
  combinations([1, 2, 5], [...upTo(9), 15, 16, 17, 84], [1, 2, 3, 10]).flatMap(([images, inputs, classes]): Trial[] => {
    const reads = { input: floats("input", images! * inputs!), codes: floats("codes", classes! * inputs!) };
    const sizes = [images!, inputs!, classes!, 0.7] as const;
    const forward =
      (absolute: boolean): Trial["call"] =>
      (k, a) =>
        k.rbfForward(...sizes, a.floats("input"), absolute ? turned(a, "codes") : a.floats("codes"), a.floats("out"));
    const backward =
      (absolute: boolean): Trial["call"] =>
      (k, a) => {
        const codes = absolute ? turned(a, "codes") : a.floats("codes");
        k.rbfBackward(...sizes, a.floats("input"), codes, a.floats("dOut"), a.floats("dIn"));
      };
    const label = `${images} images, ${inputs} inputs, ${classes} codes`;
    return [
      {
        label: `rbfForward ${label}`,
        reads,
        writes: { out: images! * classes! },
        call: forward(false),
        magnitude: forward(true),
        terms: inputs! + 3,
      },
      {
        label: `rbfBackward ${label}`,
        reads: { ...reads, dOut: floats("dOut", images! * classes!) },
        writes: { dIn: images! * inputs! },
        call: backward(false),
        magnitude: backward(true),
        terms: classes! + 3,
      },
    ];
  });

export const squareTrials = (): Trial[] =>
  tails.map((count) => ({
    label: `square of ${count} values`,
    reads: { values: floats("values", count) },
    writes: { out: count },
    call: (k, a) => k.square(count, a.floats("values"), a.floats("out")),
    terms: 1,
  }));

/** A step is subtracted: on absolute values the rate is negative, so that it is added. */
export const sdlmTrials = (): Trial[] =>
  tails.map((count) => {
    const run =
      (rate: number): Trial["call"] =>
      (k, a) =>
        k.sdlm(count, rate, 0.01, 0.02, a.floats("weight"), a.floats("gradient"), a.floats("curvature"));
    return {
      label: `sdlm of ${count} weights`,
      reads: {
        gradient: floats("gradient", count),
        curvature: floats("curvature", count, 3).map((value) => value * value),
      },
      writes: { weight: floats("weight", count) },
      call: run(0.01),
      magnitude: run(-0.01),
      terms: 6,
    };
  });

/** A dense layer of each number of inputs taught by one image, with a curvature and without. */
export const outerTrials = (): Trial[] =>
  tails.flatMap((inputs) =>
    [1, 5].flatMap((units) =>
      [true, false].map((curved): Trial => {
        const run =
          (rate: number): Trial["call"] =>
          (k, a) => {
            const curvature = curved ? a.floats("curvature") : null;
            k.outerStep(
              inputs,
              units,
              rate,
              0.01,
              0.02,
              a.floats("input"),
              a.floats("dOut"),
              a.floats("weight"),
              curvature,
            );
          };
        return {
          label: `outerStep of ${units} × ${inputs} weights${curved ? ", sdlm" : ""}`,
          reads: {
            input: floats("input", inputs),
            dOut: floats("dOut", units),
            curvature: floats("curvature", inputs * units, 3).map((value) => value * value),
          },
          writes: { weight: floats("weight", inputs * units) },
          call: run(0.01),
          magnitude: run(-0.01),
          terms: 7,
        };
      }),
    ),
  );
