// PNG (ISO/IEC 15948) to grey and back: every bit depth and colour type, interlaced or not. The header is checked before
// anything is unpacked, and unpacking stops at the size that the header promises, so that no small file can fill the memory.
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { LenetError, messageOf } from "../errors.ts";
import { checkPixels, type GreyImage, luminance, overWhite } from "./grey.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** The chunks that we read. */
const READ: readonly string[] = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** The most bytes that we unpack. */
const MOST_BYTES = 2 ** 28;
/** Samples a pixel, by colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
/** The seven passes of an interlaced image: first column and row, then steps. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

/** A grid of pixels of the image that is stored as an image of its own; a plain image has one. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

/** The header, the image data still packed, and the tables; what else a file holds is passed over. */
interface Chunks {
  readonly header: Header;
  readonly packed: Uint8Array;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
}

const damaged = (place: string, rule: string, got: string | number): LenetError =>
  new LenetError(`${place}: expected ${rule}, got ${got}. The file is damaged: save it again as PNG.`);

/** Whether the bytes begin as every PNG does. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const parseHeader = (body: Uint8Array, place: string): Header => {
  if (body.length !== 13) throw damaged(place, "an IHDR chunk of 13 bytes", body.length);
  const width = viewOf(body).getUint32(0);
  const height = viewOf(body).getUint32(4);
  const [depth, colour, compression, filter, interlace] = body.subarray(8);
  if (!DEPTHS[colour]?.includes(depth)) throw damaged(place, "a colour type of PNG", `type ${colour} of ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw damaged(place, "methods 0, 0 and 0 or 1", `${compression}, ${filter} and ${interlace}`);
  }
  if (width === 0 || height === 0) throw damaged(place, "at least one pixel", `${width}×${height}`);
  checkPixels(width, height, place);
  return { width, height, depth, colour, interlaced: interlace === 1 };
};

const readChunks = (bytes: Uint8Array, place: string): Chunks => {
  const view = viewOf(bytes);
  const found = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  let header: Header | undefined;
  for (let offset = SIGNATURE.length; ; ) {
    if (offset + 12 > bytes.length) throw damaged(place, "an IEND chunk at the end", "the end of the file");
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) {
      throw damaged(place, `${length} bytes in chunk ${JSON.stringify(type)}`, "the end of the file");
    }
    const body = bytes.subarray(offset + 8, end);
    if (READ.includes(type)) {
      const isWhole = crc32(bytes.subarray(offset + 4, end)) === view.getUint32(end);
      if (!isWhole) throw damaged(place, `the checksum of ${type}`, "another");
      header ??= parseHeader(type === "IHDR" ? body : body.subarray(0, 0), place);
      if (type === "IEND") break;
      if (type === "IDAT") data.push(body);
      else found.set(type, body);
    }
    offset = end + 4;
  }
  return { header, packed: Buffer.concat(data), palette: found.get("PLTE"), transparency: found.get("tRNS") };
};

const passesOf = ({ width, height, interlaced }: Header): Pass[] =>
  (interlaced ? ADAM7 : [[0, 0, 1, 1] as const])
    .map(([x, y, stepX, stepY]) => ({
      x,
      y,
      stepX,
      stepY,
      width: Math.ceil((width - x) / stepX),
      height: Math.ceil((height - y) / stepY),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);

/** Bytes of a stored row, without the byte that names its filter. */
const rowLength = ({ depth, colour }: Header, width: number): number =>
  Math.ceil((width * CHANNELS[colour] * depth) / 8);

const unpack = ({ header, packed }: Chunks, passes: readonly Pass[], place: string): Uint8Array => {
  const wanted = passes.reduce((sum, { width, height }) => sum + height * (1 + rowLength(header, width)), 0);
  if (wanted > MOST_BYTES) {
    const rule = `at most ${MOST_BYTES} bytes of pixels`;
    throw new LenetError(`${place}: expected ${rule}, got ${wanted}. Give a smaller picture.`);
  }
  let rows: Uint8Array;
  try {
    rows = inflateSync(packed, { maxOutputLength: wanted });
  } catch (thrown) {
    throw damaged(place, `${wanted} bytes of pixels`, thrown instanceof RangeError ? "more" : `"${messageOf(thrown)}"`);
  }
  if (rows.length !== wanted) throw damaged(place, `${wanted} bytes of pixels`, rows.length);
  return rows;
};

