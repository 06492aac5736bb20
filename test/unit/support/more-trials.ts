// The calls norms, losses and optimisers are tried on. Where a formula subtracts, `magnitude` turns signs so that on absolute
// values nothing cancels: what comes out is how large the rounded numbers on the way were.
import { type Floats, type Shape, size } from "../../../src/shape.ts";
import type { Held, Trial } from "./conformance.ts";
import { combinations, describeShape, floats, tails, upTo } from "./trials.ts";

const negative = (a: Held, name: string): Floats => a.floats(name).map((value) => -value);

const normSizes = (): { images: number; shape: Shape }[] =>
  combinations([1, 2, 5], [1, 2, 3, 7], [1, 3], [1, 2, 5, 8, 9]).map(([images, maps, rows, columns]) => ({
    images: images!,
    shape: { maps: maps!, rows: rows!, columns: columns! },
  }));

/** Far from zero: mean 3, as the ink of a map may be. */
const shifted = (salt: string, count: number): Float32Array => floats(salt, count).map((value) => value + 3);
/** Around one. */
const positive = (salt: string, count: number): Float32Array => floats(salt, count, 0.5).map((value) => value + 1);

const normMoments = (images: number, shape: Shape): Trial => {
  const count = images * shape.rows * shape.columns;
  const unit = (count + 4) * 2 ** -24;
  return {
    label: `normMoments ${images} × ${describeShape(shape)}`,
    reads: { input: shifted("input", images * size(shape)) },
    writes: { mean: shape.maps, deviation: shape.maps },
    call: (k, a) => k.normMoments(images, shape, a.floats("input"), a.floats("mean"), a.floats("deviation")),
    terms: count,
    // No input is above 4, no deviation above 1: a mean off by 4 units is a square off by 8 × its distance.
    bound: (_, name) => (name === "mean" ? 4 * unit : count * 8 * unit),
  };
};

const normForward = (images: number, shape: Shape): Trial => {
  const run =
    (meanOf: (a: Held) => Floats): Trial["call"] =>
    (k, a) =>
      k.normForward(
        images,
        shape,
        a.floats("input"),
        meanOf(a),
        a.floats("inverse"),
        a.floats("gamma"),
        a.floats("beta"),
        a.floats("out"),
      );
  return {
    label: `normForward ${images} × ${describeShape(shape)}`,
    reads: {
      input: shifted("input", images * size(shape)),
      mean: shifted("mean", shape.maps),
      inverse: positive("inverse", shape.maps),
      gamma: floats("gamma", shape.maps),
      beta: floats("beta", shape.maps),
    },
    writes: { out: images * size(shape) },
    call: run((a) => a.floats("mean")),
    magnitude: run((a) => negative(a, "mean")),
    terms: 4,
  };
};

const normBackwardSums = (images: number, shape: Shape): Trial => {
  const run =
    (meanOf: (a: Held) => Floats): Trial["call"] =>
    (k, a) =>
      k.normBackwardSums(
        images,
        shape,
        a.floats("input"),
        a.floats("dOut"),
        meanOf(a),
        a.floats("inverse"),
        a.floats("dGamma"),
        a.floats("dBeta"),
      );
  return {
    label: `normBackwardSums ${images} × ${describeShape(shape)}`,
    reads: {
      input: shifted("input", images * size(shape)),
      dOut: floats("dOut", images * size(shape)),
      mean: shifted("mean", shape.maps),
      inverse: positive("inverse", shape.maps),
    },
    writes: { dGamma: shape.maps, dBeta: shape.maps },
    call: run((a) => a.floats("mean")),
    magnitude: run((a) => negative(a, "mean")),
    terms: images * shape.rows * shape.columns,
  };
};

const normBackwardInput = (images: number, shape: Shape): Trial => {
  const subtracted = ["mean", "dGamma", "dBeta"];
  const run =
    (absolute: boolean): Trial["call"] =>
    (k, a) => {
      const of = (name: string) => (absolute && subtracted.includes(name) ? negative(a, name) : a.floats(name));
      const count = images * shape.rows * shape.columns;
      k.normBackwardInput(
        images,
        shape,
        count,
        a.floats("input"),
        a.floats("dOut"),
        of("mean"),
        a.floats("inverse"),
        a.floats("gamma"),
        of("dGamma"),
        of("dBeta"),
        a.floats("dIn"),
      );
    };
  return {
    label: `normBackwardInput ${images} × ${describeShape(shape)}`,
    reads: {
      input: shifted("input", images * size(shape)),
      dOut: floats("dOut", images * size(shape)),
      mean: shifted("mean", shape.maps),
      inverse: positive("inverse", shape.maps),
      gamma: positive("gamma", shape.maps),
      dGamma: floats("dGamma", shape.maps),
      dBeta: floats("dBeta", shape.maps),
    },
    writes: { dIn: images * size(shape) },
    call: run(false),
    magnitude: run(true),
    terms: 8,
  };
};

export const normTrials = (): Trial[] =>
  normSizes().flatMap(({ images, shape }) =>
    [normMoments, normForward, normBackwardSums, normBackwardInput].map((make) => make(images, shape)),
  );

const lossSizes = combinations([1, 2, 5], [1, 2, 3, 4, 5, 10, 17], [0, 3]) as [number, number, number][];
const order = Int32Array.from([3, 1, 0, 4, 2, 5, 6, 7]);
const labelsBelow = (classes: number): Uint8Array => Uint8Array.from({ length: 8 }, (_, i) => (i * 5 + 2) % classes);

