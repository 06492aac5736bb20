// What a training leaves for TensorBoard's projector: what the last hidden layer says about some test images, their labels and answers,
// and the images themselves.
import { join } from "node:path";
import { encodePng } from "../../data/image.ts";
import { makeFolder, writeAtomically } from "../../files.ts";
import { projectorConfig, spriteOf, tsvOf } from "../../formats/projector.ts";
import { answerOf } from "../../losses/index.ts";
import { createModel } from "../model/model.ts";
import { lastHidden, responsesTo } from "../model/responses.ts";
import { tensorViews } from "../run/tensors.ts";
import type { Session } from "./session.ts";

/** Test images that are shown, at most. */
const MOST = 500;
/** Of the numbers in the table. */
const DIGITS = 6;
/** Beside projector_config.pbtxt, whose name and place TensorBoard expects. */
const FOLDER = "projector";

/** Writes the files into the folder of the run; none where there are no test images, or no hidden layer. Throws as `writeAtomically`. */
export const writeProjector = (folder: string, session: Session): void => {
  const { arena, counts, description, net, learnedFrom, settings } = session;
  const model = createModel(net, tensorViews(description, arena), {}, folder, settings.arithmetic);
  const hidden = lastHidden(model);
  if (hidden === undefined || counts.test === 0) return;
  const { rows, columns } = net.image;
  const area = rows * columns;
  const count = Math.min(MOST, counts.test);
  const chosen = Array.from({ length: count }, (_, n) => Math.floor((n * counts.test) / count));
  const [pixels, labels] = [arena.bytesOrFloats("pixels"), arena.bytes("labels")];
  const first = counts.train + counts.validation;
  const images = new Float32Array(count * area);
  for (const [n, index] of chosen.entries())
    images.set(pixels.subarray((first + index) * area, (first + index + 1) * area), n * area);
  const outputs = model.outputs(images);
  const { values } = responsesTo(model, images, [hidden])[0]!;
  const width = values.length / count;
  const name = (label: number): string => learnedFrom.classNames?.[label] ?? `${label}`;
  const told = chosen.map((index, n) => {
    const label = labels[first + index]!;
    const answer = answerOf(net.loss, net.classes, outputs.subarray(n * net.classes, (n + 1) * net.classes));
    return [index, name(label), name(answer), label === answer ? "yes" : "no"];
  });
  const sprite = spriteOf(images, count, rows, columns);
  const files = {
    tensor: `${FOLDER}/${hidden}.tsv`,
    metadata: `${FOLDER}/metadata.tsv`,
    sprite: `${FOLDER}/sprite.png`,
  };
  makeFolder(join(folder, FOLDER));
  const row = (n: number): number[] =>
    [...values.subarray(n * width, (n + 1) * width)].map((value) => Number(value.toPrecision(DIGITS)));
  const write = (file: string, content: string | Uint8Array): void => writeAtomically(join(folder, file), content);
  write(files.tensor, tsvOf(chosen.map((_, n) => row(n))));
  write(files.metadata, tsvOf([["image", "label", "answer", "right"], ...told]));
  write(files.sprite, encodePng(sprite.pixels, sprite.width, sprite.height));
  write(
    "projector_config.pbtxt",
    projectorConfig({ name: hidden, shape: [count, width], ...files, picture: [columns, rows] }),
  );
};
