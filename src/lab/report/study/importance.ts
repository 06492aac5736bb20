// Which pixels an answer hangs on: by differences of the outputs, so that it works for every net and every loss as it stands.
import type { Ink } from "../../../shape.ts";
import type { Model } from "../../model/model.ts";

/** How far class `answer` lies before the best of the others in the outputs of image `n`: of penalties, how much below. */
export const leadOf = (
  outputs: Float32Array,
  classes: number,
  n: number,
  answer: number,
  best: "most" | "least",
): number => {
  const sign = best === "most" ? 1 : -1;
  let other = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (k !== answer) other = Math.max(other, sign * outputs[n * classes + k]!);
  return sign * outputs[n * classes + answer]! - other;
};

/** Of full ink: what a pixel is changed by, to both sides. */
const STEP = 255 / 16;

/** For each pixel (rows, columns): how much the lead of `answer` grows with its ink, for a change of full ink. */
export const saliency = (model: Model, image: Ink, answer: number, best: "most" | "least"): Float32Array => {
  const area = image.length;
  const asked = new Float32Array(2 * area * area);
  for (let pixel = 0; pixel < area; pixel++) {
    asked.set(image, 2 * pixel * area);
    asked.set(image, (2 * pixel + 1) * area);
    asked[2 * pixel * area + pixel] += STEP;
    asked[(2 * pixel + 1) * area + pixel] -= STEP;
  }
  const outputs = model.outputs(asked);
  const { classes } = model.net;
  const lead = (n: number): number => leadOf(outputs, classes, n, answer, best);
  return Float32Array.from(image, (_, pixel) => ((lead(2 * pixel) - lead(2 * pixel + 1)) / (2 * STEP)) * 255);
};

/** Pixels of the square that hides a part of the image. */
export const HIDDEN = 5;

/** For each pixel: how much of the lead of `answer` is lost when the square around it is made background. */
export const occlusion = (
  model: Model,
  image: Ink,
  columns: number,
  answer: number,
  best: "most" | "least",
): Float32Array => {
  const area = image.length;
  const asked = new Float32Array((area + 1) * area);
  const reach = (HIDDEN - 1) / 2;
  for (let pixel = 0; pixel < area; pixel++) {
    asked.set(image, pixel * area);
    const [x, y] = [pixel % columns, Math.floor(pixel / columns)];
    for (let row = Math.max(0, y - reach); row <= Math.min(area / columns - 1, y + reach); row++)
      asked.fill(
        0,
        pixel * area + row * columns + Math.max(0, x - reach),
        pixel * area + row * columns + Math.min(columns, x + reach + 1),
      );
  }
  asked.set(image, area * area);
  const outputs = model.outputs(asked);
  const { classes } = model.net;
  const whole = leadOf(outputs, classes, area, answer, best);
  return Float32Array.from(image, (_, pixel) => whole - leadOf(outputs, classes, pixel, answer, best));
};
