// A folder of few digits: enough to train on, small enough to do so often.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeImages, encodeLabels } from "../../../src/data/idx.ts";
import { loadData } from "../../../src/data/registry.ts";

/** Writes the first `train` and `test` digits of MNIST into `dir`. */
export const writeDigits = async (dir: string, train: number, test: number): Promise<void> => {
  mkdirSync(dir, { recursive: true });
  for (const [part, name, count] of [
    ["train", "train", train],
    ["test", "t10k", test],
  ] as const) {
    const { rows, columns, images, labels } = await loadData("mnist", part);
    const pixels = Uint8Array.from(images.subarray(0, count * rows * columns));
    writeFileSync(join(dir, `${name}-images-idx3-ubyte`), encodeImages({ images: pixels, count, rows, columns }));
    writeFileSync(join(dir, `${name}-labels-idx1-ubyte`), encodeLabels(labels.subarray(0, count)));
  }
};
