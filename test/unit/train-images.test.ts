// Training where there are no files, tried out in Node; test/system/browser.test.ts does it in a tab.
import { expect, it } from "vitest";
import { type DataSet, netNamed, type TrainSettings, train } from "../../src/index.ts";
import type { Trained } from "../../src/lab/run/checkpoint.ts";
import { learn } from "../../src/lab/training/learn.ts";
import { prepareImages } from "../../src/lab/training/prepared.ts";
import { beginAnew, startSession } from "../../src/lab/training/session.ts";
import { decodeModel, encodeModel, train as trainImages } from "../../src/web.ts";
import { blobs } from "./support/sets.ts";

const linear = netNamed("linear");
const squares: DataSet = { ...blobs("squares", 100, 784, 10, 20), rows: 28, columns: 28 };
const settings: TrainSettings = { data: { train: squares, test: squares }, epochs: 2, threads: 1 };

it("gives what training with files gives, and its model goes through bytes.", async () => {
  const { model, metrics, confusion } = await trainImages(linear, settings);
  const wanted = await train(linear, { ...settings, out: null });
  expect(encodeModel(model)).toEqual(encodeModel(wanted.model));
  expect([metrics.test, confusion]).toEqual([wanted.metrics.test, wanted.confusion]);
  const copy = decodeModel(encodeModel(model), "bytes");
  expect(copy.outputs(squares.images)).toEqual(model.outputs(squares.images));
});

it("goes on from where it was stopped, as if it had not been.", async () => {
  const data = { train: squares };
  const stops: number[] = [];
  const given: TrainSettings = {
    data,
    epochs: 3,
    threads: 2,
    logEvery: 1,
    onEvent: (event) => {
      if (event.kind === "epoch" && stops.length === 0) stopped = true;
    },
  };
  let stopped = false;
  const begin = (trained: Trained) => beginAnew(trained, null);
  const session = {
    ...(await startSession(linear, given, prepareImages(linear, given, data), begin)),
    stopping: () => stopped,
  };
  const { model, interrupted, history } = await learn(session, undefined, async () => {
    stops.push(session.position.epoch);
    stopped = false;
    return true;
  });
  expect([interrupted, stops, history.length]).toEqual([false, [1], 3]);
  const undisturbed = await trainImages(linear, { data, epochs: 3 });
  expect(encodeModel(model)).toEqual(encodeModel(undisturbed.model));
});

it.each<[TrainSettings, string]>([
  [{ ...settings, out: "runs/x" }, "out: expected none where there are no files, got one. Leave it out."],
  [{ ...settings, resume: "runs/x" }, "resume: expected none where there are no files, got one. Leave it out."],
  [{ ...settings, data: "mnist" }, "data: expected images, got mnist. Load them first."],
  [{}, "data: expected images, got none. Load them first."],
  [{ ...settings, init: "a.safetensors" }, "init: expected a model, got a.safetensors. Decode its bytes first."],
])("refuses what needs files (%#).", async (given, message) => {
  await expect(trainImages(linear, given)).rejects.toThrow(message);
});

it("refuses a committee, whose members are kept in folders.", async () => {
  await expect(trainImages(netNamed("boosted-lenet4"), settings)).rejects.toThrow(
    "boosted-lenet4: expected a net of one member where there are no files, got 3. Train it in Node.",
  );
});
