// The gradient checker: every element of every gradient against a central difference, in float64, through the real engine.
// It reports failures rather than throwing, so that a test can also demand that it finds a planted bug.
import type { Kernels } from "../../../src/kernels/contract.ts";
import { conv, type LayerSpec } from "../../../src/layers/index.ts";
import type { LossSpec } from "../../../src/losses/index.ts";
import { image, net } from "../../../src/nets/net.ts";
import { type Floats, size } from "../../../src/shape.ts";
import { type Rig, rig, uniform } from "./rig.ts";

/** Layers to check, what they are shown, and what they end in. */
export interface GradientCase {
  readonly rows: number;
  readonly columns: number;
  readonly maps?: number;
  readonly layers: readonly LayerSpec[];
  /** Number of outputs of the last layer. */
  readonly classes?: number;
  readonly loss?: LossSpec;
  readonly images: number;
  /** The layers are shown the images themselves; then there is no dIn to check. */
  readonly first?: boolean;
}

/** The differences are taken over ±1e-5: rounding then costs about 3e-11 of a loss near 1. */
const NUDGE = 1e-5;
const TOLERANCE = 1e-6;
/** Gradients smaller than this are compared as if they were this large: below it the differences have no digits left. */
const FLOOR = 1e-4;

/** How far apart, relative to the larger of the two; a sign counts, and NaN is as far as can be. */
export const relativeError = (analytic: number, numeric: number): number => {
  const error = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), FLOOR);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
};

/**
 * Kernels that show the layers under test `shown` instead of what the layer BELOW them computed. The gradient that comes down
 * to BELOW is then the gradient of `shown`, image by image, and every element of it can be nudged.
 */
const feeding =
  (shown: Floats, dress: (kernels: Kernels) => Kernels) =>
  (kernels: Kernels, { description, arena }: Pick<Rig, "description" | "arena">): Kernels => {
    const dressed = dress(kernels);
    const below = description.layers[0]!.geometry;
    const start = arena.floats("out.0").byteOffset;
    return {
      ...dressed,
      convForward: (g, images, input, weight, bias, out, scratch) => {
        if (g !== below) return dressed.convForward(g, images, input, weight, bias, out, scratch);
        const first = (out.byteOffset - start) / out.BYTES_PER_ELEMENT;
        out.set(shown.subarray(first, first + images * size(g.output)));
      },
    };
  };

/** A place the loss depends on, and the gradient the engine found for it. */
interface Place {
  readonly name: string;
  readonly values: Floats;
  readonly gradient: Floats;
}

const tensorPlaces = ({ description, arena }: Rig): Place[] =>
  description.tensors
    .filter(({ name, kind }) => kind !== "statistic" && !name.startsWith("BELOW."))
    .map(({ name, offset, size }) => ({
      name,
      values: arena.floats("weights").subarray(offset, offset + size),
      gradient: arena.floats("gradients").slice(offset, offset + size),
    }));

const absentElements = ({ description }: Rig, name: string): ReadonlySet<number> => {
  const ranges = description.tensors.find((tensor) => tensor.name === name)?.absent ?? [];
  return new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)));
};

/**
 * Checks dIn of the first layer and the gradient of every learned tensor. `dress` may plant a bug in the kernels. Returns
 * what is wrong, a line an element (of many, the first), and how many elements were looked at.
 */
export const checkGradients = (
  example: GradientCase,
  dress: (kernels: Kernels) => Kernels = (kernels) => kernels,
): { failures: string[]; checked: number } => {
  const { images } = example;
  const { bench, inputs } = example.first ? shownImages(example, dress) : shownNumbers(example, dress);
  bench.step(images);
  const dIn = inputs ? [{ name: "dIn", values: inputs, gradient: bench.arena.floats("dOut.0").slice() }] : [];
  const failures: string[] = [];
  let checked = 0;
  for (const { name, values, gradient } of [...dIn, ...tensorPlaces(bench)]) {
    const absent = absentElements(bench, name);
    for (let i = 0; i < values.length; i++) {
      const kept = values[i]!;
      values[i] = kept + NUDGE;
      const above = bench.step(images);
      values[i] = kept - NUDGE;
      const numeric = absent.has(i) ? 0 : (above - bench.step(images)) / (2 * NUDGE);
      values[i] = kept;
      checked++;
      if (!(relativeError(gradient[i]!, numeric) <= TOLERANCE))
        failures.push(`${name}[${i}]: got ${gradient[i]}, wanted ${numeric}`);
    }
  }
  return { failures: shortened(failures), checked };
};

/** The first few say where; a wrong layer has hundreds. */
const shortened = (failures: string[]): string[] =>
  failures.length <= 5 ? failures : [...failures.slice(0, 5), `… and ${failures.length - 5} more`];

interface Shown {
  readonly bench: Rig;
  /** What the layers are shown, to be nudged. */
  readonly inputs: Floats | null;
}

const crossEntropy: LossSpec = { kind: "crossEntropy" };

const shownNumbers = (
  { rows, columns, maps = 3, layers, classes = 3, loss = crossEntropy, images }: GradientCase,
  dress: (kernels: Kernels) => Kernels,
): Shown => {
  const inputs = uniform("shown", images * maps * rows * columns, 1.5);
  const below = conv("BELOW", { maps, field: 1 });
  const checkedNet = net("checked", "", image(rows, columns), [below, ...layers], { classes, loss });
  return { bench: rig(checkedNet, { batch: images, dress: feeding(inputs, dress) }), inputs };
};

const shownImages = (
  { rows, columns, layers, classes = 3, loss = crossEntropy, images }: GradientCase,
  dress: (kernels: Kernels) => Kernels,
): Shown => {
  const checkedNet = net("checked", "", image(rows, columns, { low: -1, high: 1 }), layers, { classes, loss });
  return { bench: rig(checkedNet, { batch: images, dress }), inputs: null };
};
