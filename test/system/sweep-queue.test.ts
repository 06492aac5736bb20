// A sweep of many machines: agents on one queue, and whatever may happen to them.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
      "method: grid\nnet: ablation\ndata: ./digits\nepochs: 4\nseeds: 2\nparameters:\n  activation: {values: [tanh, relu]}\n  batch: {value: 8}\n",
    );
  });
  afterAll(async () => {
    await server.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it("is finished by the agents that are left: an agent, Redis and the sweep itself may be killed, and nothing is lost or counted twice.", async () => {
    const agent = (): Running =>
      start(["sweep", "agent", "--queue", server.url, "--jobs", "1", "--heartbeat", "2"], dir);
    const whole = lenet(["sweep", "s.yaml", "--out", "whole"], dir);
    const first = start(["sweep", "s.yaml", "--out", "shared", "--queue", server.url], dir);
    const doomed = agent();
    await says(doomed, /: epoch 1\/4/);
    doomed.child.kill("SIGKILL");
    await server.crash();
    const survivor = agent();
    await says(first, /: epoch 1\/4/);
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
    expect(JSON.parse((await lenet(["sweep", "queue", "--queue", server.url, "--json"], dir)).stdout)).toMatchObject({
      waiting: 0,
      active: 0,
    });
  });

  it("gives back what an agent that is stopped politely has not finished; a paused queue hands out nothing.", async () => {
    const { url } = server;
    expect((await lenet(["sweep", "queue", "pause", "--queue", url], dir)).stdout).toMatch(/, paused\n$/);
    const sweep = start(["sweep", "s.yaml", "--out", "polite", "--queue", url, "--json"], dir);
    const words = ["sweep", "agent", "--queue", url, "--jobs", "2", "--heartbeat", "5"];
    const polite = start(words, dir);
    await says(sweep, /polite: grid/);
    await lenet(["sweep", "queue", "resume", "--queue", url], dir);
    await says(polite, /: epoch 1\/4/);
    polite.child.kill("SIGINT");
    expect((await polite.ended).code).toBe(130);
    const draining = lenet([...words, "--drain"], dir);
    const { stdout, stderr } = await sweep.ended;
    expect(JSON.parse(stdout), stderr).toMatchObject({ complete: true });
    expect((await draining).code).toBe(0);
    expect(weightsIn("polite")).toEqual(weightsIn("whole"));
  });

  it("mistakes are one sentence and exit code 2.", async () => {
    const { url, port } = server;
    const free = await freePort();
    const redis = new Redis(url);
    const alien = { sweep: "x", file: "other.yaml", code: { lenet: "0.0.1", commit: null } };
    await redis.set("lenet:sweep:x", JSON.stringify(alien), "EX", 60);
    const cases: [words: string[], message: RegExp][] = [
      [
        ["agent", "--queue", `redis://127.0.0.1:${free}`],
        /^redis:\/\/127\.0\.0\.1:\d+: expected a Redis that answers, got none \(.*ECONNREFUSED.*\)\. Start one: redis-server --appendonly yes$/,
      ],
      [
        ["s.yaml", "--queue", `redis://:wrong@127.0.0.1:${port}`],
        /^redis:\/\/127\.0\.0\.1:\d+: expected the queue's password, got another\. /,
      ],
      [
        ["queue", "--queue", `redis://127.0.0.1:${port}`],
        /^redis:\/\/127\.0\.0\.1:\d+: expected the queue's password, got none\. /,
      ],
      [
        ["agent", "--queue", url],
        /^other\.yaml: expected an agent of lenet 0\.0\.1, got lenet \S+( at commit \w+)?\. Bring this machine to the same version\.$/,
      ],
      [["agent"], /^--queue: expected the address of a queue, got none\./],
      [
        ["s.yaml", "--queue", "localhost"],
        /^--queue: expected an address such as redis:\/\/127\.0\.0\.1:6379, got "localhost"\.$/,
      ],
    ];
    for (const [words, message] of cases) {
      const { code, stdout, stderr } = await lenet(["sweep", ...words], dir);
      expect(stdout).toBe("");
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(message);
      expect(code).toBe(2);
    }
    await redis.del("lenet:sweep:x");
    redis.disconnect();
  });
});
