// The runner of many machines: every task is a job on a queue that agents (agent.ts) take from. What an agent has learned lies
// beside the queue, epoch by epoch, so that another one can go on; when a job is done its files come here, into the very folder
// that a trial of this machine would have. A job that is lost, with its Redis, is put there again.
import { setTimeout as pause } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { Origins } from "../../model/fit.ts";
import { hasBegun } from "../../run/run-folder.ts";
import type { Runner, Task, TaskEnd, TaskEvent } from "../trials/runner.ts";
import { isWhole, type Parcel, pack, unpack } from "./parcel.ts";
import { type Link, orRefusal } from "./redis.ts";

export const QUEUE = "lenet-sweeps";

/** Which program trains: agents and sweeps have to agree on it, or weights would differ. */
export interface Code {
  readonly lenet: string;
  readonly commit: string | null;
}

/** A task as agents are handed it. */
export interface Order {
  readonly sweep: string;
  /** Name of the sweep's file. */
  readonly file: string;
  readonly task: Omit<Task, "folder">;
  /** Hashes of the images to train on. */
  readonly data: Origins;
  readonly code: Code;
}

/** What an agent tells while it trains. */
export interface Progress {
  readonly share: number;
  readonly record: Extract<TaskEvent, { kind: "epoch" }>["record"] | null;
}

export const sameCode = (a: Code, b: Code): boolean => a.lenet === b.lenet && a.commit === b.commit;

export const codeText = ({ lenet, commit }: Code): string =>
  `lenet ${lenet}${commit === null ? "" : ` at commit ${commit.slice(0, 7)}`}`;

const FILES = "lenet:files:";
const filesKey = (sweep: string, name: string): string => `${FILES}${sweep}:${name}`;
const SWEEPS = "lenet:sweep:";
/** What nobody has asked for by then goes away; a sweep that comes back later has it trained again. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Leaves the files of a task where others find them. Throws what Redis has against it. */
export const leaveFiles = async ({ redis }: Link, sweep: string, name: string, parcel: Parcel): Promise<void> => {
  const key = filesKey(sweep, name);
  const fields = new Map([...parcel].map(([file, bytes]) => [file, Buffer.from(bytes)]));
  await redis
    .multi()
    .del(key)
    .hset(key, fields)
    .expire(key, KEPT_SECONDS)
    .exec()
    // A transaction that is thrown away says so, and the reason beside it.
    .catch((thrown: { previousErrors?: unknown[] }) => {
      throw thrown.previousErrors?.[0] ?? thrown;
    });
};

/** The files of a task, none where nobody left any. */
export const fetchFiles = async ({ redis }: Link, sweep: string, name: string): Promise<Parcel> =>
  new Map(Object.entries(await redis.hgetallBuffer(filesKey(sweep, name))));

/** A sweep that feeds the queue, as it says so itself. */
export interface Announcement {
  readonly sweep: string;
  readonly file: string;
  readonly code: Code;
}

/** The sweeps that feed the queue now. */
export const announcedSweeps = async ({ redis }: Link): Promise<Announcement[]> => {
  const keys = await redis.keys(`${SWEEPS}*`);
  const texts = keys.length > 0 ? await redis.mget(keys) : [];
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Announcement]));
};

export const queueActions = ["status", "pause", "resume", "clear"] as const;

export interface QueueStatus {
  readonly waiting: number;
  readonly active: number;
  readonly agents: number;
  /** Agents then finish what they have and take nothing new. */
  readonly paused: boolean;
  readonly sweeps: readonly Announcement[];
}

/** Takes off the queue what belongs to no sweep that is under way; what an agent is at work on stays until it ends. */
const clear = async (link: Link, queue: Queue<Order>): Promise<void> => {
  const { redis } = link;
  const alive = new Set((await announcedSweeps(link)).map(({ sweep }) => sweep));
  for (const job of await queue.getJobs()) if (!alive.has(job.data.sweep)) await job.remove().catch(() => {});
  for (const key of await redis.keys(`${FILES}*`))
    if (!alive.has(key.slice(FILES.length).split(":")[0]!)) await redis.del(key);
};

/** Pauses the queue, lets it go on or clears it; says how it is. */
export const controlQueue = async (link: Link, action: (typeof queueActions)[number]): Promise<QueueStatus> => {
  const queue = new link.bull.Queue<Order>(QUEUE, { connection: link.redis });
  try {
    if (action === "clear") await clear(link, queue);
    else if (action !== "status") await queue[action]();
    const { waiting = 0, prioritized = 0, active = 0 } = await queue.getJobCounts("waiting", "prioritized", "active");
    const [agents, paused] = [(await queue.getWorkers()).length, await queue.isPaused()];
    return { waiting: waiting + prioritized, active, agents, paused, sweeps: await announcedSweeps(link) };
  } catch (thrown) {
    return orRefusal(link)(thrown);
  } finally {
    await queue.close();
  }
};

