// Where the differences between trials come from. On a full grid, each cell as often as the others, the variance falls apart into
// that of each parameter, of each pair of them, and the rest, exactly (Fisher's analysis of variance; functional ANOVA on a
// grid). Elsewhere a forest of trees tells it about.
import { stream } from "../../../random.ts";
import { growForest } from "./forest.ts";
import type { Observations } from "./observations.ts";
import { fisherTail, mean } from "./statistics.ts";

export interface Effect {
  /** Numbers of the parameters: one, or two that act together. */
  readonly of: readonly number[];
  readonly name: string;
  /** Of the whole variance between trials, 0…1. */
  readonly share: number;
  /** The chance of at least such an effect where there is none; null where seeds are too few, or too like each other, to tell. */
  readonly chance: number | null;
}

export interface Importance {
  readonly method: "analysis of variance" | "forest";
  /** Largest first. */
  readonly effects: readonly Effect[];
  /** What seeds alone make, on a grid with several seeds. */
  readonly seeds: number | null;
}

/** What explains the outcomes; null where there is nothing to explain. */
export const importanceOf = (observations: Observations): Importance | null => {
  const { rows, factors } = observations;
  if (factors.length === 0 || rows.length < 3 || squares(rows.map(({ outcome }) => outcome)) === 0) return null;
  return isFullGrid(observations) ? analysis(observations) : byForest(observations);
};

/** Sum of squared distances from the mean. */
const squares = (values: readonly number[]): number => {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
};

/** Outcomes by the levels of some factors. */
const grouped = ({ rows }: Observations, factors: readonly number[]): number[][] => {
  const groups = new Map<string, number[]>();
  for (const { levels, outcome } of rows) {
    const key = factors.map((factor) => levels[factor]).join();
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  return [...groups.values()];
};

const isFullGrid = (observations: Observations): boolean => {
  const { factors } = observations;
  if (factors.some(({ cut }) => cut)) return false;
  const cells = grouped(observations, [...factors.keys()]);
  const full = factors.reduce((product, { levels }) => product * levels.length, 1);
  return cells.length === full && cells.every((cell) => cell.length === cells[0]!.length);
};

/** The squares between groups: each group's mean stands for all its outcomes. */
const between = (observations: Observations, factors: readonly number[]): number =>
  squares(grouped(observations, factors).flatMap((group) => group.map(() => mean(group))));

const analysis = (observations: Observations): Importance => {
  const { factors, rows } = observations;
  const total = squares(rows.map(({ outcome }) => outcome));
  const cells = grouped(observations, [...factors.keys()]);
  const within = cells.reduce((sum, cell) => sum + squares(cell), 0);
  const freeWithin = rows.length - cells.length;
  const freedom = (of: readonly number[]): number =>
    of.reduce((product, index) => product * (factors[index]!.levels.length - 1), 1);
  const effect = (of: readonly number[], sum: number): Effect => {
    const f = sum / freedom(of) / (within / freeWithin);
    // Seeds that do not scatter at all tell nothing of chance.
    const chance = within > 0 ? fisherTail(f, freedom(of), freeWithin) : null;
    return { of, name: of.map((index) => factors[index]!.name).join(" × "), share: Math.max(0, sum / total), chance };
  };
  const single = factors.map((_, index) => between(observations, [index]));
  const effects = single.map((sum, index) => effect([index], sum));
  for (let a = 0; a < factors.length; a++)
    for (let b = a + 1; b < factors.length; b++)
      effects.push(effect([a, b], between(observations, [a, b]) - single[a]! - single[b]!));
  return { method: "analysis of variance", effects: sorted(effects), seeds: freeWithin > 0 ? within / total : null };
};

const sorted = (effects: readonly Effect[]): Effect[] => effects.toSorted((a, b) => b.share - a.share);

/** The variance of what the forest says, averaged over all but one parameter. */
const byForest = ({ factors, rows }: Observations): Importance => {
  const words = factors.map((_, index) => rows.every(({ places, levels }) => places[index] === levels[index]));
  const forest = growForest(
    rows.map(({ places, outcome }) => ({ places, outcome })),
    words,
    stream(1, "forest"),
  );
  const whole = squares(rows.map(({ places }) => forest(places)));
  const effects = factors.map(({ name }, index): Effect => {
    const marginal = rows.map(({ places }) =>
      mean(rows.map((other) => forest(other.places.with(index, places[index]!)))),
    );
    return { of: [index], name, share: whole > 0 ? squares(marginal) / whole : 0, chance: null };
  });
  return { method: "forest", effects: sorted(effects), seeds: null };
};
