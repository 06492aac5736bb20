// A model in stock layers of Keras, data_format channels_last: ink from 0 to 1 in, (batch, rows, columns, 1); the net's outputs out.
// What Keras has no layer for is put together: a frame that is not zero, the scaled tanh, sub-sampling, penalties.
import { describe, type LayerPlace } from "../../engine/describe.ts";
import type { KerasLayer, KerasModel } from "../../formats/keras.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import { SQUASH } from "../../kernels/reference/elementwise.ts";
import type { LayerSpec } from "../../layers/index.ts";
import { type Shape, size } from "../../shape.ts";
import type { Model } from "../model/model.ts";
import { transposed } from "../model/transpose.ts";
import { kernelOf, membersOf, numbersOf } from "./parts.ts";

const INPUT = "image";

/** A committee's members stand side by side, layer by layer, so that Keras counts their layers in this order. */
export const kerasOf = (model: Model): KerasModel => {
  const { net } = model;
  const members = membersOf(model);
  const { rows, columns } = net.image;
  const input: KerasLayer = {
    name: INPUT,
    kind: "InputLayer",
    config: { batch_shape: [null, rows, columns, 1] },
    inputs: [],
    shape: [rows, columns, 1],
    variables: {},
  };
  const chains = members.map((member, index) => chainOf(member, input, members.length > 1 ? `m${index + 1}_` : ""));
  const side = chains[0]!.flatMap((_, place) => chains.map((chain) => chain[place]!));
  const ends = chains.map((chain) => chain.at(-1)!);
  const sum: KerasLayer[] =
    ends.length > 1
      ? [
          {
            name: "sum",
            kind: "Add",
            config: {},
            inputs: ends.map(({ name }) => name),
            shape: ends[0]!.shape,
            variables: {},
          },
        ]
      : [];
  return { name: net.name.replace(/\W+/g, "_"), net: net.name, layers: [input, ...side, ...sum] };
};

/** Layers in a row, and the name and shape of the last. */
interface Chain {
  readonly layers: KerasLayer[];
  readonly prefix: string;
  last: KerasLayer;
}

const push = (
  chain: Chain,
  kind: string,
  name: string,
  config: KerasLayer["config"],
  shape: readonly number[],
  variables: KerasLayer["variables"] = {},
  inputs: readonly string[] = [chain.last.name],
): KerasLayer => {
  chain.last = { name: chain.prefix + name.replaceAll(".", "_"), kind, config, inputs, shape, variables };
  chain.layers.push(chain.last);
  return chain.last;
};

const chainOf = (model: Model, input: KerasLayer, prefix: string): KerasLayer[] => {
  const { net, layers } = describe(model.net);
  const chain: Chain = { layers: [], prefix, last: input };
  const { low, high, padding, paddingValue } = net.image;
  // Keras frames with zeros alone: the value of the frame is taken off before and added after.
  const shift = padding > 0 ? paddingValue : 0;
  rescale(chain, "image_scaled", high - low, low - shift);
  frame(chain, "image_framed", padding);
  rescale(chain, "image_shifted", 1, shift);
  for (const place of layers) addLayer(chain, model, place);
  return chain.layers;
};

const rescale = (chain: Chain, name: string, scale: number, offset: number): void => {
  if (scale !== 1 || offset !== 0) push(chain, "Rescaling", name, { scale, offset }, chain.last.shape);
};

const frame = (chain: Chain, name: string, padding: number): void => {
  if (padding === 0) return;
  const [rows, columns, maps] = chain.last.shape as [number, number, number];
  const sides = [padding, padding];
  push(chain, "ZeroPadding2D", name, { padding: [sides, sides] }, [rows + 2 * padding, columns + 2 * padding, maps]);
};

const shapeOf = ({ maps, rows, columns }: Shape): number[] => [rows, columns, maps];
const tensor = (shape: readonly number[], data: Float32Array): Tensor => ({ shape, data });

const addLayer = (chain: Chain, model: Model, place: LayerPlace): void => {
  const { name, spec, geometry } = place;
  const { input, output } = geometry;
  const numbers = (role: string): Tensor => {
    const { shape } = model.weights.get(`${name}.${role}`)!;
    return tensor(shape, numbersOf(model, `${name}.${role}`));
  };
  const pool = { pool_size: [geometry.field, geometry.field], strides: [geometry.stride, geometry.stride] };
  switch (spec.kind) {
    case "activation":
      addActivation(chain, spec.activation);
      break;
    case "batchNorm": {
      const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(numbers) as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const variables = { gamma, beta, moving_mean: mean, moving_variance: variance };
      push(
        chain,
        "BatchNormalization",
        name,
        { momentum: spec.momentum, epsilon: spec.epsilon },
        shapeOf(output),
        variables,
      );
      break;
    }
    case "conv":
      addConv(chain, model, place, spec);
      break;
    case "dense": {
      flatten(chain, name);
      // Flatten runs through maps last, we through maps first.
      const held = tensor([spec.units, input.maps, input.rows, input.columns], numbers("weight").data as Float32Array);
      const kernel = tensor([size(input), spec.units], transposed(held, [2, 3, 1, 0]));
      push(chain, "Dense", name, { units: spec.units }, [spec.units], { kernel, bias: numbers("bias") });
      break;
    }
    case "dropout":
      push(chain, "Dropout", name, { rate: spec.probability }, chain.last.shape);
      break;
    case "maxPool":
      push(chain, "MaxPooling2D", name, pool, shapeOf(output));
      break;
    case "rbf":
      addRbf(chain, name, spec);
      break;
    case "repeat": {
      const ones = new Float32Array(input.maps * spec.times).fill(1);
      depthwise(chain, name, 1, spec.times, output, { kernel: tensor([1, 1, input.maps, spec.times], ones) });
      break;
    }
    case "subsample": {
      const { field } = spec;
      const coefficients = numbers("coefficient").data as Float32Array;
      const kernel = Float32Array.from(
        { length: field ** 2 * input.maps },
        (_, index) => coefficients[index % input.maps]!,
      );
      depthwise(chain, name, field, 1, output, {
        kernel: tensor([field, field, input.maps, 1], kernel),
        bias: numbers("bias"),
      });
      break;
    }
    case "sumPool":
      push(chain, "AveragePooling2D", name, pool, shapeOf(output));
      if (!spec.average) rescale(chain, `${name}_sum`, spec.field ** 2, 0);
      break;
  }
};

