// Pictures of digits made like those of MNIST: ink 255 on 0, the longer side 20 pixels, the centre of mass in the middle of
// 28×28. Pure; knows neither files nor nets. What is ink is found by ink.ts, what of it is a digit by choose.ts.
import { LenetError } from "../errors.ts";
import { areSeveral, boxOf, chooseDigit, chooseDigits, digitLike, type Group, massOf } from "./choose.ts";
import { deslanted, leanOf } from "./deslant.ts";
import type { GreyImage } from "./grey.ts";
import type { Grid } from "./grid.ts";
import { type Found, findInk, WEAK } from "./ink.ts";
import { type Box, bottom, longer, piecesOf, right } from "./pieces.ts";
import { resample } from "./resample.ts";

export type { Box } from "./pieces.ts";

/** Side of the result, and the longer side of the digit in it. */
const FIELD = 28;
const DIGIT = 20;
/** Where MNIST's digits have their centre of mass, counted from pixel 0: all 70,000 within 14 ± 0.52. */
const CENTRE = 14;
/** The least difference between ink and paper, of 255. */
const LEAST_CONTRAST = 16;
/** Of full ink: pieces that nowhere have this much are none, and below and above these there is no ink, and full ink. */
const SURE = 0.6;
const [NONE, FULL] = [0.1, 1];
/** Of full ink: the digit begins where there is this much; on a soft edge that is about its middle. */
const EDGE = 0.4;

/** Pieces with the most ink that digits are looked for in: each is held against each, and noise has very many. */
const MOST_PIECES = 500;

/** How a picture is to be read. */
export interface Reading {
  /** Puts the ink of each digit upright first (1998, III.A). */
  readonly deslant?: boolean;
}

/** What was found and done, for those who want to show it. */
export interface DigitSteps {
  /** The picture was like MNIST's already and is passed on as it is. */
  readonly unchanged: boolean;
  /** The ink is darker than the paper, so black and white are exchanged. */
  readonly inverted: boolean;
  /** Grey of the paper, 0…255, on the average. */
  readonly background: number;
  /** The digit in the picture. */
  readonly box: Box;
  /** It in the result. */
  readonly placed: Box;
  /** The columns that its ink was leaning by, a row; 0 where it was left as it was. */
  readonly lean: number;
  /** Of all ink of the picture but frames and what comes in from outside, the share that is in no digit of it. */
  readonly strayInk: number;
  /** Of the digit's box, the share that is inked. */
  readonly filled: number;
}

/** A part of a picture, and where its corner lies in `Page.found`. */
export interface Patch {
  readonly left: number;
  readonly top: number;
  readonly grid: Grid;
}

/** A digit as a net may see it: pixels (28, 28), 0 is background, 255 is ink. */
export interface Digit {
  readonly pixels: Uint8Array;
  readonly steps: DigitSteps;
  /** Its ink alone; null where the picture was passed on as it is. */
  readonly ink: Patch | null;
}

/** All that was seen in a picture. */
export interface Page {
  /** Line by line, each from left to right. There is at least one. */
  readonly lines: readonly (readonly Digit[])[];
  /** Null where the picture was passed on as it is. */
  readonly found: Found | null;
}

/** Where ink of `box`'s size goes, so that its centre of mass comes to the middle and nothing is cut off. */
const placeOf = (at: (y: number, x: number) => number, { width, height }: Pick<Box, "width" | "height">): Box => {
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ink = at(y, x);
      mass += ink;
      massX += ink * x;
      massY += ink * y;
    }
  }
  const start = (centre: number, side: number) => Math.min(Math.max(Math.round(CENTRE - centre), 0), FIELD - side);
  return { left: start(massX / mass, width), top: start(massY / mass, height), width, height };
};

/** The smallest box around what has more than `threshold`, or undefined. */
const boxAbove = (values: ArrayLike<number>, width: number, threshold: number): Box | undefined => {
  let [left, top, last, low] = [width, values.length, -1, -1];
  for (let i = 0; i < values.length; i++) {
    if (values[i]! <= threshold) continue;
    const y = Math.floor(i / width);
    const x = i - y * width;
    left = Math.min(left, x);
    last = Math.max(last, x);
    top = Math.min(top, y);
    low = y;
  }
  return last < 0 ? undefined : { left, top, width: last - left + 1, height: low - top + 1 };
};

/** The digit's box in a picture that is like MNIST's already, or undefined. */
const boxInMnist = ({ width, height, grey }: GreyImage): Box | undefined => {
  if (width !== FIELD || height !== FIELD || !grey.some((value) => value >= 200)) return undefined;
  const box = boxAbove(grey, width, 0);
  const side = box ? longer(box) : 0;
  if (!box || side > DIGIT || side < DIGIT - 4) return undefined;
  const place = placeOf((y, x) => grey[(box.top + y) * width + box.left + x], box);
  return Math.abs(place.left - box.left) <= 1 && Math.abs(place.top - box.top) <= 1 ? box : undefined;
};

/** The ink of these pieces and of their soft edges, 0…1, and nothing else. */
const inkOf = ({ width, height, values }: Grid, group: Group): Patch => {
  const box = boxOf(group);
  const [left, top] = [Math.max(0, box.left - 1), Math.max(0, box.top - 1)];
  const [wide, tall] = [Math.min(width, right(box) + 1) - left, Math.min(height, bottom(box) + 1) - top];
  const own = new Float32Array(wide * tall);
  for (const { pixels } of group)
    for (const at of pixels) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++)
          own[(ny - top) * wide + nx - left] = Math.min(
            1,
            Math.max(0, (values[ny * width + nx]! - NONE) / (FULL - NONE)),
          );
    }
  return { left, top, grid: { width: wide, height: tall, values: own } };
};

