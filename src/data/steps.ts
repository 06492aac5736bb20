// What was done to a picture, as pictures: what came, the paper as it would be without ink, the ink, what of it is the digits,
// and each as a net sees it. Pure.
import type { Page } from "./digit.ts";
import type { GreyImage } from "./grey.ts";
import { type Grid, scaled, shrunkTo } from "./grid.ts";

/** One step, and what to call it. */
export interface Step {
  readonly name: string;
  readonly picture: GreyImage;
}

/** Pixels of a step's longer side on the sheet of all, between two of them, and that a small picture is enlarged to. */
const TILE = 240;
const GAP = 8;
/** Grey of the sheet, of ink that was left out, and of the boxes. */
const SHEET = 96;
const LEFT_OUT = 0.3;
const BOX = 160;

const toGrey = ({ width, height, values }: Grid): GreyImage => ({
  width,
  height,
  grey: Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value)))),
});

const toGrid = ({ width, height, grey }: GreyImage): Grid => ({ width, height, values: Float32Array.from(grey) });

/** Every pixel as a square of `times` × `times`. */
const enlarged = ({ width, height, grey }: GreyImage, times: number): GreyImage => {
  const wide = width * times;
  const at = (i: number): number => Math.floor(Math.floor(i / wide) / times) * width + Math.floor((i % wide) / times);
  return {
    width: wide,
    height: height * times,
    grey: Uint8Array.from({ length: wide * height * times }, (_, i) => grey[at(i)]),
  };
};

/** The ink of all digits light, the rest of the ink dim, and a box around each digit. */
const chosen = ({ lines, found }: Page): GreyImage => {
  const { ink, scale } = found!;
  const digits = lines.flat();
  const grey = Uint8Array.from(ink.values, (value) => Math.round(255 * LEFT_OUT * Math.min(1, Math.max(0, value))));
  for (const { left, top, grid } of digits.flatMap((digit) => digit.ink ?? []))
    for (let i = 0; i < grid.values.length; i++) {
      const at = (top + Math.floor(i / grid.width)) * ink.width + left + (i % grid.width);
      grey[at] = Math.max(grey[at]!, Math.round(255 * grid.values[i]!));
    }
  for (const { box } of digits.map(({ steps }) => steps)) {
    const [left, top] = [Math.round(box.left / scale) - 2, Math.round(box.top / scale) - 2];
    const [last, low] = [left + Math.round(box.width / scale) + 3, top + Math.round(box.height / scale) + 3];
    for (let y = Math.max(0, top); y <= Math.min(ink.height - 1, low); y++)
      for (let x = Math.max(0, left); x <= Math.min(ink.width - 1, last); x++)
        if (y === top || y === low || x === left || x === last) grey[y * ink.width + x] = BOX;
  }
  return { width: ink.width, height: ink.height, grey };
};

/** Every step from the picture to what a net sees; `seen`: the latter, digit by digit, `side` pixels wide. */
export const stepPictures = (
  picture: GreyImage,
  page: Page,
  seen: readonly ArrayLike<number>[],
  side: number,
): Step[] => {
  const { found } = page;
  const before: Step[] = [{ name: "picture", picture }];
  if (found) {
    before.push({ name: "paper", picture: toGrey(found.paper) });
    const ink = { ...found.ink, values: found.ink.values.map((value) => 255 * value) };
    before.push({ name: "ink", picture: toGrey(ink) }, { name: "digits", picture: chosen(page) });
  }
  const digits = seen.map((pixels, index) => ({
    name: seen.length === 1 ? "seen" : `seen-${index + 1}`,
    picture: enlarged(
      {
        width: side,
        height: pixels.length / side,
        grey: Uint8Array.from({ length: pixels.length }, (_, i) => Math.round(pixels[i]!)),
      },
      Math.max(1, Math.floor(TILE / side)),
    ),
  }));
  return [...before, ...digits];
};

/** All steps side by side, in rows of six. */
export const stepSheet = (steps: readonly Step[]): GreyImage => {
  const columns = Math.min(6, steps.length);
  const rows = Math.ceil(steps.length / columns);
  const width = columns * (TILE + GAP) + GAP;
  const height = rows * (TILE + GAP) + GAP;
  const grey = new Uint8Array(width * height).fill(SHEET);
  for (const [index, { picture }] of steps.entries()) {
    const small = toGrid(picture);
    const times = TILE / Math.max(small.width, small.height);
    const tile =
      times < 1
        ? shrunkTo(small, TILE)
        : scaled(small, Math.round(small.width * times), Math.round(small.height * times));
    const left = GAP + (index % columns) * (TILE + GAP) + Math.floor((TILE - tile.width) / 2);
    const top = GAP + Math.floor(index / columns) * (TILE + GAP) + Math.floor((TILE - tile.height) / 2);
    for (let y = 0; y < tile.height; y++)
      grey.set(
        toGrey({ width: tile.width, height: 1, values: tile.values.subarray(y * tile.width, (y + 1) * tile.width) })
          .grey,
        (top + y) * width + left,
      );
  }
  return { width, height, grey };
};