const flatten = (chain: Chain, name: string): void => {
  const { shape } = chain.last;
  if (shape.length > 1)
    push(chain, "Flatten", `${name}_flat`, {}, [shape.reduce((product, side) => product * side, 1)]);
};

const depthwise = (
  chain: Chain,
  name: string,
  field: number,
  times: number,
  output: Shape,
  variables: KerasLayer["variables"],
) => {
  const sides = [field, field];
  const config = { kernel_size: sides, strides: sides, depth_multiplier: times, use_bias: "bias" in variables };
  push(chain, "DepthwiseConv2D", name, config, shapeOf(output), variables);
};

const addActivation = (chain: Chain, activation: Extract<LayerSpec, { kind: "activation" }>["activation"]): void => {
  const base = chain.last.name.slice(chain.prefix.length);
  const active = (kind: string) => push(chain, "Activation", `${base}_${kind}`, { activation: kind }, chain.last.shape);
  if (activation !== "squash") {
    active(activation);
    return;
  }
  rescale(chain, `${base}_steep`, SQUASH.slope, 0);
  active("tanh");
  rescale(chain, `${base}_squash`, SQUASH.amplitude, 0);
};

const addConv = (chain: Chain, model: Model, place: LayerPlace, spec: Extract<LayerSpec, { kind: "conv" }>): void => {
  const { name, geometry } = place;
  const { maps, field, stride, padding, paddingValue, biasPer } = spec;
  const { shape: biasShape } = model.weights.get(`${name}.bias`)!;
  const bias = tensor(biasShape, numbersOf(model, `${name}.bias`));
  const held = tensor([maps, geometry.input.maps, field, field], kernelOf(model, place, spec));
  const kernel = tensor([field, field, geometry.input.maps, maps], transposed(held, [2, 3, 1, 0]));
  const shift = padding > 0 ? paddingValue : 0;
  rescale(chain, `${name}_lowered`, 1, -shift);
  frame(chain, `${name}_framed`, padding);
  rescale(chain, `${name}_raised`, 1, shift);
  const config = { filters: maps, kernel_size: [field, field], strides: [stride, stride], use_bias: biasPer === "map" };
  const shape = shapeOf(geometry.output);
  push(chain, "Conv2D", name, config, shape, biasPer === "map" ? { kernel, bias } : { kernel });
  if (biasPer === "map") return;
  // A bias for each unit: every map is joined to itself alone, by a weight of 1.
  const same = Float32Array.from({ length: maps ** 2 }, (_, index) => (index % (maps + 1) === 0 ? 1 : 0));
  const joins = { equation: "nhwc,cd->nhwd", output_shape: shape, bias_axes: "hwd" };
  const units = tensor(shape, transposed(bias, [1, 2, 0]));
  push(chain, "EinsumDense", `${name}_bias`, joins, shape, { kernel: tensor([maps, maps], same), bias: units });
};

/** scale × Σ (in - code)²: every input is joined to every class by a weight of 1 and a bias, the code with its sign turned. */
const addRbf = (chain: Chain, name: string, { codes, scale }: Extract<LayerSpec, { kind: "rbf" }>): void => {
  flatten(chain, name);
  const [inputs] = chain.last.shape as [number];
  const shape = [inputs, codes.length];
  const ones = new Float32Array(inputs * codes.length).fill(1);
  const turned = ones.map((_, index) => -codes[index % codes.length]![Math.floor(index / codes.length)]!);
  const variables = { kernel: tensor(shape, ones), bias: tensor(shape, turned) };
  const joins = { equation: "nc,ck->nck", output_shape: shape, bias_axes: "ck" };
  const { name: differences } = push(chain, "EinsumDense", `${name}_differences`, joins, shape, variables);
  push(chain, "Multiply", `${name}_squares`, {}, shape, {}, [differences, differences]);
  push(chain, "GlobalAveragePooling1D", `${name}_mean`, {}, [codes.length]);
  rescale(chain, name, scale * inputs, 0);
};
