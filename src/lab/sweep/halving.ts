// Successive halving: after some epochs only the best part of the cells goes on, after more epochs the best part of those.
// In a sweep file it is W&B's `early_terminate: {type: hyperband}`. Ours waits for all cells of a round before it judges,
// so that the same file stops the same cells however many trainings run side by side.
import { LenetError } from "../../errors.ts";
import { type Entry, keysOf, mistake, numberIn, wordIn } from "./yaml.ts";

export interface Halving {
  /** Epochs after which cells are compared for the first time; each later time is `eta` times as late. */
  readonly first: number | null;
  /** Instead of `first`: the epochs of the last round, and the number of rounds before it. */
  readonly most: number | null;
  readonly rounds: number;
  /** One of so many goes on. */
  readonly eta: number;
  /** Rounds the number that goes on down instead of up. */
  readonly strict: boolean;
}

const keys = ["type", "min_iter", "max_iter", "s", "eta", "strict"] as const;

/** The `early_terminate` of a sweep file. Throws LenetError. */
export const readHalving = (entry: Entry | undefined): Halving | null => {
  if (!entry) return null;
  const found = keysOf(entry.tree, "early_terminate", keys);
  const type = found.get("type");
  if (!type) throw mistake(entry.tree, "early_terminate", "type: hyperband", "none");
  wordIn(type, "early_terminate.type", ["hyperband"]);
  const whole = (key: (typeof keys)[number], least: number): number | null => {
    const given = found.get(key);
    if (!given) return null;
    return numberIn(
      given,
      `early_terminate.${key}`,
      `a whole number from ${least}`,
      (value) => Number.isInteger(value) && value >= least,
    );
  };
  const [first, most, rounds] = [whole("min_iter", 1), whole("max_iter", 1), whole("s", 1)];
  if ((first === null) === (most === null))
    throw mistake(entry.tree, "early_terminate", "min_iter or max_iter", first === null ? "none" : "both");
  if (first !== null && rounds !== null)
    throw new LenetError(`${found.get("s")!.place}: expected max_iter beside s, got min_iter. Leave s out.`);
  const strict = found.get("strict");
  const word = strict?.tree.kind === "scalar" ? strict.tree.value : null;
  if (strict && typeof word !== "boolean")
    throw mistake(strict.tree, "early_terminate.strict", "true or false", String(word));
  return { first, most, rounds: rounds ?? 1, eta: whole("eta", 2) ?? 3, strict: word === true };
};

/** The epochs after which cells are compared, rising, all below `epochs`. */
export const rungsOf = (halving: Halving | null, epochs: number): number[] => {
  if (!halving) return [];
  const { first, most, rounds, eta } = halving;
  const rungs: number[] = [];
  if (first !== null) for (let rung = first; rung < epochs; rung *= eta) rungs.push(rung);
  else
    for (let round = rounds, rung = Math.floor(most! / eta); round > 0; round--, rung = Math.floor(rung / eta))
      rungs.unshift(rung);
  return [...new Set(rungs)].filter((rung) => rung >= 1 && rung < epochs);
};

/** How many of `cells` go on. */
export const survivors = ({ eta, strict }: Halving, cells: number): number =>
  Math.max(1, strict ? Math.floor(cells / eta) : Math.ceil(cells / eta));
