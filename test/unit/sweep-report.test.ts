// The answer of a sweep: statistics against tables and by hand, what matters on outcomes that are known, and the files.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sweepReportCommand } from "../../cli/sweep-report.ts";
import { makeFolder } from "../../src/files.ts";
import { writeCheckpoint, writeHistory, writeMetrics } from "../../src/lab/run/run-folder.ts";
import { analyse } from "../../src/lab/sweep/answer/analysis.ts";
import { writeMarkdown } from "../../src/lab/sweep/answer/markdown.ts";
import {
  caveatsOf,
  rankingTable,
  significanceText,
  trialTable,
  writeReport,
} from "../../src/lab/sweep/answer/report.ts";
import { at, atBest, intervalOf, readResults, type TrialResult } from "../../src/lab/sweep/answer/results.ts";
import { estimate, fisherTail, holm, studentTails, welch } from "../../src/lab/sweep/answer/statistics.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import { gridOf } from "../../src/lab/sweep/search/methods.ts";
import { createSweep } from "../../src/lab/sweep/trials/folder.ts";
import { openJournal, trialFolder } from "../../src/lab/sweep/trials/journal.ts";
import { stream } from "../../src/random.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-answer-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("the statistics", () => {
  it("know Student's t and Fisher's F as the tables do.", () => {
    for (const [t, freedom, tails] of [
      [12.706, 1, 0.05],
      [2.776, 4, 0.05],
      [2.228, 10, 0.05],
      [3.707, 6, 0.01],
      [1.98, 120, 0.05],
    ] as const)
      expect(studentTails(t, freedom)).toBeCloseTo(tails, 4);
    for (const [f, above, below, tail] of [
      [4.965, 1, 10, 0.05],
      [3.403, 2, 24, 0.05],
      [5.614, 2, 24, 0.01],
    ] as const)
      expect(fisherTail(f, above, below)).toBeCloseTo(tail, 4);
    expect(studentTails(0, 5)).toBe(1);
  });

  it("give means with Student's interval.", () => {
    expect(estimate([])).toBeNull();
    expect(estimate([3])).toEqual({ mean: 3, spread: null, low: null, high: null, count: 1 });
    const { mean, spread, low, high } = estimate([1, 2, 3, 4, 5])!;
    expect([mean, spread]).toEqual([3, Math.sqrt(2.5)]);
    // 2.776 × √2.5 / √5
    expect([low, high].map((end) => Number(end!.toFixed(3)))).toEqual([1.037, 4.963]);
  });

  it("show no share outside 0…1, and no loss below 0.", () => {
    const wide = estimate([0.9, 0.99])!;
    expect(wide.high).toBeGreaterThan(1);
    expect(intervalOf({ of: "accuracy" }, wide)).toEqual({ low: wide.low, high: 1 });
    const low = estimate([0.01, 1.2])!;
    expect(intervalOf({ of: "loss" }, low)).toEqual({ low: 0, high: low.high });
    expect(intervalOf({ of: "accuracy" }, estimate([0.9])!)).toBeNull();
  });

  it("test differences as Welch did.", () => {
    // t = −2.8352, 27.7 degrees of freedom: a worked example of unequal variances.
    const a = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4];
    const b = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4];
    expect(welch(a, b)).toBeCloseTo(0.0084, 3);
    expect(welch([1], [2, 3])).toBeNull();
    expect(welch([1, 1], [1, 1])).toBe(1);
    // Neither scatters: nobody knows by how much seeds differ.
    expect(welch([1, 1], [2, 2])).toBeNull();
  });

  it("correct for many tests as Holm did.", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.6, 0.9])).toEqual([1, 1]);
  });
});

