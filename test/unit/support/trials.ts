// The calls every fast kernel is tried on: dense layers, pooling, and what works unit by unit. Convolutions: conv-trials.ts,
// norms, losses and optimisers: more-trials.ts. Numbers are random (seeded), of both signs.
import type { Activation, Geometry } from "../../../src/kernels/contract.ts";
import { type Floats, type Ink, type Shape, size } from "../../../src/shape.ts";
import type { Held, Trial } from "./conformance.ts";
import { uniform } from "./rig.ts";

/** `count` floats in ±range; the same for the same count and salt. */
export const floats = (salt: string, count: number, range = 1): Float32Array =>
  Float32Array.from(uniform(`${salt}/${count}`, count, range));

export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Counts around every vector length in use. */
export const tails = [...upTo(9), 15, 16, 17, 31, 33];

export const describeShape = ({ maps, rows, columns }: Shape): string => `${maps}@${rows}×${columns}`;

/** Every combination of the lists, in order. */
export const combinations = <T extends readonly (readonly number[])[]>(...lists: T): number[][] =>
  lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);

/** Sizes of a dense layer: all small ones, then those of LeNet-5 and of its neighbours in size. */
const denseSizes = [
  ...combinations(upTo(9), upTo(9), upTo(9)),
  ...combinations([1, 2, 5], [15, 16, 17, 35, 120], [10, 11, 13, 84]),
  [3, 400, 120],
];

export const denseForwardTrials = (): Trial[] =>
  denseSizes.map(([images, inputs, units]) => ({
    label: `denseForward ${images} images, ${inputs} inputs, ${units} units`,
    reads: {
      input: floats("input", images! * inputs!),
      weight: floats("weight", units! * inputs!),
      bias: floats("bias", units!),
    },
    writes: { out: images! * units! },
    call: (k, a) =>
      k.denseForward(
        images!,
        inputs!,
        units!,
        a.floats("input"),
        a.floats("weight"),
        a.floats("bias"),
        a.floats("out"),
      ),
    terms: inputs! + 1,
  }));

export const denseBackwardInputTrials = (): Trial[] =>
  denseSizes.map(([images, inputs, units]) => ({
    label: `denseBackwardInput ${images} images, ${inputs} inputs, ${units} units`,
    reads: { dOut: floats("dOut", images! * units!), weight: floats("weight", units! * inputs!) },
    writes: { dIn: images! * inputs! },
    call: (k, a) =>
      k.denseBackwardInput(images!, inputs!, units!, a.floats("dOut"), a.floats("weight"), a.floats("dIn")),
    terms: units!,
  }));

/** All units; and parts of them, from the front, the back and the middle. */
const ranges = (units: number): [number, number][] => [
  [0, units],
  ...(units > 1
    ? ([
        [1, units],
        [0, units - 1],
      ] as [number, number][])
    : []),
  ...(units > 4
    ? ([
        [2, units - 1],
        [3, 3],
      ] as [number, number][])
    : []),
  ...(units > 8 ? ([[4, 8]] as [number, number][]) : []),
];

export const denseBackwardWeightTrials = (): Trial[] =>
  denseSizes.flatMap(([images, inputs, units]) =>
    (images! % 2 === 1 ? ranges(units!) : ranges(units!).slice(0, 1)).map(([from, to]) => ({
      label: `denseBackwardWeight ${images} images, ${inputs} inputs, rows ${from}…${to - 1} of ${units}`,
      reads: { input: floats("input", images! * inputs!), dOut: floats("dOut", images! * units!) },
      writes: { dWeight: units! * inputs!, dBias: units! },
      call: (k, a) =>
        k.denseBackwardWeight(
          images!,
          inputs!,
          units!,
          from,
          to,
          a.floats("input"),
          a.floats("dOut"),
          a.floats("dWeight"),
          a.floats("dBias"),
        ),
      terms: images!,
    })),
  );

/** Pooling by 1 to 5 of maps with and without rows and columns left over. */
export const poolGeometries = (): { g: Geometry; images: number }[] =>
  combinations([1, 2, 3, 4, 5], [0, 1], upTo(9), [1, 3]).map(([field, over, across, maps]) => {
    const down = 1 + (across! % 3);
    const left = Math.min(over!, field! - 1);
    const input = { maps: maps!, rows: down * field! + left, columns: across! * field! + (across! % 2) * left };
    const output = { maps: maps!, rows: down, columns: Math.floor(input.columns / field!) };
    return {
      g: { input, output, field: field!, stride: field!, padding: 0, paddingValue: 0 },
      images: 1 + (across! % 4),
    };
  });

