// Protocol buffers, written: the few kinds of fields that ONNX models and TensorBoard events are made of. A message is the
// bytes of its fields, one after the other; which number a field has is for those to know who write the message.

/** The bytes of one field or more. */
export type Fields = Uint8Array;

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

/** A whole number from 0 to 2^53, seven bits a byte, the lowest first. */
const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
};

const key = (field: number, wire: number): number[] => varint(field * 8 + wire);

/** All parts in one array. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    all.set(part, position);
    position += part.length;
  }
  return all;
};

/** A whole number from 0 to 2^53 (int64, uint64, enum, bool). */
export const integer = (field: number, value: number): Fields =>
  Uint8Array.from([...key(field, VARINT), ...varint(value)]);

export const float32 = (field: number, value: number): Fields => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([Uint8Array.from(key(field, FOUR_BYTES)), bytes]);
};

export const float64 = (field: number, value: number): Fields => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([Uint8Array.from(key(field, EIGHT_BYTES)), bytes]);
};

export const bytes = (field: number, content: Uint8Array): Fields =>
  joined([Uint8Array.from([...key(field, LENGTH), ...varint(content.length)]), content]);

export const text = (field: number, content: string): Fields => bytes(field, new TextEncoder().encode(content));

/** A message inside another. */
export const message = (field: number, parts: readonly Fields[]): Fields => bytes(field, joined(parts));

/** Float64 numbers one after the other, little-endian. */
export const packedFloat64 = (field: number, values: readonly number[]): Fields => {
  const packed = new Uint8Array(values.length * 8);
  const view = new DataView(packed.buffer);
  values.forEach((value, index) => {
    view.setFloat64(index * 8, value, true);
  });
  return bytes(field, packed);
};
