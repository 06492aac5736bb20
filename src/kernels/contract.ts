// The contract of the kernels: what each operation means is `reference.ts` (plain loops, float32 or float64); how it is
// fast is `simd/` (AssemblyScript). Both take typed arrays; the fast ones only look at their addresses, so their arrays
// must be views of the WebAssembly memory. Kernels check nothing: shapes are checked once, when a plan is built.
//
// Axes: images n, then (map, row, column). Everything is stored in that order (NCHW), weights (out, in, row, column).
// Inside the WebAssembly module names are snake_case: type_job_direction, e.g. f32_conv_backward_weight.
import type { Floats, Shape } from "../shape.ts";

/** A `field` × `field` window moved by `stride` over the input maps widened by `padding`: a convolution, or pooling. */
export interface Geometry {
  readonly input: Shape;
  readonly output: Shape;
  readonly field: number;
  readonly stride: number;
  /** Rows and columns added on each side, filled with `paddingValue`. Pooling has none. */
  readonly padding: number;
  readonly paddingValue: number;
  /**
   * Of a convolution by a table of connections: map m of out sees `seen` input maps, table[m × seen]…, and weight is (out maps,
   * seen, field, field). Without, every map sees all.
   */
  readonly seen?: number;
  readonly table?: Floats;
}

/** How stored ink becomes a net's input: pixel × scale + offset, in the middle of a frame of `paddingValue`. */
export interface PixelGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly padding: number;
  readonly scale: number;
  readonly offset: number;
  readonly paddingValue: number;
}

/** Where a pixel, counted from the middle of an image, is read: (xx x + xy y + x0, yx x + yy y + y0). */
export interface AffineMap {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** The activations: tanh, squash (1.7159 tanh(2a/3)), relu, sigmoid; all computed in place, derivatives from the output. */
export type Activation = "tanh" | "squash" | "relu" | "sigmoid";

/** What a loss reads and writes. Image n of a shard is number `first + n` of the order. */
export interface LossArrays {
  readonly classes: number;
  /** (images of the shard, classes). */
  readonly out: Floats;
  /** By number of the image. */
  readonly labels: Uint8Array;
  readonly order: Int32Array;
  /** By position in the order. */
  readonly losses: Floats;
  readonly answers: Uint8Array;
  /** Gradient of the batch's mean loss, as `out`. */
  readonly dOut: Floats;
}

/** Every operation the layers, losses and optimisers need. `images` is the number of images in a shard (or batch). */
export interface Kernels {
  /** out (n, 1, h, w) from stored ink, bytes or floats: image `order[first + i]` of `pixels` becomes image i. */
  pixels(
    g: PixelGeometry,
    images: number,
    pixels: Uint8Array | Floats,
    order: Int32Array,
    first: number,
    out: Floats,
  ): void;
  /**
   * Image `slot` of out from image `image` of `pixels`, read through an affine map, bilinearly; outside it is background. The
   * pixel (x, y), from the middle of the image, shows what lies at (xx x + xy y + x0, yx x + yy y + y0), and a `field`
   * (2, rows + 2 padding, columns + 2 padding) adds for each pixel so many columns, then so many rows.
   * The scratch holds (rows + 3) × (columns + 3) floats.
   */
  distort(
    g: PixelGeometry,
    map: AffineMap,
    field: Floats | null,
    pixels: Uint8Array | Floats,
    image: number,
    out: Floats,
    slot: number,
    scratch: Floats,
  ): void;

  /** out = bias + weight * in. weight (out maps, in maps, field, field); bias (out maps), or null. */
  convForward(
    g: Geometry,
    images: number,
    input: Floats,
    weight: Floats,
    bias: Floats | null,
    out: Floats,
    scratch: Floats,
  ): void;
  /** dIn = weight transposed * dOut; overwrites. */
  convBackwardInput(g: Geometry, images: number, dOut: Floats, weight: Floats, dIn: Floats, scratch: Floats): void;
  /** dWeight and dBias (or null) summed over the images; overwrites. */
  convBackwardWeight(
    g: Geometry,
    images: number,
    input: Floats,
    dOut: Floats,
    dWeight: Floats,
    dBias: Floats | null,
    scratch: Floats,
  ): void;
  /** Both at once, which may share work; `dIn` may be null. */
  convBackward(
    g: Geometry,
    images: number,
    input: Floats,
    dOut: Floats,
    weight: Floats,
    dIn: Floats | null,
    dWeight: Floats,
    dBias: Floats | null,
    scratch: Floats,
  ): void;
  /** Floats of scratch memory that convolutions of this geometry need for so many images; what is in it never matters. */
  convScratch(g: Geometry, images: number): number;

