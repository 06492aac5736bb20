// One bench: ours and the peers, in turn, in the same run. A machine that others use is fast now and slow a second later, so
// each measurement of a peer follows one of ours. What is made of the turns is digest.ts's business.
import { cpus } from "node:os";
import { shardCount } from "../../engine/plan.ts";
import type { Arithmetic } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { commit, processor } from "../run/provenance.ts";
import { recipeOf } from "../settings/recipes.ts";
import { bestResults, ourResults, type PeerSample, peerResults, ratioOf, type Turn } from "./digest.ts";
import { type GrowthSizes, measureGrowth, usualSizes } from "./growth.ts";
import { benchKernels } from "./kernels.ts";
import { answerer, type Contender, type Task, trainer } from "./ours.ts";
import { type Peer, runPeer } from "./peers.ts";
import { profileOf } from "./profile.ts";
import type { AbsentPeer, BenchKind, BenchResult, GrowthPoint } from "./result.ts";
import { measureRoof } from "./roof.ts";

export interface BenchSettings {
  readonly net: Net;
  readonly arithmetic: Arithmetic;
  /** Of one measurement. */
  readonly seconds: number;
  readonly repetitions: number;
  readonly peers: readonly Peer[];
  /** Threads of a team that uses the whole machine. */
  readonly threads: number;
  readonly of: BenchKind;
  /** Of the profiled step; by default the recipe's. */
  readonly batch?: number;
  /** Of growth. */
  readonly sizes?: GrowthSizes;
  readonly onProgress?: (progress: BenchProgress) => void;
}

export interface BenchProgress {
  /** What is being measured now. */
  readonly title: string;
  readonly elapsedMs: number;
  /** Null until there is something to guess it from. */
  readonly remainingMs: number | null;
}

/** A peer this much slower is measured once: nobody needs its ratio to the percent, and some need minutes. */
const FAR_BEHIND = 20;
const ROOF_SECONDS = 0.2;

/** Images in the step that is profiled. */
export const batchOf = ({ net, batch }: Pick<BenchSettings, "net" | "batch">): number => batch ?? recipeOf(net).batch;

/** Runs the bench. Throws LenetError when the memory is not to be had. */
export const runBench = async (settings: BenchSettings): Promise<BenchResult> => {
  const { net, arithmetic, seconds, repetitions, of } = settings;
  const date = new Date().toISOString();
  const { turns, absent, roof } = of === "nets" ? await takeTurns(settings) : noTurns(arithmetic, seconds);
  return {
    kind: "lenet bench",
    date,
    commit: commit(),
    cpu: processor(),
    cores: cpus().length,
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    settings: { net: net.name, arithmetic, seconds, repetitions },
    roofGflops: roof / 1e9,
    ours: ourResults(net, turns, roof),
    peers: peerResults(turns),
    absent,
    best: bestResults(turns),
    kernels: of === "kernels" ? await benchKernels(net, arithmetic, seconds, repetitions) : [],
    ...(of === "profile" ? { profile: profileOf(net, batchOf(settings), arithmetic, seconds, roof) } : {}),
    ...(of === "growth" ? { growth: await growthOf(settings) } : {}),
  };
};

const growthOf = async ({ sizes = usualSizes, onProgress, ...settings }: BenchSettings): Promise<GrowthPoint[]> => {
  const start = performance.now();
  return measureGrowth({ ...settings, sizes }, (title, done) => {
    const elapsedMs = performance.now() - start;
    onProgress?.({ title, elapsedMs, remainingMs: done === 0 ? null : elapsedMs / done - elapsedMs });
  });
};

interface Taken {
  readonly turns: Turn[];
  readonly absent: AbsentPeer[];
  /** Operations a second. */
  readonly roof: number;
}

const noTurns = (arithmetic: Arithmetic, seconds: number): Taken => ({
  turns: [],
  absent: [],
  roof: measureRoof(arithmetic, Math.min(5 * ROOF_SECONDS, 10 * seconds)),
});

/** A kind of work, and ours that do it. */
interface Event {
  readonly task: Task;
  readonly batch: number;
  readonly ours: readonly Contender[];
}

