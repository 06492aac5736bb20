// III.C.4, k nearest neighbours by Euclidean distance between pixels, on whole images (or on deslanted ones: that is the data's
// business). The memory is the training set.
import type { DataSet } from "../data/data-set.ts";
import type { Baseline, Learned, Tools } from "./baseline.ts";
import { type Neighbours, nearestOfEachClass } from "./neighbours.ts";

/** Numbers of neighbours to choose from. */
const neighbours = [1, 3, 5, 7];
const MOST = Math.max(...neighbours);

/**
 * Scores (count, classes): a vote for each of the k nearest images, and a fraction below one that tells near from far:
 * ½ × (the squared distance of the nearest image) / (that of the nearest of this class). Votes always go before fractions; of
 * classes with as many votes the one with the nearest image wins, and of answers with as many votes those are rejected first
 * whose two best classes are about as near.
 */
export const knnScores = ({ each, squares, images }: Neighbours, classes: number, k: number): Float64Array => {
  const count = squares.length / (classes * each);
  const scores = new Float64Array(count * classes);
  for (let n = 0; n < count; n++) {
    const row = scores.subarray(n * classes, (n + 1) * classes);
    vote(squares, images, n * classes * each, each, k, row);
    const nearest = Array.from(row, (_, label) => squares[(n * classes + label) * each]!);
    const least = Math.min(...nearest);
    for (let label = 0; label < classes; label++) row[label]! += 0.5 * ratio(least, nearest[label]!);
  }
  return scores;
};

/** least / square, 1 where both are nothing. */
const ratio = (least: number, square: number): number => (square === least ? 1 : least / square);

/** Merges the classes' lists, nearest first and of equals the earlier image, and counts a vote for each of the first k. */
const vote = (
  squares: Float64Array,
  images: Int32Array,
  start: number,
  each: number,
  k: number,
  row: Float64Array,
): void => {
  const next = new Int32Array(row.length);
  for (let i = 0; i < k; i++) {
    let best = -1;
    let place = -1;
    for (let label = 0; label < row.length; label++) {
      const at = start + label * each + next[label]!;
      if (next[label]! === each || images[at]! < 0) continue;
      if (best >= 0 && squares[at]! > squares[place]!) continue;
      if (best >= 0 && squares[at]! === squares[place]! && images[at]! > images[place]!) continue;
      [best, place] = [label, at];
    }
    if (best < 0) return;
    next[best]!++;
    row[best]!++;
  }
};

const learned = (tools: Tools, train: DataSet): Learned<{ readonly k: number }> => {
  // The neighbours are the same for every k, and finding them is nearly all the work.
  let last: { set: DataSet; found: Neighbours } | undefined;
  return {
    classifier: async ({ k }) => {
      return async (set) => {
        if (last?.set !== set) last = { set, found: await nearestOfEachClass(tools, train, set, MOST) };
        return knnScores(last.found, train.classes, k);
      };
    },
  };
};

export const knn: Baseline<{ readonly k: number }> = {
  name: "knn",
  title: "k nearest neighbours, Euclidean",
  assumed: ["Of classes with as many votes the one with the nearest image wins."],
  choices: neighbours.map((k) => ({ k })),
  learn: async (tools, set) => learned(tools, set),
  cost: ({ train, pixels }) => ({ multiplyAdds: train * pixels, variables: train * pixels }),
  work: ({ train, validation, test, pixels }) => ((train - validation) * validation + train * test) * pixels,
};
