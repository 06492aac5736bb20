// How right a net was: losses and answers that lie in an arena, summed in the order of the images.
import type { Arena } from "../engine/arena.ts";
import type { Score } from "./run-folder.ts";

/** A score from sums over `images` images. */
export const scoreFrom = (lossSum: number, misses: number, images: number): Score => ({
  loss: lossSum / images,
  accuracy: (images - misses) / images,
  misses,
  images,
});

/** The score of positions from…to-1 of the order, after a walk through them. */
export const scoreOf = (arena: Arena, from: number, to: number): Score => {
  const losses = arena.floats("losses");
  let sum = 0;
  let misses = 0;
  for (let position = from; position < to; position++) sum += losses[position]!;
  forEachAnswer(arena, from, to, (label, answer) => {
    if (label !== answer) misses++;
  });
  return scoreFrom(sum, misses, to - from);
};

/** `confusion[label][answer]`: how many images of positions from…to-1 had this label and got this answer. */
export const confusionOf = (arena: Arena, from: number, to: number, classes: number): number[][] => {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  forEachAnswer(arena, from, to, (label, answer) => {
    counts[label]![answer]!++;
  });
  return counts;
};

const forEachAnswer = (arena: Arena, from: number, to: number, tell: (label: number, answer: number) => void): void => {
  const [answers, labels, order] = [arena.bytes("answers"), arena.bytes("labels"), arena.ints("order")];
  for (let position = from; position < to; position++) tell(labels[order[position]!]!, answers[position]!);
};