/** A sweep's folder as if every trial had been trained: `accuracy` says how well. */
const made = (
  name: string,
  text: string,
  accuracy: (values: Record<string, unknown>, seed: number) => number,
): string => {
  const folder = join(dir, name);
  const sweep = parseSweep("study.yaml", text);
  createSweep(folder, "study.yaml", text, {});
  const journal = openJournal(folder);
  const domains = sweep.parameters.map(({ domain }) => domain);
  const random = stream(1, name);
  const cells =
    sweep.method === "grid"
      ? gridOf(domains)
      : Array.from({ length: sweep.runCap! }, () => [random.unit(), random.unit()]);
  journal.add({ kind: "cells", cells: cells.map((values, index) => ({ cell: index + 1, values })) });
  for (const [index, values] of cells.entries())
    for (const seed of sweep.seeds) {
      const value = accuracy(
        Object.fromEntries(sweep.parameters.map(({ name }, place) => [name, values[place]])),
        seed,
      );
      const trial = { cell: index + 1, seed };
      const run = trialFolder(folder, trial);
      const score = (part: number) => ({ loss: 1 - part, accuracy: part, misses: 1, images: 100 });
      const history = [0.9, 1].map((share, epoch) => ({
        epoch: epoch + 1,
        train: score(value * share),
        validation: score(value * share),
        elapsedMs: 500 * (index + 1),
        imagesPerSecond: 1,
        rate: 1,
      }));
      makeFolder(run);
      writeHistory(run, history);
      writeCheckpoint(run, "last", new Map(), {});
      writeMetrics(run, { ...history[1]!, test: score(value - 0.01), epochs: 2, peakBytes: 1 });
      journal.add({ kind: "done", ...trial, at: "x" });
    }
  journal.add({ kind: "complete", at: "x" });
  journal.close();
  return folder;
};

const study = `
method: grid
net: ablation
seeds: 3
parameters:
  activation: {values: [tanh, relu]}
  norm: {values: [no, yes]}
  dropout: {values: [0, 0.1, 0.5]}
  rate: {value: 0.01}
`;
/** relu is worth 4 points, dropout .5 costs 2, but only with tanh; seeds make 0.1 point. */
const known = ({ activation, dropout }: Record<string, unknown>, seed: number): number =>
  0.9 + (activation === "relu" ? 0.04 : 0) - (activation === "tanh" && dropout === 0.5 ? 0.02 : 0) + (seed - 2) / 1000;