/** A turn to come. */
interface Planned extends Event {
  readonly repetition: number;
  readonly rival: { readonly peer: Peer; readonly threads: number } | null;
}

const takeTurns = async (settings: BenchSettings): Promise<Taken> => {
  const start = performance.now();
  const events = await openEvents(settings);
  const plan = planOf(settings, events);
  const taken = { turns: [] as Turn[], absent: [] as AbsentPeer[], roof: 0 };
  try {
    for (const [index, planned] of plan.entries()) {
      if (isSettled(planned, taken)) continue;
      const left = plan.slice(index).filter((later) => !isSettled(later, taken)).length;
      const progress = (title: string): void => {
        const elapsedMs = performance.now() - start;
        const done = taken.turns.length;
        settings.onProgress?.({ title, elapsedMs, remainingMs: done === 0 ? null : (elapsedMs / done) * left });
      };
      taken.roof = Math.max(taken.roof, measureRoof(settings.arithmetic, ROOF_SECONDS));
      await takeTurn(planned, settings.seconds, taken, progress);
    }
  } finally {
    for (const { ours } of events) for (const contender of ours) await contender.end();
  }
  return taken;
};

/** Training and answering, a batch of 64 and one by one; training on one thread and on all that find a shard to work on. */
const openEvents = async ({ net, threads, arithmetic }: BenchSettings): Promise<Event[]> => {
  const events: Event[] = [];
  for (const batch of [64, 1]) {
    const ours: Contender[] = [];
    for (const count of new Set([1, Math.min(threads, shardCount(batch))]))
      ours.push(await trainer(net, batch, count, arithmetic));
    events.push({ task: "train", batch, ours });
  }
  for (const batch of [64, 1]) events.push({ task: "infer", batch, ours: [answerer(net, batch, arithmetic)] });
  return events;
};

const planOf = ({ repetitions, peers }: BenchSettings, events: readonly Event[]): Planned[] =>
  [...Array(repetitions).keys()].flatMap((repetition) =>
    events.flatMap((event): Planned[] => {
      const rivals = peers.flatMap((peer) =>
        event.ours
          .filter(({ threads }) => threads === 1 || peer.threaded)
          .map(({ threads }) => ({ ...event, repetition, rival: { peer, threads } })),
      );
      return rivals.length > 0 ? rivals : [{ ...event, repetition, rival: null }];
    }),
  );

/** Whether this turn would tell nothing new: the peer is absent, or was far behind. */
const isSettled = ({ task, batch, rival }: Planned, { turns, absent }: Omit<Taken, "roof">): boolean => {
  if (rival === null) return false;
  const { peer, threads } = rival;
  if (absent.some((entry) => entry.peer === peer.name && entry.task === task)) return true;
  return turns.some(
    (turn) =>
      turn.task === task &&
      turn.batch === batch &&
      turn.theirs?.peer === peer &&
      turn.theirs.threads === threads &&
      ratioOf(turn) > FAR_BEHIND,
  );
};

/** Ours, then the peer. */
const takeTurn = async (
  { repetition, task, batch, ours, rival }: Planned,
  seconds: number,
  { turns, absent }: Omit<Taken, "roof">,
  progress: (title: string) => void,
): Promise<void> => {
  const title = (who: string, threads: number): string =>
    `${task}, batch ${batch}: ${who}, ${threads} thread${threads === 1 ? "" : "s"}`;
  const samples = [];
  for (const contender of ours) {
    progress(title("LeNet", contender.threads));
    samples.push({ threads: contender.threads, rates: await contender.measure(seconds) });
  }
  let theirs: PeerSample | null = null;
  if (rival) {
    progress(title(rival.peer.title, rival.threads));
    const report = await runPeer(rival.peer, { task, batch, threads: rival.threads }, seconds);
    if ("absent" in report) absent.push({ peer: rival.peer.name, task, why: report.absent });
    else theirs = { ...rival, report };
  }
  turns.push({ repetition, task, batch, ours: samples, theirs });
};
