// WebP to grey, upright: libwebp as WebAssembly decodes (@jsquash/webp); here the file is first walked for its size and for
// which way the camera was held. A decoder is made anew for every picture: a damaged file cannot spoil it for the next.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import openDecoder from "@jsquash/webp/codec/dec/webp_dec.js";
import { LenetError } from "../errors.ts";
import { orientationIn, turn } from "./exif.ts";
import { checkPixels, type GreyImage, luminance, overWhite } from "./grey.ts";

/** What the decoder gives: RGBA, or nothing. */
interface Decoder {
  decode(bytes: Uint8Array): { readonly width: number; readonly height: number; readonly data: Uint8Array } | null;
}

/** The part of Emscripten's starter that we use: it fills the object it is handed, at once where `instantiateWasm` is at once. */
type OpenDecoder = (module: {
  readonly noInitialRun: true;
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}) => unknown;

interface Facts {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
}

let compiled: WebAssembly.Module | undefined;

/** The decoder of the package; read by hand, as in Node its own loader looks for it on the network. */
const decoder = (): Decoder => {
  const resolve = createRequire(import.meta.url).resolve;
  compiled ??= new WebAssembly.Module(readFileSync(resolve("@jsquash/webp/codec/dec/webp_dec.wasm")));
  const wasm = compiled;
  const module = {
    noInitialRun: true,
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object => {
      const instance = new WebAssembly.Instance(wasm, imports);
      done(instance);
      return instance.exports;
    },
  } as const;
  (openDecoder as unknown as OpenDecoder)(module);
  return module as unknown as Decoder;
};

const textAt = (bytes: Uint8Array, offset: number): string =>
  String.fromCharCode(...bytes.subarray(offset, offset + 4));

/** Whether the bytes begin as every WebP does. */
export const isWebp = (bytes: Uint8Array): boolean => textAt(bytes, 0) === "RIFF" && textAt(bytes, 8) === "WEBP";

const damaged = (place: string, rule: string, got: string): LenetError =>
  new LenetError(`${place}: expected ${rule}, got ${got}. The file is damaged: save it again as WebP.`);

/** The size that a chunk tells, by its kind; undefined where it tells none. */
const sizeIn = (kind: string, view: DataView, at: number): { width: number; height: number } | undefined => {
  const left = view.byteLength - at;
  if (kind === "VP8X" && left >= 10) {
    const side = (offset: number): number =>
      1 + (view.getUint16(at + offset, true) | (view.getUint8(at + offset + 2) << 16));
    return { width: side(4), height: side(7) };
  }
  if (kind === "VP8L" && left >= 5) {
    const bits = view.getUint32(at + 1, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (kind === "VP8 " && left >= 10)
    return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff };
  return undefined;
};

/** Walks the chunks. The largest size counts: where two chunks contradict each other, the decoder may believe either. */
const walk = (bytes: Uint8Array, place: string): Facts => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [width, height, orientation] = [0, 0, 1];
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const kind = textAt(bytes, offset);
    const length = view.getUint32(offset + 4, true);
    const size = sizeIn(kind, view, offset + 8);
    if (size) [width, height] = [Math.max(width, size.width), Math.max(height, size.height)];
    if (kind === "EXIF") orientation = orientationIn(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length + (length % 2);
  }
  if (width * height === 0) throw damaged(place, "a picture of at least one pixel", `${width}×${height}`);
  return { width, height, orientation };
};

/** Decodes a WebP of one picture to grey, upright, laid over white where it is transparent. `place` names it in errors. Throws LenetError. */
export const decodeWebp = (bytes: Uint8Array, place: string): GreyImage => {
  const { width, height, orientation } = walk(bytes, place);
  checkPixels(width, height, place);
  let decoded: ReturnType<Decoder["decode"]>;
  try {
    decoded = decoder().decode(bytes);
  } catch {
    // The decoder throws a number, or stops for want of memory: neither says more.
    decoded = null;
  }
  if (!decoded) throw damaged(place, "a still WebP picture", "one that cannot be decoded");
  const { data } = decoded;
  const grey = new Uint8Array(decoded.width * decoded.height);
  for (let i = 0; i < grey.length; i++) {
    const [red, green, blue, alpha] = [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3]];
    grey[i] = overWhite(luminance(red, green, blue), alpha / 255);
  }
  return turn({ width: decoded.width, height: decoded.height, grey }, orientation);
};
