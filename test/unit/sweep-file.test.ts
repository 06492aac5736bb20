// Sweep files: what W&B's own examples come to, and every mistake in one sentence that says where.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { parseSweep, trainingIn } from "../../src/lab/sweep/file/sweep.ts";
import { gridOf } from "../../src/lab/sweep/search/methods.ts";

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
program: train.py
command: ["\${env}", python, "\${program}"]
project: my-project
entity: me
name: my sweep
description: what it is
method: bayes
metric: {name: validation_loss, goal: minimize}
run_cap: 30
search_seed: 5
early_terminate: {type: hyperband, min_iter: 3, eta: 2}
parameters:
  optimizer:
    parameters:
      name: {values: [adam, sgd], probabilities: [0.25, 0.75]}
      lr: {distribution: log_uniform_values, min: 1e-4, max: .1}
  batch_size: {distribution: q_uniform, q: 8, min: 16, max: 256}
  epochs: {min: 3, max: 5}
`);
    expect(sweep.ignored).toEqual(["program", "command", "project", "entity", "name", "description"]);
    expect(sweep.halving).toEqual({ first: 3, most: null, rounds: 1, eta: 2, strict: false });
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
});

const grid = (parameters: string): string => `method: grid\nnet: ablation\nparameters:\n  ${parameters}`;

describe("a mistake in a sweep file", () => {
  it.each([
    [
      "broken YAML",
      "method: [grid\nseeds: 3",
      /^s\.yaml:2:1: expected YAML, got this mistake: .*\. Correct the line\.$/,
    ],
    [
      "a key twice",
      "method: grid\nmethod: grid",
      /^s\.yaml:2:1: expected YAML, got this mistake: Map keys must be unique/,
    ],
    [
      "an empty file",
      "",
      "s.yaml: expected a sweep's keys, such as method: grid, got an empty file. See: lenet sweep --help",
    ],
    [
      "a list",
      "- 1",
      "s.yaml: expected a sweep's keys, such as method: grid, got something else. See: lenet sweep --help",
    ],
    [
      "an unknown key",
      "method: grid\nparametres: {}",
      /^s\.yaml:2:1: expected one of method, metric, parameters, .*, got "parametres"\. Did you mean "parameters"\?$/,
    ],
    ["no method", "net: lenet5", "s.yaml:1:1: expected the key method, got none. See: lenet sweep --help"],
    ["no parameters", "method: grid", "s.yaml:1:1: expected the key parameters, got none. See: lenet sweep --help"],
    [
      "empty parameters",
      "method: grid\nparameters: {}",
      "s.yaml:2:13, parameters: expected names of parameters, got none.",
    ],
    [
      "an unknown method",
      "method: gird",
      's.yaml:1:9, method: expected one of grid, random, bayes, got "gird". Did you mean "grid"?',
    ],
    [
      "an unknown net",
      "method: grid\nnet: lenet6\nparameters: {lr: {value: 1}}",
      /^s\.yaml:2:6, net: expected one of lenet5, .*, got "lenet6"\. Did you mean "lenet5"\?$/,
    ],
    [
      "an unknown parameter",
      grid("fc_layer_size: {values: [128, 256]}"),
      /^s\.yaml:4:3, expected an option of ablation or a setting of a training \(activation, norm, dropout, net, .*\), got "fc_layer_size"\./,
    ],
    [
      "an unknown key of a parameter",
      grid("lr:\n    vales: [1]"),
      /^s\.yaml:5:5: expected one of value, values, .* in lr, got "vales"\. Did you mean "values"\?$/,
    ],
    [
      "a word that the net's option does not know",
      grid("activation: {values: [relu, tahn]}"),
      's.yaml:4:31, net, activation: expected relu or tanh, got "tahn". Did you mean "tanh"?',
    ],
    [
      "a value that the setting cannot have",
      grid("batch_size: {values: [32, 0]}"),
      "s.yaml:4:3, batch_size: expected a whole number from 1 to 65536, got 0.",
    ],
    ["an empty range", grid("lr: {min: 2, max: 1}"), "s.yaml:4:7, lr: expected a min below its max, got 2 and 1."],
    ["half a range", grid("lr: {min: 2}"), "s.yaml:4:7, lr: expected max beside uniform, got none."],
    [
      "no values",
      grid("lr: {values: []}"),
      "s.yaml:4:16, lr.values: expected a list of at least one, got an empty one.",
    ],
    ["a value twice", grid("lr: {values: [.1, .1]}"), "s.yaml:4:16, lr: expected values that differ, got 0.1 twice."],
    [
      "values and a range",
      grid("lr: {values: [1], min: 1}"),
      "s.yaml:4:21: expected values beside categorical in lr, got min. Take one out.",
    ],
    [
      "a logarithm of 0",
      grid("lr: {distribution: log_uniform_values, min: 0, max: 1}"),
      "s.yaml:4:47, lr.min: expected a number above 0, got 0.",
    ],
    [
      "chances that do not add up",
      grid("lr: {values: [1, 2], probabilities: [0.5, 0.6]}"),
      "s.yaml:4:39, lr.probabilities: expected 2 shares that add up to 1, got 2 that add up to 1.1.",
    ],
    [
      "a range for a grid",
      grid("lr: {min: 0.1, max: 1.5}"),
      "s.yaml:4:3, lr: expected values that can be counted beside method grid, got a range without steps. Give values, or q.",
    ],
    [
      "a parameter under two names",
      grid("lr: {value: 1}\n  learning_rate: {value: 1}"),
      "s.yaml:5:3: expected rate once, got it as lr and as learning_rate. Leave one out.",
    ],
    ["a list for a value", grid("lr: {values: [[1]]}"), "s.yaml:4:17, lr: expected a word or a number, got a list."],
    [
      "a negative run_cap",
      "method: random\nrun_cap: -3\nparameters: {lr: {value: 1}}",
      "s.yaml:2:10, run_cap: expected a whole number from 1, got -3.",
    ],
    [
      "no run_cap where there is no end",
      "method: bayes\nparameters: {lr: {value: 1}}",
      "s.yaml:1:1: expected run_cap beside method bayes, which has no end of its own, got none. Add run_cap: 30",
    ],
    [
      "no seeds",
      "method: grid\nseeds: 0\nparameters: {lr: {value: 1}}",
      "s.yaml:2:8, seeds: expected a whole number from 1 to 1000, got 0.",
    ],
    [
      "epochs that are none",
      "method: grid\nepochs: x\nparameters: {lr: {value: 1}}",
      's.yaml:2:1, epochs: expected a whole number from 1 to 100000, got "x".',
    ],
    [
      "the test images for a metric",
      "method: grid\nmetric: {name: test_accuracy}\nparameters: {lr: {value: 1}}",
      's.yaml:2:16, metric.name: expected accuracy, error or loss of the validation images, such as val_accuracy, got "test_accuracy".',
    ],
    [
      "a goal the wrong way round",
      "method: grid\nmetric: {name: val_loss, goal: maximize}\nparameters: {lr: {value: 1}}",
      "s.yaml:2:32, metric.goal: expected minimize for val_loss, got maximize. Or leave goal out.",
    ],
    [
      "an unknown kind of early termination",
      "method: grid\nearly_terminate: {type: median}\nparameters: {lr: {value: 1}}",
      's.yaml:2:25, early_terminate.type: expected one of hyperband, got "median".',
    ],
    [
      "settings that contradict each other in one cell",
      grid("optimizer: {values: [sgd, adam]}\n  momentum: {value: 0.9}"),
      "s.yaml:5:3, momentum: expected the optimiser momentum beside it, got adam. Set s.yaml:4:3, optimizer to momentum.",
    ],
    [
      "a committee",
      "method: grid\nnet: boosted-lenet4\nparameters: {batch: {value: 8}}",
      "net: expected a single net, got the committee boosted-lenet4. Sweep over its members' net.",
    ],
    [
      "a file without end",
      "method: &a [*a]",
      /^s\.yaml:1:\d+: expected a sweep file that ends|^s\.yaml:1:9, method: expected one of/,
    ],
  ])("%s is one sentence with its place.", (_, text, message) => {
    let thrown: unknown;
    try {
      parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(LenetError);
    expect((thrown as LenetError).exitCode).toBe(2);
    const got = (thrown as LenetError).message;
    if (typeof message === "string") expect(got).toBe(message);
    else expect(got).toMatch(message);
  });
});
