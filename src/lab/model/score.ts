// How right a net was: losses and answers, of an arena or not, summed in the order of the images.
import type { Arena } from "../../engine/arena.ts";
import type { LossViews } from "../../losses/index.ts";
import type { Score } from "../run/run-folder.ts";

/** A score from sums over `images` images. */
export const scoreFrom = (lossSum: number, misses: number, images: number): Score => ({
  loss: lossSum / images,
  accuracy: (images - misses) / images,
  misses,
  images,
});

/** Losses and answers by position in the order, labels by image. */
export type Answered = Pick<LossViews, "losses" | "answers" | "labels" | "order">;

const answeredOf = (arena: Arena): Answered => ({
  losses: arena.floats("losses"),
  answers: arena.bytes("answers"),
  labels: arena.bytes("labels"),
  order: arena.ints("order"),
});

/** The score of positions from…to-1 of the order, after a walk through them. */
export const scoreOf = (arena: Arena, from: number, to: number): Score => scoreIn(answeredOf(arena), from, to);

/** The same of answers that lie anywhere. */
export const scoreIn = (answered: Answered, from: number, to: number): Score => {
  let sum = 0;
  let misses = 0;
  for (let position = from; position < to; position++) sum += answered.losses[position]!;
  forEachAnswer(answered, from, to, (label, answer) => {
    if (label !== answer) misses++;
  });
  return scoreFrom(sum, misses, to - from);
};

/** The first `most` wrong answers at positions from…to-1, where `image` counts from the first of all images. */
export const wrongIn = (arena: Arena, from: number, to: number, most: number) => {
  const { answers, labels, order } = answeredOf(arena);
  const wrong: { image: number; label: number; answer: number }[] = [];
  for (let position = from; position < to && wrong.length < most; position++) {
    const image = order[position]!;
    if (labels[image] !== answers[position]) wrong.push({ image, label: labels[image]!, answer: answers[position]! });
  }
  return wrong;
};

/** `confusion[label][answer]`: how many images of positions from…to-1 had this label and got this answer. */
export const confusionOf = (arena: Arena, from: number, to: number, classes: number): number[][] =>
  confusionIn(answeredOf(arena), from, to, classes);

/** The same of answers that lie anywhere. */
export const confusionIn = (answered: Answered, from: number, to: number, classes: number): number[][] => {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  forEachAnswer(answered, from, to, (label, answer) => {
    counts[label]![answer]!++;
  });
  return counts;
};

const forEachAnswer = (
  { answers, labels, order }: Answered,
  from: number,
  to: number,
  tell: (label: number, answer: number) => void,
): void => {
  for (let position = from; position < to; position++) tell(labels[order[position]!]!, answers[position]!);
};