export const poolLabel = (job: string, { input, output, field }: Geometry, images: number): string =>
  `${job} ${images} × ${describeShape(input)} → ${describeShape(output)} by ${field}`;

export const sumPoolTrials = (): Trial[] =>
  poolGeometries().flatMap(({ g, images }): Trial[] => [
    {
      label: poolLabel("sumPoolForward", g, images),
      reads: { input: floats("input", images * size(g.input)) },
      writes: { out: images * size(g.output) },
      call: (k, a) => k.sumPoolForward(g, images, 0.3, a.floats("input"), a.floats("out")),
      terms: g.field ** 2,
    },
    {
      label: poolLabel("sumPoolBackward", g, images),
      reads: { dOut: floats("dOut", images * size(g.output)) },
      writes: { dIn: images * size(g.input) },
      call: (k, a) => k.sumPoolBackward(g, images, 0.3, a.floats("dOut"), a.floats("dIn")),
      terms: 1,
    },
  ]);

/** Rounded to tenths, so that some squares hold their largest number twice. */
const withEquals = (count: number): Float32Array => floats("ties", count).map((value) => Math.round(value * 10) / 10);

export const maxPoolTrials = (): Trial[] =>
  poolGeometries().flatMap(({ g, images }): Trial[] => [
    {
      label: poolLabel("maxPoolForward", g, images),
      reads: { input: withEquals(images * size(g.input)) },
      writes: { out: images * size(g.output) },
      call: (k, a) => k.maxPoolForward(g, images, a.floats("input"), a.floats("out")),
      terms: 1,
      bound: () => 0,
    },
    {
      label: poolLabel("maxPoolBackward", g, images),
      reads: { input: withEquals(images * size(g.input)), dOut: floats("dOut", images * size(g.output)) },
      writes: { dIn: images * size(g.input) },
      call: (k, a) => k.maxPoolBackward(g, images, a.floats("input"), a.floats("dOut"), a.floats("dIn")),
      terms: 1,
      bound: () => 0,
    },
  ]);

const activations: readonly Activation[] = ["tanh", "squash", "relu", "sigmoid"];

export const activationTrials = (): Trial[] =>
  combinations(tails, [0, 1, 2, 3]).flatMap(([count, which]): Trial[] => {
    const activation = activations[which!]!;
    const values = floats("values", count!, 4);
    return [
      {
        label: `activate ${activation}, ${count} values`,
        reads: {},
        writes: { values },
        call: (k, a) => k.activate(activation, count!, a.floats("values")),
        terms: 4,
        // The polynomials are good to 5e-7 of the largest value.
        bound: () => (activation === "relu" ? 0 : 5e-7 * 1.7159),
      },
      {
        label: `activateBackward ${activation}, ${count} values`,
        reads: { values: values.map((value) => value / 4) },
        writes: { gradient: floats("gradient", count!) },
        call: (k, a) => k.activateBackward(activation, count!, a.floats("values"), a.floats("gradient")),
        terms: 6,
        // No derivative is larger than squash's at 0, 1.7159 × 2/3.
        bound: () => (activation === "relu" ? 0 : 10 * 2 ** -24 * 1.1439),
      },
    ];
  });

export const repeatTrials = (): Trial[] =>
  combinations([1, 3], [1, 2, 3], tails).flatMap(([maps, times, area]): Trial[] => {
    const sizes = [maps!, area!, times!] as const;
    return [
      {
        label: `repeatForward ${maps} maps of ${area}, ${times} times`,
        reads: { in: floats("in", maps! * area!) },
        writes: { out: maps! * times! * area! },
        call: (k, a) => k.repeatForward(...sizes, a.floats("in"), a.floats("out")),
        terms: 1,
      },
      {
        label: `repeatBackward ${maps} maps of ${area}, ${times} times`,
        reads: { dOut: floats("dOut", maps! * times! * area!) },
        writes: { dIn: maps! * area! },
        call: (k, a) => k.repeatBackward(...sizes, a.floats("dOut"), a.floats("dIn")),
        terms: times!,
      },
    ];
  });

