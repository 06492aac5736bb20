// Every mistake in a sweep file is one sentence that says where.
import { describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import { trainerOf } from "../../src/lab/sweep/trials/trainer.ts";

const parse = (text: string) => parseSweep("folder/s.yaml", text);

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
      "s.yaml: expected a sweep's keys, such as method: grid, got nothing. See: lenet sweep --help",
    ],
    ["a list", "- 1", "s.yaml: expected a sweep's keys, such as method: grid, got a list. See: lenet sweep --help"],
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
      /^s\.yaml:4:3, parameters: expected an option of ablation or a setting of a training \(activation, norm, dropout, net, .*\), got "fc_layer_size"\./,
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
      "s.yaml:5:3: expected rate once, got it as learning_rate here and as lr at s.yaml:4:3. Leave one out.",
    ],
    ["a list for a value", grid("lr: {values: [[1]]}"), "s.yaml:4:17, lr: expected a word or a number, got a list."],
    [
      "a negative run_cap",
      "method: random\nrun_cap: -3\nparameters: {lr: {value: 1}}",
      "s.yaml:2:10, run_cap: expected a whole number from 1 to 100000, got -3.",
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
      "s.yaml:2:6, net: expected a single net, got the committee boosted-lenet4. Sweep over its members' net.",
    ],
    [
      "a file without end",
      "method: &a [*a]",
      /^s\.yaml:1:\d+: expected a sweep file of at most 20000 pieces, at most 50 deep, got more\. /,
    ],
    [
      "a list 60 deep",
      grid(`lr: {value: ${"[".repeat(60)}${"]".repeat(60)}}`),
      /^s\.yaml:4:63: expected a sweep file of at most 20000 pieces, at most 50 deep/,
    ],
    [
      "a list deeper than the parser can go",
      grid(`lr: {value: ${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
      /^s\.yaml:4:\d+: expected a sweep file of at most 20000 pieces, at most 50 deep/,
    ],
    [
      "a second document",
      `${grid("lr: {value: 1}")}\n---\nmethod: grid`,
      "s.yaml:5:1: expected one sweep, got a second after ---. Give each a file of its own.",
    ],
    [
      "a file of comments",
      "# method: grid",
      "s.yaml: expected a sweep's keys, such as method: grid, got nothing. See: lenet sweep --help",
    ],
    [
      "a number for the net",
      "method: grid\nnet: 5\nparameters: {lr: {value: 1}}",
      "s.yaml:2:6, net: expected a name, got 5.",
    ],
    [
      "a range for the net",
      "method: grid\nparameters: {net: {min: 1, max: 2}}",
      "s.yaml:2:14, net: expected the names of nets in values, got a range.",
    ],
    [
      "a committee among the nets",
      "method: grid\nparameters: {net: {values: [lenet5, boosted-lenet4]}}",
      /^s\.yaml:2:37, net: expected a single net/,
    ],
    [
      "a number for the data",
      "method: grid\ndata: 5\nparameters: {lr: {value: 1}}",
      "s.yaml:2:7, data: expected a text, got 5. Put it in quotes.",
    ],
    [
      "a range for the data",
      grid("data: {min: 1, max: 2}"),
      "s.yaml:4:3, data: expected a text, got 1. Put it in quotes.",
    ],
    [
      "a number for weights",
      grid("init: {values: [5]}"),
      "s.yaml:4:19, init: expected a text, got 5. Put it in quotes.",
    ],
    [
      "a word for yes or no",
      grid('shuffle: {values: [true, "false"]}'),
      's.yaml:4:28, shuffle: expected true or false, got "false".',
    ],
    [
      "an option's range that is too wide",
      grid("dropout: {min: 0, max: 1}"),
      's.yaml:4:3, net, dropout: expected a number from 0 to 0.9, got "1".',
    ],
    [
      "an option's word that one of the nets does not know",
      "method: grid\nparameters: {net: {values: [zipcode1989, ablation]}, activation: {value: squash}}",
      /^s\.yaml:2:14, ablation, activation: expected relu or tanh, got "squash"/,
    ],
    [
      "no images to choose by",
      grid("validation: {values: [50, 0]}"),
      "s.yaml:4:3, validation: expected images to choose by, got 0. Leave it out, or set it above 0.",
    ],
    [
      "too few images to choose by",
      grid("limit: {value: 5}"),
      "s.yaml:4:3, limit: expected at least 10 images, some of them to choose by, got 5. Raise the limit.",
    ],
    ...["constructor", "__proto__"].map((name): [string, string, RegExp] => [
      `a parameter called ${name}`,
      grid(`${name}: {value: 1}`),
      new RegExp(`^s\\.yaml:4:3, parameters: expected an option of ablation .*, got "${name}"`),
    ]),
    [
      "a metric called constructor",
      "method: grid\nmetric: {name: constructor}\nparameters: {lr: {value: 1}}",
      /^s\.yaml:2:16, metric\.name: expected accuracy, error or loss of the validation images/,
    ],
    [
      "a key that is a parameter too",
      "method: grid\nepochs: 3\nparameters: {epochs: {value: 1}}",
      "s.yaml:3:14: expected epochs once, got it as epochs here and as epochs at s.yaml:2:1. Leave one out.",
    ],
    ...[
      ["1", "1000"],
      ["-1000", "0"],
    ].map(([min, max]): [string, string, string] => [
      `e to the power of ${min} to ${max}`,
      `method: random\nrun_cap: 3\nparameters: {lr: {distribution: log_uniform, min: ${min}, max: ${max}}}`,
      `s.yaml:3:18, lr: expected min and max as exponents of e, between -700 and 700, got ${min} and ${max}. For the numbers themselves: log_uniform_values.`,
    ]),
    [
      "a grid without end",
      grid("batch: {distribution: q_uniform, min: 1, max: 1000000000}"),
      "s.yaml:1:1: expected a grid of at most 100000 cells, got 1000000000. Take out values, or use method random.",
    ],
    [
      "seeds without end",
      grid("seed: {min: 1, max: 1000000000}"),
      "s.yaml:4:3, seed: expected at most 1000 whole numbers from 0 in values, got others. Or say how many: seeds: 3",
    ],
    [
      "a run_cap that nobody waits for",
      "method: random\nrun_cap: 5000000\nparameters: {lr: {min: 0.1, max: 0.5}}",
      "s.yaml:2:10, run_cap: expected a whole number from 1 to 100000, got 5000000.",
    ],
    [
      "an eta that stops nobody",
      "method: grid\nearly_terminate: {type: hyperband, min_iter: 1, eta: 1}\nparameters: {lr: {value: 1}}",
      "s.yaml:2:54, early_terminate.eta: expected a number from 1.1, got 1.",
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

  it("in the name of the data has its place too, as soon as the data is looked for.", () =>
    expect(trainerOf(parse("method: grid\ndata: nomnist\nparameters: {lr: {value: 1}}"))).rejects.toThrow(
      /^s\.yaml:2:1, data: expected mnist, .*, got "nomnist"\./,
    ));
});
