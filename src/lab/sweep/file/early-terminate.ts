// The `early_terminate` of a sweep file, as a halving: what W&B calls `type: hyperband`.
import { LenetError } from "../../../errors.ts";
import type { Halving } from "../search/halving.ts";
import { type Entry, keysOf, mistake, numberIn, wordIn } from "./yaml.ts";

const keys = ["type", "min_iter", "max_iter", "s", "eta", "strict"] as const;
/** Below it next to every epoch would be a round that stops next to nobody. */
const LEAST_ETA = 1.1;

/** The `early_terminate` of a sweep file. Throws LenetError. */
export const readHalving = (entry: Entry | undefined): Halving | null => {
  if (!entry) return null;
  const found = keysOf(entry.tree, "early_terminate", keys);
  const type = found.get("type");
  if (!type) throw mistake(entry.tree, "early_terminate", "type: hyperband", "none");
  wordIn(type, "early_terminate.type", ["hyperband"]);
  const number = (key: (typeof keys)[number], rule: string, holds: (value: number) => boolean): number | null => {
    const given = found.get(key);
    return given ? numberIn(given, `early_terminate.${key}`, rule, holds) : null;
  };
  const whole = (key: (typeof keys)[number]): number | null =>
    number(key, "a whole number from 1", (value) => Number.isInteger(value) && value >= 1);
  const [first, most, rounds] = [whole("min_iter"), whole("max_iter"), whole("s")];
  const eta = number("eta", `a number from ${LEAST_ETA}`, (value) => value >= LEAST_ETA);
  if ((first === null) === (most === null))
    throw mistake(entry.tree, "early_terminate", "min_iter or max_iter", first === null ? "none" : "both");
  if (first !== null && rounds !== null)
    throw new LenetError(`${found.get("s")!.place}: expected max_iter beside s, got min_iter. Leave s out.`);
  const strict = found.get("strict");
  const word = strict?.tree.kind === "scalar" ? strict.tree.value : null;
  if (strict && typeof word !== "boolean")
    throw mistake(strict.tree, "early_terminate.strict", "true or false", String(word));
  return { first, most, rounds: rounds ?? 1, eta: eta ?? 3, strict: word === true };
};
