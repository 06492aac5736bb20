// What a sweep says of itself where there is no terminal.
import { afterEach, expect, it, vi } from "vitest";
import { coloursFor } from "../../cli/output.ts";
import { showSweep } from "../../cli/sweep-view.ts";
import type { EpochRecord } from "../../src/lab/run/run-folder.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import type { SweepEvent } from "../../src/lab/sweep/trials/run.ts";

afterEach(() => void vi.restoreAllMocks());

it("the time left of a sweep does not count epochs that a failed trial will not train.", () => {
  let seconds = 0;
  vi.spyOn(performance, "now").mockImplementation(() => seconds * 1000);
  const said: string[] = [];
  const stream = { isTTY: false, write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
  const sweep = parseSweep("s.yaml", "method: grid\nseeds: 4\nparameters:\n  rate: {value: 0.1}\n");
  const { onEvent } = showSweep(stream, sweep, coloursFor(stream));
  const trial = (seed: number) => ({ cell: 1, seed });
  const start = (seed: number): void => {
    const training = { net: "lenet5", settings: { data: "mnist", epochs: 10 } };
    onEvent({ kind: "start", trial: trial(seed), training, until: 10, values: [0.1] });
  };
  const learn = (seed: number, epoch: number): void => {
    const score = { loss: 1, accuracy: 0.5, misses: 50, images: 100 };
    const record: EpochRecord = { epoch, train: score, validation: score, elapsedMs: 1, imagesPerSecond: 1, rate: 1 };
    seconds++;
    onEvent({ kind: "task", trial: trial(seed), event: { kind: "epoch", record } });
  };
  const end = (seed: number, end: Extract<SweepEvent, { kind: "end" }>["end"]): void =>
    onEvent({ kind: "end", trial: trial(seed), end, value: 0.5 });

  onEvent({ kind: "cells", cells: [1], trials: 4, epochs: 40 });
  start(1);
  for (let epoch = 1; epoch <= 10; epoch++) learn(1, epoch);
  end(1, { kind: "done" });
  expect(said.at(-1)).toMatch(/\(1 of 4, 30 s left\)\n$/);
  start(2);
  for (let epoch = 1; epoch <= 4; epoch++) learn(2, epoch);
  end(2, { kind: "failed", reason: "planted" });
  start(3);
  for (let epoch = 1; epoch <= 10; epoch++) learn(3, epoch);
  end(3, { kind: "done" });
  expect(said.at(-1)).toMatch(/\(2 of 4, 10 s left\)\n$/);
});
