// A net is data: what it is fed, its layers from input to output, its loss, how its weights begin. Nothing here computes;
// the engine turns a net into a plan. Read lenet5.ts next.
import type { LayerSpec } from "../layers/index.ts";
import type { LossSpec } from "../losses/index.ts";

/** How a stored image becomes input: pixel / 255 × (high - low) + low, in a frame `padding` wide of `paddingValue`. */
export interface ImageSpec {
  /** Size of the stored image. */
  readonly rows: number;
  readonly columns: number;
  readonly padding: number;
  readonly paddingValue: number;
  /** The input of background (byte 0) and of full ink (byte 255). */
  readonly low: number;
  readonly high: number;
}

/** Initial weights: uniform in ±scale / fanᵖᵒʷᵉʳ; biases likewise, or zero. */
export interface InitialSpec {
  /** The inputs of a unit (where nothing is said), or the mean of those and of the units that an input is joined to. */
  readonly fan?: "in" | "mean";
  readonly scale: number;
  readonly power: number;
  readonly biases: "uniform" | "zero";
}

/** Counts that somebody printed, as far as they did. */
export interface PublishedCounts {
  readonly parameters?: number;
  readonly connections?: number;
}

/** What somebody printed about a net, to hold our own counts against. */
export interface Published extends PublishedCounts {
  readonly source: string;
  readonly layers: Readonly<Record<string, PublishedCounts>>;
  /** Units, the input's included. */
  readonly units?: number;
  /** Where the source contradicts itself, and how. */
  readonly slips: Readonly<Record<string, string>>;
}

export interface Net {
  readonly name: string;
  readonly title: string;
  readonly image: ImageSpec;
  readonly layers: readonly LayerSpec[];
  readonly loss: LossSpec;
  readonly initial: InitialSpec;
  readonly classes: number;
  readonly published?: Published;
  /** Of several nets that answer together; `layers` are then those of one. */
  readonly committee?: Committee;
}

/** `size` nets alike, whose outputs are added. */
export interface Committee {
  readonly member: Net;
  readonly size: number;
}

/** A stored image of rows × columns, shown to the net as 0…1 unless said otherwise. */
export const image = (rows: number, columns: number, options: Partial<ImageSpec> = {}): ImageSpec => ({
  rows,
  columns,
  padding: 0,
  paddingValue: 0,
  low: 0,
  high: 1,
  ...options,
});

/** Weights and biases uniform in ±1/√fanIn, the custom of today's libraries. */
export const inverseRoot: InitialSpec = { scale: 1, power: 0.5, biases: "uniform" };

/** Weights in ±√(6 / (fan in + fan out)), biases zero: Glorot & Bengio 2010, the custom of Keras. */
export const glorot: InitialSpec = { scale: Math.sqrt(3), power: 0.5, fan: "mean", biases: "zero" };

/** A net with today's defaults: softmax and cross-entropy over ten classes, weights in ±1/√fanIn. */
export const net = (
  name: string,
  title: string,
  stored: ImageSpec,
  layers: readonly LayerSpec[],
  options: Partial<Pick<Net, "loss" | "initial" | "classes" | "published">> = {},
): Net => ({
  name,
  title,
  image: stored,
  layers,
  loss: { kind: "crossEntropy" },
  initial: inverseRoot,
  classes: 10,
  ...options,
});
