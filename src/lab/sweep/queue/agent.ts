// An agent: takes trials from a queue and trains them on this machine, as many side by side as it has slots. It makes sure that
// it trains the same images with the same program, leaves its files beside the queue after every epoch, and puts back what it
// cannot finish. An agent that falls silent loses its trials to others.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Job } from "bullmq";
import { LenetError, messageOf } from "../../../errors.ts";
import { type Origins, originOf } from "../../model/fit.ts";
import { isAbandoned, occupy } from "../../run/occupied.ts";
import { sameArithmetic } from "../../settings/settings.ts";
import { loadParts } from "../../training/images.ts";
import { openPool } from "../trials/pool.ts";
import type { TaskEnd } from "../trials/runner.ts";
import { pack, unpack } from "./parcel.ts";
import {
  announcedSweeps,
  type Code,
  codeText,
  fetchFiles,
  leaveFiles,
  type Order,
  type Progress,
  QUEUE,
  sameCode,
} from "./queue.ts";
import { type Link, orRefusal } from "./redis.ts";

export interface AgentOptions {
  /** Trials side by side. */
  readonly jobs: number;
  readonly code: Code;
  /** Its trials are others' when nothing was heard of it for so long. */
  readonly heartbeatMs: number;
  /** Ends when nothing is left to take. */
  readonly drain: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: AgentEvent) => void;
}

export type AgentEvent =
  | { readonly kind: "take"; readonly order: Order }
  | { readonly kind: "progress"; readonly order: Order; readonly progress: Progress }
  | { readonly kind: "end"; readonly order: Order; readonly end: TaskEnd };

const IDLE_MS = 300;
/** Agents that one trial may take with it before it is given up. */
const MOST_LOST = 5;
/** How often, a second apart, a trial's last files are offered to a Redis that does not take them. */
const OFFERS = 20;
const OFFER_MS = 1_000;
const FOLDER = "lenet-agent-";

/** Works until it is told to stop. Throws LenetError where a sweep on the queue is not for it. */
export const runAgent = async (link: Link, options: AgentOptions): Promise<void> => {
  const { jobs, code, heartbeatMs, drain, signal, onEvent } = options;
  for (const { code: wanted, file } of await announcedSweeps(link).catch(orRefusal(link)))
    checkCode(file, wanted, code);
  const { bull, redis } = link;
  const work = makeWorkFolder();
  const pool = openPool({ jobs });
  const data = new Map<string, Origins>();
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  let refusal: unknown;

  const train = async (job: Job<Order, TaskEnd>, token?: string): Promise<TaskEnd> => {
    const order = job.data;
    const { sweep, task } = order;
    const giveBack = async (): Promise<never> => {
      await job.moveToWait(token);
      throw new bull.WaitingError();
    };
    try {
      checkCode(`trial ${task.name}`, order.code, code);
      sameArithmetic(order.file, task.settings.arithmetic, "sweep with arithmetic: {value: plain}");
      await checkData(data, order);
    } catch (thrown) {
      refusal = thrown;
      failure.abort();
      return giveBack();
    }
    onEvent({ kind: "take", order });
    // A job that was thought lost may come back to the very agent that is still at work on it: each time has its own folder.
    const own = mkdtempSync(join(work, "trial-"));
    const folder = join(own, "run");
    const before = await fetchFiles(link, sweep, task.name);
    if (before.size > 0) unpack(folder, before);
    let progress: Progress = { share: 0, record: null };
    const leave = (): Promise<void> => leaveFiles(link, sweep, task.name, pack(folder));
    const trained = await pool.run({ ...task, folder }, stop, (event) => {
      progress = event.kind === "share" ? { ...progress, share: event.share } : { ...progress, record: event.record };
      onEvent({ kind: "progress", order, progress });
      // Neither may end the training: what is lost now is told with the next epoch.
      job.updateProgress({ ...progress }).catch(() => {});
      if (event.kind === "epoch") leave().catch(() => {});
    });
    const end = trained.kind === "failed" ? trained : await insist(leave, trained);
    rmSync(own, { recursive: true, force: true });
    if (trained.kind === "interrupted") return giveBack();
    onEvent({ kind: "end", order, end });
    return end;
  };

  const worker = new bull.Worker<Order, TaskEnd>(QUEUE, train, {
    connection: redis,
    concurrency: jobs,
    lockDuration: heartbeatMs,
    stalledInterval: heartbeatMs,
    maxStalledCount: MOST_LOST,
  });
  worker.on("error", () => {});
  try {
    const queue = new bull.Queue(QUEUE, { connection: redis });
    queue.on("error", () => {});
    while (!stop.aborted) {
      await pause(IDLE_MS, undefined, { signal: stop }).catch(() => {});
      if (!drain || stop.aborted) continue;
      const {
        waiting = 0,
        active = 0,
        prioritized = 0,
        delayed = 0,
      } = await queue.getJobCounts("waiting", "active", "prioritized", "delayed");
      if (waiting + active + prioritized + delayed === 0) break;
    }
    await worker.close();
    await queue.close();
  } finally {
    await pool.close();
    rmSync(work, { recursive: true, force: true });
  }
  if (refusal) throw refusal;
};

/** Leaves what a whole training has brought: a Redis that is full may have room a moment later. */
const insist = async (leave: () => Promise<void>, trained: TaskEnd): Promise<TaskEnd> => {
  for (let offer = 1; ; offer++) {
    try {
      await leave();
      return trained;
    } catch (thrown) {
      if (offer === OFFERS)
        return { kind: "failed", reason: `the queue did not take the trial's files: ${messageOf(thrown)}` };
      await pause(OFFER_MS);
    }
  }
};

/** A folder of one's own; those of agents that were killed are removed. */
const makeWorkFolder = (): string => {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (name.startsWith(FOLDER) && isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(tmpdir(), FOLDER));
  occupy(folder);
  return folder;
};

const checkCode = (place: string, wanted: Code, own: Code): void => {
  if (!sameCode(wanted, own))
    throw new LenetError(
      `${place}: expected an agent of ${codeText(wanted)}, got ${codeText(own)}. Bring this machine to the same version.`,
    );
};

/** Throws LenetError where this machine has other images than the sweep, or none. */
const checkData = async (known: Map<string, Origins>, { data, task }: Order): Promise<void> => {
  const name = task.settings.data;
  if (!known.has(name)) {
    const { train, test } = await loadParts(name);
    known.set(name, { train: originOf(train), test: test ? originOf(test) : null });
  }
  const own = JSON.parse(JSON.stringify(known.get(name)));
  if (!isDeepStrictEqual(own, data))
    throw new LenetError(
      `${name}: expected the images of the sweep (sha256 ${data.train.sha256.images.slice(0, 12)}…), got others (${own.train.sha256.images.slice(0, 12)}…). Copy them from the machine of the sweep.`,
    );
};