describe("the analysis", () => {
  it("takes the variance of a full grid apart exactly.", () => {
    const { importance, margins, pairs } = analyse(readResults(made("grid", study, known)));
    // Means of the six cells of activation and dropout: .90 .90 .88 .94 .94 .94, each for both norms and three seeds.
    const means = [0.9, 0.9, 0.88, 0.94, 0.94, 0.94];
    const grand = means.reduce((sum, one) => sum + one / 6, 0);
    const whole = means.reduce((sum, one) => sum + (one - grand) ** 2 / 6, 0) + 2e-6 / 3;
    const tanh = (0.9 + 0.9 + 0.88) / 3;
    const share = (name: string): number => importance!.effects.find((one) => one.name === name)!.share;
    expect(importance!.method).toBe("analysis of variance");
    expect(share("activation")).toBeCloseTo(((0.94 - tanh) / 2) ** 2 / whole, 9);
    expect(share("norm")).toBeCloseTo(0, 9);
    const low = (0.88 + 0.94) / 2;
    const others = (0.9 + 0.94) / 2;
    expect(share("dropout")).toBeCloseTo(((low - grand) ** 2 + 2 * (others - grand) ** 2) / 3 / whole, 9);
    expect(importance!.seeds).toBeCloseTo(2e-6 / 3 / whole, 9);
    const sum = importance!.effects.reduce((total, one) => total + one.share, importance!.seeds!);
    expect(sum).toBeCloseTo(1, 9);
    expect(importance!.effects[0]).toMatchObject({ name: "activation" });
    expect(importance!.effects[0]!.chance).toBeLessThan(1e-6);
    expect(importance!.effects.find(({ name }) => name === "norm")!.chance).toBeCloseTo(1, 6);

    const margin = margins.find(({ parameter, level }) => parameter === "activation" && level === "tanh")!;
    expect(margin.estimate).toMatchObject({ count: 18 });
    expect(margin.estimate.mean).toBeCloseTo(tanh, 12);
    const table = pairs.find(({ parameters }) => parameters.join() === "activation,dropout")!;
    expect(table.levels).toEqual([
      ["tanh", "relu"],
      ["0", "0.1", "0.5"],
    ]);
    for (const [index, value] of table.means.flat().entries()) expect(value).toBeCloseTo(means[index]!, 12);
  });

  it("tells real differences from noise, and what it cost.", () => {
    const folder = join(dir, "grid");
    const results = readResults(folder);
    const { comparisons, cost } = analyse(results);
    expect(comparisons).toHaveLength(66);
    // The six relu cells are alike; every tanh cell differs from each of them.
    const isRelu = (rank: number): boolean => results.cells[rank]!.values["activation"] === "relu";
    for (const { cells, corrected, difference } of comparisons) {
      const [a, b] = cells.map(isRelu);
      if (a && b) expect(corrected).toBe(1);
      else if (a !== b) expect(corrected).toBeLessThan(0.001);
      expect(difference).toBeGreaterThanOrEqual(-1e-12);
    }
    expect(cost).toMatchObject({ trials: 36, epochs: 72, elapsedMs: 3 * 1000 * 78 });
  });

  it("does not say what a parameter does of which one value alone has results.", () => {
    const results = readResults(join(dir, "grid"));
    const lost = (trial: TrialResult): TrialResult => ({ ...trial, status: "failed", value: null });
    const cells = results.cells.map((cell) =>
      cell.values["activation"] === "relu" ? cell : { ...cell, value: null, trials: cell.trials.map(lost) },
    );
    const analysis = analyse({ ...results, cells });
    expect(analysis.untold).toEqual(["activation"]);
    expect(analysis.importance!.effects.map(({ name }) => name).toSorted()).toEqual([
      "dropout",
      "norm",
      "norm × dropout",
    ]);
    for (const { share, chance } of analysis.importance!.effects) expect([share, chance]).not.toContain(Number.NaN);
    expect(caveatsOf(analysis)).toEqual(["Of activation only one value has results: what it does cannot be told."]);
  });

  it("judges by the epochs that every trial has, where some were stopped early.", () => {
    const results = readResults(join(dir, "grid"));
    const cells = results.cells.map((cell, rank) =>
      rank < 6
        ? cell
        : {
            ...cell,
            trials: cell.trials.map((trial): TrialResult => {
              const history = trial.history.slice(0, 1);
              return { ...trial, status: "stopped", history, value: history[0]!.validation!.accuracy };
            }),
          },
    );
    const analysis = analyse({ ...results, cells });
    expect(analysis.sharedEpochs).toBe(1);
    // The first epoch comes to 0.9 of the second; what was worth 4 points is worth 3.6.
    const [tanh, relu] = analysis.margins.slice(0, 2).map(({ estimate }) => estimate.mean);
    expect(tanh).toBeCloseTo((0.9 * (0.9 + 0.9 + 0.88)) / 3, 12);
    expect(relu).toBeCloseTo(0.9 * 0.94, 12);
    expect(analysis.comparisons).toHaveLength(15);
    expect(caveatsOf(analysis)[0]).toContain("after the first epoch");
    expect(significanceText(analysis, { ...results, cells })).toContain("With 6 it was not compared");
  });

  it("finds with a forest what matters where there is no grid.", () => {
    const text =
      "method: random\nrun_cap: 60\nparameters:\n  rate: {min: 0.001, max: 1.0}\n  momentum: {min: 0.0, max: 0.9}\n  optimizer: {value: momentum}\n";
    const folder = made("chance", text, ({ rate }) => 0.9 - (Number(rate) - 0.4) ** 2);
    const { importance, margins } = analyse(readResults(folder));
    expect(importance!.method).toBe("forest");
    expect(importance!.effects[0]).toMatchObject({ name: "rate" });
    expect(importance!.effects[0]!.share).toBeGreaterThan(0.8);
    expect(importance!.effects[1]!.share).toBeLessThan(0.1);
    expect(margins.filter(({ parameter }) => parameter === "rate").map(({ estimate }) => estimate.count)).toEqual([
      15, 15, 15, 15,
    ]);
  });
});

