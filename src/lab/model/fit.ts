// The images of a training: held against what the net expects, counted, and copied into the arena. Training and validation
// images come first, in the order of their files, then the test images. Where they come from is images.ts's business.
import { type DataSet, limit } from "../../data/data-set.ts";
import { isWhole } from "../../data/names.ts";
import type { Arena } from "../../engine/arena.ts";
import { LenetError } from "../../errors.ts";
import type { Net } from "../../nets/net.ts";
import type { DataParts } from "../settings/settings.ts";
import type { ImageCounts } from "../training/events.ts";

/** What the run folder tells of a part. */
export type Origin = Pick<DataSet, "name" | "count" | "sha256">;

/** The parts as this net can learn from them, the training images cut to `most`. Throws LenetError. */
export const fitParts = (net: Net, { train, test }: DataParts, most: number | null): DataParts => {
  for (const set of test ? [train, test] : [train]) checkSet(net, set);
  const cut = most === null ? train : limit(train, most);
  return test ? { train: cut, test } : { train: cut };
};

/** Throws LenetError when the net cannot look at these images, or has no class for a label. */
export const checkSet = (net: Net, set: DataSet): void => {
  const { rows, columns } = net.image;
  const place = `${set.name}, ${set.part}`;
  if (set.rows !== rows || set.columns !== columns) {
    const sized = isWhole(set.name) ? `Take ${set.name}:size=${rows}` : `Add :size=${rows} to the name of the data`;
    const how = set.rows === 28 && set.columns === 28 && [16, 20].includes(rows) ? sized : "Scale the images";
    throw new LenetError(
      `${net.name}: expected ${rows}×${columns} images, got ${set.rows}×${set.columns} (${place}). ${how}, or choose another net.`,
    );
  }
  if (set.count < 1 || set.labels.length !== set.count || set.images.length !== set.count * rows * columns)
    throw new LenetError(
      `${place}: expected ${set.count} images of ${rows}×${columns} and as many labels, got ${set.images.length} pixels and ${set.labels.length} labels.`,
    );
  const strange = set.images instanceof Uint8Array ? -1 : set.images.findIndex((ink) => !(ink >= 0 && ink <= 255));
  if (strange >= 0)
    throw new LenetError(
      `${place}: expected ink from 0 to 255, got ${set.images[strange]} in image ${Math.floor(strange / (rows * columns))}. Scale the images.`,
    );
  const wrong = set.labels.findIndex((label) => label >= net.classes);
  if (wrong >= 0)
    throw new LenetError(
      `${net.name}: expected labels from 0 to ${net.classes - 1}, got ${set.labels[wrong]} at index ${wrong} (${place}). Choose a net with more classes.`,
    );
};

/** What an arena keeps these images as. */
export const inkOf = ({ train, test }: DataParts): "byte" | "float" =>
  train.images instanceof Uint8Array && (test?.images ?? train.images) instanceof Uint8Array ? "byte" : "float";

/** Copies all images and labels into the arena, and puts them into the order of their files. */
export const copyImages = (arena: Arena, { train, test }: DataParts): void => {
  const [pixels, labels, order] = [arena.bytesOrFloats("pixels"), arena.bytes("labels"), arena.ints("order")];
  pixels.set(train.images);
  labels.set(train.labels);
  if (test) {
    pixels.set(test.images, train.images.length);
    labels.set(test.labels, train.count);
  }
  for (let position = 0; position < order.length; position++) order[position] = position;
};

export const countImages = ({ train, test }: DataParts, validation: number): ImageCounts => ({
  train: train.count - validation,
  validation,
  test: test?.count ?? 0,
});

/** Where the images of a training came from. */
export interface Origins {
  readonly train: Origin;
  readonly test: Origin | null;
}

export const originOf = ({ name, count, sha256 }: DataSet): Origin => ({ name, count, sha256 });
