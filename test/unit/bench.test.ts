import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { benchCommand } from "../../cli/bench.ts";
import { describe } from "../../src/engine/describe.ts";
import { compareResults, readResult, slower } from "../../src/lab/bench/compare.ts";
import { bestResults, ourResults, peerResults, ratioOf, type Turn } from "../../src/lab/bench/digest.ts";
import { figuresOf, inverse, together } from "../../src/lab/bench/figures.ts";
import { kernelCases } from "../../src/lab/bench/kernel-cases.ts";
import { operationsOf } from "../../src/lab/bench/ours.ts";
import { peers, runPeer } from "../../src/lab/bench/peers.ts";
import { profileOf } from "../../src/lab/bench/profile.ts";
import { benchText } from "../../src/lab/bench/report.ts";
import type { BenchResult } from "../../src/lab/bench/result.ts";
import { runBench } from "../../src/lab/bench/run.ts";
import { netNamed } from "../../src/nets/index.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import type { Net } from "../../src/nets/net.ts";

let folder = "";
let stdout = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lenet-bench-"));
  stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const lenetBench = (...words: string[]) => benchCommand().parseAsync(words, { from: "user" });

const [torch] = peers;
const slow = peers.at(-1)!;

/** A turn of training with batch 64 in which ours and the peer had these rates. */
const turn = (repetition: number, ours: Record<number, number>, peer = torch!, threads = 1, rate = 100): Turn => {
  const imagesPerSecond = { minimum: rate - 1, median: rate, maximum: rate + 1 };
  return {
    repetition,
    task: "train",
    batch: 64,
    ours: Object.entries(ours).map(([count, own]) => ({ threads: Number(count), rates: [own - 1, own, own + 3] })),
    theirs: { peer, threads, report: { version: "1", threads, imagesPerSecond } },
  };
};

test("figuresOf: the middle of an even number is the mean of two, and five digits are kept", () => {
  expect(figuresOf([4, 1, 2, 3])).toEqual({ minimum: 1, median: 2.5, maximum: 4 });
  expect(figuresOf([123456.7])).toEqual({ minimum: 123460, median: 123460, maximum: 123460 });
});

test("together and inverse: the least of all, and the most images a second are the fewest microseconds", () => {
  const both = together([figuresOf([2, 4]), figuresOf([1, 8, 9])]);
  expect(both).toEqual({ minimum: 1, median: 5.5, maximum: 9 });
  expect(inverse({ minimum: 100, median: 1000, maximum: 2000 })).toEqual({
    minimum: 500,
    median: 1000,
    maximum: 10000,
  });
});

test("operationsOf: two a multiply-add, in three directions but for the first layer's input", () => {
  expect(operationsOf(lenet5, "infer")).toBe(2 * 416_520);
  expect(operationsOf(lenet5, "train")).toBe(2 * (3 * 416_520 - 117_600));
});

test("peerResults: each measurement is compared with its neighbour of as many threads, not with another hour", () => {
  const turns = [
    turn(0, { 1: 200, 2: 50 }),
    turn(1, { 1: 20, 2: 5 }, torch, 1, 10),
    turn(1, { 1: 1, 2: 30 }, torch, 2, 10),
  ];
  expect(turns.map(ratioOf)).toEqual([2, 2, 3]);
  const [one, two] = peerResults(turns);
  expect(one).toMatchObject({ threads: 1, pairs: 2, ratio: { minimum: 2, median: 2, maximum: 2 } });
  expect(one!.imagesPerSecond).toEqual({ minimum: 9, median: 55, maximum: 101 });
  expect(two).toMatchObject({ threads: 2, pairs: 1, ratio: { median: 3 } });
});

test("ourResults: every block of every turn counts, and the share of the roof is of one core", () => {
  const turns = [turn(0, { 1: 1000, 2: 1500 }), turn(1, { 1: 1200, 2: 1500 })];
  const [one, two] = ourResults(lenet5, turns, 2 * 1101.5 * operationsOf(lenet5, "train"));
  expect(one!.imagesPerSecond).toEqual({ minimum: 999, median: 1101, maximum: 1203 });
  expect(one!.shareOfRoof).toBeCloseTo(0.5, 3);
  expect(one!.gflops).toBeCloseTo((1101 * 2_263_920) / 1e9, 6);
  expect(two!.shareOfRoof).toBeNull();
});

test("bestResults: our best number of threads against the best way of the peers that use threads", () => {
  const turns = [
    turn(0, { 1: 100, 2: 150 }, torch, 1, 50),
    turn(0, { 1: 100, 2: 150 }, torch, 2, 20),
    turn(1, { 1: 100, 2: 130 }, torch, 1, 65),
    turn(1, { 1: 100, 2: 130 }, slow, 1, 1000),
  ];
  expect(bestResults(turns)).toEqual([
    {
      task: "train",
      batch: 64,
      ourThreads: 2,
      peer: "pytorch",
      peerThreads: 1,
      ratio: { minimum: 2, median: 2.5, maximum: 3 },
    },
  ]);
  expect(bestResults(turns.map((other) => ({ ...other, task: "infer" as const })))).toEqual([]);
});

