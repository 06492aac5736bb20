// Boosting: what the later members learn from, and that a training that was stopped anywhere goes on as if it had not been.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFolder } from "../../src/data/folder.ts";
import {
  type DataSet,
  evaluate,
  load,
  loadData,
  netNamed,
  type TrainEvent,
  type TrainResult,
  type TrainSettings,
  train,
} from "../../src/index.ts";
import { readConfig, readMetrics } from "../../src/lab/run/run-folder.ts";
import { choosePatterns } from "../../src/lab/training/patterns.ts";

const boosted = netNamed("boosted-lenet4");
const LEARNED = 120;
let dir: string;
let data: { train: DataSet; test: DataSet };
let whole: TrainResult;
let events: TrainEvent[];

const first = (set: DataSet, count: number): DataSet => ({
  ...set,
  images: set.images.slice(0, count * 784),
  labels: set.labels.slice(0, count),
  count,
});

const settings = (out: string | null): TrainSettings => ({
  data,
  epochs: 2,
  batch: 16,
  validation: 30,
  threads: 1,
  out,
});

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-boost-"));
  data = { train: first(await loadData("mnist", "train"), 150), test: first(await loadData("mnist", "test"), 50) };
  events = [];
  whole = await train(boosted, { ...settings(join(dir, "whole")), onEvent: (event) => events.push(event) });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bytes = (place: string, file = "best.safetensors"): Buffer => readFileSync(join(dir, place, file));

describe("the patterns", () => {
  const answersOf = async (place: string, set: DataSet): Promise<Uint8Array> =>
    (await evaluate(load(join(dir, "whole", place)), set, { threads: 1 })).answers;

  it("of member 2: every other one is one that member 1 gets wrong.", async () => {
    const patterns = await loadFolder(join(dir, "whole", "patterns-2"), "train");
    const answers = await answersOf("1", patterns);
    expect(patterns.count).toBe(LEARNED);
    expect([...answers].map((answer, n) => answer === patterns.labels[n])).toEqual(
      Array.from(answers, (_, n) => n % 2 === 1),
    );
  });

  it("of member 3: members 1 and 2 answer each differently.", async () => {
    const patterns = await loadFolder(join(dir, "whole", "patterns-3"), "train");
    expect(patterns.count).toBe(LEARNED);
    const [one, two] = [await answersOf("1", patterns), await answersOf("2", patterns)];
    expect([...one].filter((answer, n) => answer === two[n])).toEqual([]);
  });

  it("are distorted, none of them an image of the training set, and the seed decides which.", async () => {
    const members = [load(join(dir, "whole", "1"))];
    const how = { distort: "paper", onProgress: () => {} };
    const [a, b, c] = [
      await choosePatterns(data.train, members, { ...how, seed: 1 }),
      await choosePatterns(data.train, members, { ...how, seed: 1 }),
      await choosePatterns(data.train, members, { ...how, seed: 2 }),
    ];
    expect(a!.images).toEqual(b!.images);
    expect(a!.images).not.toEqual(c!.images);
    expect(a!.sha256.images).not.toBe(c!.sha256.images);
    const known = new Set(
      Array.from({ length: 150 }, (_, n) => `${data.train.images.subarray(n * 784, (n + 1) * 784)}`),
    );
    for (let n = 0; n < 20; n++) expect(known.has(`${a!.images.subarray(n * 784, (n + 1) * 784)}`)).toBe(false);
  });

  it("end in one sentence when there is nothing to find.", async () => {
    const blank = { ...first(data.train, 1), images: new Uint8Array(784) };
    const member = load(join(dir, "whole", "1"));
    const { label } = member.predict(new Uint8Array(784));
    const easy = { ...blank, labels: Uint8Array.of(label) };
    const how = { distort: "paper", seed: 1, onProgress: () => {} };
    await expect(choosePatterns(easy, [member], how)).rejects.toThrow(
      /^member 2: expected distorted images that member 1 gets wrong, got none among 1000\. Distort more/,
    );
    await expect(choosePatterns(easy, [member, member], how)).rejects.toThrow(
      /^member 3: expected distorted images that members 1 and 2 answer differently, got none/,
    );
  });
});

