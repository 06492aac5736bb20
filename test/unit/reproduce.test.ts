import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reproduceCommand } from "../../cli/reproduce.ts";
import { showTrials } from "../../cli/trials.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { type Claim, claims } from "../../src/lab/claims.ts";
import { outcomeOf, reproduce, resultOf, type Trial, trialsOf } from "../../src/lab/reproduce.ts";
import { type ClaimResult, meanAndSpread, readResults, withResult, writeResults } from "../../src/lab/results.ts";
import { resolve } from "../../src/lab/settings.ts";
import { netNamed } from "../../src/nets/index.ts";
import { stream } from "../../src/random.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lenet-reproduce-"));
  const random = stream(1, "reproduce");
  for (const [part, count] of [
    ["train", 64],
    ["t10k", 16],
  ] as const) {
    const images = Uint8Array.from({ length: count * 784 }, () => random.integer(256));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await mkdir(join(folder, "data"), { recursive: true });
    await writeFile(
      join(folder, "data", `${part}-images-idx3-ubyte`),
      encodeImages({ images, count, rows: 28, columns: 28 }),
    );
    await writeFile(join(folder, "data", `${part}-labels-idx1-ubyte`), encodeLabels(labels));
  }
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const claimOf = (epochs = 3): Claim => ({
  id: "small",
  title: "A small claim",
  net: "lenet5",
  settings: { data: join(folder, "data"), epochs, batch: 16, optimiser: "adam", rate: 0.001, validation: 0 },
  seeds: 2,
  published: null,
  aim: 0.5,
});

const trialsIn = (place: string, claim = claimOf()): Trial[] =>
  trialsOf([claim], {}).map((trial) => ({ ...trial, folder: join(folder, place, `seed-${trial.seed}`) }));

test("claims: each has a name of its own, a net, and a recipe that the net can be taught by", () => {
  expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  for (const { net, settings, aim, published } of claims) {
    expect(resolve(netNamed(net), settings).epochs).toBeGreaterThan(0);
    expect(aim).toBeGreaterThanOrEqual(published?.testAccuracy ?? 0);
  }
});

test("trialsOf: the claim's seeds or as many as asked for, each in its folder; a slice has none", () => {
  const claim = claimOf();
  expect(trialsOf([claim], {}).map(({ folder }) => folder)).toEqual([
    join("runs", "reproduce", "small", "seed-1"),
    join("runs", "reproduce", "small", "seed-2"),
  ]);
  expect(trialsOf([claim], { seeds: 3 }).map(({ seed }) => seed)).toEqual([1, 2, 3]);
  expect(trialsOf([claim], { quick: true }).map(({ folder }) => folder)).toEqual([null, null]);
});

test("reproduce: every seed trains in its folder, and a complete one is not trained again", async () => {
  const trials = trialsIn("runs");
  const metrics = await reproduce({ trials, jobs: 2 });
  expect(metrics?.map(({ epochs, test }) => [epochs, test?.images])).toEqual([
    [3, 16],
    [3, 16],
  ]);
  const told: string[] = [];
  const again = await reproduce({ trials, jobs: 2, onEvent: ({ seed }, { kind }) => told.push(`${seed} ${kind}`) });
  expect(again).toEqual(metrics);
  expect(told).toEqual(["1 done", "2 done"]);
});

test("reproduce: stopped and called again, it comes to the same as in one go", async () => {
  const straight = await reproduce({ trials: trialsIn("straight"), jobs: 1 });
  const trials = trialsIn("stopped");
  const controller = new AbortController();
  const onEvent = (_: Trial, { kind }: { kind: string }): void => {
    if (kind === "epoch") controller.abort();
  };
  expect(await reproduce({ trials, jobs: 1, signal: controller.signal, onEvent })).toBeNull();
  expect(await readdir(join(folder, "stopped"))).toEqual(["seed-1"]);
  const resumed = await reproduce({ trials, jobs: 2 });
  const scores = (all: typeof resumed) => all?.map(({ test, train }) => [test, train]);
  expect(scores(resumed)).toEqual(scores(straight));
});

