// Sweep files: what W&B's own examples come to.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseSweep, searchOf, trainingIn } from "../../src/lab/sweep/file/sweep.ts";
import { gridOf, nextGeneration } from "../../src/lab/sweep/search/methods.ts";

const example = readFileSync(fileURLToPath(new URL("../../examples/ablation.yaml", import.meta.url)), "utf8");
const parse = (text: string) => parseSweep("folder/s.yaml", text);
const domainsOf = (text: string) => parse(text).parameters.map(({ domain }) => domain);
const trainings = (text: string) => {
  const sweep = parse(text);
  return gridOf(sweep.parameters.map(({ domain }) => domain)).map((cell) => trainingIn(sweep, cell));
};

describe("examples/ablation.yaml", () => {
  it("is the study: twelve nets, Adam at .01, batch 32, 20 epochs.", () => {
    const all = trainings(example);
    expect(all.map(({ net }) => net)).toEqual(
      ["activation=tanh", ""].flatMap((activation) =>
        ["norm=no", ""].flatMap((norm) =>
          ["", "dropout=0.1", "dropout=0.5"].map((dropout) => {
            const options = [activation, norm, dropout].filter(Boolean).join();
            return options ? `ablation:${options}` : "ablation";
          }),
        ),
      ),
    );
    for (const { settings } of all)
      expect(settings).toEqual({ data: "mnist", epochs: 20, optimiser: "adam", rate: 0.01, batch: 32 });
    expect(parse(example)).toMatchObject({
      method: "grid",
      metric: { name: "val_accuracy", of: "accuracy", goal: "maximize" },
      seeds: [1, 2, 3],
      runCap: null,
      halving: null,
      ignored: [],
    });
  });
});

describe("a sweep file", () => {
  it("of W&B is read as it is; what means nothing here is told.", () => {
    const sweep = parse(`
apiVersion: v1
kind: sweep
program: train.py
command: ["\${env}", python, "\${program}"]
project: my-project
entity: me
name: my sweep
description: what it is
method: bayes
metric: {name: validation_loss, goal: minimize, target: 0.1, impute: worst, impute_while_running: latest}
run_cap: 30
search_seed: 5
early_terminate: {type: hyperband, min_iter: 3, eta: 1.5}
parameters:
  optimizer:
    parameters:
      name: {values: [adam, sgd], probabilities: [0.25, 0.75]}
      lr: {distribution: log_uniform_values, min: 1e-4, max: .1}
  batch_size: {distribution: q_uniform, q: 8, min: 16, max: 256}
  epochs: {min: 3, max: 5}
`);
    expect(sweep.ignored).toEqual(
      "apiVersion kind program command project entity name description metric.target metric.impute metric.impute_while_running".split(
        " ",
      ),
    );
    expect(sweep.halving).toEqual({ first: 3, most: null, rounds: 1, eta: 1.5, strict: false });
    expect(sweep).toMatchObject({ method: "bayes", net: "lenet5", runCap: 30, searchSeed: 5, seeds: [1] });
    expect(sweep.metric).toEqual({ name: "validation_loss", of: "loss", goal: "minimize" });
    expect(sweep.parameters.map(({ name, target, domain }) => [name, Object.values(target)[1], domain])).toEqual([
      ["optimizer.name", "optimiser", { kind: "choice", values: ["adam", "sgd"], shares: [0.25, 0.75] }],
      ["optimizer.lr", "rate", { kind: "range", scale: "log", low: 1e-4, high: 0.1, step: null }],
      ["batch_size", "batch", { kind: "range", scale: "linear", low: 16, high: 256, step: 8 }],
      ["epochs", "epochs", { kind: "range", scale: "linear", low: 3, high: 5, step: 1 }],
    ]);
  });

  const bayes = "method: random\nrun_cap: 3\nparameters:\n  ";
  it.each([
    [
      "lr: {distribution: uniform, min: 0.1, max: 1}",
      { kind: "range", scale: "linear", low: 0.1, high: 1, step: null },
    ],
    ["lr: {min: 0.1, max: 1}", { kind: "range", scale: "linear", low: 0.1, high: 1, step: null }],
    ["decay: {min: 0.0, max: 1.0}", { kind: "range", scale: "linear", low: 0, high: 1, step: null }],
    ["decay: {min: 0, max: 1}", { kind: "range", scale: "linear", low: 0, high: 1, step: 1 }],
    ["batch: {min: 8, max: 9}", { kind: "range", scale: "linear", low: 8, high: 9, step: 1 }],
    [
      "lr: {distribution: log_normal, mu: -3, sigma: 0.5}",
      { kind: "normal", scale: "log", mean: -3, spread: 0.5, step: null },
    ],
    [
      "batch: {distribution: q_normal, mu: 64, sigma: 4, q: 2}",
      { kind: "normal", scale: "linear", mean: 64, spread: 4, step: 2 },
    ],
    [
      "batch: {distribution: q_log_uniform_values, min: 8, max: 64, q: 8}",
      { kind: "range", scale: "log", low: 8, high: 64, step: 8 },
    ],
    ["lr: {distribution: constant, value: 0.5}", { kind: "choice", values: [0.5], shares: [1] }],
  ])("reads %s.", (parameter, domain) => expect(domainsOf(bayes + parameter)).toEqual([domain]));

  it("takes exponents of e where W&B does.", () => {
    const [domain] = domainsOf(`${bayes}lr: {distribution: log_uniform, min: -3, max: -1}`);
    const [inverse] = domainsOf(`${bayes}lr: {distribution: inv_log_uniform, min: 1, max: 3}`);
    for (const one of [domain, inverse]) {
      expect(one).toMatchObject({ kind: "range", scale: "log", step: null });
      expect((one as { low: number }).low).toBeCloseTo(Math.exp(-3), 12);
      expect((one as { high: number }).high).toBeCloseTo(Math.exp(-1), 12);
    }
  });

  it("may vary the net, and its seed.", () => {
    const text =
      "method: grid\nparameters:\n  net: {values: [lenet5, 'lenet5:pool=max', keras]}\n  seed: {values: [4, 7]}";
    expect(trainings(text).map(({ net }) => net)).toEqual(["lenet5", "lenet5:pool=max", "keras"]);
    expect(parse(text).seeds).toEqual([4, 7]);
  });

  it("joins the options in the net's name and those of the parameters.", () => {
    const text = "method: grid\nnet: ablation:norm=no\nparameters: {dropout: {values: [0, 0.5]}}";
    expect(trainings(text).map(({ net }) => net)).toEqual(["ablation:norm=no", "ablation:norm=no,dropout=0.5"]);
  });

  it("that draws a rate below 0 once in a thousand times tries others.", () => {
    const text = "method: random\nrun_cap: 600\nparameters: {lr: {distribution: normal, mu: 0.0035, sigma: 0.0011}}";
    const search = searchOf(parse(text));
    const all = nextGeneration({ ...search, canTry: () => true }, []);
    const refused = all.filter(([rate]) => Number(rate) <= 0);
    expect(refused).toHaveLength(1);
    const cells = nextGeneration(search, []);
    expect(cells).toHaveLength(600);
    expect(all.filter((cell, index) => cell[0] !== cells[index]![0])).toEqual(refused);
    expect(cells.every(([rate]) => Number(rate) > 0)).toBe(true);
  });
});
