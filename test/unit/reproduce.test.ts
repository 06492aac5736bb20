import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reproduceCommand } from "../../cli/reproduce.ts";
import { showTrials } from "../../cli/trials.ts";
import { baselineNamed } from "../../src/baselines/index.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { loadData } from "../../src/data/registry.ts";
import { type Claim, published, reaches, shown, type TrainingWork } from "../../src/lab/claims/claim.ts";
import { claims, claimsNamed } from "../../src/lab/claims/index.ts";
import { rankCorrelation, ranks } from "../../src/lab/claims/ranking.ts";
import { type Finding, reproduce, type Trial, type TrialEvent, trialsOf } from "../../src/lab/claims/reproduce.ts";
import {
  type ClaimResult,
  meanAndSpread,
  measureResults,
  readResults,
  resultOf,
  withResult,
  writeResults,
} from "../../src/lab/claims/results.ts";
import { resultsPage } from "../../src/lab/claims/results-page.ts";
import { load } from "../../src/lab/import/load.ts";
import { evaluate } from "../../src/lab/model/evaluate.ts";
import { readConfig } from "../../src/lab/run/run-folder.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
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
  source: "a test",
  work: {
    kind: "training",
    net: "lenet5",
    settings: {
      data: join(folder, "data"),
      epochs,
      batch: 16,
      optimiser: "adam",
      rate: 0.001,
      validation: 0,
      watchTest: true,
    },
  },
  measures: [
    shown("test accuracy", null, 0.01),
    published("training error", 0),
    shown("test error after pass 1", null),
    shown("error on training images", null),
    shown("rejected for 100 % error", null),
    shown("multiply-adds", 1),
  ],
  seeds: 2,
});

const trialsIn = (place: string, claim = claimOf()): Trial[] =>
  trialsOf([claim], {}).map((trial) => ({ ...trial, folder: join(folder, place, `seed-${trial.seed}`) }));

const measuredOf = (found: readonly Finding[] | null) => found?.map(({ measured }) => measured);

test("claims: each has a name of its own, measures, and work that can be done", () => {
  expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  for (const { work, measures, seeds } of claims) {
    expect(seeds).toBeGreaterThan(0);
    expect(measures.length).toBeGreaterThan(0);
    if (work.kind === "training") expect(resolve(netNamed(work.net), work.settings).epochs).toBeGreaterThan(0);
    else expect(baselineNamed(work.baseline).name).toBe(work.baseline);
  }
});

test("claims: what asks for the test error after a pass has the test images watched, for as many passes", () => {
  for (const { work, measures } of claims)
    for (const { of } of measures) {
      const pass = Number(/after pass (\d+)$/.exec(of)?.[1] ?? 0);
      if (pass === 0 || work.kind !== "training") continue;
      expect(resolve(netNamed(work.net), work.settings).epochs).toBeGreaterThanOrEqual(pass);
      if (of.startsWith("test")) expect(work.settings.watchTest).toBe(true);
    }
});

test("claimsNamed: a claim, or all of a group", () => {
  expect(claimsNamed("lenet5-adam").map(({ id }) => id)).toEqual(["lenet5-adam"]);
  expect(() => claimsNamed("lenet5-adm")).toThrow('got "lenet5-adm". Did you mean "lenet5-adam"?');
});

test("reaches: accuracies from below, errors from above, the aim itself included", () => {
  expect(reaches("test accuracy", 0.99, 0.98)).toBe(true);
  expect(reaches("test accuracy", 0.97, 0.98)).toBe(false);
  expect(reaches("test error", 0.01, 0.0095)).toBe(false);
  expect(reaches("test error after pass 3", 0.0095, 0.0095)).toBe(true);
});

test("trialsOf: the claim's seeds or as many as asked for, each in its folder; a slice has a folder of its own", () => {
  const claim = claimOf();
  expect(trialsOf([claim], {}).map((trial) => trial.folder)).toEqual([
    join("runs", "reproduce", "small", "seed-1"),
    join("runs", "reproduce", "small", "seed-2"),
  ]);
  expect(trialsOf([claim], { seeds: 3 }).map(({ seed }) => seed)).toEqual([1, 2, 3]);
  expect(trialsOf([claim], { quick: true }).map((trial) => trial.folder)).toEqual([
    join("runs", "slices", "small", "seed-1"),
  ]);
});

