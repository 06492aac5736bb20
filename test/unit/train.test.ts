// Training from a program's side: settings, randomness, events, interruption, and what becomes of the weights.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import {
  type DataSet,
  evaluate,
  LenetError,
  lenet5,
  load,
  loadData,
  type Model,
  net,
  predict,
  save,
  type TrainEvent,
  type TrainSettings,
  train,
} from "../../src/index.ts";
import { usualArithmetic } from "../../src/kernels/module.ts";
import { readCheckpoint, readHistory } from "../../src/lab/run/run-folder.ts";
import { recipeOf } from "../../src/lab/settings/recipes.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { netNamed } from "../../src/nets/index.ts";

let dir: string;
let digits: DataSet;
let test: DataSet;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-train-"));
  digits = await loadData("mnist", "train");
  test = { ...(await loadData("mnist", "test")), count: 500 };
  test = { ...test, images: test.images.subarray(0, 500 * 784), labels: test.labels.subarray(0, 500) };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A short training that writes nothing. */
const short = (settings: TrainSettings = {}) =>
  train(lenet5, { data: { train: digits, test }, limit: 512, epochs: 2, out: null, ...settings });

const bytesOf = (model: Model): Buffer => Buffer.from(encodeSafetensors(model.weights, {}));

const messageOf = async (act: () => unknown): Promise<string> => {
  try {
    await act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LenetError);
    return (thrown as LenetError).message;
  }
  throw new Error("expected an error");
};

describe("settings", () => {
  it("are the net's recipe where nothing is given.", () => {
    const { data, validation, ...rest } = recipeOf(lenet5);
    expect(resolve(lenet5, {})).toEqual({
      ...rest,
      arithmetic: usualArithmetic(),
      watchTest: false,
      validation: undefined,
      limit: null,
    });
    expect(data).toBe("mnist");
    expect(validation).toBeGreaterThan(0);
  });

  it("leave images undistorted that no hand has written, unless that is asked for.", () => {
    const distortOf = (data: string, given = {}) => resolve(lenet5, { data, ...given }).distort;
    expect([distortOf("mnist"), distortOf("fashion-mnist"), distortOf("fashion-mnist:size=20")]).toEqual([1, 0, 0]);
    expect(distortOf("fashion-mnist", { distort: 0.5 })).toBe(0.5);
    // A committee cannot do without.
    expect(resolve(netNamed("boosted-lenet4"), { data: "fashion-mnist" }).distort).toBe("paper");
  });

  it("are plain, with a constant rate, once a rate or an optimiser is given.", () => {
    const plain = { decay: 0, distort: 0 };
    expect(resolve(lenet5, { rate: 0.01 })).toMatchObject({ schedule: { kind: "constant", rate: 0.01 }, distort: 0 });
    const momentum = resolve(lenet5, { optimiser: "momentum", momentum: 0.8 });
    expect(momentum.optimiser).toEqual({ kind: "momentum", decay: plain.decay, momentum: 0.8 });
    const sdlm = resolve(lenet5, { optimiser: "sdlm", mu: 0.1, patterns: 7 });
    expect(sdlm.optimiser).toEqual({ kind: "sdlm", decay: plain.decay, mu: 0.1, patterns: 7 });
    expect(sdlm.schedule).toEqual({ kind: "constant", rate: 0.00025 });
    expect(momentum.schedule.kind).toBe("constant");
    expect(resolve(lenet5, { rate: 0.01, schedule: "cosine" }).schedule).toMatchObject({ kind: "cosine", rate: 0.01 });
  });

  it("take sgd with a momentum as the optimiser momentum, but Adam with one as a mistake.", () => {
    const { optimiser, schedule } = resolve(netNamed("tutorial"), { optimiser: "sgd", rate: 0.0005, momentum: 0.9 });
    expect(optimiser).toEqual({ kind: "momentum", decay: 0, momentum: 0.9 });
    expect(schedule).toEqual({ kind: "constant", rate: 0.0005 });
    expect(resolve(netNamed("keras"), { momentum: 0.5 }).optimiser).toMatchObject({ kind: "momentum", momentum: 0.5 });
    expect(() => resolve(lenet5, { optimiser: "adam", momentum: 0.9 })).toThrow("momentum: expected the optimiser");
  });

  it("keep the constants of the recipe's optimiser where its kind is named, and no others.", () => {
    const epsilon = (name: string): unknown =>
      Object(resolve(netNamed(name), { optimiser: "adam", rate: 0.01 }).optimiser).epsilon;
    expect([epsilon("ablation"), epsilon("lenet5")]).toEqual([1e-7, 1e-8]);
    expect(resolve(lenet5, { optimiser: "momentum" }).optimiser.decay).toBe(0);
  });

  it("resolve to themselves once they are resolved.", () => {
    for (const given of [
      {},
      { rate: 0.1 },
      { schedule: "cosine" },
      { optimiser: "sgd", limit: 7 },
    ] as TrainSettings[]) {
      const once = resolve(lenet5, given);
      expect(resolve(lenet5, once as TrainSettings)).toEqual(once);
    }
  });

  it.each<[TrainSettings, string]>([
    [{ epochs: 0 }, "epochs: expected a whole number from 1 to 100000, got 0."],
    [{ batch: 1.5 }, "batch: expected a whole number from 1 to 65536, got 1.5."],
    [{ rate: Number.NaN }, "rate: expected a number above 0, got NaN."],
    [{ decay: -1 }, "decay: expected a number from 0, got -1."],
    [{ seed: -1 }, "seed: expected a whole number from 0, got -1."],
    [
      { schedule: { kind: "cosine", rate: 1, floor: 2 } },
      "floor: expected a number from 0 up to but not including 1, got 2.",
    ],
    [
      { schedule: { kind: "staged", stages: [] } },
      "stages: expected at least one stage of epochs at a rate, got none.",
    ],
    [
      { optimiser: "adam", schedule: { kind: "staged", stages: [{ epochs: 1, rate: 0.1 }], fresh: true } },
      "fresh: expected the optimiser momentum beside it, got adam. Set optimiser to momentum.",
    ],
    [{ logEvery: 0 }, "logEvery: expected a whole number from 1, got 0."],
    [{ threads: 0 }, "threads: expected a whole number from 1 to 256, got 0."],
    [{ validation: 512 }, "validation: expected fewer than the 512 training images, got 512. Keep some to learn from."],
  ])("%j are refused in one sentence.", async (settings, message) => {
    expect(await messageOf(() => short(settings))).toBe(message);
  });

  it("keep at most a tenth of the images for validation unless told otherwise.", async () => {
    const images = async (settings: TrainSettings) => {
      let start: TrainEvent | undefined;
      await short({ epochs: 1, ...settings, onEvent: (event) => (start ??= event) });
      return start?.kind === "start" ? start.images : undefined;
    };
    expect(await images({})).toEqual({ train: 461, validation: 51, test: 500 });
    expect(await images({ limit: 5 })).toEqual({ train: 5, validation: 0, test: 500 });
    expect(await images({ validation: 500 })).toEqual({ train: 12, validation: 500, test: 500 });
  });
});

