// What the papers leave open: the options that say it do what they say, and the claims that measure it change one thing of what
// is taken.
import { describe as about, expect, it } from "vitest";
import { describe } from "../../src/engine/describe.ts";
import { initialise } from "../../src/engine/initialise.ts";
import { openQuestions, taken } from "../../src/lab/claims/open-questions.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { netNamed } from "../../src/nets/index.ts";
import { lenet5of1998 } from "../../src/nets/lenet5-1998.ts";
import { rateAt } from "../../src/optimisers/schedule.ts";
import type { Floats } from "../../src/shape.ts";
import { rig, tensorOf } from "./support/rig.ts";

/** What a tensor begins as. */
const initial = (net: string, tensor: string): Floats => {
  const bench = rig(netNamed(net), { batch: 1 });
  initialise(bench.description, 1, bench.arena);
  return tensorOf(bench, "weights", tensor);
};
const largest = (values: Floats): number => Math.max(...Array.from(values, Math.abs));

about("LeNet-5 of 1998", () => {
  it.each([
    ["C1.weight", 25],
    ["C5.weight", 400],
    ["F6.weight", 120],
  ])("begins %s in ±1.2/√F, or as appendix A prints in ±2.4/F, F = %d; biases at 0.", (tensor, fan) => {
    for (const [net, range] of [
      ["lenet5-1998", 1.2 / Math.sqrt(fan)],
      ["lenet5-1998:init=paper", 2.4 / fan],
    ] as const) {
      const most = largest(initial(net, tensor));
      expect(most).toBeLessThanOrEqual(range);
      expect(most).toBeGreaterThan(0.9 * range);
      expect(largest(initial(net, tensor.replace("weight", "bias")))).toBe(0);
    }
  });

  it("begins the coefficients of S2 and S4 at ½, or where it is told to.", () => {
    for (const [net, start] of [
      ["lenet5-1998", 0.5],
      ["lenet5-1998:start=0.25", 0.25],
    ] as const)
      for (const layer of ["S2", "S4"]) expect(new Set(initial(net, `${layer}.coefficient`))).toEqual(new Set([start]));
  });

  it("penalises by half the squared distance, or with distance=whole by all of it, as eq. 7 prints.", () => {
    const penalty = (net: string): number => rig(netNamed(net), { batch: 1 }).step(1);
    expect(penalty("lenet5-1998")).toBeGreaterThan(1);
    expect(penalty("lenet5-1998:distance=whole")).toBeCloseTo(2 * penalty("lenet5-1998"), 9);
  });

  it("has the shortest name that says its options.", () => {
    expect(lenet5of1998().name).toBe("lenet5-1998");
    expect(lenet5of1998({ distance: "whole", start: 0.25, loss: "map" }).name).toBe(
      "lenet5-1998:loss=map,distance=whole,start=0.25",
    );
  });
});

about("the net of 1989", () => {
  it("begins the biases of its outputs at 0, or where it is told to, and all others at 0.", () => {
    expect(new Set(initial("zipcode1989", "OUT.bias"))).toEqual(new Set([0]));
    expect(new Set(initial("zipcode1989:bias=-1", "OUT.bias"))).toEqual(new Set([-1]));
    for (const layer of ["H1", "H2", "H3"]) expect(largest(initial("zipcode1989:bias=-1", `${layer}.bias`))).toBe(0);
  });

  it("is taught ±1, or plus and minus what it is told.", () => {
    expect(netNamed("zipcode1989").loss).toEqual({ kind: "meanSquared", low: -1, high: 1 });
    expect(netNamed("zipcode1989:targets=0.58").loss).toEqual({ kind: "meanSquared", low: -0.58, high: 0.58 });
    expect(netNamed("zipcode1989:output=sigmoid").loss).toEqual({ kind: "meanSquared", low: 0, high: 1 });
    expect(() => netNamed("zipcode1989:output=softmax,targets=0.58")).toThrow(
      "zipcode1989, targets: expected output=tanh beside it, got output=softmax, whose targets are not for choosing.",
    );
  });
});

