// Training by SDLM: who measures the curvature, when, over which images, and that it comes through interruptions. What the
// curvature is: curvature.test.ts; the golden numbers: golden-papers.test.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTeam, type Team } from "../../src/engine/team.ts";
import { type DataSet, loadData, type Model, type TrainSettings, train } from "../../src/index.ts";
import { kernelModule } from "../../src/kernels/module.ts";
import { readCheckpoint } from "../../src/lab/run/run-folder.ts";
import { averagePool, conv, dense, maxPool, rbf, squash, subsample } from "../../src/layers/index.ts";
import { digitCodes } from "../../src/nets/digit-codes.ts";
import { usual } from "../../src/nets/lenet5-1998.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { rig } from "./support/rig.ts";

/** Every kind of layer that has a curvature. */
const small = net(
  "small",
  "",
  image(20, 18, { low: -1 }),
  [
    conv("C1", { maps: 3, field: 3, padding: 1, paddingValue: -1, biasPer: "unit" }),
    squash(),
    subsample("S2", { field: 2 }),
    squash(),
    conv("C3", { maps: 5, field: 2, from: [[0], [1], [2], [0, 1], [0, 1, 2]] }),
    averagePool("S4", { field: 2 }),
    maxPool("S5", { field: 2 }),
    conv("C5", { maps: 12, field: 2 }),
    squash(),
    dense("F6", { units: 84 }),
    squash(),
    rbf("OUT", { codes: digitCodes }),
  ],
  { loss: { kind: "penaltyMap", rubbish: 1 } },
);

const teamOf = async (threads: number, batch: number): Promise<Team> => {
  const options = { batch, threads, optimiser: optimiser("sdlm"), seed: 1, images: 64, positions: 64 };
  const team = await startTeam(kernelModule(), small, options);
  const { arena } = rig(small, { ...options, arithmetic: "fast" });
  team.arena.floats("weights").set(arena.floats("weights"));
  for (const name of ["pixels", "labels"]) team.arena.bytes(name).set(arena.bytes(name));
  team.arena.ints("order").set(arena.ints("order"));
  team.arena.doubles("rates").fill(1e-4);
  return team;
};

const measure = (to: number, batch: number) => ({ training: false, curvature: true, from: 0, to, batch, step: 0 });

describe("a team", () => {
  it.each([1, 16])(
    "measures and learns the same bytes with one, two and three threads (batches of %i).",
    async (batch) => {
      const results = [];
      for (const threads of [1, 2, 3]) {
        const team = await teamOf(threads, batch);
        // The last batch is smaller than the others.
        expect(await team.walk(measure(50, batch))).toBe(50);
        expect(await team.walk({ training: true, from: 0, to: 64, batch, step: 0 })).toBe(64);
        results.push(["curvature", "weights"].map((name) => team.arena.floats(name).join()));
        await team.end();
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      expect(results[0]!.join()).not.toContain("NaN");
    },
  );

  it("moves no weight while it measures, and no curvature while it learns.", async () => {
    const team = await teamOf(2, 16);
    const [weights, curvature] = [team.arena.floats("weights"), team.arena.floats("curvature")];
    const before = weights.join();
    await team.walk(measure(64, 16));
    expect(weights.join()).toBe(before);
    const measured = curvature.join();
    expect(curvature.every((h) => h >= 0)).toBe(true);
    await team.walk({ training: true, from: 0, to: 64, batch: 16, step: 0 });
    expect(curvature.join()).toBe(measured);
    expect(weights.join()).not.toBe(before);
    await team.end();
  });
});

let dir: string;
let digits: DataSet;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-sdlm-"));
  digits = await loadData("mnist", "train");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const spec = { ...optimiser("sdlm"), kind: "sdlm", mu: 0.02, patterns: 20 } as const;
const learn = (settings: TrainSettings) =>
  train(usual, {
    data: { train: digits },
    limit: 60,
    validation: 0,
    optimiser: spec,
    schedule: { kind: "constant", rate: 2.5e-4 },
    out: null,
    ...settings,
  });

const curvatureIn = (run: string): string => {
  const { tensors } = readCheckpoint(join(dir, run), "last");
  return ["C1.weight", "S2.coefficient", "F6.bias"]
    .map((name) => tensors.get(`optimiser.curvature.${name}`)!.data)
    .join();
};

const weightsOf = (tensors: Model["weights"]): string =>
  ["C1.weight", "S2.bias", "C3.weight", "C5.weight", "F6.weight"].map((name) => tensors.get(name)!.data.join()).join();
const weightsIn = (run: string): string => weightsOf(readCheckpoint(run, "last").tensors);

describe("training by SDLM", () => {
  it("measures the curvature anew before every epoch, over the first images of its order.", async () => {
    const runs: [string, TrainSettings][] = [
      ["one", { epochs: 1 }],
      ["two", { epochs: 2 }],
      ["all", { epochs: 1, optimiser: { ...spec, patterns: 1000 } }],
      ["shuffled", { epochs: 1, shuffle: true }],
    ];
    for (const [name, settings] of runs) await learn({ ...settings, out: join(dir, name) });
    expect(new Set(runs.map(([name]) => curvatureIn(name))).size).toBe(4);
    // Others behind the first twenty images change nothing; among them they do.
    const swapped = (from: number): DataSet => {
      const images = digits.images.slice(0, 60 * 784);
      images.set(digits.images.subarray(70 * 784, 71 * 784), from * 784);
      return { ...digits, images, labels: digits.labels.slice(0, 60), count: 60 };
    };
    await learn({ epochs: 1, data: { train: swapped(20) }, out: join(dir, "behind") });
    await learn({ epochs: 1, data: { train: swapped(19) }, out: join(dir, "among") });
    expect(curvatureIn("behind")).toBe(curvatureIn("one"));
    expect(curvatureIn("among")).not.toBe(curvatureIn("one"));
  });

  it("goes on from the middle of an epoch with the curvature that was measured at its beginning.", async () => {
    const settings = { epochs: 2, limit: 2000, batch: 1 };
    const whole = await learn({ ...settings, out: join(dir, "whole") });
    const controller = new AbortController();
    const out = join(dir, "stopped");
    const stopped = await learn({
      ...settings,
      out,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "progress" && event.epoch === 2 && event.step < event.steps) controller.abort();
      },
    });
    expect(stopped.interrupted).toBe(true);
    const { epoch, image: reached } = JSON.parse(readCheckpoint(out, "last").metadata["position"]!);
    expect([epoch, reached > 0 && reached < 2000]).toEqual([1, true]);
    await train(usual, { resume: out, data: { train: digits } });
    expect(weightsIn(out)).toBe(weightsOf(whole.model.weights));
    expect(curvatureIn("stopped")).toBe(curvatureIn("whole"));
  });

  it("stopped before anything was learned begins the epoch again.", async () => {
    const whole = await learn({ epochs: 1, out: join(dir, "uncut") });
    const controller = new AbortController();
    const out = join(dir, "early");
    await learn({
      epochs: 1,
      out,
      signal: controller.signal,
      onEvent: (event) => void (event.kind === "start" && controller.abort()),
    });
    expect(JSON.parse(readCheckpoint(out, "last").metadata["position"]!)).toMatchObject({ epoch: 0, image: 0 });
    await train(usual, { resume: out, data: { train: digits } });
    expect(weightsIn(out)).toBe(weightsOf(whole.model.weights));
  });
});
