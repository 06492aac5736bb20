// A grey image and how colours become grey. Pure; shared by the decoders, the normaliser and the sheet.
import { LenetError } from "../errors.ts";

/** An image of one luminance, 0 (black) … 255 (white), a pixel. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** (height, width), row by row. */
  readonly grey: Uint8Array;
}

/** The most pixels of an image that we decode: 64 megapixels. */
export const MOST_PIXELS = 64e6;

/** Throws LenetError for a picture above that. `place` names it. */
export const checkPixels = (width: number, height: number, place: string): void => {
  if (width * height <= MOST_PIXELS) return;
  const rule = `at most ${MOST_PIXELS / 1e6} megapixels`;
  throw new LenetError(`${place}: expected ${rule}, got ${width}×${height}. Give a smaller picture.`);
};

/** Luminance of a colour of 0…255 (ITU-R BT.601, which JPEG uses too), rounded. */
export const luminance = (red: number, green: number, blue: number): number =>
  Math.round(0.299 * red + 0.587 * green + 0.114 * blue);

/** `value` (0…255) with opacity `alpha` (0…1) laid over white. */
export const overWhite = (value: number, alpha: number): number => Math.round(255 + (value - 255) * alpha);
