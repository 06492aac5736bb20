// A parameter's entry in a sweep file, in the words of W&B, as a domain: value, values, min and max, distribution and what
// belongs to it.
import { LenetError } from "../../../errors.ts";
import { choice, type Domain, multiplesIn, type Value } from "../search/domain.ts";
import { exp } from "../search/numbers.ts";
import { type Entry, keysOf, mistake, numberIn, shown, type Tree, wordIn } from "./yaml.ts";

const keys = ["value", "values", "probabilities", "distribution", "min", "max", "q", "mu", "sigma"] as const;

const distributions = [
  "constant",
  "categorical",
  "categorical_w_probabilities",
  "int_uniform",
  "uniform",
  "q_uniform",
  "log_uniform",
  "log_uniform_values",
  "q_log_uniform",
  "q_log_uniform_values",
  "inv_log_uniform",
  "inv_log_uniform_values",
  "normal",
  "q_normal",
  "log_normal",
  "q_log_normal",
] as const;
type Distribution = (typeof distributions)[number];

/** What each kind of distribution is told by. */
const partsOf = (
  distribution: Distribution,
): { readonly needs: readonly string[]; readonly may: readonly string[] } => {
  if (distribution === "constant") return { needs: ["value"], may: [] };
  if (distribution === "categorical") return { needs: ["values"], may: [] };
  if (distribution === "categorical_w_probabilities") return { needs: ["values", "probabilities"], may: [] };
  const q = distribution.startsWith("q_") ? ["q"] : [];
  if (distribution.endsWith("normal")) return { needs: [], may: ["mu", "sigma", ...q] };
  return { needs: ["min", "max"], may: q };
};

/** The domain that an entry describes. `convert` makes a value of the file one of ours. Throws LenetError. */
export const readDomain = (name: string, { tree }: Entry, convert: (value: Tree) => Value): Domain => {
  const entries = keysOf(tree, name, keys);
  const distribution = distributionOf(name, tree, entries);
  const { needs, may } = partsOf(distribution);
  for (const part of needs) if (!entries.has(part)) throw mistake(tree, name, `${part} beside ${distribution}`, "none");
  for (const [key, entry] of entries)
    if (key !== "distribution" && ![...needs, ...may].includes(key))
      throw new LenetError(
        `${entry.place}: expected ${[...needs, ...may].join(", ") || "nothing"} beside ${distribution} in ${name}, got ${key}. Take one out.`,
      );
  if (distribution === "constant") return choice([convert(entries.get("value")!.tree)]);
  if (distribution.startsWith("categorical")) return readChoice(name, entries, convert);
  return distribution.endsWith("normal")
    ? readNormal(name, distribution, entries)
    : readRange(name, distribution, tree, entries);
};

/** The one that is named, or the one that W&B takes where none is. */
const distributionOf = (name: string, tree: Tree, entries: ReadonlyMap<string, Entry>): Distribution => {
  const named = entries.get("distribution");
  if (named) return wordIn(named, `${name}.distribution`, distributions);
  if (entries.has("value")) return "constant";
  if (entries.has("probabilities")) return "categorical_w_probabilities";
  if (entries.has("values")) return "categorical";
  if (entries.has("mu") || entries.has("sigma")) return entries.has("q") ? "q_normal" : "normal";
  const ends = ["min", "max"].map((end) => entries.get(end));
  if (ends.every((end) => end === undefined))
    throw mistake(tree, name, "value, values, or min and max", "none of them");
  if (entries.has("q")) return "q_uniform";
  const whole = ends.every((end) => end?.tree.kind === "scalar" && end.tree.whole);
  return whole ? "int_uniform" : "uniform";
};

const readChoice = (name: string, entries: ReadonlyMap<string, Entry>, convert: (value: Tree) => Value): Domain => {
  const values = itemsOf(name, "values", entries.get("values")!.tree).map(convert);
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice !== undefined)
    throw mistake(entries.get("values")!.tree, name, "values that differ", `${JSON.stringify(twice)} twice`);
  const chances = entries.get("probabilities");
  if (!chances) return choice(values);
  const shares = itemsOf(name, "probabilities", chances.tree).map((tree) =>
    numberIn({ place: tree.place, tree }, `${name}.probabilities`, "a number from 0", (share) => share >= 0),
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.length !== values.length || Math.abs(sum - 1) > 1e-6)
    throw mistake(
      chances.tree,
      `${name}.probabilities`,
      `${values.length} shares that add up to 1`,
      `${shares.length} that add up to ${sum}`,
    );
  return { kind: "choice", values, shares };
};

const itemsOf = (name: string, key: string, tree: Tree): readonly Tree[] => {
  if (tree.kind === "list" && tree.items.length > 0) return tree.items;
  throw mistake(tree, `${name}.${key}`, "a list of at least one", tree.kind === "list" ? "an empty one" : shown(tree));
};

const stepIn = (name: string, distribution: Distribution, entries: ReadonlyMap<string, Entry>): number | null => {
  if (distribution === "int_uniform") return 1;
  if (!distribution.startsWith("q_")) return null;
  const q = entries.get("q");
  return q ? numberIn(q, `${name}.q`, "a number above 0", (value) => value > 0) : 1;
};

const readNormal = (name: string, distribution: Distribution, entries: ReadonlyMap<string, Entry>): Domain => {
  const [mu, sigma] = [entries.get("mu"), entries.get("sigma")];
  return {
    kind: "normal",
    scale: distribution.includes("log") ? "log" : "linear",
    mean: mu ? numberIn(mu, `${name}.mu`) : 0,
    spread: sigma ? numberIn(sigma, `${name}.sigma`, "a number above 0", (value) => value > 0) : 1,
    step: stepIn(name, distribution, entries),
  };
};

const readRange = (
  name: string,
  distribution: Distribution,
  tree: Tree,
  entries: ReadonlyMap<string, Entry>,
): Domain => {
  const whole = distribution === "int_uniform";
  const positive = distribution.endsWith("log_uniform_values");
  const rule = whole ? "a whole number" : positive ? "a number above 0" : "a number";
  const holds = (value: number): boolean => (!whole || Number.isInteger(value)) && (!positive || value > 0);
  const [min, max] = (["min", "max"] as const).map((end) => numberIn(entries.get(end)!, `${name}.${end}`, rule, holds));
  if (!(min! < max!)) throw mistake(tree, name, "a min below its max", `${min} and ${max}`);
  const scale = distribution.includes("log") ? "log" : "linear";
  // Exponents of e, by W&B's custom; "inv" of the inverse.
  const exponents = scale === "log" && !positive;
  const [from, to] = distribution.startsWith("inv_log_uniform") && exponents ? [-max!, -min!] : [min!, max!];
  const [low, high] = exponents ? [exp(from), exp(to)] : [from, to];
  if (exponents && !(low > 0 && Number.isFinite(high)))
    throw mistake(
      tree,
      name,
      `min and max as exponents of e, between -700 and 700`,
      `${min} and ${max}`,
      `For the numbers themselves: ${distribution}_values.`,
    );
  const step = stepIn(name, distribution, entries);
  const [first, last] = step === null ? [0, 0] : multiplesIn(low, high, step);
  if (last < first) throw mistake(tree, name, `a multiple of q between min and max`, `q ${step}, which has none`);
  return { kind: "range", scale, low, high, step };
};
