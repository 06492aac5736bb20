// The parameters of a sweep file: where they stand, what they vary, what they may be. sweep.ts reads what is around them.
import { LenetError } from "../../../errors.ts";
import { netNamed, nets } from "../../../nets/index.ts";
import { type Domain, type Value, valuesIn } from "../search/domain.ts";
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
  if (entry) return [at(entry.tree.place, () => netNamed(textIn(entry, "net")).name)];
  if (!among) return [nets[0]!.name];
  const [names, parameter] = among;
  const domain = readDomain(names.join("."), parameter, (tree) => netValue(tree));
  return (valuesIn(domain) ?? []) as string[];
};

const targetsNet = (names: readonly string[]): boolean => {
  try {
    const target = targetOf(names, [nets[0]!.name]);
    return target.kind === "setting" && target.setting === "net";
  } catch {
    return false;
  }
};

const netValue = (tree: Tree): string =>
  at(tree.place, () => netNamed(textIn({ place: tree.place, tree }, "net")).name);

/** Says where the mistake is that `act` finds. */
const at = <Result>(place: string, act: () => Result): Result => {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof LenetError) throw new LenetError(`${place}, ${thrown.message}`, thrown.exitCode);
    throw thrown;
  }
};

/** Throws LenetError. */
export const readParameter = (names: readonly string[], entry: Entry, netNames: readonly string[]): Parameter => {
  const name = names.join(".");
  const target = at(`${entry.place}, parameters`.replace(/, parameters$/, ""), () => targetOf(names, netNames));
  const convert = (tree: Tree): Value => {
    if (tree.kind !== "scalar" || tree.value === null) throw mistake(tree, name, "a word or a number", shown(tree));
    const { value } = tree;
    return at(tree.place, () => valueFor(target, value));
  };
  return { name, place: entry.place, target, domain: readDomain(name, entry, convert) };
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
  const values = valuesIn(parameter.domain);
  if (values?.every((value) => Number.isSafeInteger(value) && Number(value) >= 0) && values.length <= MOST_SEEDS)
    return values as number[];
  throw new LenetError(
    `${parameter.place}, ${parameter.name}: expected whole numbers from 0 in values, got others. Or say how many: seeds: 3`,
  );
};

const keyOf = (target: Target): string => (target.kind === "option" ? target.option : target.setting);

/** Throws LenetError where two parameters mean one thing. */
export const checkTargets = (parameters: readonly Parameter[]): void => {
  const seen = new Map<string, string>();
  for (const { name, place, target } of parameters) {
    const key = keyOf(target);
    const other = seen.get(key);
    if (other !== undefined)
      throw new LenetError(`${place}: expected ${key} once, got it as ${other} and as ${name}. Leave one out.`);
    seen.set(key, name);
  }
};
