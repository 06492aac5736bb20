// A model as an ONNX graph, layer by layer in ONNX's own operations: ink from 0 to 1 in, the net's outputs and its answer out. The
// frame and the scale of the input are inside, as are codes and dropped-out units (which answer like the others).
import { describe, type LayerPlace } from "../../engine/describe.ts";
import { encodeOnnx, type OnnxConstant, type OnnxModel, type OnnxNode } from "../../formats/onnx.ts";
import { SQUASH } from "../../kernels/reference/elementwise.ts";
import type { LayerSpec } from "../../layers/index.ts";
import { leastWins } from "../../losses/index.ts";
import type { Net } from "../../nets/net.ts";
import type { Model } from "../model/model.ts";
import { lenetVersion } from "../run/provenance.ts";
import { kernelOf, membersOf, numbersOf, outputMeaning } from "./parts.ts";

const INPUT = "image";
const OUTPUT = "outputs";
const ANSWER = "label";

/** A graph as it grows. `prefix` keeps the names of a committee's members apart. */
interface Graph {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxConstant[];
  readonly prefix: string;
}

const add = (
  { nodes, prefix }: Graph,
  operation: string,
  inputs: readonly string[],
  name: string,
  attributes: OnnxNode["attributes"] = {},
): string => {
  const output = prefix + name;
  nodes.push({ operation, inputs, output, attributes });
  return output;
};

const hold = ({ constants, prefix }: Graph, name: string, shape: readonly number[], data: OnnxConstant["data"]) => {
  const held = prefix + name;
  constants.push({ name: held, shape, data });
  return held;
};

const scalar = (graph: Graph, name: string, value: number): string => hold(graph, name, [], Float32Array.of(value));
const whole = (graph: Graph, name: string, values: readonly number[]): string =>
  hold(graph, name, [values.length], BigInt64Array.from(values, BigInt));

/** The bytes of an ONNX file. Inputs and outputs have a batch dimension that is free. */
export const onnxOf = (model: Model): Uint8Array => encodeOnnx(graphOf(model));

const graphOf = (model: Model): OnnxModel => {
  const { net } = model;
  const { rows, columns } = net.image;
  const members = membersOf(model);
  const graph: Graph = { nodes: [], constants: [], prefix: "" };
  const outputs = members.map((member, index) =>
    addNet({ ...graph, prefix: members.length > 1 ? `${index + 1}.` : "" }, member),
  );
  add(graph, members.length > 1 ? "Sum" : "Identity", outputs, OUTPUT);
  add(graph, leastWins(net.loss) ? "ArgMin" : "ArgMax", [OUTPUT], ANSWER, { axis: 1, keepdims: 0 });
  const ink = "ink of the stored image, 0 (background) to 1 (full ink): pixel / 255";
  return {
    name: net.name,
    meaning: `${net.title}. In: ${INPUT}, ${ink}. Out: ${OUTPUT}, ${outputMeaning(net)}; ${ANSWER}, the answer.`,
    producer: { name: "lenet", version: lenetVersion() },
    inputs: [{ name: INPUT, type: "float32", shape: ["batch", 1, rows, columns], meaning: ink }],
    outputs: [
      { name: OUTPUT, type: "float32", shape: ["batch", net.classes], meaning: outputMeaning(net) },
      { name: ANSWER, type: "int64", shape: ["batch"], meaning: "the class that the outputs mean" },
    ],
    nodes: graph.nodes,
    constants: graph.constants,
    metadata: { net: net.name, title: net.title, input: ink, outputs: outputMeaning(net), classes: `${net.classes}` },
  };
};

/** The nodes of one net; returns the name of its outputs (batch, classes). */
const addNet = (graph: Graph, model: Model): string => {
  const { net, layers } = describe(model.net);
  let value = addInput(graph, net);
  for (const place of layers) value = addLayer(graph, model, place, value);
  const last = layers.at(-1)!.spec.kind;
  return last === "conv" ? flatten(graph, value) : value;
};

/** Ink as the net sees it: scaled, in its frame. */
const addInput = (graph: Graph, { image }: Net): string => {
  const { low, high, padding, paddingValue } = image;
  let value = INPUT;
  if (high - low !== 1) value = add(graph, "Mul", [value, scalar(graph, "image.range", high - low)], "image.scaled");
  if (low !== 0) value = add(graph, "Add", [value, scalar(graph, "image.low", low)], "image.shifted");
  return padding > 0 ? pad(graph, value, "image", padding, paddingValue) : value;
};

const pad = (graph: Graph, value: string, name: string, padding: number, filling: number): string => {
  const sides = whole(graph, `${name}.sides`, [0, 0, padding, padding, 0, 0, padding, padding]);
  return add(graph, "Pad", [value, sides, scalar(graph, `${name}.filling`, filling)], `${name}.padded`);
};

const flatten = (graph: Graph, value: string): string =>
  add(graph, "Flatten", [value], `${own(graph, value)}.flat`, { axis: 1 });

/** A name without the prefix that `add` puts before it. */
const own = ({ prefix }: Graph, name: string): string => name.slice(prefix.length);

/** Layers after which a value is (batch, units) and no longer (batch, maps, rows, columns). */
const isFlat = (graph: Graph, value: string): boolean => {
  const made = graph.nodes.findLast(({ output }) => output === value);
  if (made === undefined) return false;
  const pointwise = ["Mul", "Add", "Tanh", "Relu", "Sigmoid"].includes(made.operation);
  return pointwise ? isFlat(graph, made.inputs[0]!) : ["Gemm", "Flatten", "ReduceSum"].includes(made.operation);
};

