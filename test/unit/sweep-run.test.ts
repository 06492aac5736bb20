// How a sweep goes on, with a runner that trains nothing: what is tried, what is stopped, what is done again.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { makeFolder } from "../../src/files.ts";
import { readHistory, writeCheckpoint, writeHistory, writeMetrics } from "../../src/lab/run/run-folder.ts";
import { readResults } from "../../src/lab/sweep/answer/results.ts";
import { parseSweep, trainingIn } from "../../src/lab/sweep/file/sweep.ts";
import { createSweep } from "../../src/lab/sweep/trials/folder.ts";
import { readJournal } from "../../src/lab/sweep/trials/journal.ts";
import { runSweep, type SweepEvent } from "../../src/lab/sweep/trials/run.ts";
import type { Runner, Task, TaskEnd } from "../../src/lab/sweep/trials/runner.ts";
import type { Trainer } from "../../src/lab/sweep/trials/trainer.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-sweep-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Accuracy after so many epochs: the better, the nearer the rate is to .1; each seed a little different. */
const accuracy = ({ settings }: Task, epoch: number): number =>
  0.9 - Math.abs((settings.rate as number) - 0.1) - 0.2 / epoch + Number(settings.seed) / 1000;

interface Fake extends Runner {
  readonly tasks: Task[];
}

/** Writes what a training would. `fate` may end a task otherwise; tasks end out of order. */
const fakeRunner = (slots: number, fate: (task: Task) => TaskEnd | undefined = () => undefined): Fake => {
  const tasks: Task[] = [];
  return {
    slots,
    tasks,
    close: async () => {},
    run: async (task) => {
      tasks.push(task);
      await new Promise((resolve) => setTimeout(resolve, (task.name.length * 7 + tasks.length * 5) % 11));
      const fated = fate(task);
      if (fated) return fated;
      const epochs = Math.min(task.until, task.settings.epochs);
      const score = (value: number) => ({
        loss: 1 - value,
        accuracy: value,
        misses: Math.round(100 * (1 - value)),
        images: 100,
      });
      const history = Array.from({ length: epochs }, (_, index) => {
        const value = accuracy(task, index + 1);
        return {
          epoch: index + 1,
          train: score(value),
          validation: score(value),
          elapsedMs: 10,
          imagesPerSecond: 1,
          rate: 1,
        };
      });
      makeFolder(task.folder);
      writeHistory(task.folder, history);
      writeCheckpoint(task.folder, "last", new Map(), {});
      if (epochs < task.settings.epochs) return { kind: "paused" };
      const [last] = history.slice(-1);
      writeMetrics(task.folder, { ...last!, test: score(0.5), epochs, peakBytes: 1 });
      return { kind: "done" };
    },
  };
};

const grid = `
method: grid
seeds: 2
epochs: 9
parameters:
  rate: {values: [0.02, 0.05, 0.1, 0.16, 0.3]}
`;

/** Runs a sweep in `dir/name`, or goes on with it; no net takes a rate above `most`. */
const run = async (
  name: string,
  text: string,
  runner: Runner,
  signal = new AbortController().signal,
  most = Number.POSITIVE_INFINITY,
) => {
  const sweep = parseSweep("s.yaml", text);
  const folder = join(dir, name);
  const trainer: Trainer = {
    data: {},
    of: (cell) => {
      const { net, settings } = trainingIn(sweep, cell);
      if ((settings.rate as number) > most) throw new LenetError(`rate: expected less, got ${settings.rate}.`);
      return { net, settings: { epochs: 9, ...settings, data: "mnist" } };
    },
  };
  if (!existsSync(folder)) createSweep(folder, "s.yaml", text, {});
  const events: SweepEvent[] = [];
  const complete = await runSweep({
    dir: folder,
    sweep,
    trainer,
    runner,
    signal,
    onEvent: (event) => events.push(event),
  });
  return { complete, events, results: readResults(folder) };
};

const ratesOf = ({ cells }: ReturnType<typeof readResults>): unknown[] => cells.map(({ values }) => values["rate"]);