describe("train", () => {
  it("gives the same weights for the same seed, with one, two and three threads.", async () => {
    const { model } = await short({ threads: 2 });
    for (const threads of [1, 2, 3])
      expect(bytesOf((await short({ threads })).model).equals(bytesOf(model))).toBe(true);
    expect(bytesOf((await short({ seed: 2 })).model).equals(bytesOf(model))).toBe(false);
  });

  it("begins within ±1/√fanIn, each tensor from a stream of its own.", async () => {
    const controller = new AbortController();
    controller.abort();
    const first = async (seed: number): Promise<Model> => (await short({ seed, signal: controller.signal })).model;
    const [one, two] = [await first(1), await first(2)];
    for (const { name, fanIn } of one.description.tensors) {
      const range = 1 / Math.sqrt([fanIn].flat()[0]!);
      const largest = Math.max(...one.weights.get(name)!.data.map(Math.abs));
      expect(largest, name).toBeLessThanOrEqual(range);
      expect(largest, name).toBeGreaterThan(range * 0.7);
      expect(one.weights.get(name)!.data).not.toEqual(two.weights.get(name)!.data);
    }
    const [, second] = one.description.net.layers;
    expect(second).toBeDefined();
    const shallow = net("shallow", "LeNet-5 under another name", lenet5.image, lenet5.layers);
    const other = (await train(shallow, { data: { train: digits }, limit: 64, out: null, signal: controller.signal }))
      .model;
    expect(other.weights.get("OUT.weight")!.data).toEqual(one.weights.get("OUT.weight")!.data);
  });

  it("tells start, progress, epochs and test in this order.", async () => {
    const kinds: string[] = [];
    const { history, metrics, interrupted, folder } = await short({ onEvent: ({ kind }) => kinds.push(kind) });
    expect(kinds.join(" ")).toMatch(/^start (progress )+epoch (progress )+epoch test$/);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(metrics).toMatchObject({ epochs: 2, test: { images: 500 }, validation: { images: 51 } });
    expect({ interrupted, folder }).toEqual({ interrupted: false, folder: null });
  });

  it("returns the weights of the epoch with the fewest misses on the validation images.", async () => {
    const { history, metrics, model } = await short({ epochs: 5, rate: 0.02 });
    const best = [...history].sort(
      (a, b) => a.validation!.misses - b.validation!.misses || a.validation!.loss - b.validation!.loss,
    )[0]!;
    expect(metrics.validation).toEqual(best.validation);
    const kept = {
      ...digits,
      count: 51,
      images: digits.images.subarray(461 * 784, 512 * 784),
      labels: digits.labels.subarray(461, 512),
    };
    expect(await evaluate(model, kept)).toMatchObject(best.validation!);
  });

  it("begins with the weights of another model, and learns on.", async () => {
    const before = await short({ epochs: 3 });
    const controller = new AbortController();
    controller.abort();
    const { model } = await short({ init: before.model, signal: controller.signal });
    expect(bytesOf(model).equals(bytesOf(before.model))).toBe(true);
  });

  it("without test images gives no test score.", async () => {
    const { metrics, confusion } = await short({ data: { train: digits }, epochs: 1 });
    expect(metrics.test).toBeUndefined();
    expect(confusion).toBeUndefined();
  });

  it("refuses a loss that is hopeless with exit code 1 and a smaller rate.", async () => {
    const run = short({ optimiser: "sgd", rate: 1e6, decay: 1 });
    await expect(run).rejects.toMatchObject({ name: "LenetError", exitCode: 1 });
    await expect(run).rejects.toThrow(/^epoch 1, step \d+: the loss became .* Try a rate below 100000\.$/);
  });

  it("passes on what a listener throws.", async () => {
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "progress") throw new Error("no more");
    };
    await expect(short({ onEvent })).rejects.toThrow("no more");
  });

  it("refuses images and labels that are not for this net.", async () => {
    const narrow = { ...digits, rows: 27 };
    expect(await messageOf(() => short({ data: { train: narrow } }))).toMatch(
      /^lenet5: expected 28×28 images, got 27×28/,
    );
    const ten = { ...digits, labels: digits.labels.map((label, i) => (i === 3 ? 10 : label)) };
    expect(await messageOf(() => short({ data: { train: ten } }))).toMatch(
      /^lenet5: expected labels from 0 to 9, got 10 at index 3/,
    );
  });
});

