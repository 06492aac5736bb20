import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { readBytes, readText, writeAtomically } from "../../src/files.ts";
import {
  createRunFolder,
  type EpochRecord,
  hasCheckpoint,
  type Metrics,
  readCheckpoint,
  readConfig,
  readHistory,
  readMetrics,
  readSteps,
  removeLeftovers,
  type Score,
  type StepRecord,
  writeCheckpoint,
  writeConfig,
  writeHistory,
  writeMetrics,
  writeReadme,
  writeSteps,
} from "../../src/lab/run/run-folder.ts";
import { smallDisk } from "./support/small-disk.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-run-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The LenetError that `act` throws, the temporary folder's name taken out of its message. */
const trouble = (act: () => unknown): { message: string; exitCode: number } => {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LenetError);
    const { message, exitCode } = thrown as LenetError;
    return { message: message.replaceAll(dir, "DIR"), exitCode };
  }
  throw new Error("expected an error");
};

const score = (misses: number): Score => ({ loss: misses / 7, accuracy: 1 - misses / 60, misses, images: 60 });
const epoch = (number: number): EpochRecord => ({
  epoch: number,
  train: score(10 - number),
  validation: score(11 - number),
  elapsedMs: 1234.5,
  imagesPerSecond: 0.1 + 0.2,
  rate: 1e-7,
});
const metrics: Metrics = { test: score(1), epochs: 2, elapsedMs: 9, imagesPerSecond: 8, peakBytes: 7 };
const tensors = (value: number) => new Map([["C1.bias", { shape: [6], data: new Float32Array(6).fill(value) }]]);

