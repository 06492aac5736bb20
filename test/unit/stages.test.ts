// Training in stages, and the line that tells of every so many steps: what they are, and that an interruption changes nothing.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limit } from "../../src/data/data-set.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import {
  type DataSet,
  lenet5,
  loadData,
  type Model,
  type TrainEvent,
  type TrainSettings,
  train,
} from "../../src/index.ts";

let dir: string;
let digits: DataSet;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-stages-"));
  digits = limit(await loadData("mnist", "train"), 1280);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A short training that writes nothing. */
const short = (settings: TrainSettings = {}) => train(lenet5, { data: { train: digits }, out: null, ...settings });

const bytesOf = (model: Model): Buffer => Buffer.from(encodeSafetensors(model.weights, {}));

describe("a fresh stage", () => {
  const velocities = { kind: "momentum", momentum: 0.9, decay: 0 } as const;
  const stages = [
    { epochs: 1, rate: 0.05 },
    { epochs: 2, rate: 0.02 },
  ];
  const recipe = { optimiser: velocities, shuffle: false, validation: 0, distort: 0 };
  const staged = (fresh: boolean, settings: TrainSettings = {}) =>
    short({ ...recipe, epochs: 3, schedule: { kind: "staged", stages, fresh }, ...settings });
  const constant = (rate: number, epochs: number, init?: Model) =>
    short({ ...recipe, epochs, schedule: { kind: "constant", rate }, ...(init ? { init } : {}) });

  it("gives what a new optimiser gives that begins with the weights of the stage before.", async () => {
    const first = await constant(0.05, 1);
    const wanted = bytesOf((await constant(0.02, 2, first.model)).model);
    expect(bytesOf((await staged(true)).model).equals(wanted)).toBe(true);
    expect(bytesOf((await staged(false)).model).equals(wanted)).toBe(false);
  });

  it.each([1, 2])(
    "gives the same bytes when it was interrupted between or within stages (epoch %i).",
    async (epoch) => {
      const wanted = bytesOf((await staged(true)).model);
      const [controller, out] = [new AbortController(), join(dir, `fresh-${epoch}`)];
      const onEvent = (event: TrainEvent): void => {
        if (event.kind === "epoch" && event.record.epoch === epoch) controller.abort();
      };
      expect((await staged(true, { out, signal: controller.signal, onEvent })).interrupted).toBe(true);
      const resumed = await train(lenet5, { resume: out, data: { train: digits } });
      expect(bytesOf(resumed.model).equals(wanted)).toBe(true);
    },
  );
});

describe("the log", () => {
  const stages = [
    { epochs: 1, rate: 0.05 },
    { epochs: 2, rate: 0.02 },
  ];
  const settings = { optimiser: "momentum", epochs: 3, batch: 8, validation: 0, limit: 200, logEvery: 10 } as const;
  const logged = (events: TrainEvent[]) => events.filter((event) => event.kind === "log");

  it("has the mean loss of every so many steps, and counts the epochs of a stage; what is left over is not told.", async () => {
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): void => void events.push(event);
    const { history } = await short({ ...settings, schedule: { kind: "staged", stages }, onEvent });
    const seen = logged(events).map(({ epoch, stageEpoch, step, rate }) => [epoch, stageEpoch, step, rate]);
    expect(seen).toEqual([
      [1, 1, 10, 0.05],
      [1, 1, 20, 0.05],
      [2, 1, 10, 0.02],
      [2, 1, 20, 0.02],
      [3, 2, 10, 0.02],
      [3, 2, 20, 0.02],
    ]);
    const whole = await short({
      ...settings,
      limit: 160,
      schedule: { kind: "staged", stages },
      onEvent: (event) => events.push(event),
    });
    const [one, two] = logged(events)
      .slice(-2)
      .map(({ loss }) => loss);
    expect((one! + two!) / 2).toBeCloseTo(whole.history.at(-1)!.train.loss, 10);
    expect(history).toHaveLength(3);
  });

  it("is the same when the run was interrupted: nothing twice, nothing left out.", async () => {
    const all: TrainEvent[] = [];
    await short({ ...settings, epochs: 20, onEvent: (event) => all.push(event) });
    const [events, controller, out] = [[] as TrainEvent[], new AbortController(), join(dir, "log")];
    const onEvent = (event: TrainEvent): void => {
      events.push(event);
      if (event.kind === "log" && event.epoch === 7) controller.abort();
    };
    await short({ ...settings, epochs: 20, out, signal: controller.signal, onEvent });
    await train(lenet5, {
      resume: out,
      data: { train: digits },
      logEvery: 10,
      onEvent: (event) => events.push(event),
    });
    expect(logged(events)).toEqual(logged(all));
  });
});