  /** out (n, units) = bias + in (n, inputs) · weightᵀ, weight (units, inputs). */
  denseForward(
    images: number,
    inputs: number,
    units: number,
    input: Floats,
    weight: Floats,
    bias: Floats,
    out: Floats,
  ): void;
  /** dIn (n, inputs) = dOut (n, units) · weight; overwrites. */
  denseBackwardInput(images: number, inputs: number, units: number, dOut: Floats, weight: Floats, dIn: Floats): void;
  /** Rows from…to-1 of dWeight and of dBias, summed over the images; overwrites them. `units` is the width of dOut. */
  denseBackwardWeight(
    images: number,
    inputs: number,
    units: number,
    from: number,
    to: number,
    input: Floats,
    dOut: Floats,
    dWeight: Floats,
    dBias: Floats,
  ): void;

  /** out = scale × the sum of each square. */
  sumPoolForward(g: Geometry, images: number, scale: number, input: Floats, out: Floats): void;
  sumPoolBackward(g: Geometry, images: number, scale: number, dOut: Floats, dIn: Floats): void;
  /** out = coefficient × the sum of each square + bias; a coefficient and a bias for each map. */
  subsampleForward(g: Geometry, images: number, coefficient: Floats, bias: Floats, input: Floats, out: Floats): void;
  /**
   * dIn = coefficient × dOut (or null); per map: dCoefficient = Σ dOut × the sum of the square, dBias = Σ dOut; overwrites. With
   * `squared` the coefficient and the sums are squared first: that is how second derivatives go back.
   */
  subsampleBackward(
    g: Geometry,
    images: number,
    squared: boolean,
    coefficient: Floats,
    input: Floats,
    dOut: Floats,
    dIn: Floats | null,
    dCoefficient: Floats,
    dBias: Floats,
  ): void;
  maxPoolForward(g: Geometry, images: number, input: Floats, out: Floats): void;
  /** The gradient goes to the largest unit of a square, to the first of equals. */
  maxPoolBackward(g: Geometry, images: number, input: Floats, dOut: Floats, dIn: Floats): void;

  /** values = f(values), in place. */
  activate(activation: Activation, count: number, values: Floats): void;
  /** gradient = gradient × f′, in place; `values` are the outputs of f. */
  activateBackward(activation: Activation, count: number, values: Floats, gradient: Floats): void;

  /** Each of `maps` planes `times` times in a row; backward, dIn is the sum of the gradients of its copies. */
  repeatForward(maps: number, area: number, times: number, input: Floats, out: Floats): void;
  repeatBackward(maps: number, area: number, times: number, dOut: Floats, dIn: Floats): void;

  /** values (n, count) += bias (count): one bias a unit, as in 1989. */
  unitBiasForward(images: number, count: number, bias: Floats, values: Floats): void;
  /** dBias (count) = the sum of gradient (n, count) over the images. */
  unitBiasBackward(images: number, count: number, gradient: Floats, dBias: Floats): void;

  /** Per map: the mean and the sum of squared deviations from it, over these images. */
  normMoments(images: number, shape: Shape, input: Floats, mean: Floats, deviation: Floats): void;
  /** out = (in - mean) × inverse × gamma + beta, per map. */
  normForward(
    images: number,
    shape: Shape,
    input: Floats,
    mean: Floats,
    inverse: Floats,
    gamma: Floats,
    beta: Floats,
    out: Floats,
  ): void;
  /** Per map: dGamma = Σ dOut × (in - mean) × inverse, dBeta = Σ dOut. */
  normBackwardSums(
    images: number,
    shape: Shape,
    input: Floats,
    dOut: Floats,
    mean: Floats,
    inverse: Floats,
    dGamma: Floats,
    dBeta: Floats,
  ): void;
  /** dIn = gamma × inverse × (dOut - dBeta / count - normalised × dGamma / count), the sums being the whole batch's. */
  normBackwardInput(
    images: number,
    shape: Shape,
    count: number,
    input: Floats,
    dOut: Floats,
    mean: Floats,
    inverse: Floats,
    gamma: Floats,
    dGamma: Floats,
    dBeta: Floats,
    dIn: Floats,
  ): void;

