// Rejection, as Fig. 10 of the 1998 paper counts it: an image is not answered when the scores of its two best classes lie
// nearer to each other than a threshold. Knows scores and labels, not where they come from: nets and baselines alike.
import { LenetError } from "../../errors.ts";

/** Scores (count, classes), and whether the largest or the smallest (a penalty) is the answer; the first of equals. */
export interface Scored {
  readonly scores: ArrayLike<number>;
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly best: "most" | "least";
}

/** What is left when every image whose two best scores differ by less than `threshold` is rejected. */
export interface RejectionPoint {
  readonly threshold: number;
  /** Images that are rejected, and their share of all. */
  readonly rejected: number;
  readonly rejectedShare: number;
  /** Wrong answers among the others, and their share of these. */
  readonly misses: number;
  readonly errorRate: number;
}

/** What was answered for an image. */
export interface Answer {
  readonly wrong: boolean;
  /** How far the second best score lies behind the best: 0 or more. */
  readonly margin: number;
}

/** Answer and margin of image `n`. Throws LenetError for a score that is no number. */
const answerOf = ({ scores, labels, classes, best }: Scored, n: number): Answer => {
  let answer = -1;
  let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let label = 0; label < classes; label++) {
    const score = scores[n * classes + label]! * (best === "most" ? 1 : -1);
    if (!Number.isFinite(score))
      throw new LenetError(`scores, image ${n}: expected a finite score for class ${label}, got ${score}.`, 1);
    if (score > first || answer < 0) [answer, first, second] = [label, score, first];
    else if (score > second) second = score;
  }
  return { wrong: answer !== labels[n], margin: first - second };
};

/** The answer for every image. Throws LenetError for a score that is no number. */
export const answersIn = (scored: Scored): Answer[] => Array.from(scored.labels, (_, n) => answerOf(scored, n));

/** Images that are answered wrongly when none is rejected. */
export const missesOf = (scored: Scored): number => {
  let misses = 0;
  for (let n = 0; n < scored.labels.length; n++) if (answerOf(scored, n).wrong) misses++;
  return misses;
};

/**
 * Every point that some threshold comes to, from no rejection on: images with the same margin are rejected together, and those
 * with the largest are always answered. Empty without images. Throws LenetError for scores that are not finite.
 */
export const rejectionCurve = (scored: Scored): RejectionPoint[] => {
  const answers = answersIn(scored).sort((a, b) => a.margin - b.margin);
  const points: RejectionPoint[] = [];
  let misses = answers.filter(({ wrong }) => wrong).length;
  for (const [rejected, { wrong, margin }] of answers.entries()) {
    if (rejected === 0 || margin > answers[rejected - 1]!.margin) {
      const errorRate = misses / (answers.length - rejected);
      points.push({ threshold: margin, rejected, rejectedShare: rejected / answers.length, misses, errorRate });
    }
    if (wrong) misses--;
  }
  return points;
};

/** The point with the fewest rejected images whose error rate is at most `errorRate` (0…1); null when no threshold is enough. */
export const rejectionFor = (curve: readonly RejectionPoint[], errorRate: number): RejectionPoint | null =>
  curve.find((point) => point.errorRate <= errorRate) ?? null;

/** At most one point for each of `steps` equal shares of rejection: what a chart or a file needs of a curve. */
export const thinned = (curve: readonly RejectionPoint[], steps: number): RejectionPoint[] => {
  let next = 0;
  return curve.filter(({ rejectedShare }) => {
    if (rejectedShare * steps < next) return false;
    next = Math.floor(rejectedShare * steps) + 1;
    return true;
  });
};
