// Pictures from files, told apart by how they begin and not by their names. In the page the browser decodes instead.
import { LenetError } from "../errors.ts";
import type { GreyImage } from "./grey.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";
import { decodePng, isPng } from "./png.ts";
import { decodeWebp, isWebp } from "./webp.ts";

export type { GreyImage } from "./grey.ts";
export { encodePng } from "./png.ts";

/** How the names of pictures end that are looked for in folders. */
export const PICTURE_ENDINGS: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

/** The longest picture file that is read, in bytes. */
export const LONGEST_PICTURE = 2 ** 26;

/**
 * Decodes a PNG, JPEG or WebP of at most 64 megapixels to luminance, laid over white where it is transparent.
 * `place` names the picture in errors. Throws LenetError.
 */
export const decodeImage = (bytes: Uint8Array, place: string): GreyImage => {
  if (isPng(bytes)) return decodePng(bytes, place);
  if (isJpeg(bytes)) return decodeJpeg(bytes, place);
  if (isWebp(bytes)) return decodeWebp(bytes, place);
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const got = bytes.length === 0 ? "an empty file" : `a file that begins with ${start}`;
  throw new LenetError(`${place}: expected a PNG, JPEG or WebP picture, got ${got}. Save it as PNG.`);
};
