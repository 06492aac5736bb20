// Twelve trials on a queue, two agents, and twenty murders: the sweep, an agent or Redis, at random moments, each begun anew a moment
// later. In the end every trial must be there once, with the weights of a sweep that nobody disturbed. Needs redis-server.
// Usage: node scripts/ready.mjs && node scripts/kill-sweep.mjs [--kills 20] [--seed 1] [--namespaces]
// --namespaces puts each agent into a network namespace of its own, joined to Redis by a pair of virtual cables (needs root).
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const refuse = (text) => {
  process.stderr.write(`kill-sweep: ${text}\n`);
  process.exit(2);
};
const given = () => {
  try {
    const options = {
      kills: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      namespaces: { type: "boolean", default: false },
    };
    return parseArgs({ options }).values;
  } catch (thrown) {
    return refuse(thrown.message);
  }
};
const values = given();
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) refuse(`expected --kills of 1 or more, got "${values.kills}".`);
if (spawnSync("redis-server", ["--version"]).status !== 0)
  refuse("expected redis-server, got none. Install it: apt-get install redis-server");
const lenet = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "lenet-kill-"));

const say = (text) => process.stdout.write(`${text}\n`);
const fail = (text) => {
  process.stderr.write(`kill-sweep: ${text}\n`);
  process.exitCode = 1;
};

/** Numbers in 0…1 that a seed decides. */
let state = Number(values.seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};

/** Runs a command of `ip`, as root. */
const ip = (...words) => {
  const { status, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${stderr ?? "not found"}`);
};

const spaces = values.namespaces ? ["lenet-a", "lenet-b"] : [];
const removeSpaces = () => {
  for (const space of spaces) spawnSync("ip", ["netns", "delete", space]);
};
/** Each namespace reaches this one at 10.77.N.1. */
const makeSpaces = () => {
  removeSpaces();
  for (const [index, space] of spaces.entries()) {
    const [outer, inner, net] = [`lenet${index}`, `lenet${index}i`, `10.77.${index + 1}`];
    ip("netns", "add", space);
    ip("link", "add", outer, "type", "veth", "peer", "name", inner);
    ip("link", "set", inner, "netns", space);
    ip("address", "add", `${net}.1/24`, "dev", outer);
    ip("link", "set", outer, "up");
    ip("-n", space, "address", "add", `${net}.2/24`, "dev", inner);
    ip("-n", space, "link", "set", inner, "up");
  }
};

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
};

/** A process that is begun again and again; `gone` resolves to its exit code, null when a signal has ended it. */
const role = (name, command) => {
  let child;
  let log = "";
  return {
    name,
    begin(...more) {
      const [program, ...words] = [...command, ...more];
      child = spawn(program, words, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
      child.stderr.on("data", (some) => {
        log = (log + some).slice(-4_000);
      });
      child.gone = once(child, "exit").then(([code]) => code);
    },
    get gone() {
      return child.gone;
    },
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    log: () => log,
    kill: (signal = "SIGKILL") => child.kill(signal),
  };
};

/** Every trial's last and best weights. */
const weightsIn = (sweep) =>
  Object.fromEntries(
    readdirSync(join(dir, sweep, "trials"))
      .sort()
      .flatMap((trial) =>
        ["last", "best"].map((file) => [
          `${trial}/${file}`,
          readFileSync(join(dir, sweep, "trials", trial, `${file}.safetensors`), "base64"),
        ]),
      ),
  );

const trials = 12;
writeFileSync(
  join(dir, "s.yaml"),
  `method: grid\nnet: ablation\ndata: mnist\nepochs: 12\nseeds: 3\nparameters:
  activation: {values: [tanh, relu]}\n  norm: {values: ["no", "yes"]}\n  limit: {value: 6000}\n`,
);

const compare = () => {
  const [whole, shared] = [weightsIn("whole"), weightsIn("shared")];
  const names = new Set([...Object.keys(whole), ...Object.keys(shared)]);
  const other = [...names].filter((name) => whole[name] !== shared[name]);
  const lines = readFileSync(join(dir, "shared/journal.jsonl"), "utf8").trimEnd().split("\n");
  const done = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "done");
  const once = new Set(done.map(({ cell, seed }) => `${cell}/${seed}`)).size;
  if (other.length > 0) fail(`expected the weights of an undisturbed sweep, got others in ${other.join(", ")}.`);
  if (once !== trials || done.length !== trials)
    fail(`expected each of ${trials} trials once in the journal, got ${done.length} lines of ${once} trials.`);
  if (process.exitCode !== 1) say(`${kills} kills, ${trials} trials, each once, the weights of an undisturbed sweep`);
};

const run = async () => {
  say("an undisturbed sweep …");
  const { status, stderr } = spawnSync(process.execPath, [lenet, "sweep", "s.yaml", "--out", "whole"], {
    cwd: dir,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  makeSpaces();
  mkdirSync(join(dir, "redis"));
  const port = await freePort();
  const url = (host) => `redis://:secret@${host}:${port}`;
  const hosts = ["127.0.0.1", ...spaces.map((_, index) => `10.77.${index + 1}.1`)];
  const redis = role("Redis", [
    ...["redis-server", "--port", `${port}`, "--bind", ...hosts, "--requirepass", "secret", "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", "always", "--dir", join(dir, "redis")],
  ]);
  const agentAt = (index) => {
    const enter = spaces[index] ? ["ip", "netns", "exec", spaces[index]] : [];
    const place = url(spaces[index] ? hosts[index + 1] : "127.0.0.1");
    const words = ["sweep", "agent", "--queue", place, "--jobs", "1", "--heartbeat", "2"];
    return role(`agent ${index + 1}`, [...enter, process.execPath, lenet, ...words]);
  };
  const agents = [agentAt(0), agentAt(1)];
  const sweep = role("the sweep", [process.execPath, lenet, "sweep", "--queue", url("127.0.0.1")]);
  const all = [redis, ...agents, sweep];
  // Killed before it had a folder, a sweep has nothing to go on from.
  const sweepAgain = () =>
    sweep.begin(
      ...(existsSync(join(dir, "shared/sweep.json")) ? ["--resume", "shared"] : ["s.yaml", "--out", "shared"]),
    );
  try {
    redis.begin();
    await pause(500);
    sweepAgain();
    for (const agent of agents) agent.begin();
    for (let kill = 1; kill <= kills; kill++) {
      await pause(300 + 2_500 * random());
      if (!sweep.alive && (await sweep.gone) === 0) {
        fail(`expected ${kills} kills before the sweep's end, got ${kill - 1}. Take fewer.`);
        break;
      }
      const victim = all[Math.floor(all.length * random())];
      victim.kill();
      await victim.gone;
      say(`${kill}. ${victim.name}`);
      await pause(1_500 * random());
      if (victim === sweep) sweepAgain();
      else victim.begin();
    }
    // Who gave up while Redis was away is begun again, as whoever looks after it would.
    while (sweep.alive || (await sweep.gone) !== 0) {
      await pause(500);
      for (const agent of agents) if (!agent.alive) agent.begin();
      if (!sweep.alive && (await sweep.gone) !== 0) sweepAgain();
    }
    compare();
  } catch (thrown) {
    for (const { name, log } of all) process.stderr.write(`${name}: ${log()}\n`);
    throw thrown;
  } finally {
    for (const one of all) if (one.alive) one.kill();
    removeSpaces();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

await run();
