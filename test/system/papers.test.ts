// The nets of the papers through the command line, from golden weights to golden weights; and SDLM killed on its way.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { readCheckpoint } from "../../src/lab/run/run-folder.ts";
import type { ProgressEvent, TrainEvent } from "../../src/lab/training/events.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { lenet, start } from "./support/lenet.ts";

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-papers-"));
  // The first digits of MNIST: a start then reads, and tests, a part of it.
  await writeDigits(join(dir, "digits"), 5_000, 500);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/golden/${name}.safetensors`, import.meta.url));

const goldenRuns: [net: string, file: string, options: string][] = [
  ["lenet5-1998", "lenet5-1998.sdlm", "--limit 500 --batch 1 --epochs 1 --optimiser sdlm --rate .00025"],
  ["lenet1", "lenet1.sgd", "--limit 200 --batch 4 --epochs 1 --optimiser sgd --rate .01"],
];

it.each(goldenRuns)("lenet train %s ends in the golden weights, every one within 5e-4.", async (net, name, options) => {
  const plain = ["--no-shuffle", "--validation", "0", "--no-report", ...options.split(" ")];
  const { code, stderr } = await lenet(
    ["train", net, "--data", "digits", "--init", file(name), ...plain, "--out", net],
    dir,
  );
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  const { tensors } = readCheckpoint(join(dir, net), "last");
  const wanted = [...decodeSafetensors(readFileSync(file(name)), name).tensors].filter(([key]) =>
    key.startsWith("final."),
  );
  expect(wanted.length).toBeGreaterThanOrEqual(10);
  for (const [key, { data }] of wanted) {
    const ours = tensors.get(key.slice("final.".length))!.data;
    expect(Math.max(...Array.from(data, (value, i) => Math.abs(value - ours[i]!))), key).toBeLessThan(5e-4);
  }
});

it("lenet predict and evaluate answer by the least penalty.", async () => {
  const { stdout } = await lenet(["evaluate", "lenet5-1998", "--json"], dir);
  const { accuracy } = JSON.parse(stdout);
  // After 500 patterns; the largest penalty would be right less often than chance.
  expect(accuracy).toBeGreaterThan(0.5);
  const answer = await lenet(["predict", "--model", "lenet5-1998", "--data", "digits", "--index", "0", "--json"], dir);
  const [{ probabilities, label }] = [JSON.parse(answer.stdout)].flat();
  expect(probabilities[label]).toBe(Math.max(...probabilities));
});

it("lenet train lenet5-1998, killed and interrupted in the middle of a pass, gives the undisturbed bytes.", async () => {
  const settings = ["--data", "digits", "--epochs", "2", "--json", "--no-report"];
  expect((await lenet(["train", "lenet5-1998", ...settings, "--out", "undisturbed"], dir)).code).toBe(0);
  const disturb = async (words: readonly string[], signal: "SIGKILL" | "SIGINT"): Promise<void> => {
    let acted = false;
    const running = start(["train", ...words], dir, (line) => {
      const event: ProgressEvent = JSON.parse(line);
      if (acted || event.kind !== "progress" || event.epoch !== 2 || event.step > (2 * event.steps) / 3) return;
      acted = true;
      running.child.kill(signal);
    });
    const ended = await running.ended;
    expect([ended.code, ended.signal]).toEqual(signal === "SIGINT" ? [130, null] : [null, signal]);
  };
  await disturb(["lenet5-1998", ...settings, "--out", "disturbed"], "SIGKILL");
  await disturb(["--resume", "disturbed", "--json"], "SIGINT");
  expect(JSON.parse(readCheckpoint(join(dir, "disturbed"), "last").metadata["position"]!).image).toBeGreaterThan(0);
  expect((await lenet(["train", "--resume", "disturbed", "--threads", "1"], dir)).code).toBe(0);
  for (const name of ["last.safetensors", "steps.csv"])
    expect(readFileSync(join(dir, "disturbed", name)).equals(readFileSync(join(dir, "undisturbed", name))), name).toBe(
      true,
    );
});

it("lenet train boosted-lenet4, killed and interrupted between and within its members, gives the undisturbed bytes.", async () => {
  const settings = ["--data", "digits", "--limit", "400", "--epochs", "2", "--batch", "16", "--json", "--no-report"];
  const straight = await lenet(["train", "boosted-lenet4", ...settings, "--out", "straight-committee"], dir);
  expect(straight.code).toBe(0);
  const disturb = async (words: readonly string[], at: string, signal: "SIGKILL" | "SIGINT"): Promise<void> => {
    let member = 0;
    const running = start(["train", ...words], dir, (line) => {
      const event: TrainEvent = JSON.parse(line);
      if (event.kind === "member") member = event.member;
      if (`${event.kind} ${member}` === at) running.child.kill(signal);
    });
    const { code, signal: by, stderr } = await running.ended;
    expect([code, by], stderr).toEqual(signal === "SIGKILL" ? [null, signal] : [130, null]);
  };
  await disturb(["boosted-lenet4", ...settings, "--out", "disturbed-committee"], "epoch 1", "SIGKILL");
  await disturb(["--resume", "disturbed-committee", "--json"], "epoch 2", "SIGINT");
  await disturb(["--resume", "disturbed-committee", "--json"], "patterns 3", "SIGKILL");
  expect((await lenet(["train", "--resume", "disturbed-committee", "--json"], dir)).code).toBe(0);
  const model = (run: string): Buffer => readFileSync(join(dir, run, "best.safetensors"));
  expect(model("disturbed-committee").equals(model("straight-committee"))).toBe(true);

  const { stdout } = await lenet(["evaluate", "disturbed-committee"], dir);
  expect(stdout).toMatch(/^boosted-lenet4 on digits, test: [\d.]+ %/);
  expect(stdout.match(/ {2}member [123] alone: error [\d.]+ %/g)).toHaveLength(3);
  expect(stdout).toMatch(/[\d.]+ nets called on the average\n {2}\(a threshold chosen on 40 validation images/);
  const answer = await lenet(
    ["predict", "--model", "disturbed-committee", "--data", "digits", "--index", "0", "--json"],
    dir,
  );
  expect(JSON.parse(answer.stdout)[0].probabilities).toHaveLength(10);
});
