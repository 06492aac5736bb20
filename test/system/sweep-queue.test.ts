// A sweep of many machines: agents on one queue, and whatever may happen to them.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import { type AgentEvent, runAgent } from "../../src/lab/sweep/queue/agent.ts";
import { controlQueue, openQueue } from "../../src/lab/sweep/queue/queue.ts";
import { connect } from "../../src/lab/sweep/queue/redis.ts";
import { createSweep } from "../../src/lab/sweep/trials/folder.ts";
import { runSweep } from "../../src/lab/sweep/trials/run.ts";
import type { Task } from "../../src/lab/sweep/trials/runner.ts";
import { trainerOf } from "../../src/lab/sweep/trials/trainer.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { lenet, type Running, start } from "./support/lenet.ts";
import { freePort, hasRedis, type Server, startRedis } from "./support/redis.ts";

const PASSWORD = "secret";
let dir: string;
let server: Server;
const path = (name: string): string => join(dir, name);

const weightsIn = (sweep: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path(`${sweep}/trials`))
      .sort()
      .flatMap((name) =>
        ["last", "best"].map((file) => [
          `${name}/${file}`,
          readFileSync(path(`${sweep}/trials/${name}/${file}.safetensors`), "base64"),
        ]),
      ),
  );

/** Resolves when the process has said something like this on stderr. */
const says = ({ child }: Running, words: RegExp): Promise<void> =>
  new Promise((resolve) => {
    let text = "";
    child.stderr!.on("data", (some: string) => {
      text += some;
      if (words.test(text)) resolve();
    });
  });