describe("a sweep", () => {
  it("trains every seed of every cell once and ranks the cells by their means.", async () => {
    const runner = fakeRunner(3);
    const { complete, results } = await run("a", grid, runner);
    expect(complete).toBe(true);
    expect(new Set(runner.tasks.map(({ name }) => name)).size).toBe(10);
    expect(runner.tasks).toHaveLength(10);
    expect(ratesOf(results)).toEqual([0.1, 0.05, 0.16, 0.02, 0.3]);
    const [best] = results.cells;
    expect(best!.value!.mean).toBeCloseTo(0.9 - 0.2 / 9 + 0.0015, 12);
    expect(best!.value!.spread).toBeCloseTo(0.001 / Math.SQRT2, 12);
    expect(best!.test!.mean).toBe(0.5);
    expect(results.complete).toBe(true);
  });

  it("that is complete does nothing when it is run again.", async () => {
    await run("a", grid, fakeRunner(3));
    const journal = readFileSync(join(dir, "a/journal.jsonl"), "utf8");
    const again = fakeRunner(3);
    expect((await run("a", grid, again)).complete).toBe(true);
    expect(again.tasks).toEqual([]);
    expect(readFileSync(join(dir, "a/journal.jsonl"), "utf8")).toBe(journal);
  });

  it("goes on after a failure, which is one row and is tried again the next time, alone.", async () => {
    const failing = fakeRunner(2, ({ name }) =>
      name === "002-seed-1" ? { kind: "failed", reason: "planted" } : undefined,
    );
    const { complete, results } = await run("a", grid, failing);
    expect(complete).toBe(true);
    expect(results.complete).toBe(false);
    const trials = results.cells.flatMap((cell) => cell.trials);
    expect(trials.filter(({ status }) => status === "done")).toHaveLength(9);
    expect(trials.find(({ status }) => status === "failed")).toMatchObject({
      cell: 2,
      seed: 1,
      reason: "planted",
      value: null,
    });
    expect(results.cells.find(({ cell }) => cell === 2)!.value!.count).toBe(1);
    const again = fakeRunner(2);
    expect((await run("a", grid, again)).results.complete).toBe(true);
    expect(again.tasks.map(({ name }) => name)).toEqual(["002-seed-1"]);
  });

  it("that was interrupted does the rest the next time.", async () => {
    const controller = new AbortController();
    let ended = 0;
    const stopping = fakeRunner(2, () => {
      ended++;
      if (ended > 4) controller.abort();
      return ended > 4 ? { kind: "interrupted" } : undefined;
    });
    expect((await run("a", grid, stopping, controller.signal)).complete).toBe(false);
    const again = fakeRunner(2);
    const { complete, results } = await run("a", grid, again);
    expect(complete).toBe(true);
    expect(again.tasks).toHaveLength(6);
    expect(results.cells.flatMap((cell) => cell.trials).every(({ status }) => status === "done")).toBe(true);
  });

  it("counts a trial once that was done twice, or whose last line a kill has cut off.", async () => {
    await run("a", grid, fakeRunner(2));
    const journal = join(dir, "a/journal.jsonl");
    const undisturbed = (await run("a", grid, fakeRunner(2))).results;
    appendFileSync(
      journal,
      '{"kind":"done","cell":1,"seed":1,"at":"x"}\n{"kind":"failed","cell":1,"seed":1,"reason":"late","at":"x"}\n{"kind":"do',
    );
    expect((await run("a", grid, fakeRunner(2))).results).toEqual(undisturbed);
    expect(readFileSync(journal, "utf8").endsWith("}\n")).toBe(true);
  });

  it("finds a trial complete that a kill kept out of the journal.", async () => {
    await run("a", grid, fakeRunner(2));
    const journal = join(dir, "a/journal.jsonl");
    const lines = readFileSync(journal, "utf8").split("\n");
    for (let kept = 0; kept < lines.length; kept += 3) {
      rmSync(journal);
      appendFileSync(
        journal,
        lines
          .slice(0, kept)
          .map((line) => `${line}\n`)
          .join(""),
      );
      const again = fakeRunner(2);
      const { results } = await run("a", grid, again);
      expect(again.tasks).toEqual([]);
      expect(results.complete).toBe(true);
    }
  });

  it("trains a trial again whose folder is gone, or has no results any more.", async () => {
    const { results } = await run("a", grid, fakeRunner(2));
    rmSync(join(dir, "a/trials/002-seed-1"), { recursive: true });
    rmSync(join(dir, "a/trials/004-seed-2/metrics.json"));
    const lost = readResults(join(dir, "a"));
    expect(lost.complete).toBe(false);
    expect(
      lost.cells.flatMap(({ trials }) =>
        trials.flatMap(({ cell, seed, status }) => (status === "unfinished" ? [`${cell}/${seed}`] : [])),
      ),
    ).toEqual(["2/1", "4/2"]);
    const again = fakeRunner(2);
    expect((await run("a", grid, again)).results).toEqual(results);
    expect(again.tasks.map(({ name }) => name)).toEqual(["002-seed-1", "004-seed-2"]);
  });

  it("goes on without a cell that no net takes, each trial of which has failed.", async () => {
    const { signal } = new AbortController();
    for (let time = 1; time <= 2; time++) {
      const runner = fakeRunner(2);
      const { complete, results, events } = await run("a", grid, runner, signal, 0.16);
      expect(complete).toBe(true);
      expect(runner.tasks).toHaveLength(time === 1 ? 8 : 0);
      expect(ratesOf(results)).toEqual([0.1, 0.05, 0.16, 0.02, 0.3]);
      const reason = "rate: expected less, got 0.3.";
      expect(results.cells.at(-1)!.trials).toMatchObject([1, 2].map((seed) => ({ seed, status: "failed", reason })));
      expect(events.find(({ kind }) => kind === "cells")).toMatchObject({ trials: 10, epochs: 8 * 9 });
      expect(events.filter(({ kind }) => kind === "end").slice(0, 2)).toMatchObject(
        [1, 2].map((seed) => ({ trial: { cell: 5, seed }, end: { kind: "failed", reason } })),
      );
    }
    expect((await run("none", grid, fakeRunner(2), signal, 0)).complete).toBe(true);
  });

  it("that has chosen what no net takes goes on, and has results.", async () => {
    const options =
      "method: bayes\nrun_cap: 2\nnet: ablation\nparameters:\n  dropout: {distribution: normal, mu: 0.45, sigma: 0.1}\n  rate: {value: 0.1}\n";
    const folder = createSweep(join(dir, "a"), "s.yaml", options, {});
    appendFileSync(
      join(folder, "journal.jsonl"),
      '{"kind":"cells","cells":[{"cell":1,"values":[0.95,0.1]},{"cell":2,"values":[0.5,0.1]}]}\n',
    );
    const { results } = await run("a", options, fakeRunner(1));
    expect(results.cells).toMatchObject([
      { net: "ablation:dropout=0.5", trials: [{ status: "done" }] },
      {
        net: null,
        trials: [{ status: "failed", reason: expect.stringMatching(/^ablation, dropout: expected a number/) }],
      },
    ]);
  });

  it("ends on a full disk, which is nobody's failure, and goes on from there.", async () => {
    const full = fakeRunner(2, ({ name }) => {
      if (name !== "002-seed-1") return undefined;
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
    });
    const folder = join(dir, "a");
    await expect(run("a", grid, full)).rejects.toThrow(
      new LenetError(
        `${folder}/trials/002-seed-1: the disk is full; nothing already written was changed. Free some space and go on with --resume ${folder}.`,
        1,
      ),
    );
    expect(readJournal(folder).filter(({ kind }) => kind === "failed")).toEqual([]);
    expect((await run("a", grid, fakeRunner(2))).results.complete).toBe(true);
  });

  it.each([
    "nonsense",
    "null",
    "5",
    "{}",
    '{"kind":"begun"}',
    '{"kind":"done","cell":1}',
    '{"kind":"failed","cell":1,"seed":1}',
    '{"kind":"halved","generation":0,"epochs":1,"stopped":["1"]}',
    '{"kind":"cells","cells":[null]}',
  ])("says where its journal is damaged: %s", async (line) => {
    appendFileSync(join(dir, "journal.jsonl"), `{"kind":"complete","at":"x"}\n${line}\n`);
    expect(() => readJournal(dir)).toThrow(
      new LenetError(
        `${dir}/journal.jsonl, line 2: expected what a sweep notes, as JSON, got ${JSON.stringify(line)}. Restore it from a copy.`,
      ),
    );
  });
});