/** Tasks on the queue at a time: more than agents take, few enough to ask after. */
const MOST_PUT = 256;
const POLL_MS = 300;
const ANNOUNCE_MS = 5_000;
const ANNOUNCED_SECONDS = 30;

export interface QueueOptions extends Announcement {
  /** By the name of the data. */
  readonly data: Readonly<Record<string, Origins>>;
  /** Of two sweeps on one queue, that of the smaller number goes first; 0 goes before all. */
  readonly priority: number;
}

/** The runner of a sweep on a queue. */
export const openQueue = (link: Link, { data, priority, ...announcement }: QueueOptions): Runner => {
  const { redis, bull } = link;
  const { sweep, file, code } = announcement;
  const queue = new bull.Queue<Order, TaskEnd>(QUEUE, { connection: redis });
  queue.on("error", () => {});
  const announce = (): void => {
    redis.set(`${SWEEPS}${sweep}`, JSON.stringify(announcement), "EX", ANNOUNCED_SECONDS).catch(() => {});
  };
  announce();
  const timer = setInterval(announce, ANNOUNCE_MS);
  const put = async ({ folder, ...task }: Task): Promise<void> => {
    if (hasBegun(folder)) await leaveFiles(link, sweep, task.name, pack(folder));
    const order: Order = { sweep, file, task, data: data[task.settings.data]!, code };
    const kept = { age: KEPT_SECONDS };
    const jobId = jobName(sweep, task);
    await queue.add("trial", order, { jobId, priority, removeOnComplete: kept, removeOnFail: kept });
  };
  /** Takes a job that has ended off the queue, its files into the folder; undefined where they are missing. */
  const land = async (job: Job<Order, TaskEnd>, task: Task): Promise<TaskEnd | undefined> => {
    const end: TaskEnd =
      job.finishedOn !== undefined && job.failedReason === undefined
        ? job.returnvalue
        : { kind: "failed", reason: job.failedReason ?? "unknown" };
    const parcel = await fetchFiles(link, sweep, task.name);
    const lost = end.kind === "done" ? !isWhole(parcel) : end.kind === "paused" && parcel.size === 0;
    if (!lost) unpack(task.folder, parcel);
    await job.remove();
    await redis.del(filesKey(sweep, task.name));
    return lost ? undefined : end;
  };
  const follow = async (task: Task, signal: AbortSignal, onEvent: (event: TaskEvent) => void): Promise<TaskEnd> => {
    const id = jobName(sweep, task);
    let told = 0;
    for (;;) {
      // The state first: a job that has ended by then is read as it ended, not as it was a moment before.
      const state = await queue.getJobState(id);
      const job = await queue.getJob(id);
      if (!job || state === "unknown") {
        if (signal.aborted) return { kind: "interrupted" };
        await put(task);
      } else if (state === "completed" || state === "failed") {
        const end = await land(job, task);
        if (end) return end;
      } else {
        // What waits may have been begun by an agent that is gone.
        if (state === "active") told = tell(job.progress as Partial<Progress>, told, onEvent);
        if (signal.aborted) {
          // What an agent is at work on it may finish: the result waits for the next time.
          if (state !== "active") await job.remove();
          return { kind: "interrupted" };
        }
      }
      await pause(POLL_MS);
    }
  };
  return {
    slots: MOST_PUT,
    run: (task, signal, onEvent) => {
      // A Redis that is away must not keep anybody from leaving.
      const left = new Promise<TaskEnd>((resolve) => {
        const leave = (): void => void setTimeout(() => resolve({ kind: "interrupted" }), 10 * POLL_MS).unref();
        if (signal.aborted) leave();
        else signal.addEventListener("abort", leave, { once: true });
      });
      return Promise.race([follow(task, signal, onEvent).catch(orRefusal(link)), left]);
    },
    close: async () => {
      clearInterval(timer);
      await redis.del(`${SWEEPS}${sweep}`).catch(() => {});
      await queue.close();
    },
  };
};

const jobName = (sweep: string, { name, until }: Pick<Task, "name" | "until">): string => `${sweep}-${name}-${until}`;

/** Passes on what is new; the number of the last epoch that was told. */
const tell = ({ share, record }: Partial<Progress>, told: number, onEvent: (event: TaskEvent) => void): number => {
  if (record && record.epoch > told) onEvent({ kind: "epoch", record });
  if (share !== undefined) onEvent({ kind: "share", share });
  return Math.max(told, record?.epoch ?? 0);
};