/** With and without gradient; the positions of the order before and behind are nobody's. */
const lossTrial = (
  job: "crossEntropy" | "meanSquared" | "penalties" | "penalties against rubbish",
  images: number,
  classes: number,
  first: number,
  backward: boolean,
): Trial => ({
  label: `${job} ${images} images, ${classes} classes, from position ${first}${backward ? "" : ", no gradient"}`,
  reads: { out: floats("out", images * classes, 6), labels: labelsBelow(classes), order },
  writes: {
    losses: 8,
    answers: new Uint8Array(8).fill(0xa5),
    dOut: images * classes,
  },
  call: (k, a) => {
    const [labels, answers, scale] = [a.bytes("labels"), a.bytes("answers"), backward ? 0.3 : 0];
    const [out, losses, dOut] = [a.floats("out"), a.floats("losses"), a.floats("dOut")];
    const views = { classes, out, labels, order: a.ints("order"), losses, answers, dOut };
    if (job === "crossEntropy") k.crossEntropy(views, images, first, scale);
    else if (job === "meanSquared") k.meanSquared(views, images, first, scale, -0.8, 0.9);
    else k.penalties(views, images, first, scale, job === "penalties" ? null : 1.5);
  },
  terms: classes,
  // A loss of rivals is a difference of numbers up to 12. No sum is larger than 49 here, no gradient than 6; exponentials differ by no more than their arguments.
  bound: (wanted, name) => (classes + 12) * 2 ** -24 * (name === "losses" ? Math.abs(wanted) + 1 : 1),
});

export const lossTrials = (): Trial[] =>
  lossSizes.flatMap(([images, classes, first]) => [
    lossTrial("crossEntropy", images, classes, first, true),
    lossTrial("crossEntropy", images, classes, first, false),
    lossTrial("meanSquared", images, classes, first, true),
    lossTrial("meanSquared", images, classes, first, false),
    lossTrial("penalties", images, classes, first, true),
    lossTrial("penalties", images, classes, first, false),
    lossTrial("penalties against rubbish", images, classes, first, true),
    lossTrial("penalties against rubbish", images, classes, first, false),
  ]);

export const softmaxTrials = (): Trial[] =>
  combinations([1, 3], [...upTo(9), 10, 17]).map(([images, classes]) => ({
    label: `softmax ${images} images, ${classes} classes`,
    reads: {},
    writes: { values: floats("values", images! * classes!, 6) },
    call: (k, a) => k.softmax(images!, classes!, a.floats("values")),
    terms: classes!,
    bound: (wanted) => (classes! + 12) * 2 ** -24 * wanted,
  }));

export const addUpTrials = (): Trial[] =>
  combinations([...upTo(9), 16], tails).map(([parts, count]) => ({
    label: `addUp ${parts} rows of ${count}`,
    reads: { rows: floats("rows", parts! * count!) },
    writes: { total: count! },
    call: (k, a) => k.addUp(parts!, count!, a.floats("rows"), a.floats("total")),
    terms: parts!,
  }));

const state = (count: number): Record<"weight" | "velocity" | "square", Float32Array> => ({
  weight: floats("weight", count),
  velocity: floats("velocity", count),
  square: floats("square", count).map((value) => value * value),
});

/** A step is subtracted: on absolute values the rate is negative, so that it is added. */
const descent = (count: number, momentum: number | null): Trial => {
  const run =
    (rate: number): Trial["call"] =>
    (k, a) => {
      const [weight, gradient] = [a.floats("weight"), a.floats("gradient")];
      if (momentum === null) k.sgd(count, rate, 0.01, weight, gradient);
      else k.momentum(count, rate, 0.01, momentum, weight, gradient, a.floats("velocity"));
    };
  const { weight, velocity } = state(count);
  return {
    label: `${momentum === null ? "sgd" : "momentum"} of ${count} weights`,
    reads: { gradient: floats("gradient", count) },
    writes: momentum === null ? { weight } : { weight, velocity },
    call: run(0.1),
    magnitude: run(-0.1),
    terms: 4,
  };
};

/**
 * β is rounded to float32, and then 1 - β is only known to 2⁻²⁴ / (1 - β) of itself. `betas` that float32 holds exactly leave
 * the kernel no such excuse.
 */
const adam = (count: number, betas: readonly [number, number], step: number): Trial => {
  const [beta1, beta2] = betas;
  const scale2 = 1 / Math.sqrt(1 - beta2 ** step);
  const run =
    (rate: number): Trial["call"] =>
    (k, a) =>
      k.adam(
        count,
        rate,
        0.01,
        beta1,
        beta2,
        1e-8,
        rate / (1 - beta1 ** step),
        scale2,
        a.floats("weight"),
        a.floats("gradient"),
        a.floats("mean"),
        a.floats("square"),
      );
  const { weight, velocity, square } = state(count);
  const excuse = Math.max(...betas.map((beta) => (Math.fround(beta) === beta ? 0 : 1 / (1 - beta))));
  return {
    label: `adam of ${count} weights, β ${betas.join(" and ")}, step ${step}`,
    reads: { gradient: floats("gradient", count) },
    writes: {
      weight,
      mean: step === 1 ? new Float32Array(count) : velocity,
      square: step === 1 ? new Float32Array(count) : square,
    },
    call: run(0.1),
    magnitude: run(-0.1),
    terms: 8 + excuse,
  };
};

export const optimiserTrials = (): Trial[] =>
  tails.flatMap((count) => [
    descent(count, null),
    descent(count, 0.9),
    adam(count, [0.875, 1 - 2 ** -10], 1),
    adam(count, [0.875, 1 - 2 ** -10], 7),
    adam(count, [0.9, 0.999], 1),
    adam(count, [0.9, 0.999], 1000),
  ]);
