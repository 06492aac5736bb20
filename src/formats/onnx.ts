// The ONNX file: a graph of named operations and the numbers they work with, as protocol buffers. Field numbers are those of the
// public onnx.proto. It knows which operations there may be as little as what a net is; src/lab/export/onnx.ts does.
import { elements } from "../shape.ts";
import { bytes, type Fields, float32, integer, joined, message, text } from "./protobuf.ts";

/** The version of the operations' meanings, and of the file around them that came with it. */
export const OPSET = 17;
const IR_VERSION = 8;

/** TensorProto.DataType. */
const dataTypes = { float32: 1, int64: 7 } as const;
type DataType = keyof typeof dataTypes;

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** A whole number, or a list of them; a fractional number is said to be one. */
export type Attribute = number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  /** Also the node's name. */
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Numbers that come with the model. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** What goes in or out: a size for each dimension, or the name of a size that is free. */
export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
  readonly meaning: string;
}

export interface OnnxModel {
  readonly name: string;
  readonly meaning: string;
  readonly producer: { readonly name: string; readonly version: string };
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of the file. */
export const encodeOnnx = ({ name, meaning, producer, inputs, outputs, nodes, constants, metadata }: OnnxModel) =>
  joined([
    integer(1, IR_VERSION),
    text(2, producer.name),
    text(3, producer.version),
    text(6, meaning),
    message(7, [
      ...nodes.map((node) => message(1, nodeFields(node))),
      text(2, name),
      ...constants.map((constant) => message(5, constantFields(constant))),
      ...inputs.map((value) => message(11, valueFields(value))),
      ...outputs.map((value) => message(12, valueFields(value))),
    ]),
    message(8, [text(1, ""), integer(2, OPSET)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);

const nodeFields = ({ operation, inputs, output, attributes }: OnnxNode): Fields[] => [
  ...inputs.map((input) => text(1, input)),
  text(2, output),
  text(3, output),
  text(4, operation),
  ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeFields(value)])),
];

const attributeFields = (value: Attribute): Fields[] => {
  if (typeof value === "number") return [integer(3, value), integer(20, attributeTypes.int)];
  if ("float" in value) return [float32(2, value.float), integer(20, attributeTypes.float)];
  return [...value.map((one) => integer(8, one)), integer(20, attributeTypes.ints)];
};

/** Numbers lie little-endian, as in the memory of every machine that Node and browsers run on. */
const constantFields = ({ name, shape, data }: OnnxConstant): Fields[] => {
  if (elements(shape) !== data.length)
    throw new RangeError(`${name}: ${data.length} numbers for the shape ${shape.join("×")}`);
  return [
    ...shape.map((side) => integer(1, side)),
    integer(2, dataTypes[data instanceof Float32Array ? "float32" : "int64"]),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
};

const valueFields = ({ name, type, shape, meaning }: OnnxValue): Fields[] => {
  const sides = shape.map((side) => message(1, [typeof side === "number" ? integer(1, side) : text(2, side)]));
  return [text(1, name), message(2, [message(1, [integer(1, dataTypes[type]), message(2, sides)])]), text(3, meaning)];
};