export const unitBiasTrials = (): Trial[] =>
  combinations([1, 2, 3, 8], tails).flatMap(([images, count]): Trial[] => [
    {
      label: `unitBiasForward ${images} images, ${count} units`,
      reads: { bias: floats("bias", count!) },
      writes: { values: floats("values", images! * count!) },
      call: (k, a) => k.unitBiasForward(images!, count!, a.floats("bias"), a.floats("values")),
      terms: 2,
    },
    {
      label: `unitBiasBackward ${images} images, ${count} units`,
      reads: { gradient: floats("gradient", images! * count!) },
      writes: { dBias: count! },
      call: (k, a) => k.unitBiasBackward(images!, count!, a.floats("gradient"), a.floats("dBias")),
      terms: images!,
    },
  ]);

/** One chance in two scales by 2, which is exact; other chances scale by a number that float32 rounds. */
export const dropoutTrials = (): Trial[] =>
  combinations([0, 7, 2 ** 31], [0.1, 0.5, 0.75, 0.9], tails).map(([first, probability, count]) => ({
    label: `dropout with chance ${probability}, units ${first}…, ${count} of them`,
    reads: {},
    writes: { values: floats("values", count!) },
    call: (k, a) => k.dropout(0x9e3779b9, first!, count!, probability!, a.floats("values")),
    terms: 1,
    bound: (wanted) => (probability === 0.5 || probability === 0.75 ? 0 : 2 ** -22 * Math.abs(wanted)),
  }));

/** Whole ink as bytes, fractional ink as floats. */
const inks: readonly ((length: number, step: number) => Ink)[] = [
  (length, step) => Uint8Array.from({ length }, (_, i) => (i * step) % 256),
  (length, step) => Float32Array.from({ length }, (_, i) => (i * (step + 0.37)) % 255),
];
/** Either kind: the name decides, not the type. */
const stored = (held: Held): Uint8Array | Floats => held.bytes("pixels");

export const pixelTrials = (): Trial[] =>
  combinations([1, 3, 4], [1, 4, 5, 9, 16], [0, 1, 2], [0, 2], [0, 1]).map(([rows, columns, padding, first, kind]) => {
    const g = { rows: rows!, columns: columns!, padding: padding!, scale: 1.275 / 255, offset: 0.1, paddingValue: 0.1 };
    const images = 1 + (columns! % 3);
    const pixels = inks[kind!]!(5 * rows! * columns!, 37);
    return {
      label: `pixels of ${pixels.constructor.name} ${images} × ${rows}×${columns} in a frame of ${padding}, from position ${first}`,
      reads: { pixels, order: Int32Array.from([4, 0, 2, 2, 1, 3]) },
      writes: { out: images * (rows! + 2 * padding!) * (columns! + 2 * padding!) },
      call: (k, a) => k.pixels(g, images, stored(a), a.ints("order"), first!, a.floats("out")),
      terms: 2,
    };
  });

/** Nothing moved; moved by whole pixels; and a map that turns, squeezes and shifts by parts of pixels. */
const maps = [
  { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 },
  { xx: 1, xy: 0, x0: 2, yx: 0, yy: 1, y0: -1 },
  { xx: 0.93, xy: 0.2, x0: -0.6, yx: -0.11, yy: 1.08, y0: 1.3 },
  { xx: -40, xy: 3, x0: 900, yx: 7, yy: 60, y0: -1e9 },
];

export const distortTrials = (): Trial[] =>
  combinations([1, 5, 6], [1, 4, 9], [0, 2], [0, 2], upTo(maps.length - 1, 0), [0, 1], [0, 1]).map(
    ([rows, columns, padding, slot, which, kind, bent]) => {
      const g = {
        rows: rows!,
        columns: columns!,
        padding: padding!,
        scale: 1.2 / 255,
        offset: -0.1,
        paddingValue: -0.1,
      };
      const map = maps[which!]!;
      const area = (rows! + 2 * padding!) * (columns! + 2 * padding!);
      return {
        label: `distort ${kind ? "floats" : "bytes"} ${rows}×${columns} in a frame of ${padding}, slot ${slot}, by map ${which}${bent ? " and a field" : ""}`,
        reads: { pixels: inks[kind!]!(3 * rows! * columns!, 61), field: floats("field", 2 * area, 3) },
        writes: { out: area * (slot! + 1) },
        scratch: () => (rows! + 3) * (columns! + 3),
        call: (k, a) =>
          k.distort(g, map, bent ? a.floats("field") : null, stored(a), 1, a.floats("out"), slot!, a.floats("scratch")),
        terms: 1,
        // Where a pixel is read is known to a few roundings of its coordinates, and a pixel can change by 255 a step.
        bound: () => 255 * g.scale * 16 * (rows! + columns! + 8) * 2 ** -24,
      };
    },
  );
