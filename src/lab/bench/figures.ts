// Figures of a bench: the least, the middle and the most of some measurements. A single measurement on a busy machine says
// little; three such numbers say how little.

export interface Figures {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** The middle value; of an even number, the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/** Five digits: no bench knows more. */
const rounded = (value: number): number => Number(value.toPrecision(5));

export const figuresOf = (values: readonly number[]): Figures => ({
  minimum: rounded(Math.min(...values)),
  median: rounded(median(values)),
  maximum: rounded(Math.max(...values)),
});

/** One set of figures for several sets. */
export const together = (figures: readonly Figures[]): Figures => ({
  minimum: Math.min(...figures.map(({ minimum }) => minimum)),
  median: rounded(median(figures.map(({ median }) => median))),
  maximum: Math.max(...figures.map(({ maximum }) => maximum)),
});

/** Images a second as microseconds an image: the most of one is the least of the other. */
export const inverse = ({ minimum, median, maximum }: Figures): Figures => ({
  minimum: rounded(1e6 / maximum),
  median: rounded(1e6 / median),
  maximum: rounded(1e6 / minimum),
});
