// lenet sweep as people use it: killed at any moment it goes on to the results of a sweep that nothing disturbed.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReport } from "../../src/lab/sweep/answer/report.ts";
import { readResults } from "../../src/lab/sweep/answer/results.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import { readJournal } from "../../src/lab/sweep/trials/journal.ts";
import { trainerOf } from "../../src/lab/sweep/trials/trainer.ts";
import { stream } from "../../src/random.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { smallDisk } from "../unit/support/small-disk.ts";
import { faultsOf, hasBrowser } from "./support/browser.ts";
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
  it("stopped at chance moments, by kill -9 and politely, goes on to the weights and results of an undisturbed one.", async () => {
    const whole = await lenet(["sweep", "s.yaml", "--out", "whole", "--jobs", "2", "--json"], dir);
    expect(whole.code).toBe(0);
    const results = JSON.parse(whole.stdout);
    expect(results).toMatchObject({ method: "grid", complete: true, parameters: [{ name: "activation" }] });
    expect(results.cells).toHaveLength(2);

    const random = stream(1, "kills");
    const signals = ["SIGKILL", "SIGINT"] as const;
    let stops = 0;
    let words = ["sweep", "s.yaml", "--out", "stopped", "--jobs", "2"];
    for (let ended = false; !ended; ) {
      const running = start(words, dir);
      const by = signals[stops];
      // Moments are counted from the first words on, whatever the machine is busy with.
      running.child.stderr!.once("data", () => {
        if (by) setTimeout(() => running.child.kill(by), 300 + random.integer(700));
      });
      const { signal, code, stderr } = await running.ended;
      ended = signal === null && code === 0;
      if (!ended) stops++;
      if (signal === null && !ended) {
        expect(code).toBe(130);
        expect(stderr).toMatch(/Interrupted\. To go on: (npx )?lenet sweep --resume stopped\n/);
      }
      if (existsSync(path("stopped/sweep.json"))) words = ["sweep", "--resume", "stopped", "--jobs", "2"];
    }
    expect(stops).toBeGreaterThan(0);
    expect(weightsIn("stopped")).toEqual(weightsIn("whole"));
    const done = readJournal(path("stopped")).flatMap((line) =>
      line.kind === "done" ? [`${line.cell}/${line.seed}`] : [],
    );
    expect(done.sort()).toEqual(["1/1", "1/2", "2/1", "2/2"]);
    const scores = ({ cells }: { cells: readonly Record<string, unknown>[] }) =>
      cells.map(({ name, value, test }) => ({ name, value, test }));
    expect(scores(readResults(path("stopped")) as never)).toEqual(scores(results));
  });

  it("that is taken up by another version says so.", async () => {
    const file = path("whole/sweep.json");
    const origin = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...origin, commit: "0123456789abcdef" }));
    const { code, stderr } = await lenet(["sweep", "--resume", "whole"], dir);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^whole: begun with lenet \S+ at commit 0123456, goes on with lenet \S+( at commit \w{7})?: what is trained now may differ in its last bits\.\n/,
    );
    writeFileSync(file, JSON.stringify(origin));
  });

  it.skipIf(!hasBrowser)(
    "has a report without faults in Chromium (CHROMIUM_PATH, or where Debian puts it).",
    async () => {
      const page = writeReport(path("whole"));
      expect(await faultsOf(page, 1440, "light")).toEqual([]);
      expect(await faultsOf(page, 390, "dark")).toEqual([]);
    },
  );

  it("lists its cells without training any.", async () => {
    const { code, stdout, stderr } = await lenet(["sweep", "s.yaml", "--list"], dir);
    expect(code).toBe(0);
    expect(stdout).toBe("cell            values\nmild-coast-1    tanh\ncopper-brook-2  relu\n");
    expect(stderr).toBe("2 cells × 2 seeds\n");
  });

  it("lists the cells of a folder too.", async () => {
    const { code, stdout } = await lenet(["sweep", "--resume", "whole", "--list"], dir);
    expect([code, stdout]).toEqual([0, "cell            values\nmild-coast-1    tanh\ncopper-brook-2  relu\n"]);
  });

  const small = sweepText("./digits").replace("seeds: 2", "seeds: 1").replace("epochs: 3", "epochs: 1");

  it("of which every trial failed has exit code 1.", async () => {
    writeFileSync(path("worst.yaml"), `${small}  optimiser: {value: sgd}\n  rate: {value: 1000000000}\n`);
    const { code, stderr } = await lenet(["sweep", "worst.yaml", "--out", "worst", "--jobs", "1"], dir);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\n2 of the trials failed\. To try them again: (npx )?lenet sweep --resume worst\n/);
  });

  it("ends on a full disk with one sentence, and goes on when there is space.", async ({ skip }) => {
    const disk = smallDisk("600k");
    if (!disk) return skip("a small disk can only be made where mounting is allowed");
    try {
      writeFileSync(path("small.yaml"), small);
      const out = join(disk.path, "s");
      const { code, stderr } = await lenet(["sweep", "small.yaml", "--out", out, "--jobs", "1"], dir);
      expect(code).toBe(1);
      expect(stderr.replaceAll(out, "S")).toMatch(
        /\nS.trials.\d{3}-seed-\d: the disk is full; nothing already written was changed\. Free some space and go on with --resume S\.\n$/,
      );
      expect(readJournal(out).filter(({ kind }) => kind === "failed")).toEqual([]);
      disk.resize("16m");
      expect((await lenet(["sweep", "--resume", out, "--jobs", "1"], dir)).code).toBe(0);
    } finally {
      disk.remove();
    }
  });

  it.each([
    ["no file", [], "lenet sweep: expected a sweep file or --resume DIR, got neither. See: lenet sweep --help"],
    [
      "--priority without a queue",
      ["s.yaml", "--priority", "3"],
      "--priority: expected --queue beside it, got none. Only on a queue do sweeps wait for others.",
    ],
    [
      "a heartbeat too short to be heard",
      ["agent", "--heartbeat", "0.01"],
      '--heartbeat: expected a whole number from 2 to 3600, got "0.01".',
    ],
    [
      "a mistake in the file",
      ["wrong.yaml"],
      's.yaml:1:9, method: expected one of grid, random, bayes, got "gird". Did you mean "grid"?'.replace(
        "s.yaml",
        "wrong.yaml",
      ),
    ],
  ])("%s is one sentence and exit code 2.", async (_, words, message) => {
    writeFileSync(path("wrong.yaml"), "method: gird\n");
    const { code, stderr, stdout } = await lenet(["sweep", ...words], dir);
    expect([code, stdout, stderr]).toEqual([2, "", `${message}\n`]);
  });

  it("refuses data that its net cannot look at, data that is nowhere, and too few images.", async () => {
    const refusal = async (text: string): Promise<unknown> =>
      trainerOf(parseSweep("s.yaml", text)).catch((thrown) => thrown);
    const data = path("digits");
    expect(
      await refusal(`method: grid\nnet: zipcode1989\ndata: ${data}\nparameters: {rate: {value: 1}}`),
    ).toMatchObject({
      message: expect.stringMatching(/^zipcode1989: expected 16×16 images, got 28×28/),
    });
    expect(await refusal("method: grid\ndata: nowhere\nparameters: {rate: {value: 1}}")).toMatchObject({
      message: expect.stringMatching(/^s\.yaml:2:1, data: expected mnist, .*, got "nowhere"\. See: lenet data list$/),
    });
    await writeDigits(path("few"), 9, 9);
    const few = await trainerOf(
      parseSweep("s.yaml", `method: grid\ndata: ${path("few")}\nparameters: {rate: {value: 1}}`),
    );
    expect(() => few.of([path("few"), 1])).toThrow(
      /few: expected at least 10 training images, some of them to choose by, got 9\. Take a larger set\.$/,
    );
  });
});