  /** out (n, classes) = scale × the squared distance of in (n, inputs) from codes (classes, inputs). */
  rbfForward(
    images: number,
    inputs: number,
    classes: number,
    scale: number,
    input: Floats,
    codes: Floats,
    out: Floats,
  ): void;
  /** dIn = 2 × scale × Σ dOut × (in - code), over the classes; overwrites. */
  rbfBackward(
    images: number,
    inputs: number,
    classes: number,
    scale: number,
    input: Floats,
    codes: Floats,
    dOut: Floats,
    dIn: Floats,
  ): void;

  /** Zeroes each unit with this probability and scales the others by 1 / (1 - probability), in place. Which ones: a hash of (key, first + index). */
  dropout(key: number, first: number, count: number, probability: number, values: Floats): void;

  /**
   * Softmax and cross-entropy of `images` images: losses = -log p(label), answers = the class of the largest logit, and
   * dOut = (p - [label]) × scale; with a `scale` of 0 dOut stays as it is (null would be boxed, which allocates).
   */
  crossEntropy(v: LossArrays, images: number, first: number, scale: number): void;
  /** The same with losses = the mean over the outputs of (out - target)²; the label's target is `high`, the others' `low`. */
  meanSquared(v: LossArrays, images: number, first: number, scale: number, low: number, high: number): void;
  /**
   * The same for penalties p, of which the least answers: losses = p[label] (1998, eq. 8); or, with a `rubbish` j that is not
   * null, p[label] + log(e⁻ʲ + Σ e⁻ᵖ) (eq. 9).
   */
  penalties(v: LossArrays, images: number, first: number, scale: number, rubbish: number | null): void;
  /** In place: probabilities (n, classes) from logits. */
  softmax(images: number, classes: number, values: Floats): void;

  /** total (count) = the sum of `parts` rows of `count`, in the order of the rows. */
  addUp(parts: number, count: number, rows: Floats, total: Floats): void;
  /** out = values². */
  square(count: number, values: Floats, out: Floats): void;
  /** weight -= rate × (gradient + decay × weight) */
  sgd(count: number, rate: number, decay: number, weight: Floats, gradient: Floats): void;
  /** velocity = momentum × velocity + gradient; weight -= rate × (velocity + decay × weight) */
  momentum(
    count: number,
    rate: number,
    decay: number,
    momentum: number,
    weight: Floats,
    gradient: Floats,
    velocity: Floats,
  ): void;
  /** weight -= rate / (mu + curvature) × (gradient + decay × weight): a rate for each weight (1998, eq. 18 and 21). */
  sdlm(
    count: number,
    rate: number,
    decay: number,
    mu: number,
    weight: Floats,
    gradient: Floats,
    curvature: Floats,
  ): void;
  /**
   * A dense layer taught by one image: sgd, or with a curvature sdlm, of weight (units, inputs), whose gradient is dOut × input
   * and is kept nowhere.
   */
  outerStep(
    inputs: number,
    units: number,
    rate: number,
    decay: number,
    mu: number,
    input: Floats,
    dOut: Floats,
    weight: Floats,
    curvature: Floats | null,
  ): void;
  /** Adam (Kingma & Ba 2015) with decoupled decay; `rate1` = rate / (1 - β₁ᵗ), `scale2` = 1 / √(1 - β₂ᵗ). */
  adam(
    count: number,
    rate: number,
    decay: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    rate1: number,
    scale2: number,
    weight: Floats,
    gradient: Floats,
    mean: Floats,
    square: Floats,
  ): void;
}
