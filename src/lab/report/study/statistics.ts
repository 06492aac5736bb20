// What counts say: intervals, scores of classes, calibration, and whether two models differ. Pure; knows no model.

/** Ends of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of 95 % intervals. */
const Z = 1.959964;

/** Wilson's 95 % interval of a share of which `hits` of `count` were seen (Wilson 1927); 0…1 where there is nothing to count. */
export const wilson = (hits: number, count: number): Interval => {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const middle = share + Z ** 2 / (2 * count);
  const half = Z * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  const whole = 1 + Z ** 2 / count;
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) };
};

/** How a class does; null where it has no image, or was never the answer. */
export interface ClassScore {
  readonly images: number;
  readonly answered: number;
  readonly right: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Of `confusion[label][answer]`, class by class. */
export const classScores = (confusion: readonly (readonly number[])[]): ClassScore[] =>
  confusion.map((row, label) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    const answered = confusion.reduce((sum, other) => sum + other[label]!, 0);
    const right = row[label]!;
    return {
      images,
      answered,
      right,
      precision: answered > 0 ? right / answered : null,
      recall: images > 0 ? right / images : null,
      f1: images + answered > 0 ? (2 * right) / (images + answered) : null,
    };
  });

export interface ConfusedPair {
  readonly label: number;
  readonly answer: number;
  readonly images: number;
}

/** What is taken for what, the most frequent first; of equals the smaller label. */
export const confusedPairs = (confusion: readonly (readonly number[])[]): ConfusedPair[] =>
  confusion
    .flatMap((row, label) => row.map((images, answer) => ({ label, answer, images })))
    .filter(({ label, answer, images }) => label !== answer && images > 0)
    .sort((a, b) => b.images - a.images || a.label - b.label || a.answer - b.answer);

/** Answers whose probability lay in [low, high): how sure they were on the average, and how often right. */
export interface ReliabilityBin extends Interval {
  readonly images: number;
  readonly sure: number;
  readonly right: number;
}

/** Answers in `bins` equal parts of 0…1 by how sure they were; parts without any are left out. */
export const reliability = (
  answers: readonly { readonly sure: number; readonly right: boolean }[],
  bins: number,
): ReliabilityBin[] => {
  const sums = Array.from({ length: bins }, () => ({ images: 0, sure: 0, right: 0 }));
  for (const { sure, right } of answers) {
    const bin = sums[Math.min(bins - 1, Math.floor(sure * bins))]!;
    bin.images++;
    bin.sure += sure;
    bin.right += Number(right);
  }
  return sums.flatMap(({ images, sure, right }, i) =>
    images === 0 ? [] : [{ low: i / bins, high: (i + 1) / bins, images, sure: sure / images, right: right / images }],
  );
};

/** The mean distance between being sure and being right (expected calibration error, Guo et al. 2017). */
export const calibrationError = (bins: readonly ReliabilityBin[]): number => {
  const all = bins.reduce((sum, { images }) => sum + images, 0);
  return bins.reduce((sum, { images, sure, right }) => sum + (images / all) * Math.abs(sure - right), 0);
};

/**
 * McNemar's exact test: the probability that of `one + other` images which only one of two models reads, these or more would be on
 * one side if both were equally good (two-sided, 0…1).
 */
export const mcnemar = (one: number, other: number): number => {
  const count = one + other;
  const few = Math.min(one, other);
  // Terms of the binomial distribution, each from the one before; begun in logarithms, as 2⁻ⁿ may be too small for a number.
  let log = -count * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= few; k++) {
    sum += Math.exp(log);
    log += Math.log((count - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
};
