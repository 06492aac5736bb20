// Elastic distortion (Simard, Steinkraus, Platt 2003): every pixel looks a little aside, along a random field that is smooth.
// They draw a number a pixel and blur with a Gaussian; we draw a number a knot of a coarse grid and blend with cubic
// B-splines, which is nearly the same field (a B-spline's variance is a third of the square of its knots' distance) for a
// hundredth of the numbers. Blending is two matrix products, so the kernels of dense layers do it.
import type { Kernels } from "../kernels/contract.ts";
import type { Floats } from "../shape.ts";
import { drawUnits, type ElasticSpec } from "./distort.ts";

/** Knots so far apart give B-splines of the Gaussian's variance. */
const apart = (sigma: number): number => Math.sqrt(3) * sigma;

/** At least as many knots as reach into `pixels` pixels, around their middle: in fours, as vectors are filled. */
const knotsFor = (pixels: number, sigma: number): number => 4 * Math.ceil(((pixels - 1) / apart(sigma) + 3) / 4);

/** The cubic B-spline, `t` knots from its middle. */
const spline = (t: number): number => {
  const far = Math.abs(t);
  if (far >= 2) return 0;
  const rest = 2 - far;
  return far >= 1 ? (rest * rest * rest) / 6 : 2 / 3 - far * far + (far * far * far) / 2;
};

/**
 * What makes the field as strong as the paper's. Uniform numbers have a variance of ⅓; after a two-dimensional Gaussian
 * 1 / (4π σ²) of it is left, after B-splines (151 / 315)² of it.
 */
const strengthOf = ({ alpha, sigma }: ElasticSpec): number => (alpha / sigma / Math.sqrt(4 * Math.PI)) * (315 / 151);

/** Sizes of everything that a field of rows × columns needs, one after the other in one array. */
const sizesOf = ({ sigma }: ElasticSpec, rows: number, columns: number) => {
  const [down, across] = [knotsFor(rows, sigma), knotsFor(columns, sigma)];
  return { down, across, rowTable: rows * down, columnTable: columns * across, zeros: Math.max(down, columns) };
};

/** Floats that `openField` needs. */
export const fieldFloats = (spec: ElasticSpec, rows: number, columns: number): number => {
  const { down, across, rowTable, columnTable, zeros } = sizesOf(spec, rows, columns);
  return 2 * rows * columns + rowTable + columnTable + zeros + 2 * down * across + columns * down;
};

export interface Field {
  /** (2, rows, columns): how many columns, then how many rows further a pixel looks. */
  readonly values: Floats;
  /** Draws the field of image `index` of step `step`. Allocates nothing. */
  draw(key: number, step: number, index: number): void;
}

/** A field of rows × columns in `memory`, which holds `fieldFloats`. */
export const openField = (
  spec: ElasticSpec,
  rows: number,
  columns: number,
  memory: Floats,
  kernels: Kernels,
): Field => {
  const { down, across, rowTable, columnTable, zeros } = sizesOf(spec, rows, columns);
  let end = 0;
  const take = (length: number): Floats => {
    end += length;
    return memory.subarray(end - length, end);
  };
  const values = take(2 * rows * columns);
  const planes = [values.subarray(0, rows * columns), values.subarray(rows * columns)];
  const byRow = take(rowTable);
  const byColumn = take(columnTable);
  const bias = take(zeros).fill(0);
  const knots = take(2 * down * across);
  const grids = [knots.subarray(0, down * across), knots.subarray(down * across)];
  const blended = take(columns * down);
  fillTable(byRow, rows, down, spec.sigma, strengthOf(spec));
  fillTable(byColumn, columns, across, spec.sigma, 1);
  return {
    values,
    draw: (key, step, index) => {
      drawUnits(key, step, index, knots);
      for (let plane = 0; plane < 2; plane++) {
        kernels.denseForward(columns, across, down, byColumn, grids[plane]!, bias, blended);
        kernels.denseForward(rows, down, columns, byRow, blended, bias, planes[plane]!);
      }
    },
  };
};

/** Writes the share of every knot in every pixel, (pixels, knots). */
const fillTable = (table: Floats, pixels: number, knots: number, sigma: number, strength: number): void => {
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let knot = 0; knot < knots; knot++)
      table[pixel * knots + knot] =
        strength * spline((pixel - (pixels - 1) / 2) / apart(sigma) - (knot - (knots - 1) / 2));
};