/** Paeth's predictor: of left, above and above left, the one nearest to left + above - above left. */
const paeth = (left: number, above: number, corner: number): number => {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
};

/** Undoes the filter of a row in place; `above` is the row before it, zeros before the first. */
const unfilter = (filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void => {
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : row[i - pixelBytes];
    if (filter === 1) row[i] += left;
    else if (filter === 2) row[i] += above[i];
    else if (filter === 3) row[i] += (left + above[i]) >> 1;
    else row[i] += paeth(left, above[i], i < pixelBytes ? 0 : above[i - pixelBytes]);
  }
};

/** Sample `i` of a row. */
const sample = (row: Uint8Array, depth: number, i: number): number => {
  if (depth === 8) return row[i];
  if (depth === 16) return (row[2 * i] << 8) | row[2 * i + 1];
  const bit = i * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
};

/** The grey of each colour of the palette, laid over white. */
const paletteGreys = (palette: Uint8Array, transparency: Uint8Array): number[] =>
  Array.from({ length: Math.floor(palette.length / 3) }, (_, i) => {
    const [red, green, blue] = palette.subarray(3 * i);
    return overWhite(luminance(red, green, blue), (transparency[i] ?? 255) / 255);
  });

/** The function that gives the grey of pixel `x` of a row (undefined: a colour that the palette lacks). */
const painter = (chunks: Chunks): ((row: Uint8Array, x: number) => number | undefined) => {
  const { depth, colour } = chunks.header;
  const { palette = new Uint8Array(), transparency = new Uint8Array() } = chunks;
  if (colour === 3) {
    const greys = paletteGreys(palette, transparency);
    return (row, x) => greys[sample(row, depth, x)];
  }
  const channels = CHANNELS[colour];
  const colours = channels < 3 ? [0] : [0, 1, 2];
  const top = 2 ** depth - 1;
  const clear = transparency.length === 2 * colours.length ? transparency : undefined;
  return (row, x) => {
    const at = (channel: number): number => sample(row, depth, x * channels + channel);
    const scaled = (channel: number): number => (at(channel) * 255) / top;
    const grey = channels < 3 ? Math.round(scaled(0)) : luminance(scaled(0), scaled(1), scaled(2));
    if (channels > colours.length) return overWhite(grey, at(channels - 1) / top);
    return clear && colours.every((i) => at(i) === sample(clear, 16, i)) ? 255 : grey;
  };
};

/** Decodes a PNG to grey, laid over white where it is transparent. `place` names it in errors. Throws LenetError. */
export const decodePng = (bytes: Uint8Array, place: string): GreyImage => {
  const chunks = readChunks(bytes, place);
  const { header } = chunks;
  const passes = passesOf(header);
  const rows = unpack(chunks, passes, place);
  const paint = painter(chunks);
  const grey = new Uint8Array(header.width * header.height);
  const pixelBytes = Math.ceil((CHANNELS[header.colour] * header.depth) / 8);
  let offset = 0;
  for (const pass of passes) {
    const length = rowLength(header, pass.width);
    let above: Uint8Array = new Uint8Array(length);
    for (let y = 0; y < pass.height; y++) {
      const filter = rows[offset];
      if (filter > 4) throw damaged(place, "a row filter from 0 to 4", filter);
      const row = rows.subarray(offset + 1, offset + 1 + length);
      unfilter(filter, row, above, pixelBytes);
      const start = (pass.y + y * pass.stepY) * header.width + pass.x;
      for (let x = 0; x < pass.width; x++) {
        const value = paint(row, x);
        if (value === undefined) throw damaged(place, "only colours of the palette", "another");
        grey[start + x * pass.stepX] = value;
      }
      above = row;
      offset += 1 + length;
    }
  }
  return { width: header.width, height: header.height, grey };
};

const chunk = (type: string, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(12 + body.length);
  bytes.set(Buffer.from(type, "latin1"), 4);
  bytes.set(body, 8);
  viewOf(bytes).setUint32(0, body.length);
  viewOf(bytes).setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
};

/** A PNG of 8-bit grey from `grey` (height, width). */
export const encodePng = (grey: Uint8Array, width: number, height: number): Uint8Array => {
  const header = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  const rows = new Uint8Array(height * (1 + width));
  for (let y = 0; y < height; y++) rows.set(grey.subarray(y * width, (y + 1) * width), y * (1 + width) + 1);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", new Uint8Array())];
  return Buffer.concat([SIGNATURE, ...parts]);
};
