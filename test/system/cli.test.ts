// The command line from outside: what a training writes, and what the other commands make of it. What it does with mistakes
// is in mistakes.test.ts.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../src/data/image.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { readCheckpoint, readMetrics, readSteps } from "../../src/lab/run/run-folder.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { lenet } from "./support/lenet.ts";

const goldenFile = fileURLToPath(new URL("../fixtures/golden/lenet5-modern.adam.safetensors", import.meta.url));
const small = ["--limit", "1000", "--epochs", "2", "--no-report"];
/** The same without most of what it takes to read and test MNIST. */
const smaller = ["--data", "digits", "--epochs", "2", "--no-report"];
let dir: string;
const path = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-cli-"));
  await writeDigits(path("digits"), 3_200, 200);
  const { code, stderr } = await lenet(["train", ...small, "--out", "run"], dir);
  expect(stderr).toContain("lenet predict --model run");
  expect(code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("lenet train", () => {
  it("writes the same bytes with one, two and three threads, and once more.", async () => {
    const settings = [...smaller, "--limit", "1000"];
    for (const [out, threads] of [
      ["one", "1"],
      ["two", "2"],
      ["three", "3"],
      ["again", "2"],
    ] as const) {
      expect((await lenet(["train", ...settings, "--threads", threads, "--out", out], dir)).code).toBe(0);
      for (const file of ["last.safetensors", "best.safetensors", "steps.csv"])
        expect(readFileSync(join(path(out), file)).equals(readFileSync(join(path("one"), file))), file).toBe(true);
    }
  });

  it("gives another net for another seed.", async () => {
    await lenet(["train", ...smaller, "--limit", "1000", "--seed", "2", "--out", "seed-2"], dir);
    const weight = (run: string) => readCheckpoint(path(run), "last").tensors.get("OUT.bias")!.data;
    expect(weight("seed-2")).not.toEqual(weight("one"));
  });

  it("follows the golden numbers from golden weights.", async () => {
    const plain = [
      "--no-shuffle",
      "--validation",
      "0",
      "--data",
      "digits",
      "--batch",
      "64",
      "--epochs",
      "1",
      "--no-report",
    ];
    const words = ["train", "lenet5", "--init", goldenFile, ...plain, "--optimiser", "adam", "--rate", ".001"];
    expect((await lenet([...words, "--schedule", "constant", "--out", "golden"], dir)).code).toBe(0);
    expect((await lenet([...words, "--out", "golden-plain"], dir)).code).toBe(0);
    const golden = decodeSafetensors(readFileSync(goldenFile), "golden").tensors;
    for (const run of ["golden", "golden-plain"]) {
      const { tensors } = readCheckpoint(path(run), "last");
      for (const [name, { data }] of golden) {
        if (!name.startsWith("final.")) continue;
        const ours = tensors.get(name.slice("final.".length))!.data;
        expect(Math.max(...data.map((value, i) => Math.abs(value - ours[i]!))), name).toBeLessThan(2e-4);
      }
      const losses = golden.get("losses")!.data;
      const steps = readSteps(path(run));
      expect(steps).toHaveLength(50);
      for (const [i, { loss }] of steps.entries())
        expect(Math.abs(loss - losses[i]!), `step ${i + 1}`).toBeLessThan(1e-4);
    }
  });

  it("writes a run folder that tells everything, and a command that repeats it.", async () => {
    expect(readdirSync(path("run")).sort()).toEqual(
      [
        "README.md",
        "best.safetensors",
        "config.json",
        "history.jsonl",
        "last.safetensors",
        "metrics.json",
        "steps.csv",
      ].sort(),
    );
    const config = JSON.parse(readFileSync(join(path("run"), "config.json"), "utf8"));
    expect(config).toMatchObject({
      net: "lenet5",
      settings: { epochs: 2, seed: 1, limit: 1000, data: "mnist", validation: 100 },
    });
    expect(config.data.test.sha256.images).toMatch(/^[0-9a-f]{64}$/);
    expect(readMetrics(path("run"))).toMatchObject({
      test: { images: 10_000 },
      validation: { images: 100 },
      epochs: 2,
    });
    const card = readFileSync(join(path("run"), "README.md"), "utf8");
    const command = /\nlenet (train .*)\n/.exec(card)![1]!.split(" ");
    expect((await lenet([...command, "--out", "repeated"], dir)).code).toBe(0);
    expect(readCheckpoint(path("repeated"), "last").tensors).toEqual(readCheckpoint(path("run"), "last").tensors);
  });

  it("with --json prints an event a line and the result last.", async () => {
    const { stdout, stderr } = await lenet(["train", ...smaller, "--limit", "1000", "--out", "json", "--json"], dir);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(stderr).toBe("");
    expect(lines[0]).toMatchObject({
      kind: "start",
      folder: "json",
      images: { train: 900, validation: 100, test: 200 },
    });
    expect(lines.at(-2).kind).toBe("test");
    expect(lines.at(-1)).toMatchObject({
      kind: "result",
      interrupted: false,
      folder: "json",
      metrics: { test: lines.at(-2).score },
    });
  });

  it("without --out makes a folder in runs/, which the other commands take by default.", async () => {
    expect((await lenet(["train", ...small], dir)).code).toBe(0);
    const { stdout } = await lenet(["evaluate", "--json"], dir);
    expect(JSON.parse(stdout)).toMatchObject({ ...readMetrics(path("run"))!.test, data: "mnist", part: "test" });
    expect((await lenet(["predict", "--data", "mnist", "--index", "0"], dir)).code).toBe(0);
  });
});

describe("lenet export", () => {
  it("writes a run's best weights beside where it is called, and tells the files.", async () => {
    const { code, stdout } = await lenet(["export", "run", "--to", "c", "--json"], dir);
    expect(code).toBe(0);
    const { files, ...about } = JSON.parse(stdout);
    expect(about).toEqual({ net: "lenet5", from: join("run", "best.safetensors"), to: "c" });
    for (const { file, bytes } of files) expect(readFileSync(path(file))).toHaveLength(bytes);
    expect(files.map(({ file }: { file: string }) => file)).toEqual(["run.c", "run.h"]);
  });

  it("what it writes for Keras answers as the run does.", async () => {
    expect((await lenet(["export", "run", "--to", "keras", "--out", "out.keras"], dir)).stdout).toMatch(
      /^out\.keras {2}[\d,]+ bytes\n$/,
    );
    const asked = ["--data", "mnist", "--index", "7", "--json"];
    const [ours, theirs] = [
      await lenet(["predict", "--model", "run", ...asked], dir),
      await lenet(["predict", "--model", "out.keras", ...asked], dir),
    ];
    expect(theirs.stdout).toBe(ours.stdout);
  });
});

describe("lenet evaluate", () => {
  it("agrees with the training's own test, and shows wrong answers with their outputs.", async () => {
    const test = readMetrics(path("run"))!.test!;
    const { stdout } = await lenet(["evaluate", "run", "--wrong", "3", "--json"], dir);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ ...test });
    expect(found.wrong).toHaveLength(3);
    for (const { label, answer, outputs } of found.wrong) {
      expect(answer).not.toBe(label);
      expect(outputs.indexOf(Math.max(...outputs))).toBe(answer);
    }
    const counted = found.classes.reduce((sum: number, { misses }: { misses: number }) => sum + misses, 0);
    expect(counted).toBe(test.misses);
    const text = (await lenet(["evaluate", "run", "--wrong", "3"], dir)).stdout;
    expect(text).toMatch(/^lenet5 on mnist, test: \d+\.\d\d %, [\d,]+ misses of 10,000, loss \d+\.\d{4}\n\nlabel /);
  });
});