describe("writeAtomically", () => {
  it("replaces a file and leaves nothing else behind", () => {
    const path = join(dir, "a");
    writeAtomically(path, "old");
    writeAtomically(path, new Uint8Array([0x6e, 0x65, 0x77]));
    expect(readText(path, "a text")).toBe("new");
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("leaves the old file when the process is killed between the temporary file and the rename", () => {
    const path = join(dir, "a");
    writeAtomically(path, "old");
    const files = new URL("../../dist/src/files.js", import.meta.url).href;
    const killed = `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      fs.renameSync = () => process.kill(process.pid, "SIGKILL");
      syncBuiltinESMExports();
      const { writeAtomically } = await import(${JSON.stringify(files)});
      writeAtomically(${JSON.stringify(path)}, "new");`;
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", killed]);
    expect(signal).toBe("SIGKILL");
    expect(readText(path, "a text")).toBe("old");
    const [, temporary] = readdirSync(dir).sort();
    expect(readFileSync(join(dir, temporary), "utf8")).toBe("new");
    writeAtomically(path, "newer");
    expect(readText(path, "a text")).toBe("newer");
  });

  it("refuses a folder, a device, a missing folder and a path through a file, one sentence each, and leaves nothing", () => {
    mkdirSync(join(dir, "sub"));
    writeFileSync(join(dir, "file"), "");
    symlinkSync("/dev/null", join(dir, "device"));
    const write = (name: string) => trouble(() => writeAtomically(join(dir, name), "x"));
    expect(write("sub")).toEqual({
      message: "DIR/sub: expected a file or a new name, got a folder. Choose another name.",
      exitCode: 2,
    });
    expect(write("device")).toEqual({
      message: "DIR/device: expected a file or a new name, got a pipe or a device. Choose another name.",
      exitCode: 2,
    });
    expect(write("none/a")).toEqual({
      message:
        "DIR/none/a: expected a place to write to, but its folder does not exist or takes no files. Choose another place.",
      exitCode: 2,
    });
    expect(write("file/a")).toEqual({
      message:
        "DIR/file/a: expected a place to write to, but part of its path is a file, not a folder. Choose another place.",
      exitCode: 2,
    });
    expect(write("n".repeat(300)).message).toMatch(/, but its name is too long\. Choose another place\.$/);
    expect(readdirSync(dir).sort()).toEqual(["device", "file", "sub"]);
  });
});

describe("readBytes", () => {
  it("refuses what is missing and what is no file, one sentence each", () => {
    const read = (name: string) => trouble(() => readBytes(join(dir, name), "a checkpoint"));
    expect(read("none")).toEqual({
      message: "DIR/none: expected a checkpoint, got no such file. Check the name.",
      exitCode: 2,
    });
    expect(read(".")).toEqual({
      message: "DIR: expected a checkpoint, got a folder. Name the file itself.",
      exitCode: 2,
    });
    symlinkSync("/dev/zero", join(dir, "endless"));
    expect(read("endless").message).toBe(
      "DIR/endless: expected a checkpoint, got a pipe or a device. Name the file itself.",
    );
    symlinkSync("circle", join(dir, "circle"));
    expect(read("circle").message).toBe(
      "DIR/circle: expected a checkpoint, but its path is a circle of links. Check the name and its permissions.",
    );
  });

  it("refuses a file above 1 GiB before reading it, and text that is not UTF-8", () => {
    const path = join(dir, "large");
    execFileSync("truncate", ["-s", "2G", path]);
    expect(trouble(() => readBytes(path, "a checkpoint")).message).toBe(
      "DIR/large: expected a checkpoint of at most 1 GiB, got 2147483648 bytes. Check the name.",
    );
    writeFileSync(path, new Uint8Array([0xff]));
    expect(trouble(() => readText(path, "a text")).message).toBe(
      "DIR/large: expected a text in UTF-8 text, got bytes that are not. Restore it from a copy.",
    );
  });
});

const disk = smallDisk("64k");
afterAll(() => disk?.remove());

describe.skipIf(!disk)(`a full disk${disk ? "" : " (skipped: mounting a small disk needs root)"}`, () => {
  const large = new Map([["C1.bias", { shape: [15_000], data: new Float32Array(15_000) }]]);

  it("leaves the old checkpoint and says how to go on, with exit code 1", () => {
    const run = createRunFolder(join(disk!.path, "run"), "lenet5", new Date());
    expect(trouble(() => writeCheckpoint(run, "last", new Map([...large, ["b", large.get("C1.bias")!]]), {}))).toEqual({
      message: `${run}/last.safetensors: the disk is full; nothing already written was changed. Free some space and start again.`,
      exitCode: 1,
    });
    writeCheckpoint(run, "last", tensors(1), {});
    expect(trouble(() => writeCheckpoint(run, "last", new Map([...large, ["b", large.get("C1.bias")!]]), {}))).toEqual({
      message: `${run}/last.safetensors: the disk is full; nothing already written was changed. Free some space and resume with --resume ${run}.`,
      exitCode: 1,
    });
    expect(readdirSync(run)).toEqual(["last.safetensors"]);
    expect(readCheckpoint(run, "last").tensors).toEqual(tensors(1));
  });
});

describe("createRunFolder", () => {
  const now = new Date(2025, 2, 4, 5, 6, 7);

  it("names the folder after the time and the net, and numbers those of the same second", () => {
    const before = process.cwd();
    process.chdir(dir);
    try {
      expect(createRunFolder(undefined, "lenet5", now)).toBe("runs/2025-03-04-050607-lenet5");
      expect(createRunFolder(undefined, "lenet5", now)).toBe("runs/2025-03-04-050607-lenet5-2");
      expect(createRunFolder(undefined, "../a b", now)).toBe("runs/2025-03-04-050607-..-a-b");
      expect(readdirSync("runs")).toHaveLength(3);
    } finally {
      process.chdir(before);
    }
  });

  it("makes the folder it is given, or takes one that is there and holds no run", () => {
    const wanted = join(dir, "a/b");
    expect(createRunFolder(wanted, "lenet5", now)).toBe(wanted);
    writeFileSync(join(wanted, "notes.txt"), "");
    expect(createRunFolder(wanted, "lenet5", now)).toBe(wanted);
  });

  it("refuses a folder that holds a run, or a README.md of something else", () => {
    writeReadme(dir, "# Not a run\n");
    expect(trouble(() => createRunFolder(dir, "lenet5", now))).toEqual({
      message: "DIR: already holds a README.md, which the run would write over. Choose another --out.",
      exitCode: 2,
    });
    writeConfig(dir, {});
    expect(trouble(() => createRunFolder(dir, "lenet5", now))).toEqual({
      message: "DIR: already holds a run. Resume it with --resume DIR, or choose another --out.",
      exitCode: 2,
    });
  });

  it("refuses a place below a file, and one that takes no folders", () => {
    writeFileSync(join(dir, "file"), "");
    for (const name of ["file", "file/run"])
      expect(trouble(() => createRunFolder(join(dir, name), "lenet5", now))).toEqual({
        message: `DIR/${name}: expected a place to write to, but part of its path is a file, not a folder. Choose another place.`,
        exitCode: 2,
      });
  });

  it.skipIf(process.platform !== "linux")("refuses places of the kernel's, where even root writes nothing", () => {
    for (const place of ["/proc", "/proc/lenet", "/proc/lenet/a"])
      expect(trouble(() => createRunFolder(place, "lenet5", now))).toEqual({
        message: expect.stringMatching(
          /^\/proc[a-z/]*: expected a place to write to, but .*\. Choose another place\.$/,
        ),
        exitCode: 2,
      });
  });
});

describe("a run folder", () => {
  const steps: StepRecord[] = [
    { epoch: 1, step: 64, images: 4096, rate: 1e-7, loss: 2.25 },
    { epoch: 1, step: 128, images: 4096, rate: 1e21, loss: Number.POSITIVE_INFINITY },
    { epoch: 2, step: 129, images: 64, rate: 0, loss: Number.NaN },
  ];

  it("gives back to the bit what was written into it", () => {
    const config = { net: "lenet5", seed: 1, rate: 0.1, nested: { threads: [1, 2], none: null } };
    writeConfig(dir, config);
    writeHistory(dir, [epoch(1), epoch(2)]);
    writeSteps(dir, steps);
    writeMetrics(dir, metrics);
    writeCheckpoint(dir, "last", tensors(1), { epoch: "2" });
    writeCheckpoint(dir, "best", tensors(2), { epoch: "1" });
    writeReadme(dir, "# A run\n");
    expect(readConfig(dir)).toEqual(config);
    expect(readHistory(dir)).toEqual([epoch(1), epoch(2)]);
    expect(readSteps(dir)).toEqual(steps);
    expect(readMetrics(dir)).toEqual(metrics);
    expect(readCheckpoint(dir, "last")).toEqual({ tensors: tensors(1), metadata: { epoch: "2" } });
    expect(readCheckpoint(dir, "best")).toEqual({ tensors: tensors(2), metadata: { epoch: "1" } });
    expect(readdirSync(dir).sort()).toEqual([
      "README.md",
      "best.safetensors",
      "config.json",
      "history.jsonl",
      "last.safetensors",
      "metrics.json",
      "steps.csv",
    ]);
  });

  it("loses what a kill left half done, and nothing else, when it is resumed", () => {
    writeConfig(dir, {});
    for (const name of ["last.safetensors.123.tmp", "mine.tmp"]) writeFileSync(join(dir, name), "");
    removeLeftovers(dir);
    expect(readdirSync(dir).sort()).toEqual(["config.json", "mine.tmp"]);
  });

  it("writes the history a line an epoch and the loss curve as a table", () => {
    writeHistory(dir, [epoch(1), epoch(2)]);
    writeSteps(dir, steps);
    expect(readText(join(dir, "history.jsonl"), "").match(/^\{"epoch":\d.*\}$/gm)).toHaveLength(2);
    expect(readText(join(dir, "steps.csv"), "")).toBe(
      "epoch,step,images,rate,loss\n1,64,4096,1e-7,2.25\n1,128,4096,1e+21,Infinity\n2,129,64,0,NaN\n",
    );
  });

  it("has no history, loss curve, results and checkpoints before they are written", () => {
    expect(readHistory(dir)).toEqual([]);
    expect(readSteps(dir)).toEqual([]);
    expect(readMetrics(dir)).toBeUndefined();
    expect(hasCheckpoint(dir, "last")).toBe(false);
    expect(trouble(() => readCheckpoint(dir, "last")).message).toBe(
      "DIR/last.safetensors: expected a checkpoint of a run, got no such file. Check the name.",
    );
    expect(trouble(() => readConfig(dir)).message).toBe(
      "DIR/config.json: expected the settings of a run, got no such file. Check the name.",
    );
  });

  it("refuses numbers JSON cannot hold, naming them, and keeps what was there", () => {
    writeHistory(dir, [epoch(1)]);
    const diverged = { ...epoch(2), train: { ...score(1), loss: Number.NaN } };
    expect(trouble(() => writeHistory(dir, [epoch(1), diverged])).message).toBe(
      "DIR/history.jsonl, line 2, .train.loss: expected a finite number, got NaN. Try a smaller rate.",
    );
    expect(readHistory(dir)).toEqual([epoch(1)]);
    expect(trouble(() => writeMetrics(dir, { ...metrics, elapsedMs: Number.POSITIVE_INFINITY })).message).toBe(
      "DIR/metrics.json, .elapsedMs: expected a finite number, got Infinity. Try a smaller rate.",
    );
    expect(trouble(() => writeConfig(dir, { rates: [0.1, -Infinity] })).message).toBe(
      "DIR/config.json, .rates.1: expected a finite number, got -Infinity. Try a smaller rate.",
    );
  });

  const restore = "Restore the file from a copy, or start a new run.";
  it.each<[name: string, content: string, read: (dir: string) => unknown, message: string]>([
    [
      "config.json",
      '{"net": "le',
      readConfig,
      `DIR/config.json: expected a JSON object, got "{\\"net\\": \\"le". ${restore}`,
    ],
    ["config.json", "[]", readConfig, `DIR/config.json: expected a JSON object, got "[]". ${restore}`],
    [
      "history.jsonl",
      `${JSON.stringify(epoch(1))}\n{"epo`,
      readHistory,
      `DIR/history.jsonl, line 2: expected a JSON object, got "{\\"epo". ${restore}`,
    ],
    [
      "history.jsonl",
      JSON.stringify({ ...epoch(1), rate: "0.1" }),
      readHistory,
      `DIR/history.jsonl, line 1, .rate: expected a finite number, got string. ${restore}`,
    ],
    [
      "history.jsonl",
      JSON.stringify({ ...epoch(1), train: null }),
      readHistory,
      `DIR/history.jsonl, line 1, .train.loss: expected a finite number, got undefined. ${restore}`,
    ],
    [
      "history.jsonl",
      JSON.stringify({ ...epoch(1), tensors: { "C1.bias": { value: { rms: 1, largest: 2 }, gradient: { rms: 1 } } } }),
      readHistory,
      `DIR/history.jsonl, line 1, .tensors.C1.bias.gradient.largest: expected a finite number, got undefined. ${restore}`,
    ],
    [
      "metrics.json",
      JSON.stringify({ ...metrics, test: { ...score(1), misses: null } }),
      readMetrics,
      `DIR/metrics.json, .test.misses: expected a finite number, got object. ${restore}`,
    ],
    [
      "metrics.json",
      JSON.stringify(metrics).replace('"epochs":2', '"epochs":1e999'),
      readMetrics,
      `DIR/metrics.json, .epochs: expected a finite number, got Infinity. ${restore}`,
    ],
    [
      "steps.csv",
      "epoch,loss\n",
      readSteps,
      `DIR/steps.csv, line 1: expected epoch,step,images,rate,loss, got "epoch,loss". ${restore}`,
    ],
    [
      "steps.csv",
      "epoch,step,images,rate,loss\n1,2,3,4,\n",
      readSteps,
      `DIR/steps.csv, line 2: expected a number for each of epoch,step,images,rate,loss, got "1,2,3,4,". ${restore}`,
    ],
    [
      "last.safetensors",
      "x",
      (folder) => readCheckpoint(folder, "last"),
      "DIR/last.safetensors: expected at least 8 bytes of safetensors, got 1. The file is cut short or damaged: copy it again.",
    ],
  ])("says in one sentence what is wrong with a damaged %s holding %j", (name, content, read, message) => {
    writeFileSync(join(dir, name), content);
    expect(trouble(() => read(dir))).toEqual({ message, exitCode: 2 });
  });
});
