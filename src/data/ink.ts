// Finds the ink of a picture: which of dark and light it is, what the paper would be without it (a shadow is no ink), and how
// much of it lies where. Pure. Which of the ink is a digit is digit.ts's business.
import type { GreyImage } from "./grey.ts";
import { closed, type Grid, mapGrid, scaled, shrunkTo, smooth } from "./grid.ts";

/** Pixels of the longer side that a picture is made smaller to: a digit of a sheet still has its 28. */
const MOST = 1200;
/** Pixels of the longer side that paper and light are judged by. */
const COARSE = 120;
/** The same, to tell light ink from dark. */
const COARSEST = 48;
/** What is dark, and wider than this share of the longer side, is paper in a shadow. */
const WIDEST_STROKE = 0.3;
/** Grey that is added to the paper's before ink is divided by it: on black paper there is no telling how much light there is. */
const DARKNESS = 24;
/** Of full ink: from here on there may be some. */
export const WEAK = 0.35;

/** What there is of ink in a picture. */
export interface Found {
  /** How many pixels of the picture one of these stands for: 1 or more. */
  readonly scale: number;
  /** The ink is lighter than the paper. */
  readonly light: boolean;
  /** The picture with ink dark, 0…255. */
  readonly grey: Grid;
  /** What it would be without ink, 0…255. */
  readonly paper: Grid;
  /** Ink: 0 where there is paper, about 1 where there is ink. */
  readonly ink: Grid;
  /** The difference between ink and paper, of 255. */
  readonly contrast: number;
  /** The paper on the average, as in `paper`. */
  readonly level: number;
}

/** The number that `share` of the values do not exceed. */
export const quantile = (values: Float32Array, share: number): number => {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

/** The median of a large square around some places of a small grid, as a grid: what most of the neighbourhood is. */
const neighbourhood = ({ width, height, values }: Grid): Grid => {
  const places = 9;
  const radius = Math.ceil(Math.max(width, height) / 3);
  const medians = new Float32Array(places * places);
  for (let row = 0; row < places; row++)
    for (let column = 0; column < places; column++) {
      const [cy, cx] = [((row + 0.5) / places) * height, ((column + 0.5) / places) * width];
      const [top, bottom] = [Math.max(0, Math.floor(cy - radius)), Math.min(height, Math.ceil(cy + radius))];
      const [left, right] = [Math.max(0, Math.floor(cx - radius)), Math.min(width, Math.ceil(cx + radius))];
      const around = new Float32Array((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++)
        around.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
      medians[row * places + column] = quantile(around, 0.5);
    }
  return scaled({ width: places, height: places, values: medians }, width, height);
};

/** Whether what stands out from its neighbourhood is lighter than it: ink stands out more than shadows do. */
const isLight = (coarse: Grid): boolean => {
  const usual = neighbourhood(coarse);
  let sum = 0;
  for (let i = 0; i < coarse.values.length; i++) sum += (coarse.values[i]! - usual.values[i]!) ** 3;
  return sum > 0;
};

/** Parts that the range of all numbers is cut into, to judge their distribution. */
const BINS = 1024;

/**
 * What paper and ink come to on the average, on the two sides of the middle between them: it is moved until it is just there
 * (Ridler and Calvard 1978), from the ink's side, as there may be very little of it.
 */
const levels = (values: Float32Array): { paper: number; ink: number } => {
  let most = 1e-6;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  const counts = new Float64Array(BINS);
  for (let i = 0; i < values.length; i++)
    counts[Math.max(0, Math.min(BINS - 1, Math.floor((values[i]! / most) * BINS)))]++;
  const mean = (from: number, to: number): number => {
    let sum = 0;
    let count = 0;
    for (let bin = from; bin < to; bin++) {
      sum += counts[bin]! * (bin + 0.5);
      count += counts[bin]!;
    }
    return count > 0 ? sum / count : (from + to) / 2;
  };
  let strongest = BINS;
  for (let left = values.length / 1000; left > 0 && strongest > 1; ) left -= counts[--strongest]!;
  let middle = Math.ceil(strongest / 2);
  for (let round = 0; round < 20; round++)
    middle = Math.min(BINS - 1, Math.max(1, Math.round((mean(0, middle) + mean(middle, BINS)) / 2)));
  return { paper: (mean(0, middle) / BINS) * most, ink: (mean(middle, BINS) / BINS) * most };
};

/** Finds the ink. The picture has at least one pixel. */
export const findInk = ({ width, height, grey }: GreyImage): Found => {
  const fine = shrunkTo({ width, height, values: new Float32Array(grey) }, MOST);
  const light = isLight(shrunkTo(fine, COARSEST));
  const dark = light ? mapGrid(fine, (value) => 255 - value) : fine;
  const coarse = smooth(shrunkTo(dark, COARSE), 1);
  const radius = Math.max(1, Math.round((Math.max(coarse.width, coarse.height) * WIDEST_STROKE) / 2));
  const paper = scaled(smooth(closed(coarse, radius), 2), fine.width, fine.height);
  const lit = (level: number): number => (light ? 255 - level : level) + DARKNESS;
  const difference = mapGrid(dark, (value, i) => (paper.values[i]! - value) / lit(paper.values[i]!));
  const { paper: none, ink: full } = levels(difference.values);
  const span = Math.max(full - none, 1e-6);
  const ink = mapGrid(difference, (value) => (value - none) / span);
  let all = 0;
  for (let i = 0; i < paper.values.length; i++) all += paper.values[i]!;
  const level = all / paper.values.length;
  return { scale: width / fine.width, light, grey: dark, paper, ink, contrast: span * lit(level), level };
};
