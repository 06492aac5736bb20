// A sweep file: the YAML that W&B reads, with `net`, `data`, `epochs` and `seeds` beside it, checked to the last key. What it
// comes to is plain data; which trials follow from it, methods.ts knows.
import { LenetError } from "../../errors.ts";
import { readText } from "../../files.ts";
import { splitName } from "../../named.ts";
import { netNamed, nets } from "../../nets/index.ts";
import { resolve } from "../settings.ts";
import { readDomain } from "./distribution.ts";
import { type Domain, extremes, type Value, valuesIn } from "./domain.ts";
import { type Halving, readHalving } from "./halving.ts";
import { gridOf } from "./methods.ts";
import { type Metric, readMetric } from "./metric.ts";
import { type Target, targetOf, trainingOf, valueFor } from "./target.ts";
import {
  type Entry,
  keysOf,
  type Mapping,
  mistake,
  numberIn,
  parseYaml,
  shown,
  type Tree,
  textIn,
  wordIn,
} from "./yaml.ts";

export const methods = ["grid", "random", "bayes"] as const;
export type Method = (typeof methods)[number];

export interface Parameter {
  /** As the file spells it; nested names are joined by dots. */
  readonly name: string;
  readonly place: string;
  readonly target: Target;
  readonly domain: Domain;
}

/** A sweep: what is varied, how, and what is trained. */
export interface Sweep {
  readonly method: Method;
  readonly metric: Metric;
  /** The net whose options are varied, or the first of those that are. */
  readonly net: string;
  readonly parameters: readonly Parameter[];
  /** Each cell is trained with each of these. */
  readonly seeds: readonly number[];
  readonly halving: Halving | null;
  /** The most cells; null: all there are. */
  readonly runCap: number | null;
  /** Keys of the file that mean nothing here. */
  readonly ignored: readonly string[];
}

const used = [
  "method",
  "metric",
  "parameters",
  "early_terminate",
  "run_cap",
  "seeds",
  "net",
  "data",
  "epochs",
] as const;
/** Of W&B's files: where it keeps its runs, and how it starts a program. */
const meaningless = [
  "program",
  "command",
  "project",
  "entity",
  "name",
  "description",
  "controller",
  "job",
  "image_uri",
  "prior_runs",
] as const;

/** More trainings than anybody waits for; a grid grows quickly. */
const MOST_CELLS = 100_000;
const MOST_SEEDS = 1_000;

/** The sweep in the file at `path`. Throws LenetError. */
export const readSweep = (path: string): Sweep => parseSweep(path, readText(path, "a sweep file"));

/** The sweep in a text; `path` names it in messages. Throws LenetError with line and column. */
export const parseSweep = (path: string, text: string): Sweep => {
  const root = parseYaml(path, text);
  const keys = keysOf(root, "", [...used, ...meaningless]);
  const method = wordIn(needed(root, keys, "method"), "method", methods);
  const cap = keys.get("run_cap");
  const entries = flatten(needed(root, keys, "parameters"), []);
  const netNames = netsIn(keys.get("net"), entries);
  const read = [...fixed(keys), ...entries].map(([names, entry]) => readParameter(names, entry, netNames));
  const sweep: Sweep = {
    method,
    metric: readMetric(keys.get("metric")),
    net: netNames[0]!,
    parameters: read.filter((parameter) => !isSeed(parameter)),
    seeds: seedsIn(keys.get("seeds"), read.find(isSeed)),
    halving: readHalving(keys.get("early_terminate")),
    runCap: cap
      ? numberIn(cap, "run_cap", "a whole number from 1", (value) => Number.isInteger(value) && value >= 1)
      : null,
    ignored: meaningless.filter((key) => keys.has(key)),
  };
  checkTargets(sweep.parameters);
  checkMethod(sweep, root);
  checkTrainings(sweep);
  return sweep;
};

const needed = (root: Mapping, keys: ReadonlyMap<string, Entry>, key: (typeof used)[number]): Entry => {
  const entry = keys.get(key);
  if (entry) return entry;
  throw new LenetError(`${root.place}: expected the key ${key}, got none. See: lenet sweep --help`);
};

type Named = readonly [names: readonly string[], entry: Entry];

