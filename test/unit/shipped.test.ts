// Models that come with the package: how they get there, that they are found by name, and that those that are there are good.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DataSet, lenet5, load, loadData, train } from "../../src/index.ts";
import { claimsNamed } from "../../src/lab/claims/index.ts";
import { writeResults } from "../../src/lab/claims/results.ts";
import { provenanceOf, runOf, ship } from "../../src/lab/claims/ship.ts";
import { modelFile, readTensors, usualModel } from "../../src/lab/import/load.ts";
import { MODELS, shippedClaims, shippedNames, shippedPath } from "../../src/lab/model/shipped.ts";
import { netNamed } from "../../src/nets/index.ts";

const home = process.cwd();
let dir: string;
let models: string;
let results: string;
const run = (): string => join(dir, "run");

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-shipped-"));
  [models, results] = [join(dir, "models"), join(dir, "results.json")];
  const part = async (name: DataSet["part"], count: number): Promise<DataSet> => {
    const set = await loadData("mnist", name);
    return { ...set, images: set.images.slice(0, count * 784), labels: set.labels.slice(0, count), count };
  };
  const data = { train: await part("train", 100), test: await part("test", 40) };
  await train(lenet5, { data, epochs: 1, out: run(), watchTest: true });
  await train(lenet5, { data: { train: data.train }, epochs: 1, out: join(dir, "untested") });
  const [claim] = claimsNamed("lenet5-best");
  writeResults(results, {
    claims: [
      {
        ...claim!,
        command: "",
        seeds: [1, 2],
        measures: [
          {
            of: "test accuracy",
            published: null,
            aim: 0.99,
            values: [0.99, 0.992],
            mean: 0.991,
            spread: 0.0014,
            reached: true,
          },
        ],
        reached: true,
        commit: null,
        cpu: "",
        date: "",
        node: "",
        arithmetic: "",
        data: { train: { name: "", count: 0, sha256: { images: "", labels: "" } }, test: null },
      },
    ],
  });
  ship("lenet5", { run: run(), models, results });
});
afterEach(() => process.chdir(home));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("shipping", () => {
  it("writes the weights alone, and where they are from.", () => {
    const { tensors, metadata } = readTensors(shippedPath("lenet5", models));
    expect([...tensors.keys()].filter((name) => /optimiser|epoch/.test(name))).toEqual([]);
    expect(tensors.size).toBe(10);
    expect(metadata).toMatchObject({ net: "lenet5" });
    expect(Object.keys(metadata).sort()).toEqual(["net", "provenance", "settings", "versions"]);
    expect(JSON.parse(metadata["settings"]!)).toMatchObject({ epochs: 1, seed: 1 });
    expect(provenanceOf(shippedPath("lenet5", models))).toMatchObject({
      claim: "lenet5-best",
      seed: 1,
      test: { images: 40 },
    });
    expect([...load(shippedPath("lenet5", models)).weights]).toEqual([...load(run()).weights]);
  });

  it("writes a card with the error of the run and of the claim, and a list of all models.", () => {
    const card = readFileSync(join(models, "lenet5.md"), "utf8");
    expect(card).toMatch(/^# lenet5: LeNet-5, modern\n/);
    expect(card).toContain("61,706 learned numbers, 429,342 connections, 416,520 multiply-adds");
    expect(card).toMatch(/Test error of these weights: \*\*[\d.]+ % \(\d+ of 40 images\)\*\*/);
    expect(card).toContain("test accuracy over 2 seeds: 99.10 % ± 0.14.");
    expect(card).toContain("lenet reproduce lenet5-best --seeds 1\n");
    expect(readFileSync(join(models, "README.md"), "utf8")).toContain("| [`lenet5`](lenet5.md) |");
  });

  it("ships only what is complete, tested and has a claim.", () => {
    const untested = join(dir, "untested");
    expect(() => ship("lenet5", { run: untested, models, results })).toThrow(
      `${untested}: expected a complete run with a test score, got none. Run: lenet reproduce lenet5-best --seeds 1`,
    );
    expect(() => ship("lenet4", { run: join(dir, "nowhere"), models, results })).toThrow(
      "Run: lenet reproduce fig9/lenet4 --seeds 1",
    );
    expect(() => ship("lenet6")).toThrow(/^model: expected one of lenet5, .*, got "lenet6"\. Did you mean "lenet5"\?$/);
    expect(shippedNames(models)).toEqual(["lenet5"]);
  });
});

describe("a shipped model", () => {
  it("is found by its name where there is no such file or folder.", () => {
    process.chdir(dir);
    expect(modelFile("lenet5", models)).toBe(shippedPath("lenet5", models));
    writeFileSync("lenet5", "");
    expect(modelFile("lenet5", models)).toBe("lenet5");
    rmSync("lenet5");
    expect(modelFile("./lenet5", models)).toBe("./lenet5");
  });

  it("of an unknown name is one sentence, which offers the nearest.", () => {
    expect(() => modelFile("lenet-5", models)).toThrow(
      'lenet-5: expected a safetensors file, the folder of a run or a shipped model (lenet5), got no such file. Did you mean "lenet5"?',
    );
    expect(() => modelFile("nowhere", join(dir, "no-models"))).toThrow(
      "nowhere: expected a safetensors file, the folder of a run, got no such file. Check the name.",
    );
  });

  it("answers where there is no run; a run goes before it.", async () => {
    const empty = mkdtempSync(join(dir, "empty-"));
    process.chdir(empty);
    expect(usualModel(models)).toBe(shippedPath("lenet5", models));
    expect(() => usualModel(join(dir, "no-models"))).toThrow("runs: expected a run to take the model from, got none.");
    process.chdir(dir);
    const { folder } = await train(lenet5, { data: { train: await few() }, epochs: 1 });
    expect(usualModel(models)).toBe(folder);
  });
});

const few = async (): Promise<DataSet> => {
  const set = await loadData("mnist", "train");
  return { ...set, images: set.images.slice(0, 40 * 784), labels: set.labels.slice(0, 40), count: 40 };
};

describe("models/", () => {
  const there = shippedNames();

  it("has a model and a card for each name in its list, and nothing else.", () => {
    const list = existsSync(MODELS) ? readFileSync(join(MODELS, "README.md"), "utf8") : "";
    const listed = [...list.matchAll(/^\| \[`([^`]+)`\]\(\1\.md\) \|/gm)].map(([, name]) => name!);
    expect(listed).toEqual(there);
    const wanted = there.flatMap((name) => [`${name}.md`, `${name}.safetensors`]);
    expect(existsSync(MODELS) ? readdirSync(MODELS).sort() : []).toEqual(
      existsSync(MODELS) ? ["README.md", ...wanted].sort() : [],
    );
    expect(there.filter((name) => !Object.hasOwn(shippedClaims, name))).toEqual([]);
  });

  it("goes with the package.", () => {
    const { files } = JSON.parse(readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"));
    expect(files).toContain("models");
  });

  // A model that is not there yet is skipped by its name, and the last line of the tests counts it.
  for (const [name, claim] of Object.entries(shippedClaims)) {
    it.skipIf(!there.includes(name))(`${name} is the net of its claim, and reads the first test digits.`, async () => {
      const model = load(name);
      const { work } = claimsNamed(claim)[0]!;
      expect(work.kind).toBe("training");
      if (work.kind === "training") expect(model.net.name).toBe(netNamed(work.net).name);
      expect(provenanceOf(shippedPath(name)).claim).toBe(claim);
      const { data } = JSON.parse(model.metadata["settings"]!);
      const set = await loadData(data, "test");
      const area = set.rows * set.columns;
      const answers = Array.from(
        { length: 5 },
        (_, n) => model.predict(set.images.slice(n * area, (n + 1) * area)).label,
      );
      expect(answers).toEqual([...set.labels.subarray(0, 5)]);
    });
  }
});

it("every shipped model has a claim that trains a net and measures its test error or accuracy.", () => {
  for (const [name, id] of Object.entries(shippedClaims)) {
    const [claim, ...more] = claimsNamed(id);
    expect(more).toEqual([]);
    expect(claim!.work.kind, name).toBe("training");
    expect(claim!.measures.some(({ of }) => of === "test error" || of === "test accuracy")).toBe(true);
    expect(runOf(name)).toBe(join("runs", "reproduce", ...id.split("/"), "seed-1"));
  }
});
