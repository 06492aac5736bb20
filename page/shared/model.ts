// A model, ready to answer and to be looked into.
import type { GreyImage } from "../../src/data/grey.ts";
import { decodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";
import { fromBase64, type PageData, unpackInk } from "../../src/lab/export/page-data.ts";
import { digitFor } from "../../src/lab/model/digit-for.ts";
import { type LayerView, openLook } from "../../src/lab/model/look.ts";
import { createModel, type Model } from "../../src/lab/model/model.ts";
import { setText } from "../../src/lab/run/set-text.ts";
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

/** An image to try the net with. */
export interface Trial {
  readonly label: number;
  readonly pixels: Ink;
}

/** What is known of a model besides its weights. */
export type About = Pick<PageData, "name" | "version" | "net" | "data" | "pictures" | "classes">;

export interface Reader {
  readonly data: About;
  readonly summary: Summary;
  /** Whether outputs are penalties. */
  readonly leastWins: boolean;
  /** Of the image that was read last. */
  readonly layers: readonly LayerView[];
  readonly samples: readonly Trial[];
  readonly weights: Model["weights"];
  /** Reads an image that has the form of the net's own. */
  read(pixels: Ink): Answer;
  /** Finds the digit of a picture and reads it, as `lenet predict` does. Throws LenetError where there is none. */
  readPicture(picture: GreyImage): Answer;
  /** Takes over weights that the net has learned since. */
  learn(tensors: ReadonlyMap<string, Tensor>): void;
}

export const openReader = (data: About, tensors: ReadonlyMap<string, Tensor>, samples: readonly Trial[]): Reader => {
  const { net } = data;
  const settings: Record<string, string> = data.data === null ? {} : { settings: JSON.stringify({ data: data.data }) };
  const metadata = { ...settings, ...setText({ pictures: data.pictures }) };
  const model = createModel(net, tensors, metadata, data.name);
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
    samples,
    weights: model.weights,
    read,
    readPicture: (picture) => read(digitFor(model, picture).pixels),
    learn: (learned) => {
      for (const [name, { data }] of learned)
        for (const weights of [model.weights, look.weights]) weights.get(name)?.data.set(data);
    },
  };
};

/** The model in a page of its own. */
export const openPage = ({ weights, samples, ...about }: PageData): Reader =>
  openReader(
    about,
    decodeSafetensors(fromBase64(weights), about.name).tensors,
    samples.map(({ label, ink }) => ({ label, pixels: unpackInk(ink) })),
  );