/** Parameters by their paths; a parameter that has `parameters` of its own holds others. */
const flatten = ({ tree }: Entry, above: readonly string[]): Named[] => {
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
const fixed = (keys: ReadonlyMap<string, Entry>): Named[] =>
  (["data", "epochs"] as const).flatMap((key): Named[] => {
    const entry = keys.get(key);
    if (!entry) return [];
    const tree: Tree = { kind: "map", place: entry.tree.place, entries: new Map([["value", entry]]) };
    return [[[key], { place: entry.place, tree }]];
  });

/** The nets that the file names; the first of all where it names none. */
const netsIn = (entry: Entry | undefined, entries: readonly Named[]): string[] => {
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

const readParameter = (names: readonly string[], entry: Entry, netNames: readonly string[]): Parameter => {
  const name = names.join(".");
  const target = at(`${entry.place}, parameters`.replace(/, parameters$/, ""), () => targetOf(names, netNames));
  const convert = (tree: Tree): Value => {
    if (tree.kind !== "scalar" || tree.value === null) throw mistake(tree, name, "a word or a number", shown(tree));
    const { value } = tree;
    return at(tree.place, () => valueFor(target, value));
  };
  return { name, place: entry.place, target, domain: readDomain(name, entry, convert) };
};

const isSeed = ({ target }: Parameter): boolean => target.kind === "setting" && target.setting === "seed";

/** 1…n, or the values of a parameter that is the seed. */
const seedsIn = (entry: Entry | undefined, parameter: Parameter | undefined): number[] => {
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

const checkTargets = (parameters: readonly Parameter[]): void => {
  const seen = new Map<string, string>();
  for (const { name, place, target } of parameters) {
    const key = keyOf(target);
    const other = seen.get(key);
    if (other !== undefined)
      throw new LenetError(`${place}: expected ${key} once, got it as ${other} and as ${name}. Leave one out.`);
    seen.set(key, name);
  }
};

const checkMethod = ({ method, parameters, runCap }: Sweep, root: Mapping): void => {
  if (method !== "grid") {
    if (runCap === null)
      throw new LenetError(
        `${root.place}: expected run_cap beside method ${method}, which has no end of its own, got none. Add run_cap: 30`,
      );
    return;
  }
  let cells = 1;
  for (const { name, place, domain } of parameters) {
    const values = valuesIn(domain);
    if (!values)
      throw new LenetError(
        `${place}, ${name}: expected values that can be counted beside method grid, got a range without steps. Give values, or q.`,
      );
    cells *= values.length;
  }
  if (cells > MOST_CELLS)
    throw new LenetError(
      `${root.place}: expected a grid of at most ${MOST_CELLS} cells, got ${cells}. Take out values, or use method random.`,
    );
};

/** Every cell of a grid, or every end of every parameter, is a training that could begin. Throws LenetError. */
const checkTrainings = (sweep: Sweep): void => {
  const { parameters, method, runCap } = sweep;
  const spell = (setting: string): string => {
    const found = parameters.find(({ target }) => target.kind === "setting" && target.setting === setting);
    return found ? `${found.place}, ${found.name}` : setting;
  };
  const first = parameters.map(({ domain }) => extremes(domain)[0]!);
  const cells =
    method === "grid"
      ? gridOf(parameters.map(({ domain }) => domain)).slice(0, runCap ?? undefined)
      : parameters.flatMap(({ domain }, index) => extremes(domain).map((value) => first.with(index, value)));
  for (const cell of cells) {
    const { net, settings } = trainingIn(sweep, cell);
    resolve(netNamed(net), settings, spell);
  }
  const committee = netNamed(sweep.net).committee;
  if (committee && sweep.halving)
    throw new LenetError(
      `early_terminate: expected a single net, got the committee ${splitName(sweep.net).name}. Leave it out.`,
    );
};

/** The training of a cell: a value for each parameter, in their order. Throws LenetError. */
export const trainingIn = ({ net, parameters }: Pick<Sweep, "net" | "parameters">, cell: readonly Value[]) =>
  trainingOf(
    net,
    parameters.map(({ target }, index) => [target, cell[index]!] as const),
  );

/** Whether a parameter has more than one value. */
export const varies = ({ domain }: Parameter): boolean => (valuesIn(domain)?.length ?? 2) > 1;

/** A cell's values by name, of the parameters that vary. */
export const variedValues = (
  { parameters }: Pick<Sweep, "parameters">,
  cell: readonly Value[],
): Record<string, Value> =>
  Object.fromEntries(
    parameters.flatMap((parameter, index) => (varies(parameter) ? [[parameter.name, cell[index]!] as const] : [])),
  );