describe("the report", () => {
  it("is one page without a network, with every figure as SVG and all numbers beside it, the same every time.", () => {
    const folder = join(dir, "grid");
    const page = writeReport(folder);
    const text = readFileSync(page, "utf8");
    expect(text).not.toMatch(/<script|src="http|href="http/);
    for (const words of ["relu", "<svg", "95 % interval", "11 others", "analysis"].slice(0, 3))
      expect(text).toContain(words);
    expect(text).toContain("cannot be told apart from 5 others");
    const figures = readdirSync(join(folder, "figures")).sort();
    expect(figures).toEqual(
      [
        "cost",
        "importance",
        "margins",
        "pair-1",
        "pair-2",
        "pair-3",
        "parallel",
        "seeds",
        "significance",
        "train-curves",
        "validation-curves",
      ].map((name) => `${name}.svg`),
    );
    for (const name of figures) {
      const svg = readFileSync(join(folder, "figures", name), "utf8");
      expect(svg.startsWith("<svg")).toBe(true);
      expect(svg).not.toMatch(/NaN|undefined|var\(/);
    }
    const csv = readFileSync(join(folder, "results.csv"), "utf8").trimEnd().split("\n");
    expect(csv).toHaveLength(37);
    expect(csv[0]).toMatch(/^cell,seed,status,activation,norm,dropout,val_accuracy,/);
    const document = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
    expect(document.cells).toHaveLength(12);
    expect(document.analysis.importance.method).toBe("analysis of variance");
    writeReport(folder);
    expect(readFileSync(page, "utf8")).toBe(text);
  });

  it("is a Markdown document too, with training and test accuracy beside the metric.", () => {
    const file = join(dir, "docs/study.md");
    writeMarkdown(readResults(join(dir, "grid")), file);
    const text = readFileSync(file, "utf8");
    const row = (name: string): string => text.split("\n").find((line) => line.startsWith(`| ${name} |`))!;
    // The three outcomes differ by a constant, so shares are the same; the means differ by it.
    expect(row("activation")).toMatch(/^\| activation \| (\d+\.\d % \(p < \.001\)) \| \1 \| \1 \|$/);
    expect(row("activation relu")).toMatch(
      /^\| activation relu \| 94\.00 % \(.*\) \| 94\.00 % \(.*\) \| 93\.00 % \(.*\) \|$/,
    );
    expect(text).toContain("| activation \\ dropout | 0 | 0.1 | 0.5 |");
    for (const [, link] of text.matchAll(/\]\((study-figures\/[\w-]+\.svg)\)/g))
      expect(readFileSync(join(dir, "docs", link!), "utf8").startsWith("<svg")).toBe(true);
    expect(text).not.toMatch(/undefined|NaN|null/);
  });

  it("can be made at the best value of one parameter.", () => {
    const results = atBest(readResults(join(dir, "grid")), "dropout");
    expect(results.cells).toHaveLength(4);
    expect(results.parameters.map(({ name }) => name)).toEqual(["activation", "norm"]);
    expect(rankingTable(results).columns.slice(0, 4)).toEqual(["cell", "activation", "norm", "dropout"]);
    const trials = trialTable(results);
    expect(trials.rows.map((row) => `${row[trials.columns.indexOf("dropout")]}`)).toEqual(
      results.cells.flatMap(({ values }) => Array(3).fill(`${values["dropout"]}`)),
    );
    for (const { values, value } of results.cells)
      expect(value!.mean).toBeCloseTo(values["activation"] === "relu" ? 0.94 : 0.9, 12);
    expect(() => atBest(results, "dropuot")).toThrow(
      '--at-best: expected a parameter that varies (activation, norm), got "dropuot".',
    );
  });

  it("can be made where one parameter has one value.", () => {
    const all = readResults(join(dir, "grid"));
    const results = at(all, "dropout=0.1");
    expect(at(all, "dropout=1e-1")).toEqual(results);
    expect(results.cells.map(({ values }) => values)).toEqual(
      all.cells.flatMap(({ values: { dropout, ...rest } }) => (dropout === 0.1 ? [rest] : [])),
    );
    expect(results.parameters.map(({ name }) => name)).toEqual(["activation", "norm"]);
    expect(results.fixed).toEqual({ ...all.fixed, dropout: 0.1 });
    expect(() => at(all, "dropuot=0.1")).toThrow(
      /^--at: expected a parameter that varies \(activation, norm, dropout\)/,
    );
    expect(() => at(all, "dropout=0.2")).toThrow(
      /^--at: expected dropout=.* or dropout=.* or dropout=.*, got "dropout=0\.2"\.$/,
    );
    expect(() => at(all, "dropout")).toThrow('got "dropout".');
  });

  it("of a part has a folder of its own, and leaves the whole as it was.", async () => {
    const folder = made("parts", study, known);
    const whole = readFileSync(writeReport(folder), "utf8");
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    try {
      const words = [folder, "--at", "dropout=0.1", "--at-best", "norm"];
      await sweepReportCommand().parseAsync(words, { from: "user" });
    } finally {
      vi.restoreAllMocks();
    }
    const part = readFileSync(join(folder, "at-dropout=0.1-at-best-norm", "report.html"), "utf8");
    expect(part).toContain("each cell at its best norm");
    expect(readFileSync(join(folder, "report.html"), "utf8")).toBe(whole);
  });

  it("asks for more seeds where one says nothing, and refuses a sweep without results.", () => {
    const folder = made("single", study.replace("seeds: 3", "seeds: 1"), known);
    expect(readFileSync(writeReport(folder), "utf8")).toContain("Use seeds: 3 or more.");
    const empty = join(dir, "empty");
    createSweep(empty, "s.yaml", study, {});
    expect(() => writeReport(empty)).toThrow(/empty: expected a sweep with results, got one without\./);
  });
});
