// Successive halving: after some epochs only the best part of the cells goes on, after more epochs the best part of those.
// In a sweep file it is W&B's `early_terminate: {type: hyperband}`. Ours waits for all cells of a round before it judges,
// so that the same file stops the same cells however many trainings run side by side.

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

/** The epochs after which cells are compared, rising, all below `epochs`. */
export const rungsOf = (halving: Halving | null, epochs: number): number[] => {
  if (!halving) return [];
  const { first, most, rounds, eta } = halving;
  const rungs: number[] = [];
  if (first !== null) for (let rung = first; rung < epochs; rung *= eta) rungs.push(Math.floor(rung));
  else
    for (let round = 0, rung = most! / eta; round < rounds && rung >= 1; round++, rung /= eta)
      rungs.unshift(Math.floor(rung));
  return [...new Set(rungs)].filter((rung) => rung < epochs);
};

/** How many of `cells` go on. */
export const survivors = ({ eta, strict }: Halving, cells: number): number =>
  Math.max(1, strict ? Math.floor(cells / eta) : Math.ceil(cells / eta));
