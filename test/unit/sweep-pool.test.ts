// Trials in processes of their own: what they train is what `train` trains, and what goes wrong with one stays with it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHistory } from "../../src/lab/run/run-folder.ts";
import { openPool } from "../../src/lab/sweep/trials/pool.ts";
import type { Task, TaskEvent } from "../../src/lab/sweep/trials/runner.ts";
import { train } from "../../src/lab/training/train.ts";
import { netNamed } from "../../src/nets/index.ts";
import { writeDigits } from "./support/digits-folder.ts";

let dir: string;
const path = (name: string): string => join(dir, name);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-pool-"));
  await writeDigits(path("digits"), 200, 50);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const task = (name: string, more: Partial<Task> = {}): Task => ({
  name,
  folder: path(name),
  net: "ablation",
  settings: { data: path("digits"), epochs: 3, seed: 1, batch: 16, validation: 20 },
  until: 3,
  ...more,
});
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/sweep/${name}`, import.meta.url));
const weights = (name: string): Buffer => readFileSync(join(path(name), "last.safetensors"));

describe("the pool", () => {
  it("trains as `train` does, also when it pauses on the way or is interrupted.", async () => {
    await train(netNamed("ablation"), { ...task("plain").settings, out: path("plain"), threads: 1 });
    const pool = openPool({ jobs: 2 });
    const events: TaskEvent[] = [];
    const paused = async () => {
      expect(await pool.run(task("paused", { until: 2 }), never, (event) => events.push(event))).toEqual({
        kind: "paused",
      });
      expect(readHistory(path("paused"))).toHaveLength(2);
      return pool.run(task("paused"), never, (event) => events.push(event));
    };
    const interrupted = async () => {
      const controller = new AbortController();
      const stop = (event: TaskEvent): void => (event.kind === "epoch" ? controller.abort() : undefined);
      expect(await pool.run(task("interrupted"), controller.signal, stop)).toEqual({ kind: "interrupted" });
      return pool.run(task("interrupted"), never, () => {});
    };
    expect(await Promise.all([paused(), interrupted()])).toEqual([{ kind: "done" }, { kind: "done" }]);
    await pool.close();
    const epochs = events.flatMap((event) => (event.kind === "epoch" ? [event.record.epoch] : []));
    expect(epochs).toEqual([1, 2, 3]);
    for (const name of ["paused", "interrupted"]) expect(weights(name).equals(weights("plain")), name).toBe(true);
  });

  it("says of a trial without a future why it failed, and trains the next.", async () => {
    const pool = openPool({ jobs: 1 });
    const settings = { ...task("nan").settings, optimiser: "sgd", rate: 1e9, epochs: 1 } as const;
    const end = await pool.run(task("nan", { settings }), never, () => {});
    expect(end).toMatchObject({ kind: "failed", reason: expect.stringMatching(/^epoch 1, step \d+: the loss became/) });
    const next = task("next", { settings: { ...task("next").settings, epochs: 1 } });
    expect(await pool.run(next, never, () => {})).toEqual({ kind: "done" });
    await pool.close();
  });

  it("outlives a process that dies, and ends one that hangs.", async () => {
    const dying = openPool({ jobs: 1, program: fixture("dies.mjs") });
    const died = { kind: "failed", reason: "the process ended with exit code 1: Error: planted" };
    expect(await dying.run(task("dies"), never, () => {})).toEqual(died);
    const hanging = openPool({ jobs: 1, program: fixture("hangs.mjs"), patienceMs: 700 });
    expect(await hanging.run(task("hangs"), never, () => {})).toEqual({ kind: "failed", reason: "no step for 0.7 s" });
    await Promise.all([dying.close(), hanging.close()]);
  });
});
