// How the cost of training grows with the work: images, batch, threads, maps. Where an engine is sound these are straight lines; a
// cliff (a cache left, threads in each other's way, a kernel that falls back) would show as a bend.
import { initialise } from "../../engine/initialise.ts";
import { startTeam } from "../../engine/team.ts";
import { type Arithmetic, kernelModule } from "../../kernels/module.ts";
import { netNamed } from "../../nets/index.ts";
import type { Net } from "../../nets/net.ts";
import { optimiser } from "../../optimisers/index.ts";
import { fillImages, operationsOf } from "./ours.ts";
import type { GrowthPoint } from "./result.ts";

const SEED = 1;
const RATE = 0.000_1;
const BATCH = 64;
/**
 * A measurement is the least of so many walks, or of those within its time, at so many times far apart: what else the machine does
 * only adds, and may go on for some seconds.
 */
const TIMES = 5;
const PASSES = 3;
/** Images of the walk that warms up. */
const WARM = 256;

/** The amounts of work along each axis; of maps how many times as many as LeNet-5 has. */
export interface GrowthSizes extends Readonly<Record<GrowthPoint["axis"], readonly number[]>> {
  /** Images in memory where their number is not what grows. */
  readonly walked: number;
}

export const usualSizes: GrowthSizes = {
  images: [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000],
  batch: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
  threads: [1, 2, 3, 4, 5, 6, 7, 8],
  maps: [1, 2, 3, 4, 6, 8],
  walked: 4_096,
};
export const quickSizes: GrowthSizes = {
  images: [1_000, 2_000],
  batch: [64],
  threads: [2],
  maps: [1, 2],
  walked: 512,
};

/** One measurement: what is trained, and what a walk through all its images comes to. */
interface Case {
  readonly axis: GrowthPoint["axis"];
  readonly x: number;
  readonly net: Net;
  readonly images: number;
  readonly batch: number;
  readonly threads: number;
  /** The cost, of the milliseconds of a walk. */
  readonly cost: (ms: number) => number;
}

/** LeNet-5 with so many times as many maps in C1 and C3 and units in C5; the rest as it is. */
const wider = (factor: number): Net => netNamed(`lenet5:c1=${6 * factor},c3=${16 * factor},c5=${120 * factor}`);

/** The case of a size along each axis, all else being as usual. */
const axes: Readonly<
  Record<GrowthPoint["axis"], (size: number, usual: Omit<Case, "axis" | "x" | "cost">) => Omit<Case, "axis">>
> = {
  images: (images, usual) => ({ ...usual, x: images, images, cost: (ms) => ms }),
  batch: (batch, usual) => ({ ...usual, x: batch, batch, cost: (ms) => (ms * batch) / usual.images }),
  threads: (threads, usual) => ({ ...usual, x: threads, threads, cost: (ms) => (ms * 1_000) / usual.images }),
  maps: (factor, usual) => {
    const net = wider(factor);
    const x = operationsOf(net, "train") / 2e6;
    return { ...usual, x, net, images: usual.images / 8, cost: (ms) => (ms * 8_000) / usual.images };
  },
};

const casesAlong = (axis: GrowthPoint["axis"], { walked, ...sizes }: GrowthSizes, threads: number): Case[] => {
  const usual = { net: netNamed("lenet5"), images: walked, batch: BATCH, threads };
  return sizes[axis].map((size) => ({ axis, ...axes[axis](size, usual) }));
};

/** Every axis but that of threads is walked on one thread and on all. */
const casesOf = ({ sizes, threads: all }: GrowthSettings): Case[] => [
  ...[...new Set([1, all])].flatMap((threads) =>
    (["images", "batch", "maps"] as const).flatMap((axis) => casesAlong(axis, sizes, threads)),
  ),
  ...casesAlong("threads", sizes, 1),
];

export interface GrowthSettings {
  readonly arithmetic: Arithmetic;
  /** Of one measurement, which is one walk at least. */
  readonly seconds: number;
  /** Of a team that uses the whole machine. */
  readonly threads: number;
  readonly sizes: GrowthSizes;
}

/** Milliseconds that one walk through all images takes at least, after one to warm up. */
const walkMs = async (
  { net, images, batch, threads }: Case,
  { arithmetic, seconds }: GrowthSettings,
): Promise<number> => {
  const plan = { batch, threads, optimiser: optimiser("adam"), seed: SEED, images, positions: images };
  const team = await startTeam(kernelModule(arithmetic), net, plan);
  try {
    fillImages(team.arena, team.description);
    initialise(team.description, SEED, team.arena);
    team.arena.doubles("rates").fill(RATE);
    const walk = async (to: number): Promise<number> => {
      const start = performance.now();
      await team.walk({ training: true, from: 0, to, batch, step: 0 });
      return performance.now() - start;
    };
    await walk(Math.min(images, WARM));
    let [least, all] = [Infinity, 0];
    for (let time = 0; time === 0 || (time < TIMES && all < 1_000 * seconds); time++) {
      const ms = await walk(images);
      all += ms;
      least = Math.min(least, ms);
    }
    return least;
  } finally {
    await team.end();
  }
};

/**
 * Measures the modern LeNet-5 with Adam along each axis, on one thread and on all. `onPoint` hears what is measured next, and how
 * much of the whole is done, 0…1. Throws LenetError when the memory is not to be had.
 */
export const measureGrowth = async (
  settings: GrowthSettings,
  onPoint: (title: string, done: number) => void,
): Promise<GrowthPoint[]> => {
  const cases = casesOf(settings);
  const least = cases.map(() => Infinity);
  for (let pass = 0; pass < PASSES; pass++)
    for (const [index, one] of cases.entries()) {
      const { axis, x, threads } = one;
      const done = (pass * cases.length + index) / (PASSES * cases.length);
      onPoint(`${axis} ${Number(x.toPrecision(3))}, ${threads} thread${threads === 1 ? "" : "s"}`, done);
      least[index] = Math.min(least[index]!, await walkMs(one, settings));
    }
  return cases.map(({ axis, x, threads, cost }, index) => {
    return { axis, x, threads, cost: Number(cost(least[index]!).toPrecision(4)) };
  });
};
