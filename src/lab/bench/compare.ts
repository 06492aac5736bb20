// A bench beside an earlier one: what has become faster. Machines differ from hour to hour, so the roof of each run stands
// first: where it moved, everything moved with it.
import { LenetError } from "../../errors.ts";
import { readText } from "../../files.ts";
import type { Arithmetic } from "../../kernels/module.ts";
import type { BenchKind, BenchResult, GrowthPoint, Profile, Work } from "./result.ts";
import { type BenchSettings, batchOf } from "./run.ts";

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

/** A stored bench. Throws LenetError when the file is not one, or not whole. */
export const readResult = (path: string): BenchResult => {
  const text = readText(path, "a result of lenet bench");
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {}
  if (isResult(found)) return found;
  const got = Object(found).kind === "lenet bench" ? "one that is not whole" : "other text";
  throw new LenetError(`${path}: expected a result of lenet bench, got ${got}. Name a file that it has written.`);
};

/** Whether it has all that is compared, or asked for again. */
const isResult = (found: unknown): found is BenchResult => {
  const { kind, date, cpu, settings, roofGflops } = Object(found);
  const { net, arithmetic } = Object(settings);
  if (kind !== "lenet bench" || [date, cpu, net, arithmetic].some((text) => typeof text !== "string")) return false;
  const isNumber = (value: unknown): boolean => typeof value === "number" && !Number.isNaN(value);
  try {
    // What reading the clock costs is taken off, so that a short part of a step may come out at nothing or less.
    const all = speeds(found as BenchResult);
    return (
      roofGflops > 0 && all.every(({ speed, best }) => isNumber(speed) && (typeof best === "string" || isNumber(best)))
    );
  } catch {
    return false;
  }
};

/** What it measured. */
export const kindOf = ({ kernels, profile, growth }: BenchResult): BenchKind =>
  profile ? "profile" : growth ? "growth" : kernels.length > 0 ? "kernels" : "nets";

/** As a bench of this is asked for. */
const commandOf = (of: BenchKind, net: string, batch: number | undefined, arithmetic: Arithmetic): string => {
  const what = { nets: "", kernels: " --kernels", profile: ` --profile ${net} --batch ${batch}`, growth: " --growth" };
  return `lenet bench${what[of]} --arithmetic ${arithmetic}`;
};

/** Throws LenetError when the result at `path` is not of what is to be measured now. */
export const refuseOther = (path: string, then: BenchResult, now: BenchSettings): void => {
  const wanted = commandOf(now.of, now.net.name, batchOf(now), now.arithmetic);
  const got = commandOf(kindOf(then), then.settings.net, then.profile?.batch, then.settings.arithmetic);
  if (wanted !== got)
    throw new LenetError(
      `${path}: expected a result of ${wanted}, got one of ${got}. Measure the same, or name another.`,
    );
};

/** All that both have: the roof in GFLOP/s, images a second, how many times as fast as the peers, kernels, parts of a step, growth. */
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

const speeds = ({ roofGflops, ours, peers, kernels, profile, growth = [] }: BenchResult): Speed[] => [
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
  ...growth.map(growthSpeed),
];

const workOf = ({ task, batch, threads }: Work): string => `${task}, batch ${batch}, threads ${threads}`;

const paced = (name: string, microseconds: number): Speed => {
  const speed = 1e6 / microseconds;
  return { name: `${name}: images/s`, speed, best: speed };
};

/** Of images and batches the cost is milliseconds of so many images, else microseconds of one. */
const growthSpeed = ({ axis, x, threads, cost }: GrowthPoint): Speed =>
  paced(
    `growth, ${axis} ${Number(x.toPrecision(3))}, threads ${threads}`,
    axis === "images" || axis === "batch" ? (cost * 1_000) / x : cost,
  );

const profileSpeeds = ({ net, batch, rows, microsecondsPerImage }: Profile): Speed[] => {
  const step = `${net}, batch ${batch}`;
  return [
    ...rows.map(({ layer, direction, microsecondsPerImage: own }) => paced(`${step}, ${layer} ${direction}`, own)),
    paced(`${step}, whole step`, microsecondsPerImage),
  ];
};