describe("a boosted training", () => {
  it("tells of every member, and of the patterns between them.", () => {
    const kinds = events.map((event) => (event.kind === "member" ? `member ${event.member}` : event.kind));
    expect(kinds.filter((kind) => kind.startsWith("member") || kind === "epoch" || kind === "test")).toEqual(
      // Member 1 is tested as any net is, then all of them are.
      ["member 1", "epoch", "epoch", "test", "member 2", "epoch", "epoch", "member 3", "epoch", "epoch", "test"],
    );
    const patterns = events.filter((event) => event.kind === "patterns");
    expect([...new Set(patterns.map(({ member }) => member))]).toEqual([2, 3]);
    for (const { kept, wanted, drawn } of patterns) {
      expect(kept).toBeLessThanOrEqual(wanted);
      expect(drawn).toBeGreaterThanOrEqual(kept);
    }
  });

  it("leaves a folder with the members, one model, its score and a card.", async () => {
    const folder = join(dir, "whole");
    expect(readMetrics(folder)).toMatchObject({ epochs: 6, test: { images: 50 }, validation: { images: 30 } });
    expect(readConfig(folder)).toMatchObject({ net: "boosted-lenet4", settings: { distort: "paper", seed: 1 } });
    const model = load(folder);
    const { misses, committee } = await evaluate(model, data.test);
    expect(misses).toBe(whole.metrics.test!.misses);
    expect(committee!.cascade!.chosen.images).toBe(30);
    for (const [index, member] of model.members!.entries())
      expect(member.weights).toEqual(load(join(folder, `${index + 1}`)).weights);
    const seeds = ["1", "2", "3"].map((member) => Object(readConfig(join(folder, member))["settings"]).seed);
    expect(new Set(seeds).size).toBe(3);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(
      /Misses of each alone on the test images: member 1 \d+/,
    );
  });

  it("writes nothing with out: null, and gives the same weights.", async () => {
    const { model, folder } = await train(boosted, settings(null));
    expect(folder).toBeNull();
    expect(model.weights).toEqual(whole.model.weights);
  });

  /** Stops at the first event that `where` names. */
  const stopAt = async (out: string, where: (event: TrainEvent, member: number) => boolean): Promise<TrainResult> => {
    const controller = new AbortController();
    let member = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "member") member = event.member;
      if (where(event, member)) controller.abort();
    };
    return train(boosted, { ...settings(join(dir, out)), signal: controller.signal, onEvent });
  };

  it.each<[string, (event: TrainEvent, member: number) => boolean]>([
    ["member 1", ({ kind }, member) => member === 1 && kind === "epoch"],
    ["patterns 2", ({ kind }) => kind === "patterns"],
    ["member 3", ({ kind }, member) => member === 3 && kind === "epoch"],
  ])("stopped in %s and resumed, gives the undisturbed bytes.", async (name, where) => {
    const place = name.replace(" ", "-");
    const stopped = await stopAt(place, where);
    expect(stopped.interrupted).toBe(true);
    expect(existsSync(join(dir, place, "best.safetensors"))).toBe(false);
    const resumed = await train(boosted, { resume: join(dir, place), data, threads: 1 });
    expect(resumed.interrupted).toBe(false);
    expect(bytes(place).equals(bytes("whole"))).toBe(true);
    await expect(train(boosted, { resume: join(dir, place), data, threads: 1 })).rejects.toThrow(
      "got one that is complete",
    );
  });

  it("throws away a member's folder with nothing in it to go on from.", async () => {
    await stopAt("killed", ({ kind }, member) => member === 1 && kind === "epoch");
    rmSync(join(dir, "killed", "1", "last.safetensors"));
    writeFileSync(join(dir, "killed", "best.safetensors.1.tmp"), "half");
    await train(boosted, { resume: join(dir, "killed"), data });
    expect(bytes("killed").equals(bytes("whole"))).toBe(true);
    expect(existsSync(join(dir, "killed", "best.safetensors.1.tmp"))).toBe(false);
  });

  it("keeps its distortion where only a rate is given, and refuses what it cannot do.", async () => {
    await expect(train(boosted, { ...settings(null), distort: 0 })).rejects.toThrow(
      "distort: expected more than 0 for boosted-lenet4, whose members 2 and 3 learn from distorted images, got 0. Leave it out.",
    );
    await expect(train(boosted, { ...settings(null), init: "x" })).rejects.toThrow(
      "init: expected none for boosted-lenet4, whose members begin from the seed. Leave it out.",
    );
    const controller = new AbortController();
    controller.abort();
    const { metrics } = await train(boosted, {
      ...settings(join(dir, "rate")),
      rate: 0.001,
      signal: controller.signal,
    });
    expect(metrics.test).toBeUndefined();
    expect(readConfig(join(dir, "rate"))).toMatchObject({ settings: { distort: "paper", schedule: { rate: 0.001 } } });
  });
});