const result = (turns: readonly Turn[], date = "2026-01-31T12:00:00.000Z"): BenchResult => ({
  kind: "lenet bench",
  date,
  commit: "0123456789abcdef",
  cpu: "Some CPU",
  cores: 2,
  system: "linux x64",
  node: "20.20.0",
  settings: { net: "lenet5", arithmetic: "plain", seconds: 1, repetitions: 1 },
  roofGflops: 40,
  ours: ourResults(lenet5, turns, 40e9),
  peers: peerResults(turns),
  absent: [{ peer: "tfjs-wasm", task: "train", why: "it cannot train" }],
  best: bestResults(turns),
  kernels: [],
});

test("benchText: everything in aligned tables", () => {
  expect(
    benchText(result([turn(0, { 1: 9000 }, torch, 1, 4500)])),
  ).toBe(`Some CPU, 2 cores, Node 20.20.0, 2026-01-31, 0123456
Roof of one core (plain multiply and add on 128-bit vectors): 40 GFLOP/s

LeNet (lenet5)   threads  images/s   least…most  µs an image  GFLOP/s  of the roof
train, batch 64        1     9,000  8,999…9,003          111     20.4         51 %

Peers                     threads  images/s  µs an image  LeNet ÷ peer  least…most  what
train, batch 64: pytorch        1     4,500          222           2 ×              1

pytorch: PyTorch, tuned, 1

train, batch 64, each at its best (LeNet 1 thread, pytorch 1 thread): LeNet is 2 times as fast (measured once)

tfjs-wasm (train): it cannot train`);
});

test("compareResults: speeds that both runs have, as now over before", () => {
  const before = result([turn(0, { 1: 100, 2: 100 })]);
  const now = { ...result([turn(0, { 1: 150 })]), roofGflops: 20 };
  expect(compareResults(now, before)).toEqual([
    { name: "roof of one core, GFLOP/s", now: 20, before: 40, ratio: 0.5, beside: null },
    {
      name: "train, batch 64, threads 1: images/s",
      now: 150,
      before: 100,
      ratio: 1.5,
      beside: expect.closeTo((2 * 153) / 103),
    },
    { name: "train, batch 64, threads 1: LeNet ÷ pytorch", now: 1.5, before: 1, ratio: 1.5, beside: 1.5 },
  ]);
});

test("slower: what fell by more than the noise, on a machine at whatever pace", () => {
  const before = result([turn(0, { 1: 100, 2: 100 })]);
  const halved = { ...result([turn(0, { 1: 50, 2: 30 }, torch, 1, 50)]), roofGflops: 20 };
  expect(slower(compareResults(halved, before), 0.2).map(({ name }) => name)).toEqual([
    "train, batch 64, threads 2: images/s",
  ]);
  const overtaken = result([turn(0, { 1: 100, 2: 100 }, torch, 1, 150)]);
  expect(slower(compareResults(overtaken, before), 0.2).map(({ name }) => name)).toEqual([
    "train, batch 64, threads 1: LeNet ÷ pytorch",
  ]);
});