describe("early termination", () => {
  const halved = `${grid}early_terminate: {type: hyperband, min_iter: 1, eta: 3}\n`;
  it("lets the best third go on after 1 and 3 epochs, whatever runs side by side.", async () => {
    for (const slots of [1, 4]) {
      const { results, events } = await run(`a${slots}`, halved, fakeRunner(slots));
      const reached = Object.fromEntries(
        results.cells.map(({ values, trials }) => [values["rate"], trials.map(({ history }) => history.length)]),
      );
      expect(reached).toEqual({ 0.1: [9, 9], 0.05: [3, 3], 0.02: [1, 1], 0.16: [1, 1], 0.3: [1, 1] });
      const stopped = results.cells.flatMap(({ trials }) => trials).filter(({ status }) => status === "stopped");
      expect(stopped).toHaveLength(8);
      expect(stopped.every(({ test }) => test === null)).toBe(true);
      expect(ratesOf(results).slice(0, 2)).toEqual([0.1, 0.05]);
      expect(events.find(({ kind }) => kind === "cells")).toMatchObject({
        trials: 10,
        epochs: (5 * 1 + 2 * 2 + 1 * 6) * 2,
      });
    }
  });

  it("counts no cell that no net takes among those that go on.", async () => {
    const { results, events } = await run("a", halved, fakeRunner(2), undefined, 0.05);
    expect(results.cells.map(({ trials }) => trials.map(({ history }) => history.length))).toEqual([
      [9, 9],
      [1, 1],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(events.find(({ kind }) => kind === "cells")).toMatchObject({ trials: 10, epochs: (2 * 1 + 8) * 2 });
  });

  it("judges a cell by the seeds that did not fail, and drops one that has none.", async () => {
    const failing = fakeRunner(2, ({ settings }) =>
      settings.rate === 0.1 ? { kind: "failed", reason: "planted" } : undefined,
    );
    const { results } = await run("a", halved, failing);
    expect(results.cells[0]!.values["rate"]).toBe(0.05);
    expect(results.cells.at(-1)!.values["rate"]).toBe(0.1);
  });
});

describe("a Bayesian sweep", () => {
  const bayes = "method: bayes\nrun_cap: 17\nepochs: 2\nparameters:\n  rate: {min: 0.01, max: 0.5}\n";
  it("tries the same cells whatever runs side by side, and comes near the best.", async () => {
    const [one, many] = [await run("one", bayes, fakeRunner(1)), await run("many", bayes, fakeRunner(6))];
    expect(one.results.cells).toHaveLength(17);
    expect(one.results.cells.map(({ cell, values }) => ({ cell, values }))).toEqual(
      many.results.cells.map(({ cell, values }) => ({ cell, values })),
    );
    expect(Math.abs(Number(ratesOf(one.results)[0]) - 0.1)).toBeLessThan(0.01);
  });

  it("keeps to the cells it had chosen, when it goes on.", async () => {
    const controller = new AbortController();
    let ended = 0;
    const stopping = fakeRunner(3, () => {
      ended++;
      if (ended > 10) controller.abort();
      return ended > 10 ? { kind: "interrupted" } : undefined;
    });
    await run("cut", bayes, stopping, controller.signal);
    const { results } = await run("cut", bayes, fakeRunner(2));
    expect(results.cells.map(({ values }) => values)).toEqual(
      (await run("whole", bayes, fakeRunner(2))).results.cells.map(({ values }) => values),
    );
    expect(readHistory(join(dir, "cut/trials/011-seed-1"))).toHaveLength(2);
  });
});
