// When an answer should not be trusted, because the picture is probably no digit: by how near the two best answers lie, and by
// where the ink was. Rules that are the same for every net of a kind; rejection.ts tells what a threshold costs a net.
import type { DigitSteps } from "../../data/digit.ts";
import type { Net } from "../../nets/net.ts";
import type { Prediction } from "./model.ts";

/**
 * The least difference between the probabilities of the two best answers. Of the last 5,000 training images of MNIST, which it
 * was not taught, the shipped lenet5 leaves 106 unanswered at 0.9, with 24 of its 30 errors. What nets that are taught targets
 * give as probabilities is flatter: at 0.2 the shipped lenet4 leaves about 1 %, zipcode1989 2 %, lenet1 4 %.
 */
export const LEAST_MARGIN = { sure: 0.9, flat: 0.2 } as const;

/** More ink than this share of all lies elsewhere in the picture. */
const STRAY = 0.5;
/** A wide box that is inked to more than this share is a patch, not strokes. */
const PATCH = 0.85;
/** Pixels of a digit's longer side that are too few to be read. */
const SMALL = 8;

/** Why the answer is in doubt, in a few words; null where it is not. `steps`: what was done to a picture. */
export const doubtOf = (net: Net, { probabilities }: Prediction, steps?: DigitSteps): string | null => {
  const ink = steps && !steps.unchanged ? inkDoubt(steps) : null;
  if (ink !== null) return ink;
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  const least = net.loss.kind === "meanSquared" ? LEAST_MARGIN.flat : LEAST_MARGIN.sure;
  if (first - second >= least) return null;
  return `the two best answers are only ${(first - second).toFixed(2)} apart, of at least ${least}`;
};

const inkDoubt = ({ box, strayInk, filled }: DigitSteps): string | null => {
  const [short, long] = [box.width, box.height].sort((a, b) => a - b);
  if (strayInk > STRAY) return `${Math.round(strayInk * 100)} % of the ink lies elsewhere`;
  if (filled > PATCH && short! > 0.45 * long!) return "the ink is a patch without strokes";
  if (long! < SMALL) return `it is only ${long} pixels large`;
  return null;
};
