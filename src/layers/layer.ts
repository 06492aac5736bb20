// What a layer is: plain data (its spec) and the functions that give the data a meaning. A layer receives kernels, it never
// imports one; it does not know threads, optimisers or files. Read conv.ts or dense.ts next.
import type { Geometry, Kernels } from "../kernels/contract.ts";
import type { Floats, Shape } from "../shape.ts";

/** A tensor a layer owns. Its full name is `<layer>.<role>`. */
export interface ParameterSpec {
  readonly role: string;
  readonly shape: readonly number[];
  /** Inputs of one unit, for the initial range (one number, or one for each row of the first dimension); 0: starts at `start`. */
  readonly fanIn: number | readonly number[];
  /** Of a weight: the units that one input is joined to, for initial ranges that ask for it. */
  readonly fanOut?: number;
  /** The initial value where fanIn is 0, and of biases that are not random. */
  readonly start: number;
  /** "weight" and "bias" are learned (weight decay applies to weights alone); a "statistic" is measured. */
  readonly kind: "weight" | "bias" | "statistic";
  /** Ranges of elements [from, to) that stand for connections that do not exist: they are zero and are never learned. */
  readonly absent: readonly (readonly [number, number])[];
}

/** The square of its input that a unit of a layer sees, and how it moves. */
export type Window = Omit<Geometry, "input" | "output">;

/** Counts of one layer for one image. Connections as the papers count them: one for each weight used, one for each bias. */
export interface Census {
  readonly connections: number;
  readonly multiplyAdds: number;
}

/** What one shard of a batch shows a layer: slices that begin at the shard's first image. */
export interface Views {
  readonly kernels: Kernels;
  readonly geometry: Geometry;
  readonly in: Floats;
  readonly out: Floats;
  /** Null for the first layer: nobody asks for the gradient of the pixels. */
  readonly dIn: Floats | null;
  readonly dOut: Floats;
  /** The layer's tensors, by role. */
  readonly tensors: Readonly<Record<string, Floats>>;
  /** The layer's `constants`, by name. */
  readonly constants: Readonly<Record<string, Floats>>;
  /** Gradients by role: this shard's own sums, or (for a layer with `gradientRows`) the whole batch's. */
  readonly gradients: Readonly<Record<string, Floats>>;
  /** This shard's `buffers`, by name. */
  readonly buffers: Readonly<Record<string, Floats>>;
  /** The same layer in every shard, this one included. */
  readonly shards: readonly Views[];
  readonly scratch: Floats;
  /** Key of the layer's own stream of randomness. */
  readonly key: number;
}

/** What changes from step to step. */
export interface Pass {
  training: boolean;
  /** Steps of training done before this one. */
  step: number;
  /** Images in the whole batch, and the most that one shard takes. */
  batchImages: number;
  shardImages: number;
  shard: number;
  /** Images in this shard. */
  images: number;
}

/** The meaning of one kind of layer. */
export interface Layer<Spec> {
  /** Throws LenetError when the layer cannot stand on this input. */
  outputShape(spec: Spec, input: Shape): Shape;
  parameters(spec: Spec, input: Shape): readonly ParameterSpec[];
  census(spec: Spec, input: Shape): Census;
  /** Null: a unit sees the whole input. */
  window(spec: Spec): Window | null;
  /** True: works on `out` and `dIn` alone, which already hold `in` and `dOut` (the same arrays, or copies). */
  readonly inPlace: boolean;
  forward(spec: Spec, views: Views, pass: Pass): void;
  /** Writes dIn and the shard's gradients, from dOut. */
  backward(spec: Spec, views: Views, pass: Pass): void;
  /**
   * Rows from…to-1 of the gradients, over the whole batch: for layers with many weights, where a copy a shard would cost
   * more than the work. `views` are the whole batch's. Of one image these are dOut × in, and the biases' are dOut: the
   * engine may then teach the weights without asking for gradients.
   */
  gradientRows?(spec: Spec, views: Views, images: number, from: number, to: number): void;
  /**
   * `backward` of second derivatives (1998, App. C, eq. 25 and 27, Gauss-Newton): dOut and dIn hold the diagonal of the second
   * derivative, the gradients what it comes to for each weight. `squared` are the same views with input, tensors and padding
   * squared: all that a layer needs whose output is linear in both. A layer without cannot be in a net that SDLM teaches.
   */
  curvature?(spec: Spec, views: Views, squared: Views, pass: Pass): void;
  /** Numbers the layer reads and nobody learns, by name: no part of a file of weights. */
  constants?(spec: Spec, input: Shape): Readonly<Record<string, readonly number[]>>;
  /** What must be known of every shard before any shard's forward, or backward, may begin. */
  beforeForward?(spec: Spec, views: Views, pass: Pass): void;
  beforeBackward?(spec: Spec, views: Views, pass: Pass): void;
  /** Small arrays kept by each shard: name → number of floats. */
  buffers?(spec: Spec, input: Shape): Readonly<Record<string, number>>;
  /** Floats of scratch that the kernels need for so many images. */
  scratch?(geometry: Geometry, images: number, kernels: Kernels): number;
}

/** A tensor that is learned. */
export const learned = (
  role: string,
  kind: "weight" | "bias",
  shape: readonly number[],
  fanIn: number | readonly number[],
  absent: ParameterSpec["absent"] = [],
): ParameterSpec => ({ role, shape, fanIn, start: 0, kind, absent });

/** A square of field × field that moves by `stride`, without padding. */
export const square = (field: number, stride: number): Window => ({ field, stride, padding: 0, paddingValue: 0 });

/** What the small layers share: no tensors, no connections, each unit sees one unit. */
export const pointwise = {
  outputShape: (_: unknown, input: Shape): Shape => input,
  parameters: (): readonly ParameterSpec[] => [],
  census: (): Census => ({ connections: 0, multiplyAdds: 0 }),
  window: (): Window => square(1, 1),
} as const;