describe("lenet predict", () => {
  it("answers for pictures and for images of a data set, with probabilities and what the net saw.", async () => {
    const grey = new Uint8Array(40 * 40).fill(255);
    for (let y = 8; y < 32; y++) for (let x = 18; x < 22; x++) grey[y * 40 + x] = 0;
    writeFileSync(path("one.png"), encodePng(grey, 40, 40));
    const words = ["predict", "--model", "run", "one.png", "--data", "mnist", "--index", "7"];
    const [picture, image] = JSON.parse((await lenet([...words, "--json"], dir)).stdout);
    expect(picture).toMatchObject({ image: "one.png", answer: 1 });
    expect(picture.pixels).toHaveLength(28);
    expect(image).toMatchObject({ image: "mnist, test image 7", label: 9 });
    expect(image.probabilities.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
    const { stdout } = await lenet([...words, "--show"], dir);
    expect(stdout).toMatch(/^one\.png: 1\n/);
    expect(stdout).toContain("█");
  });
});

describe("lenet --help", () => {
  it("lists the commands, and every command has examples.", async () => {
    const { stdout, code } = await lenet(["--help"], dir);
    expect(code).toBe(0);
    const names = ["train", "evaluate", "predict", "summary", "data", "bench"];
    const helps = await Promise.all(names.map((name) => lenet(["help", name], dir)));
    for (const [index, name] of names.entries()) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
      const help = helps[index]!;
      expect(help.code).toBe(0);
      if (name !== "summary") expect(help.stdout).toContain("Examples:");
    }
    expect(existsSync(path("nothing"))).toBe(false);
  });
});

describe("examples/train-and-predict.mjs", () => {
  it("runs, and the loaded model is the saved one.", () => {
    const example = fileURLToPath(new URL("../../examples/train-and-predict.mjs", import.meta.url));
    const text = execFileSync(process.execPath, [example], { cwd: dir, encoding: "utf8" });
    expect(text).toMatch(/^epoch 1: .*\nepoch 2: .*\ntrained: \d+ misses of 10000 test images\n/);
    expect(text).toMatch(/the first test image is a 7, .*\nloaded again: \d+ misses, the same\n$/);
  });
});