test("profileOf: every product of a step stands in one row, and the rows are what is accounted for", () => {
  for (const name of ["lenet5", "lenet5-1998", "zipcode1989"]) {
    const net = netNamed(name);
    const { rows, accountedFor, gflops, ...whole } = profileOf(net, 2, "plain", 0.001, 40e9);
    const products = rows.reduce((sum, row) => sum + row.multiplyAdds, 0);
    expect(2 * products).toBe(productsOf(net));
    expect(gflops).toBeCloseTo(productsOf(net) / whole.microsecondsPerImage / 1000, 6);
    expect(rows.reduce((sum, row) => sum + row.microsecondsPerImage, 0)).toBeCloseTo(accountedFor, 6);
    const names = rows.map(({ layer, direction }) => `${layer} ${direction}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((row) => /input$/.test(row) && !/^ /.test(row)).length).toBeGreaterThan(1);
  }
});

/** Operations of the layers that are sums of products, in the directions that a step computes. */
const productsOf = (net: Net): number =>
  describe(net).layers.reduce((sum, { layer, spec, geometry }, index) => {
    if (!["conv", "dense", "rbf"].includes(spec.kind)) return sum;
    const directions = spec.kind === "rbf" || index > 0 ? 3 : 2;
    return sum + 2 * (spec.kind === "rbf" ? 1 : directions) * layer.census(spec, geometry.input).multiplyAdds;
  }, 0);

test("lenet bench --profile: a line a layer and direction, and the whole step below them", async () => {
  await lenetBench("--profile", "zipcode1989", "--seconds", "0.001");
  for (const row of [
    "H1 forward",
    "H2 backward to both",
    "H3 backward to the input",
    "OUT optimiser",
    "whole step, measured by itself",
  ])
    expect(stdout).toContain(`\n${row} `);
  const out = join(folder, "profile.json");
  await lenetBench("--profile", "lenet1", "--batch", "3", "--seconds", "0.001", "--out", out);
  stdout = "";
  await lenetBench("--profile", "lenet1", "--batch", "3", "--seconds", "0.001", "--compare", out, "--json");
  const { profile, compared } = JSON.parse(stdout);
  expect(profile).toMatchObject({ net: "lenet1", batch: 3, optimiser: "adam" });
  expect(compared.map(({ name }: { name: string }) => name)).toContain("lenet1, batch 3, whole step: images/s");
});

test("runPeer: a program that is not here is absent, not an error", async () => {
  const peer = { ...torch!, program: "no-such-engine.mjs" };
  const answer = await runPeer(peer, { task: "train", batch: 64, threads: 1 }, 0.01);
  expect(answer).toEqual({ absent: expect.stringContaining("bench/peers") });
});

test("runPeer: an engine that cannot do a task says so", async () => {
  const peer = peers.find(({ name }) => name === "onnxruntime-web")!;
  const answer = await runPeer(peer, { task: "train", batch: 64, threads: 1 }, 0.01);
  expect(answer).toEqual({ engine: "onnxruntime-web", absent: expect.stringContaining("it cannot train") });
});

test("runBench: an absent peer is asked once, and ours are measured all the same", async () => {
  const peer = { ...torch!, program: "no-such-engine.mjs" };
  const arithmetic = "plain" as const;
  const settings = {
    net: lenet5,
    arithmetic,
    seconds: 0.005,
    repetitions: 2,
    peers: [peer],
    threads: 1,
    of: "nets" as const,
  };
  const { ours, absent, peers: measured, roofGflops } = await runBench(settings);
  expect(absent.map(({ task }) => task)).toEqual(["train", "infer"]);
  expect(measured).toEqual([]);
  expect(roofGflops).toBeGreaterThan(0.1);
  expect(ours.map(({ task, batch, threads }) => [task, batch, threads])).toContainEqual(["train", 64, 1]);
  for (const { imagesPerSecond, shareOfRoof } of ours) {
    expect(imagesPerSecond.minimum).toBeGreaterThan(1);
    expect(shareOfRoof).toBeGreaterThan(0);
  }
});

test("kernelCases: all sums of products of a step are there, each once", () => {
  const products = kernelCases(lenet5, "plain").filter(({ multiplyAdds }) => multiplyAdds > 0);
  const sum = products.reduce((total, { multiplyAdds }) => total + 2 * multiplyAdds, 0);
  expect(sum).toBe(operationsOf(lenet5, "train"));
});

test("kernelCases: the papers' own kernels are there, and every case can be run", () => {
  const cases = kernelCases(netNamed("lenet5-1998"), "plain");
  for (const { prepare, run } of cases) {
    prepare?.();
    run();
  }
  const names = cases.map(({ name }) => name);
  for (const name of ["S2 forward", "S4 backward", "OUT forward", "OUT backward to the input", "penalty, eq. 8"])
    expect(names).toContain(name);
});

test("lenet bench --kernels --out --compare: keeps its figures and sets them beside earlier ones", async () => {
  const out = join(folder, "deeper", "kernels.json");
  await lenetBench("--kernels", "--quick", "--seconds", "0.001", "--out", out);
  expect(stdout).toMatch(/^C3 backward +8 +[\d.]+ +[\d.]+ +[\d.]+ +\d+ %$/m);
  const kept: BenchResult = JSON.parse(await readFile(out, "utf8"));
  expect(kept).toMatchObject({ kind: "lenet bench", settings: { net: "lenet5", seconds: 0.001, repetitions: 1 } });
  stdout = "";
  await lenetBench("--kernels", "--quick", "--seconds", "0.001", "--compare", out, "--json");
  expect(JSON.parse(stdout).compared.length).toBe(kept.kernels.length + 1);
});

test("lenet bench: mistakes are told before anything is measured", async () => {
  await expect(lenetBench("--peers", "pytroch")).rejects.toThrow('got "pytroch". Did you mean "pytorch"?');
  await expect(lenetBench("--batch", "8")).rejects.toThrow("--batch: expected --profile NET beside it, got 8 alone.");
  await expect(lenetBench("--profile", "lenet1", "--kernels")).rejects.toThrow("expected one of them, got 2.");
  await expect(lenetBench("--growth", "--kernels")).rejects.toThrow(
    "--kernels, --growth: expected one of them, got 2.",
  );
  await expect(lenetBench("--kernels", "--peers", "none")).rejects.toThrow(
    "--peers: expected whole nets to measure beside them, got kernels. Leave --peers out.",
  );
  await expect(lenetBench("--quick", "--out", folder)).rejects.toThrow("expected a file or a new name, got a folder.");
  const long = join(folder, `${"x".repeat(300)}.json`);
  await expect(lenetBench("--quick", "--out", long)).rejects.toThrow("its name is too long. Choose another place.");
  await expect(lenetBench("--profile", "lenet6")).rejects.toThrow('got "lenet6"');
  await expect(lenetBench("--seconds", "0")).rejects.toThrow('--seconds: expected a number above 0, got "0".');
  await expect(lenetBench("--compare", join(folder, "none.json"))).rejects.toThrow("got no such file");
  await writeFile(join(folder, "other.json"), "{}");
  await expect(lenetBench("--compare", join(folder, "other.json"))).rejects.toThrow("a result of lenet bench");
  expect(process.stderr.write).not.toHaveBeenCalled();
});

test("lenet bench --compare: only a whole result of the same bench, net, batch and arithmetic is set beside the new one", async () => {
  const path = join(folder, "before.json");
  const keep = (kept: object): Promise<void> => writeFile(path, JSON.stringify(kept));
  const nets = result([turn(0, { 1: 100 })]);
  const row = { layer: "C1", direction: "forward", microsecondsPerImage: -0.01 };
  const profile = { net: "lenet5", batch: 8, microsecondsPerImage: 70, rows: [row] };
  const compare = (...words: string[]) => lenetBench(...words, "--compare", path);
  await keep(nets);
  await expect(compare("--arithmetic", "plain", "--kernels")).rejects.toThrow(
    `${path}: expected a result of lenet bench --kernels --arithmetic plain, got one of lenet bench --arithmetic plain. Measure the same, or name another.`,
  );
  await keep({ ...nets, profile });
  expect(readResult(path).profile).toEqual(profile);
  const profiled = "got one of lenet bench --profile lenet5 --batch 8 --arithmetic plain.";
  await expect(compare("--arithmetic", "plain", "--profile", "lenet5", "--batch", "4")).rejects.toThrow(profiled);
  await expect(compare("--arithmetic", "plain", "--profile", "lenet1", "--batch", "8")).rejects.toThrow(profiled);
  await keep({ ...nets, settings: { ...nets.settings, arithmetic: "fused" } });
  await expect(compare("--arithmetic", "plain")).rejects.toThrow("got one of lenet bench --arithmetic fused.");
  for (const broken of [
    { kind: "lenet bench" },
    { ...nets, roofGflops: null },
    { ...nets, settings: {} },
    { ...nets, kernels: {} },
    { ...nets, peers: [{ ratio: 1 }] },
    { ...nets, ours: [{ imagesPerSecond: {} }] },
  ]) {
    await keep(broken);
    await expect(compare()).rejects.toThrow("expected a result of lenet bench, got one that is not whole.");
  }
  expect(process.stderr.write).not.toHaveBeenCalled();
});

test("compareResults: growth is compared in images a second along each axis", () => {
  const grown = (cost: number): BenchResult => ({
    ...result([]),
    growth: [
      { axis: "images", x: 2_000, threads: 1, cost },
      { axis: "threads", x: 2, threads: 2, cost },
    ],
  });
  expect(compareResults(grown(50), grown(100)).slice(1)).toMatchObject([
    { name: "growth, images 2000, threads 1: images/s", now: 40_000, before: 20_000, beside: 2 },
    { name: "growth, threads 2, threads 2: images/s", now: 20_000, before: 10_000, beside: 2 },
  ]);
});

test("growth is measured along each axis, on one thread and more, and drawn beside its figures", async () => {
  const out = join(folder, "growth.json");
  await lenetBench("--growth", "--quick", "--seconds", "0.001", "--out", out);
  const { growth } = JSON.parse(await readFile(out, "utf8")) as BenchResult;
  const along = (axis: string): number[] => growth!.filter((point) => point.axis === axis).map(({ x }) => x);
  expect(new Set(along("images"))).toEqual(new Set([1_000, 2_000]));
  expect(along("threads")).toEqual([2]);
  const products = operationsOf(lenet5, "train") / 2e6;
  expect(Math.min(...along("maps"))).toBeCloseTo(products, 9);
  for (const { cost } of growth!) expect(cost).toBeGreaterThan(0);
  expect(stdout).toMatch(/images in an epoch +2,000 +1 +[\d.,]+ +ms an epoch/);
  for (const axis of ["images", "batch", "threads", "maps"])
    expect(await readFile(join(folder, `growth-${axis}.svg`), "utf8")).toContain("<svg");
});