test("reproduce: every seed trains in its folder, is measured, and is not trained again when it is complete", async () => {
  const trials = trialsIn("runs");
  const found = await reproduce({ trials, jobs: 2 });
  for (const { measured, origin } of found!) {
    expect((measured["test accuracy"] ?? Number.NaN) * 16).toBeCloseTo(Math.round(measured["test accuracy"]! * 16), 9);
    expect(measured["training error"]).toBeGreaterThan(0);
    expect(measured["test error after pass 1"]).toBeGreaterThan(0);
    expect(measured["rejected for 100 % error"]).toBe(0);
    expect(measured["multiply-adds"]).toBe(416_520);
    expect(origin.data.train.sha256.images).toMatch(/^[0-9a-f]{64}$/);
    expect(origin.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
  // The trained net's own error; not what was counted while it learned.
  const train = await loadData(join(folder, "data"), "train");
  const { misses } = await evaluate(load(trials[0]!.folder), train);
  expect(found![0]!.measured["error on training images"]).toBeCloseTo(misses / 64, 12);
  const told: string[] = [];
  const again = await reproduce({ trials, jobs: 2, onEvent: ({ seed }, { kind }) => told.push(`${seed} ${kind}`) });
  expect(again).toEqual(found);
  expect(told).toEqual(["1 done", "2 done"]);
});

test("reproduce: a claim that has learned to ask for more is measured anew without training", async () => {
  const [trial] = trialsIn("runs");
  await reproduce({ trials: [trial!], jobs: 1 });
  const claim = { ...claimOf(), measures: [...claimOf().measures, shown("test error after pass 2", null)] };
  const told: string[] = [];
  const found = await reproduce({
    trials: [{ ...trial!, claim }],
    jobs: 1,
    onEvent: (_, { kind }) => told.push(kind),
  });
  expect(found![0]!.measured["test error after pass 2"]).toBeGreaterThan(0);
  expect(told).toEqual(["done"]);
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
  expect(measuredOf(await reproduce({ trials, jobs: 2 }))).toEqual(measuredOf(straight));
});

test("reproduce: a folder that holds another recipe is not taken for this one", async () => {
  await reproduce({ trials: trialsIn("runs", claimOf(1)).slice(0, 1), jobs: 1 });
  await expect(reproduce({ trials: trialsIn("runs", claimOf(2)), jobs: 1 })).rejects.toThrow(
    /seed-1: expected a run of small with epochs 2, got 1\. Move the folder away/,
  );
  const { work, ...rest } = claimOf(1);
  const elsewhere = {
    ...rest,
    work: { ...work, settings: { ...(work as TrainingWork).settings, data: "mnist" } } as Claim["work"],
  };
  await expect(reproduce({ trials: trialsIn("runs", elsewhere), jobs: 1 })).rejects.toThrow(
    'expected a run of small with data "mnist", got',
  );
  const other = { ...rest, work: { ...work, net: "lenet5:activation=relu" } as Claim["work"] };
  await expect(reproduce({ trials: trialsIn("runs", other), jobs: 1 })).rejects.toThrow(
    'expected a run of small with net "lenet5:activation=relu", got "lenet5". Move the folder away',
  );
});

test("reproduce: with redraw every seed has a sample of its own", async () => {
  const settings = { data: "mnist:sample=random,size=16", epochs: 1, limit: 20, watchTest: true } as const;
  const work: TrainingWork = { kind: "training", net: "zipcode1989", settings, redraw: true };
  const trials = trialsIn("drawn", { ...claimOf(1), work }).slice(0, 2);
  await reproduce({ trials, jobs: 2 });
  const data = trials.map((trial) => Object(readConfig(trial.folder)["settings"]).data);
  expect(data).toEqual(["mnist:sample=random,size=16", "mnist:sample=random,draw=2,size=16"]);
  expect(await reproduce({ trials, jobs: 1 })).toHaveLength(2);
});

test("reproduce: what a kill in the very beginning left is begun anew", async () => {
  const [trial] = trialsIn("runs");
  await mkdir(trial!.folder, { recursive: true });
  await writeFile(join(trial!.folder, "config.json"), "{}");
  expect(await reproduce({ trials: [trial!], jobs: 1 })).toHaveLength(1);
});

test("reproduce: one trial's error stops the others and is told", async () => {
  const { work, ...claim } = claimOf();
  const broken = { ...work, settings: { data: join(folder, "nowhere") } } as Claim["work"];
  await expect(reproduce({ trials: trialsIn("runs", { ...claim, work: broken }), jobs: 2 })).rejects.toThrow("nowhere");
});

test("reproduce: a baseline is a trial like a training", async () => {
  const claim: Claim = {
    ...claimOf(),
    work: { kind: "baseline", baseline: "linear", data: join(folder, "data") },
    measures: [shown("test error", 0.12), shown("variables", 4_000), shown("rejected for 0.5 % error", null)],
    seeds: 1,
  };
  const told: string[] = [];
  const trials = trialsIn("runs", claim);
  const found = await reproduce({ trials, jobs: 1, onEvent: (_, { kind }) => told.push(kind) });
  expect(found![0]!.measured["test error"]).toBeGreaterThan(0);
  expect(found![0]!.measured.variables).toBe(7_850);
  expect(told).toContain("share");
  expect(await reproduce({ trials, jobs: 1 })).toEqual(found);
});

test("resultOf: the measures with verdicts, and what is needed to get them again", async () => {
  const claim = claimOf(1);
  const found = await reproduce({ trials: trialsIn("runs", claim), jobs: 2 });
  const measured = measuredOf(found)!;
  const origins = found!.map(({ origin }) => origin);
  const result = resultOf(claim, [1, 2], measured, origins);
  const [first, second] = measured.map((one) => one["test accuracy"]!) as [number, number];
  expect(result).toMatchObject({ id: "small", command: "lenet reproduce small", seeds: [1, 2] });
  expect(result.measures[0]).toMatchObject({
    of: "test accuracy",
    values: [first, second],
    mean: (first + second) / 2,
  });
  expect(resultOf(claim, [1], measured.slice(0, 1), origins).command).toBe("lenet reproduce small --seeds 1");
  expect(resultsPage({ claims: [result] })).toContain("| `lenet reproduce small` |");
});

test("measureResults: reached when the mean is as good as the aim; rounding does not count", () => {
  const claim = { ...claimOf(), measures: [published("test error", 0.0095), shown("training error", 0.0035)] };
  const verdict = (...errors: number[]) =>
    measureResults(
      claim,
      errors.map((error) => ({ "test error": error, "training error": 1 })),
    ).map(({ reached }) => reached);
  expect(verdict(0.0094, 0.0096)).toEqual([true, null]);
  expect(verdict(0.0095 + 1e-12)).toEqual([true, null]);
  expect(verdict(0.0095, 0.0096)).toEqual([false, null]);
});

test("meanAndSpread: the standard deviation over n - 1, none of a single value", () => {
  expect(meanAndSpread([1, 2, 3, 4])).toEqual({ mean: 2.5, spread: Math.sqrt(5 / 3) });
  expect(meanAndSpread([0.5])).toEqual({ mean: 0.5, spread: null });
});

test("withResult: a new result takes the place of the old one, in the order of the claims; others are forgotten", () => {
  const result = (id: string, title = ""): ClaimResult => ({ id, title }) as ClaimResult;
  const order = claims.map(({ id }) => id);
  const old = { claims: [result(order[1]!, "old"), result("forgotten")] };
  const added = withResult(withResult(old, result(order[0]!), claims), result(order[1]!, "new"), claims);
  expect(added.claims.map(({ id, title }) => [id, title])).toEqual([
    [order[0], ""],
    [order[1], "new"],
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

test("showTrials: without a terminal, a line an epoch and a line a trial", async () => {
  const lines: string[] = [];
  const output = { isTTY: false, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
  const trials = trialsIn("runs", claimOf(2)).slice(0, 1);
  const { onEvent, end } = showTrials(output, trials);
  await reproduce({ trials, jobs: 1, onEvent });
  end();
  expect(lines.join("")).toMatch(
    /^small, seed 1: epoch 1\/2, training error [\d.]+ %, [\d.]+ s left\nsmall, seed 1: epoch 2\/2, training error [\d.]+ %\nsmall, seed 1: done\n$/,
  );
});

test("reproduce: a committee is a training like others, stopped and resumed, with the nets it calls counted", async () => {
  const claim: Claim = {
    ...claimOf(),
    work: {
      kind: "training",
      net: "boosted-lenet4",
      settings: { data: join(folder, "data"), epochs: 1, batch: 16, validation: 8 },
    },
    measures: [shown("test error", 0.007), shown("variables", 51_000), shown("multiply-adds", 460_000)],
    seeds: 1,
  };
  const straight = await reproduce({ trials: trialsIn("straight", claim), jobs: 1 });
  const { measured } = straight![0]!;
  expect(measured.variables).toBe(3 * 50_698);
  // One net is always called, the others for some.
  expect(measured["multiply-adds"]).toBeGreaterThanOrEqual(249_568);
  expect(measured["multiply-adds"]).toBeLessThanOrEqual(3 * 249_568);
  const trials = trialsIn("stopped", claim);
  const controller = new AbortController();
  const lines: string[] = [];
  const board = showTrials(
    { isTTY: false, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream,
    trials,
  );
  const onEvent = (trial: Trial, event: TrialEvent): void => {
    board.onEvent(trial, event);
    if (event.kind === "member" && event.member === 2) controller.abort();
  };
  expect(await reproduce({ trials, jobs: 1, signal: controller.signal, onEvent })).toBeNull();
  expect(measuredOf(await reproduce({ trials, jobs: 1, onEvent }))).toEqual(measuredOf(straight));
  expect(lines.join("")).toMatch(/small, seed 1: member 3, epoch 1\/1, training error/);
  const other = { ...claim, work: { ...claim.work, net: "boosted-lenet4", settings: { epochs: 2 } } as Claim["work"] };
  await expect(reproduce({ trials: trialsIn("stopped", other), jobs: 1 })).rejects.toThrow("with epochs 2, got 1");
});

test("rankCorrelation: 1 for the same order, -1 for the opposite, by hand where two are equal", () => {
  expect(ranks([30, 10, 20, 10])).toEqual([4, 1.5, 3, 1.5]);
  expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 400])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // Places 1, 2, 3, 4 and 2, 1, 4, 3: 1 - 6 · 4 / (4 · 15).
  expect(rankCorrelation([1, 2, 3, 4], [6, 5, 8, 7])).toBeCloseTo(0.6, 12);
});
