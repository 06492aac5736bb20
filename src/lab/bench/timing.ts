// How everything here is timed, in this process and in the peers' programs (bench/peers/common.mjs): a warm-up of a quarter
// of the time, then blocks of a tenth of it, three at least.

const WARM_UP = 0.25;
const BLOCK = 0.1;
const LEAST_BLOCKS = 3;

/** Does some work and returns how many images (or operations) that was. */
export type Work = () => number | Promise<number>;

/** Repeats `work` for so many milliseconds, once at least; the rate a second. */
const repeat = async (work: Work, milliseconds: number): Promise<number> => {
  const start = performance.now();
  let amount = 0;
  let elapsed: number;
  do {
    const done = work();
    amount += typeof done === "number" ? done : await done;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (amount * 1000) / elapsed;
};

/** Rates a second of the blocks of `seconds` of work. */
export const measure = async (work: Work, seconds: number): Promise<number[]> => {
  await repeat(work, seconds * 1000 * WARM_UP);
  const rates: number[] = [];
  const start = performance.now();
  while (rates.length < LEAST_BLOCKS || performance.now() - start < seconds * 1000)
    rates.push(await repeat(work, seconds * 1000 * BLOCK));
  return rates;
};
