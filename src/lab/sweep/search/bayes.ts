// Bayesian search: of many cells drawn by chance, the one is tried that is expected to improve most on the best so far, by a
// Gaussian process over the results (Jones, Schonlau & Welch 1998).
import type { Random } from "../../../random.ts";
import { type Domain, drawValue, type Space, unitOf, type Value, valueAt } from "./domain.ts";
import { type Guess, guesser, likeliestShape, type Point } from "./gaussian-process.ts";
import { exp, normalShare } from "./numbers.ts";

export interface Observation {
  readonly cell: readonly Value[];
  /** Smaller is better; undefined where the trainings failed. */
  readonly score: number | undefined;
}

/** Cells drawn from everywhere, and near each of the best. */
const ANYWHERE = 300;
const NEARBY = 60;
const BEST = 3;
/** How near: the spread in each coordinate. */
const NEAR = [0.03, 0.1] as const;

/** The `count` cells to try next, after at least two results. Each is chosen as if those before it came out as guessed. */
export const suggest = (
  { domains, canTry }: Space,
  told: readonly Observation[],
  count: number,
  random: Random,
): (readonly Value[])[] => {
  const isWord = domains.map(({ kind }) => kind === "choice");
  const points = told.map(({ cell }) => pointOf(domains, cell));
  const scores = standardise(told.map(({ score }) => score));
  const tried = new Set(told.map(({ cell }) => JSON.stringify(cell)));
  const suggested: (readonly Value[])[] = [];
  const shape = likeliestShape(points, scores, isWord);
  while (suggested.length < count) {
    const guess = guesser(points, scores, isWord, shape);
    const order = [...points.keys()].sort((a, b) => scores[a]! - scores[b]!);
    const least = scores[order[0]!]!;
    let best: { cell: readonly Value[]; point: Point; mean: number; gain: number } | undefined;
    for (const cell of candidates(
      domains,
      order.slice(0, BEST).map((index) => points[index]!),
      random,
    )) {
      if (tried.has(JSON.stringify(cell)) || !canTry(cell)) continue;
      const point = pointOf(domains, cell);
      const guessed = guess(point);
      const gain = improvement(guessed, least);
      if (!best || gain > best.gain) best = { cell, point, mean: guessed.mean, gain };
    }
    if (!best) break;
    suggested.push(best.cell);
    tried.add(JSON.stringify(best.cell));
    points.push(best.point);
    scores.push(best.mean);
  }
  return suggested;
};

const pointOf = (domains: readonly Domain[], cell: readonly Value[]): Point =>
  domains.map((domain, place) => {
    const unit = unitOf(domain, cell[place]!);
    return domain.kind === "choice" ? unit : Math.min(1, Math.max(0, unit));
  });

/**
 * Mean 0 and spread 1. A failure counts as the worst result, and disasters as merely bad: how far off they are says nothing
 * about where the best is.
 */
const standardise = (scores: readonly (number | undefined)[]): number[] => {
  const sorted = scores.filter((score) => score !== undefined).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const bound = median + 2 * (median - (sorted[0] ?? 0));
  const bounded = scores.map((score) => Math.min(bound, score ?? bound));
  const mean = bounded.reduce((sum, score) => sum + score, 0) / bounded.length;
  const spread = Math.sqrt(bounded.reduce((sum, score) => sum + (score - mean) ** 2, 0) / bounded.length);
  return bounded.map((score) => (spread > 0 ? (score - mean) / spread : 0));
};

/** Cells from everywhere, and around these points. */
const candidates = (domains: readonly Domain[], centres: readonly Point[], random: Random): (readonly Value[])[] => [
  ...Array.from({ length: ANYWHERE }, () => domains.map((domain) => drawValue(domain, random))),
  ...centres.flatMap((centre) =>
    Array.from({ length: NEARBY }, (_, index) => near(domains, centre, NEAR[index % NEAR.length]!, random)),
  ),
];

const near = (domains: readonly Domain[], centre: Point, spread: number, random: Random): Value[] =>
  domains.map((domain, place) => {
    const at = centre[place]!;
    if (domain.kind === "choice")
      return random.unit() < 1 / domains.length ? drawValue(domain, random) : domain.values[at]!;
    // Three uniform numbers come near enough to a normal one of spread ½.
    const unit = at + spread * 2 * (random.unit() + random.unit() + random.unit() - 1.5);
    return valueAt(domain, Math.min(1 - 2 ** -24, Math.max(0, unit)));
  });

/** By how much a guess is expected to fall below the least score. */
const improvement = ({ mean, spread }: Guess, least: number): number => {
  const z = (least - mean) / spread;
  return (least - mean) * normalShare(z) + (spread * exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
};