const addLayer = (graph: Graph, model: Model, place: LayerPlace, value: string): string => {
  const { name, spec, geometry } = place;
  const { maps } = geometry.input;
  const window = { kernel_shape: [geometry.field, geometry.field], strides: [geometry.stride, geometry.stride] };
  const tensor = (role: string, shape = model.weights.get(`${name}.${role}`)!.shape): string =>
    hold(graph, `${name}.${role}`, shape, numbersOf(model, `${name}.${role}`));
  switch (spec.kind) {
    case "activation":
      return addActivation(graph, spec.activation, value);
    case "batchNorm": {
      const roles = ["gamma", "beta", "mean", "variance"].map((role) => tensor(role));
      return add(graph, "BatchNormalization", [value, ...roles], name, { epsilon: { float: spec.epsilon } });
    }
    case "conv":
      return addConv(graph, model, place, spec, value);
    case "dense": {
      const flat = isFlat(graph, value) ? value : flatten(graph, value);
      return add(graph, "Gemm", [flat, tensor("weight"), tensor("bias")], name, { transB: 1 });
    }
    case "dropout":
      return value;
    case "maxPool":
      return add(graph, "MaxPool", [value], name, window);
    case "rbf":
      return addRbf(graph, name, spec, isFlat(graph, value) ? value : flatten(graph, value));
    case "repeat": {
      const copies = Array.from({ length: maps * spec.times }, (_, map) => Math.floor(map / spec.times));
      return add(graph, "Gather", [value, whole(graph, `${name}.maps`, copies)], name, { axis: 1 });
    }
    case "subsample": {
      // The sum of a square times a coefficient is a convolution of the map alone whose weights are all the coefficient.
      const coefficients = numbersOf(model, `${name}.coefficient`);
      const area = spec.field ** 2;
      const weights = Float32Array.from({ length: maps * area }, (_, index) => coefficients[Math.floor(index / area)]!);
      const kernel = hold(graph, `${name}.coefficient`, [maps, 1, spec.field, spec.field], weights);
      return add(graph, "Conv", [value, kernel, tensor("bias")], name, { ...window, group: maps });
    }
    case "sumPool": {
      const average = add(graph, "AveragePool", [value], spec.average ? name : `${name}.average`, window);
      return spec.average
        ? average
        : add(graph, "Mul", [average, scalar(graph, `${name}.units`, spec.field ** 2)], name);
    }
  }
};

const addActivation = (
  graph: Graph,
  activation: Extract<LayerSpec, { kind: "activation" }>["activation"],
  value: string,
): string => {
  const base = own(graph, value);
  if (activation === "tanh") return add(graph, "Tanh", [value], `${base}.tanh`);
  if (activation === "relu") return add(graph, "Relu", [value], `${base}.relu`);
  if (activation === "sigmoid") return add(graph, "Sigmoid", [value], `${base}.sigmoid`);
  const steep = add(graph, "Mul", [value, scalar(graph, `${base}.slope`, SQUASH.slope)], `${base}.steep`);
  const bounded = add(graph, "Tanh", [steep], `${base}.tanh`);
  return add(graph, "Mul", [bounded, scalar(graph, `${base}.amplitude`, SQUASH.amplitude)], `${base}.squash`);
};

const addConv = (
  graph: Graph,
  model: Model,
  place: LayerPlace,
  spec: Extract<LayerSpec, { kind: "conv" }>,
  value: string,
): string => {
  const { name, geometry } = place;
  const { field, stride, padding, paddingValue } = spec;
  const shape = [spec.maps, geometry.input.maps, field, field];
  const kernel = hold(graph, `${name}.weight`, shape, kernelOf(model, place, spec));
  const { shape: biasShape } = model.weights.get(`${name}.bias`)!;
  const bias = hold(graph, `${name}.bias`, biasShape, numbersOf(model, `${name}.bias`));
  // ONNX frames with zeros alone.
  const framed = padding > 0 && paddingValue !== 0;
  const input = framed ? pad(graph, value, name, padding, paddingValue) : value;
  const sides = framed ? 0 : padding;
  const attributes = {
    kernel_shape: [field, field],
    strides: [stride, stride],
    pads: [sides, sides, sides, sides],
  };
  if (spec.biasPer === "map") return add(graph, "Conv", [input, kernel, bias], name, attributes);
  return add(graph, "Add", [add(graph, "Conv", [input, kernel], `${name}.sums`, attributes), bias], name);
};

/** penalty = scale × Σ (in - code)². */
const addRbf = (
  graph: Graph,
  name: string,
  { codes, scale }: Extract<LayerSpec, { kind: "rbf" }>,
  value: string,
): string => {
  const held = hold(graph, `${name}.codes`, [1, codes.length, codes[0]!.length], Float32Array.from(codes.flat()));
  const once = add(graph, "Unsqueeze", [value, whole(graph, `${name}.classes`, [1])], `${name}.input`);
  const apart = add(graph, "Sub", [once, held], `${name}.difference`);
  const squares = add(graph, "Mul", [apart, apart], `${name}.squares`);
  const sum = add(graph, "ReduceSum", [squares, whole(graph, `${name}.inputs`, [2])], `${name}.sum`, { keepdims: 0 });
  return add(graph, "Mul", [sum, scalar(graph, `${name}.scale`, scale)], name);
};
