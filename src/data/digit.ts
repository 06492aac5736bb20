// A picture of one digit made like those of MNIST: ink 255 on 0, the longer side 20 pixels, the centre of mass in the middle
// of 28×28. Pure; knows neither files nor nets. Ink is a function of grey alone, so it is a table of 256 numbers.
import { LenetError } from "../errors.ts";
import type { GreyImage } from "./grey.ts";
import { resample } from "./resample.ts";

/** Side of the result, and the longer side of the digit in it. */
const FIELD = 28;
const DIGIT = 20;
/** Where MNIST's digits have their centre of mass, counted from pixel 0: all 70,000 within 14 ± 0.52. */
const CENTRE = 14;
/** The least difference between ink and paper, of 255. */
const LEAST_CONTRAST = 16;
/**
 * The digit begins where there is this share of the strongest ink. On a soft edge that is just outside its middle; Otsu's
 * threshold was no better on clean pictures and worse where the light falls unevenly on much paper and little ink.
 */
const EDGE = 0.4;

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What was found and done, for those who want to show it. */
export interface DigitSteps {
  /** The picture was like MNIST's already and is passed on as it is. */
  readonly unchanged: boolean;
  /** Grey of the paper, 0…255: the median of the border. */
  readonly background: number;
  /** The ink is darker than the paper, so black and white are exchanged. */
  readonly inverted: boolean;
  /** Differences to the paper up to this one count as paper: nine tenths of the border have no greater. */
  readonly noise: number;
  /** The digit in the picture. */
  readonly box: Box;
  /** That box in the result. */
  readonly placed: Box;
}

/** A table of 256 numbers, one for each grey. */
type Table = Float64Array;

const table = (of: (grey: number) => number): Table => Float64Array.from({ length: 256 }, (_, grey) => of(grey));

/** Number of pixels of each grey along the four sides. */
const countBorder = ({ width, height, grey }: GreyImage): Table => {
  const counts = table(() => 0);
  for (let x = 0; x < width; x++) {
    counts[grey[x]]++;
    counts[grey[(height - 1) * width + x]]++;
  }
  for (let y = 0; y < height; y++) {
    counts[grey[y * width]]++;
    counts[grey[(y + 1) * width - 1]]++;
  }
  return counts;
};

/** The value (`values` gives each grey's) that `share` of the counted pixels do not exceed. */
const quantile = (counts: Table, values: Table, share: number): number => {
  const greys = Array.from(counts.keys()).sort((a, b) => values[a] - values[b]);
  const wanted = share * counts.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const grey of greys) {
    sum += counts[grey];
    if (sum >= wanted) return values[grey];
  }
  return 0;
};

/** The smallest box around the pixels with more than `threshold` ink, or undefined. */
const boxOf = ({ width, height, grey }: GreyImage, ink: Table, threshold: number): Box | undefined => {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[grey[y * width + x]] <= threshold) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
};

/** The paper, and the ink on it in a box. Throws LenetError when there is too little contrast. */
const findInk = (image: GreyImage) => {
  const border = countBorder(image);
  const greys = table((grey) => grey);
  const negative = table((grey) => -grey);
  // The mean of both medians of an even number, so that exchanging black and white changes nothing else.
  const background = (quantile(border, greys, 0.5) - quantile(border, negative, 0.5)) / 2;
  const darkest = image.grey.reduce((a, b) => Math.min(a, b), 255);
  const lightest = image.grey.reduce((a, b) => Math.max(a, b), 0);
  const inverted = background - darkest > lightest - background;
  const raw = table((grey) => Math.max(0, inverted ? background - grey : grey - background));
  const peak = raw[inverted ? darkest : lightest];
  // A digit that touches the border must not count as paper, hence at most half the ink.
  const noise = Math.min(quantile(border, raw, 0.9), peak / 2);
  const ink = table((grey) => Math.max(0, raw[grey] - noise));
  const box = peak - noise < LEAST_CONTRAST ? undefined : boxOf(image, ink, EDGE * (peak - noise));
  if (box) return { background, inverted, noise, ink, box };
  const got = `no ink found (its greys go from ${darkest} to ${lightest})`;
  throw new LenetError(`picture: expected a digit, got ${got}. Give a picture with more contrast.`);
};

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

/** The digit's box in a picture that is like MNIST's already, or undefined. */
const boxInMnist = (image: GreyImage): Box | undefined => {
  const { width, height, grey } = image;
  if (width !== FIELD || height !== FIELD || !grey.some((value) => value >= 200)) return undefined;
  const box = boxOf(
    image,
    table((value) => value),
    0,
  );
  const side = box ? Math.max(box.width, box.height) : 0;
  if (!box || side > DIGIT || side < DIGIT - 4) return undefined;
  const place = placeOf((y, x) => grey[(box.top + y) * width + box.left + x], box);
  return Math.abs(place.left - box.left) <= 1 && Math.abs(place.top - box.top) <= 1 ? box : undefined;
};

/**
 * Finds the one digit of a picture, light on dark or dark on light, and gives it the form of MNIST's; a picture that has it
 * is passed on unchanged.
 *   pixels (28, 28)  0 is background, 255 is ink
 * Throws LenetError when there is no ink.
 * LeCun et al. 1998, III.A: size-normalised to 20×20 keeping the aspect ratio, centred in 28×28 by the centre of mass.
 */
export const normaliseDigit = (image: GreyImage): { pixels: Uint8Array; steps: DigitSteps } => {
  const { width, grey } = image;
  const already = boxInMnist(image);
  if (already) {
    const steps = { unchanged: true, background: 0, inverted: false, noise: 0, box: already, placed: already };
    return { pixels: new Uint8Array(grey), steps };
  }
  const { ink, box, ...found } = findInk(image);
  const scaled = (side: number): number => Math.max(1, Math.round((side * DIGIT) / Math.max(box.width, box.height)));
  const size = { width: scaled(box.width), height: scaled(box.height) };
  const inBox = (y: number, x: number): number => ink[grey[(box.top + y) * width + box.left + x]];
  const digit = resample(inBox, [box.height, box.width], [size.height, size.width]);
  const placed = placeOf((y, x) => digit[y * size.width + x], size);
  // Thin strokes pale when they shrink, so the contrast is stretched last.
  const peak = digit.reduce((a, b) => Math.max(a, b));
  const pixels = new Uint8Array(FIELD * FIELD);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      pixels[(placed.top + y) * FIELD + placed.left + x] = Math.round((digit[y * size.width + x] / peak) * 255);
    }
  }
  return { pixels, steps: { unchanged: false, ...found, box, placed } };
};
