// Which cells a sweep tries: all of a grid, random ones, or ones that earlier results speak for. A cell is a value for each
// parameter. Cells come in generations; a generation is chosen from the results of those before it alone, so that the same
// file tries the same cells however many trainings run side by side.
import { shuffle, stream } from "../../../random.ts";
import { type Observation, suggest } from "./bayes.ts";
import { countIn, type Domain, drawValue, type Space, type Value, valuesIn } from "./domain.ts";

export type Cell = readonly Value[];

/** All cells of a grid, the last parameter changing fastest. */
export const gridOf = (domains: readonly Domain[]): Cell[] =>
  domains.reduce<Cell[]>(
    (cells, domain) => cells.flatMap((cell) => valuesIn(domain)!.map((value) => [...cell, value])),
    [[]],
  );

/** How many cells a grid has; perhaps without end. */
export const cellsIn = (domains: readonly Domain[]): number =>
  domains.reduce((product, domain) => product * countIn(domain), 1);

/** Cells of a Bayesian generation: few, to learn often; more than one, to keep some cores busy. */
const GENERATION = 4;
/** With early termination a generation is large enough for two rounds of thirds. */
const HALVED_GENERATION = 9;
/** Cells drawn at random before results are listened to, and times a cell is drawn anew because it was tried before or cannot be. */
const STARTUP = 8;
const TRIES = 100;

export interface Search extends Space {
  readonly method: "grid" | "random" | "bayes";
  /** The most cells; null: all of the grid. */
  readonly cap: number | null;
  /** Whether a generation loses cells on its way. */
  readonly halved: boolean;
  /** Of all choices: there is no other source of chance. */
  readonly seed: number;
}

/**
 * The next generation, after the cells that were tried with their scores (smaller is better). Empty when there is nothing left
 * to try.
 */
export const nextGeneration = (search: Search, tried: readonly Observation[]): Cell[] => {
  const { method, domains, cap, seed } = search;
  if (method === "grid") return tried.length > 0 ? [] : gridOf(domains).slice(0, cap ?? undefined);
  const left = cap! - tried.length;
  const count = method === "random" ? left : Math.min(left, search.halved ? HALVED_GENERATION : GENERATION);
  const clever = method === "bayes" && tried.filter(({ score }) => score !== undefined).length >= STARTUP;
  const cells: Cell[] = clever ? suggest(search, tried, count, stream(seed, `sweep/${tried.length}`)) : [];
  const known = new Set([...tried.map(({ cell }) => cell), ...cells].map((cell) => JSON.stringify(cell)));
  let rest: readonly Cell[] | undefined;
  for (let index = tried.length + cells.length; index < tried.length + count; index++) {
    let cell = freshCell(search, index, known);
    if (!cell) {
      // Where chance finds nothing new: one of the cells that remain, if any.
      rest = (rest ?? smallGrid(search)).filter((one) => !known.has(JSON.stringify(one)));
      const order = [...rest.keys()];
      shuffle(order, stream(seed, `sweep/${index}/left`));
      cell = rest[order[0]!];
    }
    if (!cell) break;
    known.add(JSON.stringify(cell));
    cells.push(cell);
  }
  return cells;
};

/** A cell from a stream for each place, so that a parameter more does not move the values of the others. */
const randomCell = ({ domains, seed }: Search, name: string): Cell =>
  domains.map((domain, place) => drawValue(domain, stream(seed, `${name}/${place}`)));

const freshCell = (search: Search, index: number, known: ReadonlySet<string>): Cell | undefined => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const cell = randomCell(search, `sweep/${index}/${attempt}`);
    if (!known.has(JSON.stringify(cell)) && search.canTry(cell)) return cell;
  }
  return undefined;
};

/** A grid larger than this is never nearly used up. */
const SEARCHABLE = 100_000;

/** All that can be tried; nothing where that is too much. */
const smallGrid = ({ domains, canTry }: Search): readonly Cell[] =>
  cellsIn(domains) > SEARCHABLE ? [] : gridOf(domains).filter(canTry);
