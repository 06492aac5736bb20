// A small forest of regression trees (Breiman 2001), enough to say which parameters matter: each tree from a sample of the
// trials, every split the one that leaves the least variance.
import type { Random } from "../../../random.ts";
import { mean } from "./statistics.ts";

export interface Example {
  readonly places: readonly number[];
  readonly outcome: number;
}

type Tree =
  | number
  | { readonly feature: number; readonly at: number; readonly word: boolean; readonly yes: Tree; readonly no: Tree };

const TREES = 60;
const LEAST_LEAF = 2;
const DEEPEST = 8;

/** The mean answer of the trees; `words` are features whose numbers have no order. */
export const growForest = (
  examples: readonly Example[],
  words: readonly boolean[],
  random: Random,
): ((places: readonly number[]) => number) => {
  const trees = Array.from({ length: TREES }, () => {
    const sample = examples.map(() => examples[random.integer(examples.length)]!);
    return grow(sample, words, 0);
  });
  return (places) => mean(trees.map((tree) => answer(tree, places)));
};

const answer = (tree: Tree, places: readonly number[]): number => {
  if (typeof tree === "number") return tree;
  return answer(goesYes(tree, places) ? tree.yes : tree.no, places);
};

const goesYes = (
  { feature, at, word }: { feature: number; at: number; word: boolean },
  places: readonly number[],
): boolean => (word ? places[feature] === at : places[feature]! < at);

const grow = (examples: readonly Example[], words: readonly boolean[], depth: number): Tree => {
  const outcome = mean(examples.map((example) => example.outcome));
  if (depth === DEEPEST || examples.length < 2 * LEAST_LEAF) return outcome;
  let best: { feature: number; at: number; word: boolean; gain: number } | undefined;
  for (const [feature, word] of words.entries()) {
    const places = [...new Set(examples.map((example) => example.places[feature]!))].sort((a, b) => a - b);
    const cuts = word ? places : places.slice(1).map((place, index) => (place + places[index]!) / 2);
    for (const at of cuts) {
      const gain = gainOf(examples, { feature, at, word }, outcome);
      if (gain > (best?.gain ?? 1e-15)) best = { feature, at, word, gain };
    }
  }
  if (!best) return outcome;
  const cut = best;
  const side = (wanted: boolean): Example[] => examples.filter(({ places }) => goesYes(cut, places) === wanted);
  return { ...cut, yes: grow(side(true), words, depth + 1), no: grow(side(false), words, depth + 1) };
};

/** By how much the squares fall when the examples are parted; nothing where a part would be too small. */
const gainOf = (
  examples: readonly Example[],
  cut: { feature: number; at: number; word: boolean },
  middle: number,
): number => {
  let [count, sum] = [0, 0];
  for (const { places, outcome } of examples)
    if (goesYes(cut, places)) {
      count++;
      sum += outcome - middle;
    }
  const rest = examples.length - count;
  return count < LEAST_LEAF || rest < LEAST_LEAF ? 0 : sum ** 2 / count + sum ** 2 / rest;
};
