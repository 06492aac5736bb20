// lenet sweep as people use it: killed at any moment it goes on to the results of a sweep that nothing disturbed.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stream } from "../../src/random.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { lenet, start } from "./support/lenet.ts";

let dir: string;
const path = (name: string): string => join(dir, name);
const sweepText = (digits: string): string => `
method: grid
net: ablation
data: ${digits}
epochs: 3
seeds: 2
parameters:
  activation: {values: [tanh, relu]}
  batch: {value: 16}
  validation: {value: 100}
`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-sweeps-"));
  await writeDigits(path("digits"), 500, 50);
  writeFileSync(path("s.yaml"), sweepText("./digits"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Weights of every trial, by its name. */
const weightsIn = (sweep: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path(`${sweep}/trials`))
      .sort()
      .map((name) => [name, readFileSync(path(`${sweep}/trials/${name}/last.safetensors`), "base64")]),
  );

describe("lenet sweep", () => {
  it("killed with -9 at chance moments, goes on to the weights and results of an undisturbed one.", async () => {
    const whole = await lenet(["sweep", "s.yaml", "--out", "whole", "--jobs", "2", "--json"], dir);
    expect(whole.code).toBe(0);
    const results = JSON.parse(whole.stdout);
    expect(results).toMatchObject({
      method: "grid",
      complete: true,
      parameters: [{ name: "activation" }],
    });
    expect(results.cells).toHaveLength(2);

    const random = stream(1, "kills");
    let kills = 0;
    let words = ["sweep", "s.yaml", "--out", "killed", "--jobs", "2"];
    for (let ended = false; !ended; ) {
      const running = start(words, dir);
      // Times are counted from the first epoch on, whatever the machine is busy with.
      running.child.stderr!.once("data", () => {
        if (kills < 2) setTimeout(() => running.child.kill("SIGKILL"), 300 + random.integer(1_000));
      });
      const { signal, code } = await running.ended;
      if (signal === "SIGKILL") kills++;
      else expect(code).toBe(0);
      ended = signal === null;
      if (existsSync(path("killed/sweep.json"))) words = ["sweep", "--resume", "killed", "--jobs", "2"];
    }
    expect(kills).toBeGreaterThan(0);
    expect(weightsIn("killed")).toEqual(weightsIn("whole"));
    const done = readFileSync(path("killed/journal.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line.includes('"done"'))
      .map((line) => JSON.parse(line))
      .map(({ cell, seed }) => `${cell}/${seed}`);
    expect(done.sort()).toEqual(["1/1", "1/2", "2/1", "2/2"]);
    const again = await lenet(["sweep", "--resume", "killed", "--json"], dir);
    const scores = (text: string) =>
      JSON.parse(text).cells.map(({ name, value, test }: Record<string, unknown>) => ({ name, value, test }));
    expect(scores(again.stdout)).toEqual(scores(whole.stdout));
  });

  it("stops politely, says how to go on, and does so.", async () => {
    const running = start(["sweep", "s.yaml", "--out", "polite"], dir);
    await new Promise<void>((resolve) => {
      running.child.stderr!.on("data", (text: string) => {
        if (text.includes("epoch 1/3")) resolve();
      });
    });
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted\. To go on: (npx )?lenet sweep --resume polite\n/);
    expect((await lenet(["sweep", "--resume", "polite"], dir)).code).toBe(0);
    expect(weightsIn("polite")).toEqual(weightsIn("whole"));
  });

  it("lists its cells without training any.", async () => {
    const { code, stdout, stderr } = await lenet(["sweep", "s.yaml", "--list"], dir);
    expect(code).toBe(0);
    expect(
      stdout
        .split("\n")
        .slice(1, 3)
        .map((line) => line.replace(/^\S+ +/, "")),
    ).toEqual(["tanh", "activation relu"]);
    expect(stderr).toBe("2 cells × 2 seeds\n");
  });

  it.each([
    ["no file", [], "lenet sweep: expected a sweep file or --resume DIR, got neither. See: lenet sweep --help"],
    ["a file that is not there", ["none.yaml"], "none.yaml: expected a sweep file, got no such file. Check the name."],
    [
      "a folder that holds a sweep",
      ["s.yaml", "--out", "whole"],
      "whole: already holds a sweep. Go on with it: lenet sweep --resume whole",
    ],
    [
      "a net that cannot look at the images",
      ["wide.yaml"],
      /^lenet5-.*|^zipcode1989: expected 16×16 images, got 28×28/,
    ],
    [
      "data that is nowhere",
      ["nowhere.yaml"],
      'data: expected mnist, fashion-mnist, zipcode or a folder of IDX files, got "nowhere". See: lenet data list',
    ],
  ])("%s is one sentence and exit code 2.", async (_, words, message) => {
    writeFileSync(path("wide.yaml"), "method: grid\nnet: zipcode1989\ndata: ./digits\nparameters: {rate: {value: 1}}");
    writeFileSync(path("nowhere.yaml"), "method: grid\ndata: nowhere\nparameters: {rate: {value: 1}}");
    const { code, stderr, stdout } = await lenet(["sweep", ...words], dir);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    if (typeof message === "string") expect(stderr.trimEnd()).toBe(message);
    else expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
