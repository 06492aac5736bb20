// A picture as a model wants to see it: made 28×28 as its own images were, the ink of a digit as MNIST's or the whole of a thing,
// then treated as the images that the model learned from were.

import type { OfPictures } from "../../data/data-set.ts";
import { derivations, deriveImages } from "../../data/derive.ts";
import { type Box, type Digit, type DigitSteps, type Reading, readPage } from "../../data/digit.ts";
import type { GreyImage } from "../../data/grey.ts";
import { derivationOf, isHandwritten } from "../../data/names.ts";
import { blend, blends } from "../../data/resample.ts";
import { wholePage } from "../../data/whole.ts";
import { readOptions } from "../../named.ts";
import type { Ink } from "../../shape.ts";
import { PICTURES } from "../run/set-text.ts";
import { type Model, trainedOn } from "./model.ts";

/** The longer side of a normalised digit, and the side of its 28×28 picture. */
const DIGIT = 20;
const FIELD = 28;

/**
 * How this model is to be shown pictures: as its texts say that its own images were made of them; where they do not, of clothes
 * the whole, of anything else the ink.
 */
export const picturesOf = (model: Model): OfPictures => {
  const kept = model.metadata[PICTURES];
  if (kept === "ink" || kept === "whole") return kept;
  return isHandwritten(trainedOn(model) ?? "") ? "ink" : "whole";
};

/**
 * The digit of a picture, or the whole of it for a model that learned from whole ones, ready for `model.predict`, and what was
 * done to make it 28×28. Throws LenetError when there is no ink.
 */
export const digitFor = (
  model: Model,
  picture: GreyImage,
  reading: Reading = {},
): { readonly pixels: Ink; readonly steps: DigitSteps } => {
  const page = picturesOf(model) === "whole" ? wholePage(picture) : readPage(picture, reading, false);
  const digit = page.lines[0]![0]!;
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
