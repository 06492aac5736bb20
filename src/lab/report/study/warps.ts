// Test images made worse in one way and to one degree, the same for all: moved, turned, larger or smaller, squeezed, with thicker or
// thinner strokes, with noise. What the animations of the first LeNet-5 demonstration showed digit by digit, over many digits.
import type { DataSet } from "../../../data/data-set.ts";
import { stream } from "../../../random.ts";
import type { Ink } from "../../../shape.ts";

/** A way to spoil images; `unchanged` is the degree that leaves them as they are. */
export interface Warp {
  readonly name: string;
  readonly label: string;
  readonly degrees: readonly number[];
  readonly unchanged: number;
  apply(set: DataSet, degree: number): Ink;
}

/** Where the ink of a pixel comes from: offsets from the middle of the image. */
type Source = (x: number, y: number) => readonly [x: number, y: number];

const rangeOf = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(6)));

/** Every image seen through `source`, linear between pixels, background outside. */
const moved = ({ images, rows, columns, count }: DataSet, source: Source): Float32Array => {
  const result = new Float32Array(images.length);
  const [middleX, middleY] = [(columns - 1) / 2, (rows - 1) / 2];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [dx, dy] = source(x - middleX, y - middleY);
      const [left, top] = [Math.floor(dx + middleX), Math.floor(dy + middleY)];
      const [right, below] = [dx + middleX - left, dy + middleY - top];
      for (const [row, column, share] of [
        [top, left, (1 - right) * (1 - below)],
        [top, left + 1, right * (1 - below)],
        [top + 1, left, (1 - right) * below],
        [top + 1, left + 1, right * below],
      ] as const) {
        if (share === 0 || row < 0 || column < 0 || row >= rows || column >= columns) continue;
        const [to, from, area] = [y * columns + x, row * columns + column, rows * columns];
        for (let n = 0; n < count; n++) result[n * area + to] += share * images[n * area + from]!;
      }
    }
  return result;
};

/** Each pixel the largest (or smallest) of itself and its four neighbours. */
const grown = ({ images, rows, columns }: DataSet, larger: boolean): Float32Array => {
  const result = Float32Array.from(images);
  const pick = larger ? Math.max : Math.min;
  for (let i = 0; i < images.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns) % rows];
    const at = (there: boolean, place: number): number => (there ? images[place]! : 0);
    result[i] = pick(
      images[i]!,
      at(x > 0, i - 1),
      at(x < columns - 1, i + 1),
      at(y > 0, i - columns),
      at(y < rows - 1, i + columns),
    );
  }
  return result;
};

/** Strokes so many pixels thicker, at both sides together about twice that; below zero thinner. A part of a step is blended. */
const thickened = (set: DataSet, degree: number): Ink => {
  let now = set;
  for (let left = Math.abs(degree); left > 1e-9; left -= 1) {
    const next = grown(now, degree > 0);
    const share = Math.min(1, left);
    for (let i = 0; i < next.length; i++) next[i] = now.images[i]! * (1 - share) + next[i]! * share;
    now = { ...now, images: next };
  }
  return now.images;
};

/** Ink plus noise of this standard deviation (1: full ink), a sum of four uniform numbers; cut to what ink can be. */
const noisy = ({ images }: DataSet, deviation: number): Float32Array => {
  const random = stream(1, "report/noise");
  // Four uniform numbers have a variance of 4 / 12.
  const scale = 255 * deviation * Math.sqrt(3);
  return Float32Array.from(images, (ink) => {
    const sum = random.unit() + random.unit() + random.unit() + random.unit() - 2;
    return Math.min(255, Math.max(0, ink + scale * sum));
  });
};

export const warps: readonly Warp[] = [
  {
    name: "shift",
    label: "pixels to the right",
    degrees: rangeOf(-6, 6, 1),
    unchanged: 0,
    apply: (set, pixels) => moved(set, (x, y) => [x - pixels, y]),
  },
  {
    name: "rotation",
    label: "degrees, counter-clockwise",
    degrees: rangeOf(-60, 60, 10),
    unchanged: 0,
    apply: (set, degrees) => {
      const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
      return moved(set, (x, y) => [x * cos - y * sin, x * sin + y * cos]);
    },
  },
  {
    name: "scale",
    label: "times the size",
    degrees: rangeOf(0.4, 1.6, 0.1),
    unchanged: 1,
    apply: (set, scale) => moved(set, (x, y) => [x / scale, y / scale]),
  },
  {
    name: "squeeze",
    label: "times as wide, and as much less tall",
    degrees: rangeOf(0.5, 1.7, 0.1),
    unchanged: 1,
    apply: (set, squeeze) => moved(set, (x, y) => [x / squeeze, y * squeeze]),
  },
  {
    name: "stroke width",
    label: "pixels thicker on each side",
    degrees: rangeOf(-1, 3, 0.5),
    unchanged: 0,
    apply: thickened,
  },
  {
    name: "noise",
    label: "standard deviation, 1 = full ink",
    degrees: rangeOf(0, 1, 0.125),
    unchanged: 0,
    apply: noisy,
  },
];
