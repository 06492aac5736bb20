// JPEG to grey, upright: jpeg-js decodes; here the file is first walked, without decoding, for its size, for the number of
// its scans (a small file can ask for very many) and for which way the camera was held.
import { decode } from "jpeg-js";
import { LenetError, messageOf } from "../errors.ts";
import { orientationIn, turn } from "./exif.ts";
import { checkPixels, type GreyImage, luminance, MOST_PIXELS } from "./grey.ts";

/** Progressive files have about ten scans. */
const MOST_SCANS = 100;
/** Each scan may touch every pixel, so their product bounds the time. */
const MOST_SCANNED_PIXELS = 1e9;
/** What jpeg-js may take. */
const MOST_MEGABYTES = 1024;

const SOS = 0xda;
/** Exif, which then begins with its name. */
const APP1 = 0xe1;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
/** Adobe's, which says whether the colours are RGB as they stand. */
const APP14 = 0xee;

interface Facts {
  readonly width: number;
  readonly height: number;
  /** Exif's 1…8; 1 is upright. */
  readonly orientation: number;
  /** The components are red, green and blue, and not luminance and two differences. */
  readonly rgb: boolean;
  readonly scans: number;
}

/** Whether the bytes begin as every JPEG does. */
export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

const damaged = (place: string, rule: string, got: string): LenetError =>
  new LenetError(`${place}: expected ${rule}, got ${got}. The file is damaged: save it again as JPEG.`);

/** SOF0…SOF15, but for the markers among them that mean something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** The orientation that the body of an APP1 segment tells, or 1. */
const orientationOf = (body: Uint8Array): number =>
  EXIF.every((byte, i) => body[i] === byte) ? orientationIn(body.subarray(EXIF.length)) : 1;

/** Number of scans that begin at or after `offset`; inside a scan 0xff is always followed by another byte. */
const countScans = (bytes: Uint8Array, offset: number): number => {
  let scans = 0;
  for (let i = bytes.indexOf(0xff, offset); i >= 0; i = bytes.indexOf(0xff, i + 1)) if (bytes[i + 1] === SOS) scans++;
  return scans;
};

/** Walks the segments up to the first scan. */
const walk = (bytes: Uint8Array, place: string): Facts => {
  let width = 0;
  let height = 0;
  let orientation = 1;
  let rgb = false;
  for (let offset = 2; offset + 9 <= bytes.length; ) {
    if (bytes[offset] !== 0xff) throw damaged(place, `a marker at byte ${offset}`, `0x${bytes[offset].toString(16)}`);
    const marker = bytes[offset + 1];
    if (marker === SOS) {
      if (width * height > 0) return { width, height, orientation, rgb, scans: countScans(bytes, offset) };
      throw damaged(place, "a size above 0×0 before the picture", `${width}×${height}`);
    }
    if (isFrame(marker)) {
      height = (bytes[offset + 5] << 8) | bytes[offset + 6];
      width = (bytes[offset + 7] << 8) | bytes[offset + 8];
    }
    const end = offset + 2 + ((bytes[offset + 2] << 8) | bytes[offset + 3]);
    if (marker === APP1 && orientation === 1) orientation = orientationOf(bytes.subarray(offset + 4, end));
    if (marker === APP14) rgb = bytes[offset + 15] === 0;
    // A marker may follow any number of 0xff.
    offset = marker === 0xff ? offset + 1 : end;
  }
  throw damaged(place, "a picture after the header", "the end of the file");
};

const checkBounds = ({ width, height, scans }: Facts, place: string): void => {
  checkPixels(width, height, place);
  if (scans > MOST_SCANS || scans * width * height > MOST_SCANNED_PIXELS) {
    const rule = `a picture of this size in at most ${MOST_SCANS} scans`;
    throw damaged(place, rule, `${scans} of ${width}×${height}`);
  }
};

/** What jpeg-js threw, in a sentence: its own words when it chose them. */
const explain = (thrown: unknown, place: string): LenetError => {
  const message = messageOf(thrown);
  if (message.includes("limit exceeded")) {
    return new LenetError(
      `${place}: expected a picture that decodes in ${MOST_MEGABYTES} MB, got one that needs more. Give a smaller picture.`,
    );
  }
  const isOwn = thrown instanceof Error && thrown.constructor === Error;
  return damaged(place, "a baseline or progressive JPEG", isOwn ? `"${message}"` : "tables that do not fit");
};

/** Decodes a JPEG to grey, upright. `place` names it in errors. Throws LenetError. */
export const decodeJpeg = (bytes: Uint8Array, place: string): GreyImage => {
  const facts = walk(bytes, place);
  checkBounds(facts, place);
  const limits = { maxResolutionInMP: MOST_PIXELS / 1e6, maxMemoryUsageInMB: MOST_MEGABYTES };
  const colours = facts.rgb ? { colorTransform: false } : {};
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = decode(bytes, { ...limits, ...colours, useTArray: true, formatAsRGBA: false });
  } catch (thrown) {
    throw explain(thrown, place);
  }
  const { width, height, data } = decoded;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = luminance(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
  return turn({ width, height, grey }, facts.orientation);
};
