// A sweep file: the YAML that W&B reads, with `net`, `data`, `epochs` and `seeds` beside it, checked to the last key. What it
// comes to is plain data; which cells follow from it, search/methods.ts knows.
import { LenetError } from "../../../errors.ts";
import { splitName } from "../../../named.ts";
import { netNamed } from "../../../nets/index.ts";
import { resolve } from "../../settings/settings.ts";
import { extremes, type Value, valuesIn } from "../search/domain.ts";
import type { Halving } from "../search/halving.ts";
import { gridOf, type Search } from "../search/methods.ts";
import { readHalving } from "./early-terminate.ts";
import { type Metric, readMetric } from "./metric.ts";
import { checkTargets, fixed, flatten, isSeed, netsIn, type Parameter, readParameter, seedsIn } from "./parameters.ts";
import { trainingOf } from "./target.ts";
import { type Entry, keysOf, type Mapping, numberIn, parseYaml, wordIn } from "./yaml.ts";

export const methods = ["grid", "random", "bayes"] as const;
export type Method = (typeof methods)[number];

/** A sweep: what is varied, how, and what is trained. */
export interface Sweep {
  readonly method: Method;
  readonly metric: Metric;
  /** The net whose options are varied, or the first of those that are. */
  readonly net: string;
  readonly parameters: readonly Parameter[];
  /** Of the chance by which cells are chosen. */
  readonly searchSeed: number;
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
  "search_seed",
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

/** The sweep in a text; `path` names it in messages. Throws LenetError with line and column. */
export const parseSweep = (path: string, text: string): Sweep => {
  const root = parseYaml(path, text);
  const keys = keysOf(root, "", [...used, ...meaningless]);
  const method = wordIn(needed(root, keys, "method"), "method", methods);
  const [cap, searchSeed] = [keys.get("run_cap"), keys.get("search_seed")];
  const entries = flatten(needed(root, keys, "parameters"), []);
  const netNames = netsIn(keys.get("net"), entries);
  const read = [...fixed(keys), ...entries].map(([names, entry]) => readParameter(names, entry, netNames));
  const sweep: Sweep = {
    method,
    metric: readMetric(keys.get("metric")),
    net: netNames[0]!,
    parameters: read.filter((parameter) => !isSeed(parameter)),
    searchSeed: searchSeed
      ? numberIn(
          searchSeed,
          "search_seed",
          "a whole number from 0",
          (value) => Number.isSafeInteger(value) && value >= 0,
        )
      : 1,
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
    const known = netNamed(net);
    resolve(known, settings, spell);
    // Its epochs are those of several nets, one after the other: there is no curve to choose by.
    if (known.committee)
      throw new LenetError(
        `net: expected a single net, got the committee ${splitName(net).name}. Sweep over its members' net.`,
      );
  }
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

/** The search that a sweep is. */
export const searchOf = ({ method, parameters, runCap, halving, searchSeed }: Sweep): Search => ({
  method,
  domains: parameters.map(({ domain }) => domain),
  cap: runCap,
  halved: halving !== null,
  seed: searchSeed,
});
