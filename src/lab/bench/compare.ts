// A bench beside an earlier one: what has become faster. Machines differ from hour to hour, so the roof of each run stands
// first: where it moved, everything moved with it.
import { LenetError } from "../../errors.ts";
import { readText } from "../../files.ts";
import type { BenchResult } from "./result.ts";

export interface Compared {
  readonly name: string;
  readonly now: number;
  readonly before: number;
  /** Above 1: faster now. */
  readonly ratio: number;
}

/** A stored bench. Throws LenetError when the file is not one. */
export const readResult = (path: string): BenchResult => {
  const text = readText(path, "a result of lenet bench");
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {}
  if (Object(found).kind === "lenet bench") return found as BenchResult;
  throw new LenetError(`${path}: expected a result of lenet bench, got other text. Name a file that it has written.`);
};

/** All speeds that both have: the roof in GFLOP/s, images a second, and kernels as images a second at their best. */
export const compareResults = (now: BenchResult, then: BenchResult): Compared[] => {
  const old = speeds(then);
  return [...speeds(now)].flatMap(([name, speed]) => {
    const earlier = old.get(name);
    return earlier === undefined ? [] : [{ name, now: speed, before: earlier, ratio: speed / earlier }];
  });
};

const speeds = ({ roofGflops, ours, kernels }: BenchResult): Map<string, number> =>
  new Map([
    ["roof of one core, GFLOP/s", roofGflops],
    ...ours.map(({ imagesPerSecond, ...work }): [string, number] => [
      `${work.task}, batch ${work.batch}, threads ${work.threads}: images/s`,
      imagesPerSecond.median,
    ]),
    ...kernels.map(({ name, microsecondsPerImage }): [string, number] => [
      `${name}: images/s`,
      1e6 / microsecondsPerImage.minimum,
    ]),
  ]);
