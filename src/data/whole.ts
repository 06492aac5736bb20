// A whole picture made 28×28: not the ink in it, as digit.ts does, but everything, for pictures of things. Pure.
import type { Page } from "./digit.ts";
import type { GreyImage } from "./grey.ts";
import { type Grid, scaled } from "./grid.ts";

const FIELD = 28;

/** The grey that half of the border's pixels do not exceed: what is around the thing. */
const surroundings = ({ width, height, grey }: GreyImage): number => {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(grey[x]!, grey[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) border.push(grey[y * width]!, grey[(y + 1) * width - 1]!);
  return border.sort((a, b) => a - b)[border.length >> 1]!;
};

/**
 * The picture with its longer side 28 pixels, in the middle of (28, 28), its aspect kept; black and white are exchanged where its
 * border is light, so that background is near 0 as in MNIST and Fashion-MNIST.
 */
export const wholePicture = (image: GreyImage): Uint8Array => {
  const around = surroundings(image);
  const dark = (grey: number): number => (around > 127 ? 255 - grey : grey);
  const factor = FIELD / Math.max(image.width, image.height);
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  const grid: Grid = { width: image.width, height: image.height, values: Float32Array.from(image.grey, dark) };
  const small = scaled(grid, side(image.width), side(image.height));
  const pixels = new Uint8Array(FIELD * FIELD).fill(dark(around));
  const [left, top] = [Math.floor((FIELD - small.width) / 2), Math.floor((FIELD - small.height) / 2)];
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++)
      pixels[(top + y) * FIELD + left + x] = Math.round(small.values[y * small.width + x]!);
  return pixels;
};

/** The whole picture as a page with nothing else on it, for nets that learned from whole pictures. */
export const wholePage = (image: GreyImage): Page => {
  const box = { left: 0, top: 0, width: image.width, height: image.height };
  const placed = { left: 0, top: 0, width: FIELD, height: FIELD };
  const steps = { unchanged: true, inverted: false, background: 0, box, placed, lean: 0, strayInk: 0, filled: 0 };
  return { lines: [[{ pixels: wholePicture(image), steps, ink: null }]], found: null };
};