describe("a signal", () => {
  it("stops after a step; the run goes on from there to the undisturbed weights.", async () => {
    const settings = { limit: 2000, epochs: 3 };
    const whole = await short(settings);
    const controller = new AbortController();
    const kinds: string[] = [];
    const folder = join(dir, "stopped");
    const onEvent = (event: TrainEvent): void => {
      kinds.push(event.kind);
      if (event.kind === "progress" && event.epoch === 2 && event.step < event.steps) controller.abort();
      if (event.kind === "epoch" && event.record.epoch === 2) controller.abort();
    };
    const stopped = await short({ ...settings, out: folder, signal: controller.signal, onEvent });
    expect(stopped).toMatchObject({ interrupted: true, folder });
    expect(stopped.metrics.test).toBeUndefined();
    expect(kinds.at(-1)).toBe("stopped");
    const resumed = await train(lenet5, { resume: folder, data: { train: digits, test } });
    expect(resumed.interrupted).toBe(false);
    expect(bytesOf(resumed.model).equals(bytesOf(whole.model))).toBe(true);
    expect(resumed.history.map(({ train, validation }) => [train, validation])).toEqual(
      whole.history.map(({ train, validation }) => [train, validation]),
    );
    expect(resumed.metrics.test).toEqual(whole.metrics.test);
    expect(readdirSync(folder).some((name) => name.endsWith(".tmp"))).toBe(false);
  });

  it("in the validation of an epoch loses nothing of what the history keeps of its last step.", async () => {
    const settings = { limit: 500, epochs: 2 };
    const whole = await short(settings);
    const controller = new AbortController();
    const folder = join(dir, "stopped-late");
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "progress" && event.step === event.steps) controller.abort();
    };
    const stopped = await short({ ...settings, out: folder, signal: controller.signal, onEvent });
    expect(stopped.history).toEqual([]);
    const resumed = await train(lenet5, { resume: folder, data: { train: digits, test } });
    const tensors = resumed.history.map((record) => record.tensors!);
    expect(tensors).toEqual(whole.history.map((record) => record.tensors));
    expect(readHistory(folder).map((record) => record.tensors)).toEqual(tensors);
    for (const [name, { value, gradient }] of Object.entries(tensors[0]!)) {
      expect(gradient.rms, name).toBeGreaterThan(0);
      expect(value.largest, name).toBeGreaterThan(value.rms);
    }
    const last = Object.fromEntries(Object.entries(tensors[1]!).map(([name, { value }]) => [name, value.largest]));
    for (const [name, { data }] of readCheckpoint(folder, "last").tensors)
      if (name in last)
        expect(last[name], name).toBeCloseTo(Math.max(...[...data].map((one) => Math.abs(Number(one)))), 3);
  });

  it("in a run without a folder gives what there is.", async () => {
    const controller = new AbortController();
    const { interrupted, history, folder } = await short({
      epochs: 100,
      signal: controller.signal,
      onEvent: (event) => event.kind === "epoch" && controller.abort(),
    });
    expect(interrupted).toBe(true);
    expect(history.length).toBeGreaterThan(0);
    expect(folder).toBeNull();
  });
});

