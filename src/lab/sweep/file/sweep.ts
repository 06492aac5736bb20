// A sweep file: the YAML that W&B reads, with `net`, `data`, `epochs` and `seeds` beside it, checked to the last key. What it
// comes to is plain data; which cells follow from it, search/methods.ts knows.
import { LenetError } from "../../../errors.ts";
import { netNamed } from "../../../nets/index.ts";
import { resolve } from "../../settings/settings.ts";
import { countIn, extremes, type Value } from "../search/domain.ts";
import type { Halving } from "../search/halving.ts";
import { cellsIn, gridOf, type Search } from "../search/methods.ts";
import { readHalving } from "./early-terminate.ts";
import { type Metric, meaninglessOfMetric, readMetric } from "./metric.ts";
import {
  at,
  checkTargets,
  fixed,
  flatten,
  isSeed,
  netsIn,
  type Parameter,
  readParameter,
  seedsIn,
} from "./parameters.ts";
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
/** Of W&B's files: what kind of file it is, where it keeps its runs, and how it starts a program. */
const meaningless = [
  "apiVersion",
  "kind",
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
/** Fewer leave none to choose by: a tenth of them is kept apart. */
export const LEAST_IMAGES = 10;

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
      ? numberIn(
          cap,
          "run_cap",
          `a whole number from 1 to ${MOST_CELLS}`,
          (value) => Number.isInteger(value) && value >= 1 && value <= MOST_CELLS,
        )
      : null,
    ignored: ignoredIn(keys),
  };
  checkTargets(sweep.parameters);
  checkMethod(sweep, root);
  checkTrainings(sweep);
  return sweep;
};

const ignoredIn = (keys: ReadonlyMap<string, Entry>): string[] => {
  const metric = keys.get("metric")?.tree;
  return [
    ...meaningless.filter((key) => keys.has(key)),
    ...meaninglessOfMetric
      .filter((key) => metric?.kind === "map" && metric.entries.has(key))
      .map((key) => `metric.${key}`),
  ];
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
  for (const { name, place, domain } of parameters)
    if (countIn(domain) === Number.POSITIVE_INFINITY)
      throw new LenetError(
        `${place}, ${name}: expected values that can be counted beside method grid, got a range without steps. Give values, or q.`,
      );
  const cells = cellsIn(parameters.map(({ domain }) => domain));
  if (cells > MOST_CELLS)
    throw new LenetError(
      `${root.place}: expected a grid of at most ${MOST_CELLS} cells, got ${cells}. Take out values, or use method random.`,
    );
};

/** Every cell of a grid, or every end of every parameter, is a training that could begin. Throws LenetError. */
const checkTrainings = (sweep: Sweep): void => {
  const { parameters, method, runCap } = sweep;
  const first = parameters.map(({ domain }) => extremes(domain)[0]!);
  const cells =
    method === "grid"
      ? gridOf(parameters.map(({ domain }) => domain)).slice(0, runCap ?? undefined)
      : parameters.flatMap(({ domain }, index) => extremes(domain).map((value) => first.with(index, value)));
  for (const cell of cells) checkTraining(sweep, cell);
};

/** The parameter that is this setting, if one is. */
export const parameterOf = ({ parameters }: Pick<Sweep, "parameters">, setting: string): Parameter | undefined =>
  parameters.find(({ target }) => target.kind === "setting" && target.setting === setting);

/** Throws LenetError unless the cell is a training that could begin, with images to choose by. */
const checkTraining = (sweep: Sweep, cell: readonly Value[]): void => {
  const spell = (setting: string): string => {
    const found = parameterOf(sweep, setting);
    return found ? `${found.place}, ${found.name}` : setting;
  };
  // Of several nets one may not know what another does.
  const { net, settings } = at(parameterOf(sweep, "net")?.place, () => trainingIn(sweep, cell));
  const { validation, limit } = resolve(netNamed(net), settings, spell);
  if (validation === 0)
    throw new LenetError(
      `${spell("validation")}: expected images to choose by, got 0. Leave it out, or set it above 0.`,
    );
  if (limit !== null && limit < LEAST_IMAGES)
    throw new LenetError(
      `${spell("limit")}: expected at least ${LEAST_IMAGES} images, some of them to choose by, got ${limit}. Raise the limit.`,
    );
};

/** The training of a cell: a value for each parameter, in their order. Throws LenetError. */
export const trainingIn = ({ net, parameters }: Pick<Sweep, "net" | "parameters">, cell: readonly Value[]) =>
  trainingOf(
    net,
    parameters.map(({ target }, index) => [target, cell[index]!] as const),
  );

/** Whether a parameter has more than one value. */
export const varies = ({ domain }: Parameter): boolean => countIn(domain) > 1;

/** A cell's values by name, of the parameters that vary. */
export const variedValues = (
  { parameters }: Pick<Sweep, "parameters">,
  cell: readonly Value[],
): Record<string, Value> =>
  Object.fromEntries(
    parameters.flatMap((parameter, index) => (varies(parameter) ? [[parameter.name, cell[index]!] as const] : [])),
  );

/** The search that a sweep is. */
export const searchOf = (sweep: Sweep): Search => ({
  method: sweep.method,
  domains: sweep.parameters.map(({ domain }) => domain),
  canTry: (cell) => {
    try {
      checkTraining(sweep, cell);
      return true;
    } catch (thrown) {
      if (thrown instanceof LenetError) return false;
      throw thrown;
    }
  },
  cap: sweep.runCap,
  halved: sweep.halving !== null,
  seed: sweep.searchSeed,
});
