// A sweep of many machines: agents on one queue, and whatever may happen to them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { parseSweep, searchOf } from "../../src/lab/sweep/file/sweep.ts";
import { type AgentEvent, runAgent } from "../../src/lab/sweep/queue/agent.ts";
import { controlQueue, leaveFiles, openQueue, QUEUE } from "../../src/lab/sweep/queue/queue.ts";
import { connect } from "../../src/lab/sweep/queue/redis.ts";
import { nextGeneration } from "../../src/lab/sweep/search/methods.ts";
import { createSweep } from "../../src/lab/sweep/trials/folder.ts";
import { trialName } from "../../src/lab/sweep/trials/journal.ts";
import { runSweep, type SweepEvent } from "../../src/lab/sweep/trials/run.ts";
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

/** The sweep of s.yaml, for this process. */
const readSweep = async () => {
  const text = readFileSync(path("s.yaml"), "utf8").replace("./digits", path("digits"));
  const sweep = parseSweep("s.yaml", text);
  return { text, sweep, trainer: await trainerOf(sweep) };
};

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
    await says(first, /^No agent yet\. On every machine that is to help: .* --queue redis:\/\/127\.0\.0\.1:\d+$/m);
    const doomed = agent();
    await says(doomed, /^s\.yaml, 00\d-seed-\d: epoch 1\/8/m);
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
    const { text, sweep, trainer } = await readSweep();
    const folder = createSweep(path("polite"), "s.yaml", text, trainer.data);
    const code = { lenet: "1.2.3", commit: null };
    await controlQueue(link, "pause");
    const runner = openQueue(link, { sweep: "polite", file: "s.yaml", code, data: trainer.data, priority: 3 });
    const never = new AbortController().signal;
    const begun: string[] = [];
    const note = (event: SweepEvent): void => void (event.kind === "start" && begun.push(trialName(event.trial)));
    const swept = runSweep({ dir: folder, sweep, trainer, runner, signal: never, onEvent: note });
    // Of two agents' folders one has a process that lives.
    const [left, used] = [spawnSync("true").pid, process.pid].map((owner) => {
      const work = mkdtempSync(join(tmpdir(), "lenet-agent-"));
      writeFileSync(join(work, "at-work"), `${owner}\n`);
      return work;
    });
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
    expect([taken, begun]).toEqual([[], []]);
    await controlQueue(link, "resume");
    await polite;
    expect(taken.length).toBeGreaterThan(0);
    expect([existsSync(left!), existsSync(used!)]).toEqual([false, true]);
    rmSync(used!, { recursive: true });
    const ends: string[] = [];
    const onEvent = (event: AgentEvent): void => void (event.kind === "end" && ends.push(event.end.kind));
    await runAgent(link, { ...agent, drain: true, signal: never, onEvent });
    expect(await swept).toBe(true);
    expect(begun.sort()).toEqual(["001-seed-1", "001-seed-2", "002-seed-1", "002-seed-2"]);
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
    const remedy = `Write it into the address: redis://:PASSWORD@127.0.0.1:${port}`;
    const example = "an address such as redis://127.0.0.1:6379, or with a database redis://127.0.0.1:6379/1";
    for (const [act, message] of [
      [
        () => connect(`redis://:wrong@127.0.0.1:${port}`),
        `${place}: expected the queue's password, got another. ${remedy}`,
      ],
      [() => connect(place), `${place}: expected the queue's password, got none. ${remedy}`],
      [() => connect(`${place}/3`), `${place}/3: expected the queue's password, got none. ${remedy}/3`],
      [() => connect("localhost"), `--queue: expected ${example}, got "localhost".`],
      [() => connect("http://:secret@host"), `--queue: expected ${example}, got "http://…@host".`],
      [() => connect(`${url}/abc`), `--queue: expected ${example}, got "redis://…@127.0.0.1:${port}/abc".`],
      [
        () => connect(`${url}/99`),
        `${place}/99: expected a Redis that does as it is asked, got "ERR DB index is out of range". Name a database that it has, such as 0.`,
      ],
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

    // A Redis without room refuses who would write; who looks or makes room may come in.
    await link.redis.config("SET", "maxmemory", "1");
    const full = `${place}: expected a Redis that does as it is asked, got "OOM command not allowed when used memory > 'maxmemory'". Give it more memory, or take off what is no longer wanted: lenet sweep queue clear`;
    expect(await refusal(connect(url))).toMatchObject({ message: full, exitCode: 2 });
    expect(await refusal(runner.run(task, never, () => {}))).toMatchObject({ message: full, exitCode: 2 });
    const looking = await connect(url, "look");
    expect(await controlQueue(looking, "clear")).toMatchObject({ waiting: 0, active: 0 });
    await looking.end();
    await link.redis.config("SET", "maxmemory", "0");
    await runner.close();
    await link.end();
  });

  it("what was learned waits for a Redis that is full for a moment.", async () => {
    const link = await connect(server.url);
    const { sweep, trainer } = await readSweep();
    const { net, settings } = trainer.of(nextGeneration(searchOf(sweep), [])[0]!);
    const code = { lenet: "1", commit: null };
    const runner = openQueue(link, { sweep: "full", file: "s.yaml", code, data: trainer.data, priority: 0 });
    const never = new AbortController().signal;
    const task: Task = { name: "t", folder: path("full"), net, settings: { ...settings, seed: 1 }, until: 9 };
    const ended = runner.run(task, never, () => {});
    let last = 0;
    const onEvent = (event: AgentEvent): void => {
      if (event.kind !== "progress" || last === event.progress.record?.epoch) return;
      last = event.progress.record?.epoch ?? 0;
      if (last === 1) link.redis.config("SET", "maxmemory", "1");
    };
    const worked = runAgent(link, { jobs: 1, code, heartbeatMs: 5_000, drain: true, signal: never, onEvent });
    while (last < settings.epochs) await pause(50);
    await pause(500);
    await link.redis.config("SET", "maxmemory", "0");
    expect(await ended).toEqual({ kind: "done" });
    await worked;
    expect(existsSync(path("full/metrics.json"))).toBe(true);
    await runner.close();
    await link.end();
  });

  it("clearing a queue takes off what a killed sweep has left there, and nothing of one that is under way.", async () => {
    const link = await connect(server.url);
    const queue = new link.bull.Queue(QUEUE, { connection: link.redis });
    for (const sweep of ["gone", "here"]) {
      await queue.add("trial", { sweep }, { jobId: `${sweep}-001` });
      await leaveFiles(link, sweep, "001", new Map([["a", new Uint8Array(4)]]));
    }
    const here = { sweep: "here", file: "s.yaml", code: { lenet: "1", commit: null } };
    await link.redis.set("lenet:sweep:here", JSON.stringify(here), "EX", 60);
    expect(await controlQueue(link, "status")).toMatchObject({ waiting: 2 });
    expect(await controlQueue(link, "clear")).toMatchObject({ waiting: 1, sweeps: [here] });
    expect((await queue.getJobs()).map(({ id }) => id)).toEqual(["here-001"]);
    expect(await link.redis.keys("lenet:files:*")).toEqual(["lenet:files:here:001"]);
    expect(await link.redis.ttl("lenet:files:here:001")).toBeGreaterThan(3600);
    await link.redis.del("lenet:sweep:here");
    expect(await controlQueue(link, "clear")).toMatchObject({ waiting: 0, sweeps: [] });
    expect(await link.redis.keys("lenet:*")).toEqual([]);
    await queue.close();
    await link.end();
  });
});