about("LeNet-5 of other sizes", () => {
  it("has as many parameters as its maps ask for, and no published counts beside them.", () => {
    const named = netNamed("lenet5:activation=relu,pool=max,norm=yes,c1=16,c3=32,c5=56,f6=40");
    const convolutions = 16 * 26 + 32 * (16 * 25 + 1) + 56 * (32 * 25 + 1);
    expect(describe(named).weights).toBe(convolutions + 2 * (16 + 32 + 56) + 40 * 57 + 10 * 41);
    expect(named.published).toBeUndefined();
    expect(describe(netNamed("lenet5:activation=relu,pool=max")).weights).toBe(61_706);
    expect(netNamed("lenet5:pool=max").published).toBeDefined();
  });
});

about("LeNet-4", () => {
  const counts = (net: string): { parameters: number; connections: number } => {
    const { layers } = describe(netNamed(net));
    const absent = layers.flatMap(({ tensors }) => tensors.flatMap(({ absent }) => absent));
    const connections = layers.map(({ spec, layer, geometry }) => layer.census(spec, geometry.input).connections);
    return {
      parameters: describe(netNamed(net)).weights - absent.reduce((sum, [from, to]) => sum + to - from, 0),
      connections: connections.reduce((a, b) => a + b, 0),
    };
  };

  it("has nearly the 260,000 connections of the paper, or with c5=five nearly its 17,000 parameters.", () => {
    expect(counts("lenet4")).toEqual({ parameters: 50_698, connections: 262_306 });
    expect(counts("lenet4:c5=five")).toEqual({ parameters: 17_698, connections: 229_306 });
  });
});

about("the claims of open questions", () => {
  const of1998 = openQuestions.filter(({ work }) => work.kind === "training" && work.net.startsWith("lenet5-1998"));

  it("judge nothing, as nobody published it.", () => {
    const judged = openQuestions.flatMap(({ measures }) => measures.filter((one) => one.aim ?? one.published));
    expect(judged).toEqual([]);
    expect(openQuestions.map(({ id }) => id.split("/")[0])).toEqual(expect.arrayContaining(["open1989", "open1998"]));
  });

  it("stand beside the first six passes of lenet5-1998: the same settings, the same rates.", () => {
    const net = netNamed("lenet5-1998");
    const { epochs, schedule, ...six } = resolve(net, taken);
    const { epochs: twenty, schedule: whole, ...all } = resolve(net, { data: "mnist" });
    expect(six).toEqual(all);
    expect([epochs, twenty]).toEqual([6, 20]);
    for (let pass = 0; pass < 6; pass++) expect(rateAt(schedule, pass, 6, 1)).toBe(rateAt(whole, pass, 20, 1));
  });

  it("change one thing each: the net or the settings.", () => {
    const usual = resolve(netNamed("lenet5-1998"), taken);
    const changes = of1998.map(({ id, work }) => {
      if (work.kind !== "training") return id;
      const settings = resolve(netNamed(work.net), work.settings);
      const others = (Object.keys(usual) as (keyof typeof usual)[]).filter(
        (key) => key !== "epochs" && JSON.stringify(settings[key]) !== JSON.stringify(usual[key]),
      );
      return `${id}: ${[...(work.net === "lenet5-1998" ? [] : [work.net]), ...others].join(" and ")}`;
    });
    expect(changes).toEqual([
      "open1998/j-0.1: lenet5-1998:loss=map,rubbish=0.1",
      "open1998/j-100: lenet5-1998:loss=map,rubbish=100",
      "open1998/distance-whole: lenet5-1998:distance=whole",
      "open1998/start-0.25: lenet5-1998:start=0.25",
      "open1998/shuffled: shuffle",
      "open1998/patterns-5000: optimiser",
      "open1998/distort-0.5: distort",
      "open1998/distort-1: distort",
      "open1998/distort-2: distort",
      "open1998/rates-printed: schedule",
      "open1998/init-paper: lenet5-1998:init=paper",
    ]);
  });
});
