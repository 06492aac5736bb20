// The modern LeNet-5 as the bytes of an ONNX file (opset 17), by just the parts of protobuf that it takes: varints and
// length-delimited fields. The numbers beside the fields are those of onnx.proto. It knows no runtime.

const float32 = 1; // TensorProto.DataType.FLOAT

const varint = (value) => {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
};

const integer = (field, value) => [varint(field * 8), varint(value)];

const bytes = (field, content) => {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return [varint(field * 8 + 2), varint(body.length), body];
};

const message = (field, parts) => bytes(field, Buffer.concat(parts.flat()));

/** An attribute of a node: one whole number (AttributeProto type INT = 2), or a list of them (INTS = 7). */
const attribute = (name, value) =>
  message(5, [
    bytes(1, name),
    ...(Array.isArray(value) ? value.map((one) => integer(8, one)) : [integer(3, value)]),
    integer(20, Array.isArray(value) ? 7 : 2),
  ]);

const node = (operation, inputs, output, attributes = {}) =>
  message(1, [
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, operation),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);

/** Numbers lie little-endian in raw_data, as they do in memory on every machine that Node runs on. */
const initialiser = (name, shape, values) =>
  message(5, [
    ...shape.map((side) => integer(1, side)),
    integer(2, float32),
    bytes(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);

const valueInfo = (field, name, shape) => {
  const sides = shape.map((side) => message(1, [integer(1, side)]));
  return message(field, [bytes(1, name), message(2, [message(1, [integer(1, float32), message(2, sides)])])]);
};

const shapeInFile = (name, shape) => (name === "C5.weight" ? [120, 400] : shape);

/** Input `images` (batch, 1, 28, 28), output `OUT` (batch, 10), logits; `weights` as common.mjs makes them. */
export const onnxModel = (weights, batch) => {
  const conv = (layer, input, attributes = {}) =>
    node("Conv", [input, `${layer}.weight`, `${layer}.bias`], layer, { kernel_shape: [5, 5], ...attributes });
  const dense = (layer, input) => node("Gemm", [input, `${layer}.weight`, `${layer}.bias`], layer, { transB: 1 });
  const pool = (input, output) => node("AveragePool", [input], output, { kernel_shape: [2, 2], strides: [2, 2] });
  const tanh = (input) => node("Tanh", [input], `${input}.tanh`);
  const graph = [
    conv("C1", "images", { pads: [2, 2, 2, 2] }),
    tanh("C1"),
    pool("C1.tanh", "S2"),
    tanh("S2"),
    conv("C3", "S2.tanh"),
    tanh("C3"),
    pool("C3.tanh", "S4"),
    tanh("S4"),
    node("Flatten", ["S4.tanh"], "features"),
    dense("C5", "features"),
    tanh("C5"),
    dense("F6", "C5.tanh"),
    tanh("F6"),
    dense("OUT", "F6.tanh"),
    bytes(2, "lenet5"),
    ...Object.entries(weights).map(([name, { shape, values }]) => initialiser(name, shapeInFile(name, shape), values)),
    valueInfo(11, "images", [batch, 1, 28, 28]),
    valueInfo(12, "OUT", [batch, 10]),
  ];
  const opset = message(8, [integer(2, 17)]);
  return Buffer.concat([integer(1, 8), message(7, graph), opset].flat());
};
