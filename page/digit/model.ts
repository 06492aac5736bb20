// The model that this page carries, ready to answer.

import type { GreyImage } from "../../src/data/grey.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { digitFor } from "../../src/lab/digit-for.ts";
import { fromBase64, type PageData, unpackInk } from "../../src/lab/export/page-data.ts";
import { type LayerView, openLook } from "../../src/lab/look.ts";
import { createModel } from "../../src/lab/model.ts";
import { type Summary, summarise } from "../../src/lab/summary.ts";
import { leastWins } from "../../src/losses/index.ts";
import type { Ink } from "../../src/shape.ts";

/** What the net says about one image. */
export interface Answer {
  readonly label: number;
  readonly probabilities: readonly number[];
  /** The outputs themselves: penalties where the least wins. */
  readonly outputs: readonly number[];
  /** The image as the net saw it (rows, columns). */
  readonly pixels: Ink;
}

export interface Reader {
  readonly data: PageData;
  readonly summary: Summary;
  /** Whether outputs are penalties. */
  readonly leastWins: boolean;
  /** Of the image that was read last. */
  readonly layers: readonly LayerView[];
  readonly samples: readonly { readonly label: number; readonly pixels: Ink }[];
  /** Reads an image that has the form of the net's own. */
  read(pixels: Ink): Answer;
  /** Finds the digit of a picture and reads it, as `lenet predict` does. Throws LenetError where there is none. */
  readPicture(picture: GreyImage): Answer;
}

export const openReader = (data: PageData): Reader => {
  const { net, weights, samples } = data;
  const { tensors } = decodeSafetensors(fromBase64(weights), data.name);
  const model = createModel(net, tensors, data.data === null ? {} : { settings: JSON.stringify({ data: data.data }) });
  const look = openLook(model);
  const read = (pixels: Ink): Answer => {
    look.at(pixels);
    const { label, probabilities } = model.predict(pixels);
    return { label, probabilities, outputs: [...model.outputs(pixels)], pixels };
  };
  return {
    data,
    summary: summarise(net),
    leastWins: leastWins(net.loss),
    layers: look.layers,
    samples: samples.map(({ label, ink }) => ({ label, pixels: unpackInk(ink) })),
    read,
    readPicture: (picture) => read(digitFor(model, picture).pixels),
  };
};