describe("a model", () => {
  let model: Model;
  beforeAll(async () => {
    model = (await short({ epochs: 3 })).model;
  });

  it("predicts what evaluate answers, and its probabilities add up to one.", async () => {
    const { answers, wrong, misses, confusion } = await evaluate(model, test);
    for (let i = 0; i < test.count; i++) {
      const image = test.images.subarray(i * 784, (i + 1) * 784);
      const { label, probabilities, pixels } = predict(model, image);
      expect(label).toBe(answers[i]);
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(probabilities.indexOf(Math.max(...probabilities))).toBe(label);
      expect(pixels).toBe(image);
    }
    expect(wrong).toHaveLength(misses);
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(500);
  });

  it("evaluates alike with any number of threads.", async () => {
    const [one, two] = [await evaluate(model, test, { threads: 1 }), await evaluate(model, test, { threads: 2 })];
    expect(one).toEqual(two);
  });

  it("answers floats as it answers the same ink in bytes, and refuses ink that is none.", async () => {
    const floats = { ...test, images: Float32Array.from(test.images) };
    expect(await evaluate(model, floats)).toEqual(await evaluate(model, test));
    expect(model.outputs(floats.images)).toEqual(model.outputs(test.images));
    for (const ink of [Number.NaN, -0.1, 255.1]) {
      floats.images[784] = ink;
      expect(await messageOf(() => evaluate(model, floats))).toBe(
        `mnist, test: expected ink from 0 to 255, got ${floats.images[784]} in image 1. Scale the images.`,
      );
    }
  });

  // To the last bits alone: a few images at once are convolved by fewer products than one by itself (docs/kernels.md).
  it("gives the outputs of many images at once, as of each by itself.", () => {
    const some = test.images.subarray(0, 100 * 784);
    const outputs = model.outputs(some);
    expect(outputs).toHaveLength(1000);
    for (const i of [0, 63, 64, 99]) {
      const own = model.outputs(some.subarray(i * 784, (i + 1) * 784));
      expect(own.map((value, k) => Math.abs(value - outputs[i * 10 + k]!)).every((off) => off < 1e-5)).toBe(true);
    }
  });

  it("comes back from a file as it was saved.", async () => {
    const file = join(dir, "model.safetensors");
    save(model, file);
    const again = load(file);
    expect(again.net).toEqual(lenet5);
    expect(bytesOf(again).equals(bytesOf(model))).toBe(true);
    expect(again.metadata["settings"]).toBe(model.metadata["settings"]);
    expect(await messageOf(() => predict(again, new Uint8Array(783)))).toBe(
      "lenet5: expected images of 28×28 pixels, got 783 pixels.",
    );
  });

  it("comes back from the folder of a run.", async () => {
    const folder = join(dir, "run");
    const { model: trained } = await short({ out: folder });
    expect(bytesOf(load(folder)).equals(bytesOf(trained))).toBe(true);
  });
});
