// Reads event files of TensorBoard back: records with their checksums, and the fields of a protocol buffer by number.
import { expect } from "vitest";

/** CRC-32C bit by bit, as its definition has it. */
const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
};

/** Undoes what records do to a checksum. */
const unmasked = (mask: number): number => {
  const turned = (mask - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

/** The contents of all records; every checksum must be right, and the file must end with a record. */
export const recordsIn = (file: Uint8Array): Uint8Array[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(unmasked(view.getUint32(at + 8, true))).toBe(crc32c(file.subarray(at, at + 8)));
    const content = file.subarray(at + 12, at + 12 + length);
    expect(unmasked(view.getUint32(at + 12 + length, true))).toBe(crc32c(content));
    records.push(content);
    at += 16 + length;
  }
  return records;
};

export type Field = number | Uint8Array;

/** The fields of a message by their numbers: varints and floats as numbers, everything else as bytes. */
export const fieldsIn = (bytes: Uint8Array): Map<number, Field[]> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): number => {
    for (let [value, scale] = [0, 1]; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    let value: Field;
    if ((key & 7) === 0) value = varint();
    else if ((key & 7) === 2) {
      const length = varint();
      value = bytes.subarray(at, at + length);
      at += length;
    } else {
      const wide = (key & 7) === 1;
      value = wide ? view.getFloat64(at, true) : view.getFloat32(at, true);
      at += wide ? 8 : 4;
    }
    expect(at).toBeLessThanOrEqual(bytes.length);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
};

export const textOf = (field: Field | undefined): string => new TextDecoder().decode(field as Uint8Array);
export const doublesOf = (field: Field | undefined): number[] => [
  ...new Float64Array((field as Uint8Array).slice().buffer),
];
