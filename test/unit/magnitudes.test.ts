// How large weights and gradients are, layer by layer: read out of an arena after a step, kept in the history, and drawn.
import { describe, expect, it } from "vitest";
import { csvOf } from "../../src/charts/figure.ts";
import { alone } from "../../src/engine/crew.ts";
import { step } from "../../src/engine/step.ts";
import { createModel } from "../../src/lab/model/model.ts";
import { figureMakers } from "../../src/lab/report/figures/chapters.ts";
import { studyOf } from "../../src/lab/report/study/study.ts";
import { magnitudeOf, magnitudesIn } from "../../src/lab/run/magnitudes.ts";
import type { EpochRecord } from "../../src/lab/run/run-folder.ts";
import { batchNorm, dense } from "../../src/layers/index.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { type Rig, rig, tensorOf } from "./support/rig.ts";
import { setOf } from "./support/sets.ts";
import { small } from "./support/small-net.ts";

const magnitudesOf = ({ description, arena, options: { batch, optimiser } }: Rig) =>
  magnitudesIn(description, arena, { batch, optimiser: optimiser! });

describe("magnitudes", () => {
  it("are a root of a mean of squares, and the largest absolute value.", () => {
    expect(magnitudeOf([3, -4])).toEqual({ rms: Math.sqrt(12.5), largest: 4 });
    expect(magnitudeOf([3, 0, -4, 0], 2)).toEqual({ rms: Math.sqrt(12.5), largest: 4 });
    expect(magnitudeOf([])).toEqual({ rms: 0, largest: 0 });
  });

  it("of a batch are those of the weights and of the gradients that lie in the arena, without absent connections.", () => {
    const made = rig(small, { batch: 20 });
    made.step(20);
    const found = magnitudesOf(made);
    expect(Object.keys(found)).toEqual(made.description.tensors.map(({ name }) => name));
    for (const [name, { value, gradient }] of Object.entries(found)) {
      const [weights, slope] = [tensorOf(made, "weights", name), tensorOf(made, "gradients", name)];
      expect(value.largest, name).toBe(Math.max(...[...weights].map(Math.abs)));
      expect(gradient.largest, name).toBe(Math.max(...[...slope].map(Math.abs)));
      // Table: 8 of 15 pairs of maps are joined.
      const count = name === "C3.weight" ? 8 * 4 : weights.length;
      expect(gradient.rms, name).toBeCloseTo(
        Math.sqrt(Float64Array.from(slope).reduce((sum, one) => sum + one ** 2, 0) / count),
        12,
      );
      expect(gradient.rms, name).toBeGreaterThan(0);
    }
  });

  it.each(["sgd", "sdlm"] as const)("of one image, of which %s writes down no gradients, are the same.", (kind) => {
    const of = (taught: ReturnType<typeof optimiser>) => {
      const made = rig(small, { batch: 1, images: 2, optimiser: taught });
      if (taught.kind === "sdlm") made.arena.floats("curvature").fill(1);
      for (const first of [0, 1])
        step(made.program, { training: true, first, images: 1, index: first, step: first }, alone());
      return magnitudesOf(made);
    };
    const [outer, written] = [of(optimiser(kind)), of(optimiser("momentum"))];
    for (const [name, { gradient }] of Object.entries(written)) {
      expect(outer[name]!.gradient.rms, name).toBeCloseTo(gradient.rms, 12);
      expect(outer[name]!.gradient.largest, name).toBeCloseTo(gradient.largest, 12);
    }
  });

  it("are of what is learned, not of what is measured.", () => {
    const normed = net("normed", "", image(4, 4), [dense("F1", { units: 10 }), batchNorm("F1.norm")]);
    const made = rig(normed, { batch: 4 });
    made.step(4);
    const names = Object.keys(magnitudesOf(made));
    expect(names).toEqual(["F1.weight", "F1.bias", "F1.norm.gamma", "F1.norm.beta"]);
  });
});

describe("the figures over time", () => {
  const scores = { loss: 1, accuracy: 0.5, misses: 1, images: 2 };
  const record = (epoch: number, tensors?: EpochRecord["tensors"]): EpochRecord => ({
    epoch,
    train: scores,
    elapsedMs: 1,
    imagesPerSecond: 1,
    rate: 1,
    ...(tensors ? { tensors } : {}),
  });
  const size = (rms: number) => ({ value: { rms, largest: 3 * rms }, gradient: { rms: rms / 10, largest: rms } });
  const model = createModel(
    net("made", "Made", image(1, 2), [dense("OUT", { units: 10 })]),
    new Map([
      ["OUT.weight", { shape: [10, 2], data: new Float32Array(20) }],
      ["OUT.bias", { shape: [10], data: new Float32Array(10) }],
    ]),
  );
  const drawn = (name: string, history: readonly EpochRecord[]) =>
    figureMakers
      .find((maker) => maker.name === name)!
      .make(
        studyOf({
          path: "made",
          model,
          set: setOf([[0, 255]], [1]),
          classNames: [],
          config: null,
          metrics: null,
          courses: history.length > 0 ? [{ name: "", history, steps: [] }] : [],
        }),
      );

  it("have a panel a layer, and every number in their data.", () => {
    const tensors = { "C1.weight": size(0.5), "C1.bias": size(0.25), "OUT.norm.gamma": size(1) };
    // An epoch from before they were kept, and a tensor that is zero once.
    const history = [record(1), record(2, { ...tensors, "C1.bias": size(0) }), record(3, tensors)];
    const figure = drawn("gradients-over-time", history);
    if (typeof figure === "string") throw new Error(figure);
    expect(csvOf(figure.table).split("\n").slice(0, 3)).toEqual([
      "tensor,epoch,root mean square,largest",
      "C1.weight,2,0.05,0.5",
      "C1.weight,3,0.05,0.5",
    ]);
    expect(figure.table.rows).toHaveLength(6);
    const written = JSON.stringify(figure.drawing);
    for (const name of ["C1", "OUT", "norm.gamma", "bias"]) expect(written).toContain(`"${name}"`);
    expect(written).not.toMatch(/NaN|Infinity/);
    const values = drawn("weights-over-time", history);
    if (typeof values === "string") throw new Error(values);
    expect(values.table.rows.at(-1)).toEqual(["OUT.norm.gamma", 3, 1, 3]);
  });

  it("are a line of words where the history is older, or there is none.", () => {
    expect(drawn("weights-over-time", [record(1)])).toMatch(/before it was kept\.$/);
    expect(drawn("weights-over-time", [])).toMatch(/^No history/);
  });
});
