// What a page in a single file carries of a model, as JSON can hold it; page.ts writes it there, page/digit reads it.
import type { OfPictures } from "../../data/data-set.ts";
import type { Net } from "../../nets/net.ts";
import type { Ink } from "../../shape.ts";

/** Numbers as base64. */
export interface PackedInk {
  readonly kind: "byte" | "float";
  readonly base64: string;
}

/** An image of the model's data to try it with. */
export interface Sample {
  readonly label: number;
  readonly ink: PackedInk;
}

export interface PageData {
  /** What the model is called. */
  readonly name: string;
  /** Version of the program that wrote the page. */
  readonly version: string;
  readonly net: Net;
  /** The name of the data that the model learned from, where that is a known one: pictures are shown to it like these. */
  readonly data: string | null;
  /** How its images were made of pictures; where that is not said, the name of the data tells. */
  readonly pictures?: OfPictures;
  /** The classes' names, in their order. */
  readonly classes: readonly string[];
  /** A safetensors file in base64. */
  readonly weights: string;
  readonly samples: readonly Sample[];
}

export const packInk = (ink: Ink): PackedInk => ({
  kind: ink instanceof Uint8Array ? "byte" : "float",
  base64: toBase64(new Uint8Array(ink.buffer, ink.byteOffset, ink.byteLength)),
});

export const unpackInk = ({ kind, base64 }: PackedInk): Ink => {
  const bytes = fromBase64(base64);
  return kind === "byte" ? bytes : new Float32Array(bytes.buffer);
};

export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Where page/digit/index.html has a place for the data and for the title. */
export const PLACE = '<script type="application/json" id="model"></script>';
export const TITLE = "<title>LeNet</title>";
