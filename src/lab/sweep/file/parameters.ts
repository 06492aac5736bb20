// The parameters of a sweep file: where they stand, what they vary, what they may be. sweep.ts reads what is around them.
import { LenetError } from "../../../errors.ts";
import { netNamed, nets } from "../../../nets/index.ts";
import { countIn, type Domain, extremes, type Value, valuesIn } from "../search/domain.ts";
import { readDomain } from "./distribution.ts";
import { type Target, targetOf, valueFor } from "./target.ts";
import { type Entry, keysOf, mistake, numberIn, shown, type Tree, textIn } from "./yaml.ts";

export interface Parameter {
  /** As the file spells it; nested names are joined by dots. */
  readonly name: string;
  readonly place: string;
  readonly target: Target;
  readonly domain: Domain;
}

const MOST_SEEDS = 1_000;

/** A parameter's entry, and its name part by part. */
export type Named = readonly [names: readonly string[], entry: Entry];

/** Parameters by their paths; a parameter that has `parameters` of its own holds others. */
export const flatten = ({ tree }: Entry, above: readonly string[]): Named[] => {
  if (tree.kind !== "map" || tree.entries.size === 0)
    throw mistake(
      tree,
      [...above, "parameters"].join("."),
      "names of parameters",
      tree.kind === "map" ? "none" : shown(tree),
    );
  return [...tree.entries].flatMap(([name, entry]): Named[] => {
    const names = [...above, name];
    const nested = entry.tree.kind === "map" ? entry.tree.entries.get("parameters") : undefined;
    if (!nested) return [[names, entry]];
    keysOf(entry.tree, names.join("."), ["parameters"]);
    return flatten(nested, names);
  });
};

/** `data` and `epochs` of the file, as parameters of one value. */
export const fixed = (keys: ReadonlyMap<string, Entry>): Named[] =>
  (["data", "epochs"] as const).flatMap((key): Named[] => {
    const entry = keys.get(key);
    if (!entry) return [];
    const tree: Tree = { kind: "map", place: entry.tree.place, entries: new Map([["value", entry]]) };
    return [[[key], { place: entry.place, tree }]];
  });

/** The nets that the file names; the first of all where it names none. */
export const netsIn = (entry: Entry | undefined, entries: readonly Named[]): string[] => {
  const among = entries.find(([names]) => targetsNet(names));
  if (entry && among)
    throw mistake(among[1], among[0].join("."), "net once", "it both as a key and as a parameter", "Leave one out.");
  if (entry) return [netIn(entry.tree)];
  if (!among) return [nets[0]!.name];
  const [names, parameter] = among;
  const name = names.join(".");
  const domain = readDomain(name, parameter, netIn);
  if (domain.kind === "choice") return domain.values as string[];
  throw mistake(parameter, name, "the names of nets in values", "a range");
};

const targetsNet = (names: readonly string[]): boolean => {
  try {
    const target = targetOf(names, [nets[0]!.name]);
    return target.kind === "setting" && target.setting === "net";
  } catch {
    return false;
  }
};

const netIn = (tree: Tree): string => {
  const text = textIn({ place: tree.place, tree }, "net");
  return at(tree.place, () => {
    const { name, committee } = netNamed(text);
    // Its epochs are those of several nets, one after the other: there is no curve to choose by.
    if (committee)
      throw new LenetError(`net: expected a single net, got the committee ${name}. Sweep over its members' net.`);
    return name;
  });
};

/** What was thrown; a mistake with its place in the file, where it has one. */
export const placed = (place: string | undefined, thrown: unknown): unknown =>
  place !== undefined && thrown instanceof LenetError
    ? new LenetError(`${place}, ${thrown.message}`, thrown.exitCode)
    : thrown;

/** Says where the mistake is that `act` finds. */
export const at = <Result>(place: string | undefined, act: () => Result): Result => {
  try {
    return act();
  } catch (thrown) {
    throw placed(place, thrown);
  }
};

/** Throws LenetError. */
export const readParameter = (names: readonly string[], entry: Entry, netNames: readonly string[]): Parameter => {
  const name = names.join(".");
  const target = at(entry.place, () => targetOf(names, netNames));
  const convert = (tree: Tree): Value => {
    if (tree.kind !== "scalar" || tree.value === null) throw mistake(tree, name, "a word or a number", shown(tree));
    const { value } = tree;
    return at(tree.place, () => valueFor(target, value));
  };
  const domain = readDomain(name, entry, convert);
  if (domain.kind !== "choice") for (const value of extremes(domain)) at(entry.place, () => valueFor(target, value));
  return { name, place: entry.place, target, domain };
};

/** Whether it is the seed of the trainings. */
export const isSeed = ({ target }: Parameter): boolean => target.kind === "setting" && target.setting === "seed";

/** 1…n, or the values of a parameter that is the seed. */
export const seedsIn = (entry: Entry | undefined, parameter: Parameter | undefined): number[] => {
  const rule = `a whole number from 1 to ${MOST_SEEDS}`;
  if (entry && parameter)
    throw new LenetError(
      `${parameter.place}: expected seeds once, got the key seeds and the parameter ${parameter.name}. Leave one out.`,
    );
  if (entry) {
    const count = numberIn(
      entry,
      "seeds",
      rule,
      (value) => Number.isInteger(value) && value >= 1 && value <= MOST_SEEDS,
    );
    return Array.from({ length: count }, (_, index) => index + 1);
  }
  if (!parameter) return [1];
  const { name, place, domain } = parameter;
  const values = countIn(domain) <= MOST_SEEDS ? valuesIn(domain) : undefined;
  if (values?.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)) return values as number[];
  throw new LenetError(
    `${place}, ${name}: expected at most ${MOST_SEEDS} whole numbers from 0 in values, got others. Or say how many: seeds: 3`,
  );
};

const keyOf = (target: Target): string => (target.kind === "option" ? target.option : target.setting);

/** Throws LenetError where two parameters mean one thing. */
export const checkTargets = (parameters: readonly Parameter[]): void => {
  const seen = new Map<string, Parameter>();
  for (const parameter of parameters) {
    const { name, place, target } = parameter;
    const key = keyOf(target);
    const other = seen.get(key);
    if (other)
      throw new LenetError(
        `${place}: expected ${key} once, got it as ${name} here and as ${other.name} at ${other.place}. Leave one out.`,
      );
    seen.set(key, parameter);
  }
};