describe.skipIf(!hasRedis)("lenet sweep --queue (left out where there is no redis-server)", () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "lenet-queue-"));
    mkdirSync(path("redis"));
    server = await startRedis(path("redis"), PASSWORD);
    await writeDigits(path("digits"), 500, 50);
    writeFileSync(
      path("s.yaml"),
      "method: grid\nnet: ablation\ndata: ./digits\nepochs: 8\nseeds: 2\nparameters:\n  activation: {values: [tanh, relu]}\n  batch: {value: 8}\n",
    );
  });
  afterAll(async () => {
    await server.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it("is finished by the agents that are left: an agent, Redis and the sweep itself may be killed, and nothing is lost or counted twice.", async () => {
    const agent = (): Running =>
      start(["sweep", "agent", "--queue", server.url, "--jobs", "1", "--heartbeat", "2"], dir);
    const whole = lenet(["sweep", "s.yaml", "--out", "whole", "--jobs", "1"], dir);
    const first = start(["sweep", "s.yaml", "--out", "shared", "--queue", server.url], dir);
    const doomed = agent();
    await says(doomed, /: epoch 1\/8/);
    doomed.child.kill("SIGKILL");
    await server.crash();
    const survivor = agent();
    // It looks now and then, and may miss the first epoch of a quick trial.
    await says(first, /: epoch \d\/8/);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await lenet(["sweep", "--resume", "shared", "--queue", server.url], dir);
    expect(second.code).toBe(0);
    survivor.child.kill("SIGTERM");
    expect((await survivor.ended).code).toBe(130);
    expect((await whole).code).toBe(0);
    expect(weightsIn("shared")).toEqual(weightsIn("whole"));
    const journal = readFileSync(path("shared/journal.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const done = journal.filter(({ kind }) => kind === "done").map(({ cell, seed }) => `${cell}/${seed}`);
    expect(done.sort()).toEqual(["1/1", "1/2", "2/1", "2/2"]);
    // Nothing is left behind on the queue but BullMQ's own count of jobs.
    const redis = new Redis(server.url);
    expect((await redis.keys("lenet:*")).sort()).toEqual([]);
    redis.disconnect();
  });

  it("gives back what an agent that is stopped politely has not finished; a paused queue hands out nothing.", async () => {
    const link = await connect(server.url);
    const text = readFileSync(path("s.yaml"), "utf8").replace("./digits", path("digits"));
    const sweep = parseSweep("s.yaml", text);
    const trainer = await trainerOf(sweep);
    const folder = createSweep(path("polite"), "s.yaml", text, trainer.data);
    const code = { lenet: "1.2.3", commit: null };
    await controlQueue(link, "pause");
    const runner = openQueue(link, { sweep: "polite", file: "s.yaml", code, data: trainer.data, priority: 3 });
    const never = new AbortController().signal;
    const swept = runSweep({ dir: folder, sweep, trainer, runner, signal: never, onEvent: () => {} });
    const taken: string[] = [];
    const stop = new AbortController();
    const agent = { jobs: 1, code, heartbeatMs: 5_000 };
    const polite = runAgent(link, {
      ...agent,
      drain: false,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === "take") taken.push(event.order.task.name);
        if (event.kind === "progress" && event.progress.record) stop.abort();
      },
    });
    while ((await controlQueue(link, "status")).waiting < 4) await pause(50);
    expect(await controlQueue(link, "status")).toMatchObject({
      paused: true,
      active: 0,
      sweeps: [{ file: "s.yaml", code }],
    });
    expect(taken).toEqual([]);
    await controlQueue(link, "resume");
    await polite;
    expect(taken.length).toBeGreaterThan(0);
    const ends: string[] = [];
    const onEvent = (event: AgentEvent): void => void (event.kind === "end" && ends.push(event.end.kind));
    await runAgent(link, { ...agent, drain: true, signal: never, onEvent });
    expect(await swept).toBe(true);
    expect(ends.every((end) => end === "done")).toBe(true);
    expect(weightsIn("polite")).toEqual(weightsIn("whole"));
    await runner.close();
    await link.end();
  });

  it("mistakes are one sentence and exit code 2.", async () => {
    const { url, port } = server;
    const free = await freePort();
    const nobody = await lenet(["sweep", "agent", "--queue", `redis://127.0.0.1:${free}`], dir);
    expect(nobody.stderr).toMatch(
      /^redis:\/\/127\.0\.0\.1:\d+: expected a Redis that answers, got none \(.*ECONNREFUSED.*\)\. Start one: redis-server --appendonly yes\n$/,
    );
    expect([nobody.code, nobody.stdout]).toEqual([2, ""]);
    const refusal = (act: Promise<unknown>): Promise<unknown> =>
      act.then(
        () => "none",
        (thrown) => thrown,
      );
    const place = `redis://127.0.0.1:${port}`;
    const remedy = "Write it into the address: redis://:PASSWORD@host:6379";
    for (const [act, message] of [
      [
        () => connect(`redis://:wrong@127.0.0.1:${port}`),
        `${place}: expected the queue's password, got another. ${remedy}`,
      ],
      [() => connect(place), `${place}: expected the queue's password, got none. ${remedy}`],
      [() => connect("localhost"), '--queue: expected an address such as redis://127.0.0.1:6379, got "localhost".'],
    ] as const) {
      const thrown = await refusal(act());
      expect(thrown).toBeInstanceOf(LenetError);
      expect(thrown).toMatchObject({ message, exitCode: 2 });
    }
    const link = await connect(url);
    const never = new AbortController().signal;
    const options = { jobs: 1, heartbeatMs: 5_000, drain: true, signal: never, onEvent: () => {} };
    const other = { sweep: "x", file: "other.yaml", code: { lenet: "0.0.1", commit: "abcdef0123" } };
    await link.redis.set("lenet:sweep:x", JSON.stringify(other), "EX", 60);
    expect(await refusal(runAgent(link, { ...options, code: { lenet: "0.0.2", commit: null } }))).toMatchObject({
      message:
        "other.yaml: expected an agent of lenet 0.0.1 at commit abcdef0, got lenet 0.0.2. Bring this machine to the same version.",
      exitCode: 2,
    });
    await link.redis.del("lenet:sweep:x");

    // Other images are noticed when a trial is taken, which then waits for another agent.
    const code = { lenet: "1", commit: null };
    const origin = { name: "d", count: 1, sha256: { images: "0123456789abcdef", labels: "0" } };
    const task: Task = {
      name: "t",
      folder: path("t"),
      net: "ablation",
      settings: { data: path("digits"), epochs: 1 },
      until: 9,
    };
    const runner = openQueue(link, {
      sweep: "y",
      file: "y.yaml",
      code,
      data: { [path("digits")]: { train: origin, test: null } },
      priority: 0,
    });
    const leave = new AbortController();
    const waiting = runner.run(task, leave.signal, () => {});
    while ((await controlQueue(link, "status")).waiting < 1) await pause(50);
    expect(await refusal(runAgent(link, { ...options, code }))).toMatchObject({
      message: expect.stringMatching(/digits: expected the images of the sweep \(sha256 0123456789ab…\), got others/),
    });
    expect(await controlQueue(link, "status")).toMatchObject({ waiting: 1, active: 0 });
    leave.abort();
    expect(await waiting).toEqual({ kind: "interrupted" });
    await runner.close();
    await link.end();
  });
});
