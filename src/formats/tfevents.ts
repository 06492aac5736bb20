// Event files of TensorBoard: records, each with its length and two checksums, and in each record an event as protocol buffer. Field
// numbers are those of the public event.proto, summary.proto and plugin_data.proto. Bytes out; when anything happened, the caller says.
import { bytes, type Fields, float32, float64, integer, joined, message, packedFloat64, text } from "./protobuf.ts";

/** CRC-32C (Castagnoli), the bits of its polynomial turned round. */
const POLYNOMIAL = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

export const crc32c = (content: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of content) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

/** A checksum as the records hold it: turned by 15 bits and moved, so that checksums of checksums stay good ones. */
const masked = (content: Uint8Array): number => {
  const crc = crc32c(content);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** One record: length, checksum of the length, content, checksum of the content. */
export const recordOf = (content: Uint8Array): Uint8Array => {
  const record = new Uint8Array(16 + content.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(content, 12);
  view.setUint32(12 + content.length, masked(content), true);
  return record;
};

/** A value of an event, under a tag. */
export type EventValue = Fields;

/** When, in seconds since 1970, and after so many steps. */
export interface EventTime {
  readonly seconds: number;
  readonly step: number;
}

/** The record that a file begins with. */
export const versionRecord = (seconds: number): Uint8Array =>
  recordOf(joined([float64(1, seconds), text(3, "brain.Event:2")]));

export const eventRecord = ({ seconds, step }: EventTime, values: readonly EventValue[]): Uint8Array =>
  recordOf(joined([float64(1, seconds), integer(2, step), message(5, values)]));

const value = (tag: string, ...fields: readonly Fields[]): EventValue => message(1, [text(1, tag), ...fields]);

export const scalar = (tag: string, number: number): EventValue => value(tag, float32(2, number));

const GREY = 1;

/** A grey picture, as PNG. */
export const picture = (tag: string, png: Uint8Array, width: number, height: number): EventValue =>
  value(tag, message(4, [integer(1, height), integer(2, width), integer(3, GREY), bytes(4, png)]));

const BUCKETS = 30;

/** How numbers are spread, in buckets of one width. There is at least one number, and all are finite. */
export const histogram = (tag: string, numbers: ArrayLike<number>): EventValue => {
  let [least, most, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    least = Math.min(least, numbers[i]!);
    most = Math.max(most, numbers[i]!);
    sum += numbers[i]!;
    squares += numbers[i]! ** 2;
  }
  const width = (most - least) / BUCKETS;
  const counts = new Array<number>(width > 0 ? BUCKETS : 1).fill(0);
  for (let i = 0; i < numbers.length; i++)
    counts[width > 0 ? Math.min(BUCKETS - 1, Math.floor((numbers[i]! - least) / width)) : 0]!++;
  const limits = counts.map((_, index) => (index === counts.length - 1 ? most : least + (index + 1) * width));
  const ends = [least, most, numbers.length, sum, squares].map((number, index) => float64(index + 1, number));
  return value(tag, message(5, [...ends, packedFloat64(6, limits), packedFloat64(7, counts)]));
};

export type Setting = number | string | boolean;

const FLOAT = 1;
const TENSOR = 2;
const SUCCESS = 1;
const FAILURE = 2;

/** What the plugin of settings reads; its tensor is empty. */
const hparams = (tag: string, field: number, content: readonly Fields[]): EventValue => {
  const data = message(1, [text(1, "hparams"), message(2, [message(field, content)])]);
  const empty = message(8, [integer(1, FLOAT), message(2, [message(2, [integer(1, 0)])])]);
  return value(tag, message(9, [data, integer(4, TENSOR)]), empty);
};

/** The settings of a training, as it begins: the tab HPARAMS. */
export const sessionStart = (settings: Readonly<Record<string, Setting>>, seconds: number): EventValue => {
  const entries = Object.entries(settings).map(([name, setting]) => {
    const fields = { number: () => float64(2, Number(setting)), string: () => text(3, String(setting)) };
    const held = typeof setting === "boolean" ? integer(4, Number(setting)) : fields[typeof setting as "number"]();
    return message(1, [text(1, name), message(2, [held])]);
  });
  return hparams("_hparams_/session_start_info", 3, [...entries, float64(5, seconds)]);
};

export const sessionEnd = (complete: boolean, seconds: number): EventValue =>
  hparams("_hparams_/session_end_info", 4, [integer(1, complete ? SUCCESS : FAILURE), float64(2, seconds)]);
