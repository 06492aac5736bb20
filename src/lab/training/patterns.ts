// What the members of a boosted committee after the first learn from (1998, III.C.9): distorted copies of training images, chosen
// by the members before. The copies come in a fixed order, that of the training images, over and over, every time distorted
// anew; so the seed and the members before decide which are kept. Patterns are bytes, as the images of MNIST are, and are
// shown to the members as such.
import { join } from "node:path";
import { type DataSet, slice } from "../../data/data-set.ts";
import { fileName, holds, loadFolder, sha256 } from "../../data/folder.ts";
import { encodeImages, encodeLabels } from "../../data/idx.ts";
import { LenetError } from "../../errors.ts";
import { makeFolder, writeAtomically } from "../../files.ts";
import { answerOf } from "../../losses/index.ts";
import { distorted } from "../distorted.ts";
import type { Model } from "../model/model.ts";

/** How many patterns are kept of those wanted, and how many copies were looked at for them. */
export interface PatternCount {
  readonly kept: number;
  readonly wanted: number;
  readonly drawn: number;
}

export interface PatternSettings {
  readonly distort: number | string;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (count: PatternCount) => void;
}

/** Copies that are made at once. */
const CHUNK = 1_000;
/** Copies of each image, after which what was found must do. */
const MOST_COPIES = 1_000;

/**
 * As many patterns as `set` has images, for the member after `members`. After one member every other pattern is one it gets
 * wrong: each such copy is kept, and after it the next one that it gets right. After two, those that they answer differently.
 * Null when it was stopped. Throws LenetError when there are none.
 */
export const choosePatterns = async (
  set: DataSet,
  members: readonly Model[],
  { distort, seed, signal, onProgress }: PatternSettings,
): Promise<DataSet | null> => {
  const area = set.rows * set.columns;
  const [images, labels] = [new Uint8Array(set.images.length), new Uint8Array(set.count)];
  const count = { kept: 0, wanted: set.count, drawn: 0 };
  for (let step = 0; count.kept < set.count && count.drawn < MOST_COPIES * set.count; step++) {
    // Ctrl-C, and others on this thread, get a turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) return null;
    const first = count.drawn % set.count;
    const chunk = bytesOf(distorted(slice(set, first, Math.min(first + CHUNK, set.count)), distort, seed, step));
    const hard = hardOf(chunk, members);
    for (let n = 0; n < chunk.count && count.kept < set.count; n++) {
      const easyNext = members.length === 1 && count.kept % 2 === 1;
      if (hard[n] === easyNext) continue;
      images.set(chunk.images.subarray(n * area, (n + 1) * area), count.kept * area);
      labels[count.kept++] = chunk.labels[n]!;
    }
    count.drawn += chunk.count;
    onProgress({ ...count });
  }
  if (count.kept === 0) throw nothing(members.length, count.drawn);
  const name = `${set.name}, patterns for member ${members.length + 1}`;
  return hashed({ ...slice({ ...set, images, labels }, 0, count.kept), name });
};

/** With the hashes of the files that it is kept in. */
const hashed = (set: DataSet): DataSet => {
  const { images, labels } = idxOf(set);
  return { ...set, sha256: { images: sha256(images), labels: sha256(labels) } };
};

const idxOf = ({ images, labels, count, rows, columns }: DataSet) => ({
  images: encodeImages({ images: images as Uint8Array, count, rows, columns }),
  labels: encodeLabels(labels),
});

const nothing = (members: number, drawn: number): LenetError => {
  const which = members === 1 ? "that member 1 gets wrong" : "that members 1 and 2 answer differently";
  return new LenetError(
    `member ${members + 1}: expected distorted images ${which}, got none among ${drawn}. Distort more (--distort), or train the members less.`,
  );
};

/** With ink in whole numbers. */
const bytesOf = (set: DataSet): DataSet & { readonly images: Uint8Array } => ({
  ...set,
  images: new Uint8Array(new Uint8ClampedArray(set.images).buffer),
});

/** Of each image, whether the only member gets it wrong, or the members do not all answer alike. */
const hardOf = ({ images, labels, count }: DataSet, members: readonly Model[]): boolean[] => {
  const answers = members.map(({ net: { loss, classes }, outputs }) => {
    const all = outputs(images);
    return Array.from({ length: count }, (_, n) =>
      answerOf(loss, classes, all.subarray(n * classes, (n + 1) * classes)),
    );
  });
  const [first, ...others] = answers.length === 1 ? [answers[0]!, labels] : answers;
  return first!.map((answer, n) => others.some((other) => other[n] !== answer));
};

/** Keeps patterns as a folder of IDX files, so that a training that goes on finds them, and anybody may look at them. */
export const writePatterns = (folder: string, set: DataSet): void => {
  makeFolder(folder);
  const files = idxOf(set);
  for (const kind of ["images", "labels"] as const) writeAtomically(join(folder, fileName("train", kind)), files[kind]);
};

/**
 * The patterns kept in `folder`, made of images of the set `from`; null where they are not complete.
 * Throws LenetError when they are damaged.
 */
export const readPatterns = async (folder: string, from: DataSet): Promise<DataSet | null> =>
  holds(folder, "train")
    ? loadFolder(folder, "train", undefined, { classes: from.classNames, pictures: from.pictures })
    : null;
