// The nets by name: families, their options, and what carries a name with options from a training to its files and back. What
// each net counts: paper.test.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { netsText } from "../../cli/options.ts";
import { limit } from "../../src/data/data-set.ts";
import { describe as measure } from "../../src/engine/describe.ts";
import { initialise } from "../../src/engine/initialise.ts";
import { load, loadData, train } from "../../src/index.ts";
import { createRunFolder } from "../../src/lab/run/run-folder.ts";
import { recipeOf } from "../../src/lab/settings/recipes.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { netOfRun } from "../../src/lab/training/resume.ts";
import { ablation } from "../../src/nets/ablation.ts";
import { netNamed, nets } from "../../src/nets/index.ts";
import { glorot } from "../../src/nets/net.ts";
import { zipcode1989 } from "../../src/nets/zipcode1989.ts";
import { rig, tensorOf } from "./support/rig.ts";

/** Every option of every family, at each of its words or at both ends of its numbers. */
const variants = nets.flatMap(({ name, rules }) =>
  Object.entries(rules).flatMap(([key, rule]) =>
    ("words" in rule ? rule.words : [rule.least, rule.most]).map((value) => `${name}:${key}=${value}`),
  ),
);

describe("a net's name", () => {
  it("is that of its family where every option has its default.", () => {
    for (const { name, net } of nets)
      expect([net.name, netNamed(name).name, netNamed(`${name}:`).name]).toEqual([name, name, name]);
    expect(netNamed("ablation:dropout=0,norm=yes").name).toBe("ablation");
  });

  it("says the options that differ, in the order of the rules, and builds the same net again.", () => {
    const net = netNamed("ablation:dropout=0.5,activation=tanh,norm=yes");
    expect(net.name).toBe("ablation:activation=tanh,dropout=0.5");
    expect(netNamed(net.name)).toEqual(net);
    expect(ablation.with({ dropout: 0.5, activation: "tanh" })).toEqual(net);
  });

  it.each(variants.filter((name) => !/rubbish/.test(name)))("%s names a net that stands, and has a recipe.", (name) => {
    const net = netNamed(name);
    expect(netNamed(net.name)).toEqual(net);
    expect(measure(net).weights).toBeGreaterThan(0);
    expect(recipeOf(net).epochs).toBeGreaterThan(0);
  });

  it.each(nets.map(({ name }) => name))("%s alone is taught by its recipe, whole.", (name) => {
    const { data: _, validation: __, ...recipe } = recipeOf(netNamed(name));
    expect(resolve(netNamed(name), {})).toMatchObject(recipe);
  });

  it.each([
    ["lenet6", `net: expected one of ${nets.map(({ name }) => name).join(", ")}, got "lenet6". Did you mean "lenet5"?`],
    ["zipcode1898:scheme=ring", 'got "zipcode1898". Did you mean "zipcode1989"?'],
    ["lenet1:activation=relu", 'lenet1: expected no options, got "activation=relu".'],
    [
      "ablation:actvation=tanh",
      'ablation: expected options activation, norm, dropout, as in ablation:activation=…, got "actvation=tanh". Did you mean "activation"?',
    ],
    ["zipcode1989:scheme=rings", 'zipcode1989, scheme: expected karpathy or ring, got "rings". Did you mean "ring"?'],
    ["keras:mean=2", 'keras, mean: expected a number from 0 to 1, got "2".'],
    ["mlp:hidden=2.5", 'mlp, hidden: expected a whole number from 1 to 10000, got "2.5".'],
  ])("%s is refused in one sentence.", (name, message) => {
    expect(() => netNamed(name)).toThrow(message);
  });
});

describe("the list of nets", () => {
  it("has every family with its title, and every option with its values and its meaning.", () => {
    const text = netsText();
    for (const { name, title, rules } of nets) {
      expect(text).toContain(`${name} `);
      expect(text).toContain(title);
      for (const { meaning } of Object.values(rules)) expect(text).toContain(meaning);
    }
    expect(text).toContain("activation=relu|tanh: of all hidden layers");
    expect(text).toContain("dropout=0, 0…0.9: share of S2, C5 and F6");
  });
});