test("reproduce: a folder that holds another recipe is not taken for this one", async () => {
  await reproduce({ trials: trialsIn("runs", claimOf(1)).slice(0, 1), jobs: 1 });
  await expect(reproduce({ trials: trialsIn("runs", claimOf(2)), jobs: 1 })).rejects.toThrow(
    /seed-1: expected a run of small with epochs 2, got 1\. Move the folder away/,
  );
});

test("reproduce: what a kill in the very beginning left is begun anew", async () => {
  const [trial] = trialsIn("runs");
  await mkdir(trial!.folder!, { recursive: true });
  await writeFile(join(trial!.folder!, "config.json"), "{}");
  expect(await reproduce({ trials: [trial!], jobs: 1 })).toHaveLength(1);
});

test("reproduce: one trial's error stops the others and is told", async () => {
  const claim = { ...claimOf(), settings: { ...claimOf().settings, data: join(folder, "nowhere") } };
  await expect(reproduce({ trials: trialsIn("runs", claim), jobs: 2 })).rejects.toThrow("nowhere");
});

test("resultOf: the outcome with what is needed to get it again", async () => {
  const claim = claimOf(1);
  const trials = trialsIn("runs", claim);
  const metrics = await reproduce({ trials, jobs: 2 });
  const ours = outcomeOf(trials, metrics!);
  const [first, second] = ours.testAccuracy as [number, number];
  expect(ours).toMatchObject({ seeds: [1, 2], mean: (first + second) / 2 });
  const result = resultOf(claim, trials, ours);
  expect(result).toMatchObject({ id: "small", command: "lenet reproduce small", reached: ours.mean >= 0.5, ours });
  expect(result.data.train.sha256.images).toMatch(/^[0-9a-f]{64}$/);
  expect(result.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(resultOf(claim, trials.slice(0, 1), ours).command).toBe("lenet reproduce small --seeds 1");
});

test("meanAndSpread: the standard deviation over n - 1, none of a single value", () => {
  expect(meanAndSpread([1, 2, 3, 4])).toEqual({ mean: 2.5, spread: Math.sqrt(5 / 3) });
  expect(meanAndSpread([0.5])).toEqual({ mean: 0.5, spread: null });
});

test("withResult: a new result takes the place of the old one, in the order of the claims", () => {
  const result = (id: string, title = ""): ClaimResult => ({ id, title }) as ClaimResult;
  const order = claims.map(({ id }) => id);
  const old = { claims: [result(order[1]!, "old"), result("forgotten")] };
  const added = withResult(withResult(old, result(order[0]!), claims), result(order[1]!, "new"), claims);
  expect(added.claims.map(({ id, title }) => [id, title])).toEqual([
    [order[0], ""],
    [order[1], "new"],
    ["forgotten", ""],
  ]);
});

test("readResults: what writeResults wrote, nothing where there is no file, and an error for other text", async () => {
  const path = join(folder, "docs", "results.json");
  expect(readResults(path)).toEqual({ claims: [] });
  writeResults(path, { claims: [] });
  expect(readResults(path)).toEqual({ claims: [] });
  await writeFile(path, "{");
  expect(() => readResults(path)).toThrow(/results\.json: expected results of lenet reproduce/);
});

test("lenet reproduce: an unknown claim is the user's mistake", async () => {
  const asked = reproduceCommand().parseAsync(["lenet5-adm"], { from: "user" });
  await expect(asked).rejects.toThrow('got "lenet5-adm". Did you mean "lenet5-adam"?');
});

test("showTrials: without a terminal, a line an epoch and a line a seed", async () => {
  const lines: string[] = [];
  const output = { isTTY: false, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
  const trials = trialsIn("runs", claimOf(2)).slice(0, 1);
  const { onEvent, end } = showTrials(output, trials);
  await reproduce({ trials, jobs: 1, onEvent });
  end();
  expect(lines.join("")).toMatch(
    /^small, seed 1: epoch 1\/2, train [\d.]+ %, [\d.]+ s left\nsmall, seed 1: epoch 2\/2, train [\d.]+ %\nsmall, seed 1: test [\d.]+ %, \d+ misses\n$/,
  );
});
