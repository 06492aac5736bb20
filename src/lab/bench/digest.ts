// From turns to results. A turn is ours and then one peer, measured one right after the other; only neighbours are compared.
// Pure: no clock, no processes.
import type { Net } from "../../nets/net.ts";
import { figuresOf, inverse, median, together } from "./figures.ts";
import { operationsOf, type Task } from "./ours.ts";
import type { Peer, PeerReport } from "./peers.ts";
import type { BestResult, OurResult, PeerResult } from "./result.ts";

/** One of our ways of doing the work: images a second of each block. */
export interface OurSample {
  readonly threads: number;
  readonly rates: readonly number[];
}

export interface PeerSample {
  readonly peer: Peer;
  /** As asked for. */
  readonly threads: number;
  readonly report: PeerReport;
}

export interface Turn {
  readonly repetition: number;
  readonly task: Task;
  readonly batch: number;
  readonly ours: readonly OurSample[];
  /** Null where there is no peer to compare with. */
  readonly theirs: PeerSample | null;
}

/** Ours over theirs, with as many threads. */
export const ratioOf = ({ ours, theirs }: Turn): number => {
  const same = ours.find(({ threads }) => threads === theirs?.threads);
  return same && theirs ? median(same.rates) / theirs.report.imagesPerSecond.median : Number.NaN;
};

/** `items` in groups of the same key, in the order of their first. */
const groupBy = <Item>(items: readonly Item[], key: (item: Item) => string): Item[][] => {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
};

const byWork = (turns: readonly Turn[]): Turn[][] => groupBy(turns, ({ task, batch }) => `${task} ${batch}`);

/** `roof`: operations a second of one core. */
export const ourResults = (net: Net, turns: readonly Turn[], roof: number): OurResult[] =>
  byWork(turns).flatMap((same) => {
    const { task, batch, ours } = same[0]!;
    return ours.map(({ threads }) => {
      const samples = same.flatMap((turn) => turn.ours.filter((sample) => sample.threads === threads));
      const imagesPerSecond = figuresOf(samples.flatMap(({ rates }) => rates));
      const operations = imagesPerSecond.median * operationsOf(net, task);
      return {
        task,
        batch,
        threads,
        imagesPerSecond,
        microsecondsPerImage: inverse(imagesPerSecond),
        gflops: operations / 1e9,
        shareOfRoof: threads === 1 ? operations / roof : null,
      };
    });
  });

export const peerResults = (turns: readonly Turn[]): PeerResult[] =>
  byWork(turns).flatMap((same) => {
    const compared = same.filter((turn): turn is Turn & { theirs: PeerSample } => turn.theirs !== null);
    return groupBy(compared, ({ theirs }) => `${theirs.peer.name} ${theirs.threads}`).map((pairs) => {
      const { task, batch, theirs } = pairs.at(-1)!;
      const imagesPerSecond = together(pairs.map((pair) => pair.theirs.report.imagesPerSecond));
      return {
        task,
        batch,
        threads: theirs.threads,
        peer: theirs.peer.name,
        title: theirs.peer.title,
        version: theirs.report.version,
        variant: theirs.report.variant ?? null,
        differs: theirs.report.differs ?? null,
        imagesPerSecond,
        microsecondsPerImage: inverse(imagesPerSecond),
        ratio: figuresOf(pairs.map(ratioOf)),
        pairs: pairs.length,
      };
    });
  });

/**
 * In training, where threads were tried: our fastest number of threads against the fastest way of the peers that use
 * threads, repetition by repetition.
 */
export const bestResults = (turns: readonly Turn[]): BestResult[] =>
  byWork(turns.filter(({ task }) => task === "train")).flatMap((same) => {
    const { task, batch } = same[0]!;
    const ours = fastest(same.flatMap((turn) => turn.ours.map((sample) => ({ ...turn, ...sample, name: "" }))));
    const theirs = fastest(
      same.flatMap(({ repetition, theirs }) => {
        if (!theirs?.peer.threaded) return [];
        const { peer, threads, report } = theirs;
        return [{ repetition, threads, name: peer.name, rates: [report.imagesPerSecond.median] }];
      }),
    );
    if (!ours || !theirs) return [];
    const ratios = [...theirs.medians].map(([repetition, rate]) => ours.medians.get(repetition)! / rate);
    const [ourThreads, peer, peerThreads] = [ours.threads, theirs.name, theirs.threads];
    return [{ task, batch, ourThreads, peer, peerThreads, ratio: figuresOf(ratios) }];
  });

interface Measured {
  readonly repetition: number;
  readonly name: string;
  readonly threads: number;
  readonly rates: readonly number[];
}

/** Of several ways the one with the highest median rate, and its median rate in each repetition. */
const fastest = (
  measured: readonly Measured[],
): { name: string; threads: number; medians: Map<number, number> } | null => {
  const ways = groupBy(measured, ({ name, threads }) => `${name} ${threads}`).map((samples) => {
    const repetitions = groupBy(samples, ({ repetition }) => `${repetition}`);
    const medians = new Map(
      repetitions.map((same) => [same[0]!.repetition, median(same.flatMap(({ rates }) => rates))]),
    );
    return { name: samples[0]!.name, threads: samples[0]!.threads, medians, rate: median([...medians.values()]) };
  });
  return ways.toSorted((a, b) => b.rate - a.rate)[0] ?? null;
};