/** What of the grid lies in the box, with room on both sides. */
const cut = ({ width, values }: Grid, box: Box, room: number): Grid => {
  const wide = box.width + 2 * room;
  const part = new Float32Array(wide * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * width + box.left;
    part.set(values.subarray(start, start + box.width), y * wide + room);
  }
  return { width: wide, height: box.height, values: part };
};

/** The digit's ink put upright, in a grid of its own. */
const upright = (ink: Grid, box: Box): { ink: Grid; box: Box; lean: number } => {
  const close = cut(ink, box, 0);
  const { lean } = leanOf(close.values, close.width);
  const roomy = cut(ink, box, Math.ceil(Math.abs(lean) * box.height) + 1);
  const straight = { ...roomy, values: Float32Array.from(deslanted(roomy.values, roomy.width)) };
  return { ink: straight, box: boxAbove(straight.values, straight.width, EDGE) ?? box, lean };
};

/** The ink in the box made 20 pixels long, and put into 28×28 by its centre of mass. */
const fit = ({ width, values }: Grid, box: Box): Pick<Digit, "pixels"> & { placed: Box } => {
  const side = (length: number): number => Math.max(1, Math.round((length * DIGIT) / longer(box)));
  const size = { width: side(box.width), height: side(box.height) };
  const inBox = (y: number, x: number): number => values[(box.top + y) * width + box.left + x]!;
  const digit = resample(inBox, [box.height, box.width], [size.height, size.width]);
  const placed = placeOf((y, x) => digit[y * size.width + x], size);
  // Thin strokes pale when they shrink, so the contrast is stretched last.
  const peak = digit.reduce((a, b) => Math.max(a, b));
  const pixels = new Uint8Array(FIELD * FIELD);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++)
      pixels[(placed.top + y) * FIELD + placed.left + x] = Math.round((digit[y * size.width + x] / peak) * 255);
  return { pixels, placed };
};

const digitOf = (found: Found, group: Group, strayInk: number, { deslant }: Reading): Digit => {
  const patch = inkOf(found.ink, group);
  const { grid: ink } = patch;
  const box = boxAbove(ink.values, ink.width, EDGE) ?? { left: 0, top: 0, width: ink.width, height: ink.height };
  const straight = deslant ? upright(ink, box) : { ink, box, lean: 0 };
  const { pixels, placed } = fit(straight.ink, straight.box);
  const scaled = (length: number): number => Math.round(length * found.scale);
  const steps = {
    unchanged: false,
    inverted: !found.light,
    background: found.light ? 255 - found.level : found.level,
    box: {
      left: scaled(patch.left + box.left),
      top: scaled(patch.top + box.top),
      width: scaled(box.width),
      height: scaled(box.height),
    },
    placed,
    lean: straight.lean,
    strayInk,
    filled: ink.values.reduce((a, b) => a + b, 0) / (box.width * box.height),
  };
  return { pixels, steps, ink: patch };
};

/**
 * Reads a picture: of one digit, or of a sheet of digits in lines (`sheet`; undefined: if there are clearly several). Light on
 * dark or dark on light, in uneven light. Throws LenetError when there is no ink.
 * LeCun et al. 1998, III.A: size-normalised to 20×20 keeping the aspect ratio, centred in 28×28 by the centre of mass.
 */
export const readPage = (image: GreyImage, reading: Reading = {}, sheet?: boolean): Page => {
  const already = sheet ? undefined : boxInMnist(image);
  if (already && !reading.deslant) {
    const steps = {
      unchanged: true,
      inverted: false,
      background: 0,
      box: already,
      placed: already,
      lean: 0,
      strayInk: 0,
      filled: 0,
    };
    return { lines: [[{ pixels: new Uint8Array(image.grey), steps, ink: null }]], found: null };
  }
  const found = findInk(image);
  const pieces = found.contrast < LEAST_CONTRAST ? [] : piecesOf(found.ink, WEAK).filter(({ peak }) => peak > SURE);
  if (pieces.length === 0) throw noInk(image);
  const most = pieces.slice(0, MOST_PIECES);
  const lines = chooseDigits(most, found.ink);
  const chosen = (sheet ?? areSeveral(lines)) ? lines : [[chooseDigit(most, found.ink)]];
  const stray = Math.max(0, 1 - massOf(chosen.flat(2)) / massOf(digitLike(pieces, found.ink)));
  return { found, lines: chosen.map((line) => line.map((group) => digitOf(found, group, stray, reading))) };
};

const noInk = ({ grey }: GreyImage): LenetError => {
  const [darkest, lightest] = [grey.reduce((a, b) => Math.min(a, b)), grey.reduce((a, b) => Math.max(a, b))];
  const got = `no ink found (its greys go from ${darkest} to ${lightest})`;
  return new LenetError(`picture: expected a digit, got ${got}. Give a picture with more contrast.`);
};

/**
 * Finds the one digit of a picture and gives it the form of MNIST's; a picture that has it is passed on unchanged.
 *   pixels (28, 28)  0 is background, 255 is ink
 * Throws LenetError when there is no ink.
 */
export const normaliseDigit = (image: GreyImage, reading: Reading = {}): Digit =>
  readPage(image, reading, false).lines[0]![0]!;
