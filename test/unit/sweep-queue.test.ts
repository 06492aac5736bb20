// How a sweep follows its jobs on a queue, on one that is made of a clock: every call takes a moment, and a job may end in any.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tellAgent } from "../../cli/sweep-agent.ts";
import type { AgentEvent } from "../../src/lab/sweep/queue/agent.ts";
import { leaveFiles, openQueue } from "../../src/lab/sweep/queue/queue.ts";
import type { Link } from "../../src/lab/sweep/queue/redis.ts";
import type { Task } from "../../src/lab/sweep/trials/runner.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-follow-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A queue with one job, which an agent ends at the given moment; a moment is a call. */
const queueEndingAt = (moment: number): Link => {
  let [now, removed] = [0, false];
  const ended = (): boolean => now >= moment;
  const job = () => ({
    ...(ended() ? { finishedOn: 1, returnvalue: { kind: "done" } } : {}),
    progress: {},
    getState: async () => state(),
    remove: async () => {
      removed = true;
    },
  });
  const state = (): string => {
    now++;
    return removed ? "unknown" : ended() ? "completed" : "active";
  };
  class Queue {
    on = (): void => {};
    close = async (): Promise<void> => {};
    getJobState = async (): Promise<string> => state();
    getJob = async () => {
      now++;
      return removed ? undefined : job();
    };
  }
  const files = { "metrics.json": Buffer.from("{}") };
  const redis = { set: async () => "OK", del: async () => 1, hgetallBuffer: async () => files };
  return { redis, bull: { Queue } } as unknown as Link;
};

it.each([1, 2, 3, 4])("a job that ends at moment %i has ended well, and its files are here.", async (moment) => {
  const code = { lenet: "1.2.3", commit: null };
  const runner = openQueue(queueEndingAt(moment), { sweep: "s", file: "s.yaml", code, data: {}, priority: 3 });
  const folder = join(dir, "trial");
  const task = { name: "001-seed-1", folder, net: "lenet5", settings: { data: "mnist" }, until: 4 } as unknown as Task;
  expect(await runner.run(task, new AbortController().signal, () => {})).toEqual({ kind: "done" });
  expect(readFileSync(join(folder, "metrics.json"), "utf8")).toBe("{}");
  await runner.close();
});

it("a full Redis is named as the cause, not the transaction that it threw away.", async () => {
  const discarded = Object.assign(new Error("EXECABORT"), { previousErrors: [new Error("OOM command not allowed")] });
  const step = { del: () => step, hset: () => step, expire: () => step, exec: () => Promise.reject(discarded) };
  const link = { redis: { multi: () => step } } as unknown as Link;
  await expect(leaveFiles(link, "s", "t", new Map())).rejects.toThrow("OOM command not allowed");
});

it("an agent says of which sweep a trial is, and an epoch of each once.", () => {
  const said: string[] = [];
  const tell = tellAgent((line) => said.push(line));
  const epoch = (sweep: string, number: number, share: number): AgentEvent => {
    const task = { name: "001-seed-1", settings: { epochs: 4 }, until: 4 };
    const progress = { share, record: { epoch: number, train: { accuracy: 0.5 } } };
    return { kind: "progress", order: { sweep, file: `${sweep}.yaml`, task }, progress } as unknown as AgentEvent;
  };
  for (const share of [0.25, 0.3]) for (const sweep of ["a", "b"]) tell(epoch(sweep, 1, share));
  tell(epoch("b", 2, 0.5));
  expect(said).toEqual([
    "a.yaml, 001-seed-1: epoch 1/4, train 50.00 %",
    "b.yaml, 001-seed-1: epoch 1/4, train 50.00 %",
    "b.yaml, 001-seed-1: epoch 2/4, train 50.00 %",
  ]);
});