describe("a run of a net with options", () => {
  let dir: string;
  const home = process.cwd();
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "lenet-nets-"));
    process.chdir(dir);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(dir, { recursive: true, force: true });
  });

  it("has a folder that any file system can hold.", () => {
    const now = new Date(2025, 2, 4, 5, 6, 7);
    expect(createRunFolder(undefined, "ablation:activation=tanh,dropout=0.5", now)).toBe(
      "runs/2025-03-04-050607-ablation-activation-tanh-dropout-0.5",
    );
  });

  it("keeps the whole name in its settings and in its weights.", async () => {
    const set = limit(await loadData("mnist:size=16", "train"), 60);
    const net = netNamed("zipcode1989:activation=relu,output=softmax,dropout=0.25");
    const { folder, model } = await train(net, { data: { train: set }, epochs: 1, out: "run" });
    expect(netOfRun(folder!)).toEqual(net);
    const again = load(folder!);
    expect(again.net).toEqual(net);
    expect(again.weights.get("H2.weight")!.shape).toEqual([12, 8, 5, 5]);
    expect(again.weights.get("H2.weight")!.data).toEqual(model.weights.get("H2.weight")!.data);
  });
});

describe("initial weights", () => {
  const largest = (name: string, tensor: string): number => {
    const bench = rig(netNamed(name), { batch: 1 });
    initialise(bench.description, 1, bench.arena);
    return Math.max(...tensorOf(bench, "weights", tensor).map(Math.abs));
  };

  it("of glorot lie within ±√(6 / (fan in + fan out)), a layer that covers its input counted as dense.", () => {
    expect(netNamed("keras").initial).toBe(glorot);
    const fans: [string, number][] = [
      ["C1.weight", 25 + 6 * 25],
      ["C3.weight", 6 * 25 + 16 * 25],
      ["C5.weight", 400 + 120],
      ["F6.weight", 120 + 84],
      ["OUT.weight", 84 + 10],
    ];
    for (const [tensor, fan] of fans) {
      const range = Math.sqrt(6 / fan);
      expect(largest("keras", tensor), tensor).toBeLessThanOrEqual(range);
      expect(largest("keras", tensor), tensor).toBeGreaterThan(0.95 * range);
    }
    expect(largest("keras", "F6.bias")).toBe(0);
  });

  it("of 1989 lie within ±2.4 / F, or ±2.4 / √F, and biases at zero, but at -1 where the repetition has them.", () => {
    const fans: [string, number][] = [
      ["H1", 25],
      ["H2", 200],
      ["H3", 192],
      ["OUT", 30],
    ];
    for (const [layer, fan] of fans) {
      for (const [init, range] of [
        ["fan", 2.4 / fan],
        ["root", 2.4 / Math.sqrt(fan)],
      ] as const) {
        const far = largest(`zipcode1989:init=${init}`, `${layer}.weight`);
        expect(far).toBeLessThanOrEqual(range);
        expect(far).toBeGreaterThan(0.9 * range);
      }
      expect(largest("zipcode1989", `${layer}.bias`)).toBe(0);
    }
    expect(largest("zipcode1989:init=root,bias=-1", "OUT.bias")).toBe(1);
    expect(largest("zipcode1989:init=root,bias=-1", "H3.bias")).toBe(0);
  });
});

describe("the inputs of the Keras net", () => {
  it("have the mean of the first 55,000 images, padded, taken off.", async () => {
    const { images } = limit(await loadData("mnist", "train"), 55_000);
    let sum = 0;
    for (const ink of images) sum += ink;
    const mean = sum / 255 / (55_000 * 32 * 32);
    const { low, high, paddingValue } = netNamed("keras").image;
    expect(low).toBeCloseTo(-mean, 5);
    expect(paddingValue).toBe(low);
    expect(high - low).toBeCloseTo(1, 12);
    expect(netNamed("keras:mean=0").image).toMatchObject({ low: 0, high: 1, paddingValue: 0 });
  });
});

describe("the schemes of H2", () => {
  it.each(["karpathy", "ring"] as const)("%s: each map sees 8 of 12, each map of H1 is seen by 8.", (scheme) => {
    const table = zipcode1989
      .with({ scheme })
      .layers.flatMap((layer) => ("from" in layer && layer.from ? layer.from : []));
    expect(table).toHaveLength(12);
    for (const seen of table) expect([new Set(seen).size, seen.length]).toEqual([8, 8]);
    for (let map = 0; map < 12; map++) expect(table.filter((seen) => seen.includes(map))).toHaveLength(8);
  });

  it("karpathy's maps 0-3 see 0-7, 4-7 see 4-11, 8-11 see 0-3 and 8-11.", () => {
    const table = zipcode1989.net.layers.flatMap((layer) => ("from" in layer && layer.from ? layer.from : []));
    const groups = [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [4, 5, 6, 7, 8, 9, 10, 11],
      [0, 1, 2, 3, 8, 9, 10, 11],
    ];
    expect(table).toEqual(groups.flatMap((group) => [group, group, group, group]));
  });
});
