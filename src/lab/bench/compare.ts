// A bench beside an earlier one: what has become faster. Machines differ from hour to hour, so the roof of each run stands
// first: where it moved, everything moved with it.
import { LenetError } from "../../errors.ts";
import { readText } from "../../files.ts";
import type { BenchResult, Profile, Work } from "./result.ts";

export interface Compared {
  readonly name: string;
  readonly now: number;
  readonly before: number;
  /** Above 1: faster now. */
  readonly ratio: number;
  /**
   * The same with the machine's own pace taken out: the best of each run, over what has become of the roof; what was
   * measured beside a peer, over the peer. Null of the roof itself.
   */
  readonly beside: number | null;
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

/** All that both have: the roof in GFLOP/s, images a second, how many times as fast as the peers, kernels and parts of a step. */
export const compareResults = (now: BenchResult, then: BenchResult): Compared[] => {
  const old = new Map(speeds(then).map((speed) => [speed.name, speed]));
  const roof = now.roofGflops / then.roofGflops;
  return speeds(now).flatMap(({ name, speed, best }) => {
    const earlier = old.get(name);
    if (!earlier) return [];
    const ratio = speed / earlier.speed;
    const beside = best === "roof" ? null : best === "peer" ? ratio : best / (earlier.best as number) / roof;
    return [{ name, now: speed, before: earlier.speed, ratio, beside }];
  });
};

/** What has become slower than noise explains: `noise` is a share, and machines that others use need a fifth. */
export const slower = (compared: readonly Compared[], noise: number): Compared[] =>
  compared.filter(({ beside }) => beside !== null && beside < 1 - noise);

/** Something measured: larger is faster. `best` is its best in the run, where it is not a ratio already. */
interface Speed {
  readonly name: string;
  readonly speed: number;
  readonly best: number | "roof" | "peer";
}

const speeds = ({ roofGflops, ours, peers, kernels, profile }: BenchResult): Speed[] => [
  { name: "roof of one core, GFLOP/s", speed: roofGflops, best: "roof" },
  ...ours.map(({ imagesPerSecond: { median, maximum }, ...work }) => ({
    name: `${workOf(work)}: images/s`,
    speed: median,
    best: maximum,
  })),
  ...peers.map(({ peer, ratio, ...work }) => ({
    name: `${workOf(work)}: LeNet ÷ ${peer}`,
    speed: ratio.median,
    best: "peer" as const,
  })),
  ...kernels.map(({ name, microsecondsPerImage: { minimum } }) => paced(name, minimum)),
  ...(profile ? profileSpeeds(profile) : []),
];

const workOf = ({ task, batch, threads }: Work): string => `${task}, batch ${batch}, threads ${threads}`;

const paced = (name: string, microseconds: number): Speed => {
  const speed = 1e6 / microseconds;
  return { name: `${name}: images/s`, speed, best: speed };
};

const profileSpeeds = ({ net, batch, rows, microsecondsPerImage }: Profile): Speed[] => {
  const step = `${net}, batch ${batch}`;
  return [
    ...rows.map(({ layer, direction, microsecondsPerImage: own }) => paced(`${step}, ${layer} ${direction}`, own)),
    paced(`${step}, whole step`, microsecondsPerImage),
  ];
};
