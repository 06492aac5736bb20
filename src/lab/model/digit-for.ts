// A picture of a digit as a model wants to see it: normalised to 28×28 as MNIST's digits are, then treated as the images that
// the model learned from were.
import { derivations, deriveImages } from "../../data/derive.ts";
import { type Box, type Digit, type DigitSteps, normaliseDigit, type Reading } from "../../data/digit.ts";
import type { GreyImage } from "../../data/grey.ts";
import { derivationOf } from "../../data/names.ts";
import { blend, blends } from "../../data/resample.ts";
import { readOptions } from "../../named.ts";
import type { Ink } from "../../shape.ts";
import { type Model, trainedOn } from "./model.ts";

/** The longer side of a normalised digit, and the side of its 28×28 picture. */
const DIGIT = 20;
const FIELD = 28;

/**
 * The digit of a picture, ready for `model.predict`, and what was done to make it 28×28.
 * Throws LenetError when there is no ink.
 */
export const digitFor = (
  model: Model,
  picture: GreyImage,
  reading: Reading = {},
): { readonly pixels: Ink; readonly steps: DigitSteps } => {
  const digit = normaliseDigit(picture, reading);
  return { pixels: shownTo(model, digit), steps: digit.steps };
};

/**
 * A normalised digit as the model learned to see digits: a net that learned from a set with options on its name is shown it
 * with the same options, one that learned from zip codes a digit that fills 16×16, any other net of 16×16 or 20×20 what
 * `size=16` or `size=20` gives.
 */
export const shownTo = (model: Model, { pixels, steps }: Digit): Ink => {
  const data = trainedOn(model) ?? "";
  const { rows } = model.net.image;
  if (data === "zipcode" && rows === 16) return filling(pixels, steps.placed, rows);
  const size = derivations.size.words.find((word) => word === `${rows}`) ?? "28";
  const options = derivationOf(data) ?? readOptions("digit", derivations, `size=${size}`);
  return deriveImages(pixels, options).images;
};

/** The digit in `box` so large that its longer side fills `side` × `side`, in the middle: as zip codes are kept. */
const filling = (pixels: Uint8Array, box: Box, side: number): Ink => {
  const left = Math.round(box.left + (box.width - DIGIT) / 2);
  const top = Math.round(box.top + (box.height - DIGIT) / 2);
  const inside = (at: number): boolean => at >= 0 && at < FIELD;
  const both = blends(DIGIT, side, "antialias");
  const inkAt = (y: number, x: number): number =>
    inside(top + y) && inside(left + x) ? pixels[(top + y) * FIELD + left + x]! : 0;
  return Float32Array.from(blend(inkAt, DIGIT, both, both));
};
