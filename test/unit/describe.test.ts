// What a net comes to: shapes that are checked in one sentence, a place for every tensor, and what the tensors begin as.
import { describe, expect, it } from "vitest";
import { describe as describeNet } from "../../src/engine/describe.ts";
import { initialise } from "../../src/engine/initialise.ts";
import { LenetError } from "../../src/errors.ts";
import { averagePool, conv, dense, dropout, type LayerSpec, maxPool, relu } from "../../src/layers/index.ts";
import { image, type Net, net } from "../../src/nets/net.ts";
import { small } from "./support/nets-of-layers.ts";
import { rig } from "./support/rig.ts";

describe("describe", () => {
  const out = dense("OUT", { units: 10 });
  const wrong: [string, LayerSpec[], string][] = [
    [
      "two layers of one name",
      [dense("F6", { units: 4 }), dense("F6", { units: 10 })],
      "F6: expected a name of its own for each layer, got this one twice.",
    ],
    [
      "too few outputs",
      [dense("OUT", { units: 9 })],
      "wrong: expected 10 outputs, one a class, got 9. Change the last layer.",
    ],
    [
      "maps instead of units at the end",
      [conv("C1", { maps: 10, field: 5 })],
      "wrong: expected 10 outputs, one a class, got 10@3×2. Change the last layer.",
    ],
    [
      "a field larger than the input",
      [conv("C1", { maps: 2, field: 7 }), out],
      "C1: expected an input of at least 7×7, got 1@7×6. Use a smaller field or more padding.",
    ],
    [
      "a pool larger than the input",
      [averagePool("S2", { field: 7 }), out],
      "S2: expected an input of at least 7×7, got 1@7×6. Pool by smaller squares.",
    ],
    [
      "a max pool after units",
      [dense("F", { units: 4 }), maxPool("S2", { field: 2 }), out],
      "S2: expected an input of at least 2×2, got 4. Pool by smaller squares.",
    ],
    [
      "a table with too few columns",
      [conv("C3", { maps: 3, field: 2, from: [[0], [0]] }), out],
      "C3: expected a connection table of 3 columns, one per feature map, got 2.",
    ],
    [
      "a table of maps that are not there",
      [conv("C3", { maps: 1, field: 2, from: [[0, 1]] }), out],
      "C3: expected connections to input maps 0…0, got 1.",
    ],
    ["a certain dropout", [dropout("D", 1), out], "D: expected a probability from 0 up to but not including 1, got 1."],
    [
      "a dropout of nothing",
      [dropout("D", Number.NaN), out],
      "D: expected a probability from 0 up to but not including 1, got NaN.",
    ],
  ];
  it.each(wrong)("refuses %s in one sentence.", (_, layers, message) => {
    expect(() => describeNet(net("wrong", "", image(7, 6), layers))).toThrow(new LenetError(message));
  });

  it("gives every tensor its place, one after the other.", () => {
    const { tensors, weights, statistics } = describeNet(small);
    let [learned, measured] = [0, 0];
    for (const { kind, offset, size } of tensors) {
      expect(offset).toBe(kind === "statistic" ? measured : learned);
      if (kind === "statistic") measured += size;
      else learned += size;
    }
    expect([weights, statistics]).toEqual([learned, measured]);
    expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
  });
});

describe("initial weights", () => {
  const begun = (shown: Net, seed: number): Map<string, number[]> => {
    const bench = rig(shown, { batch: 1, arithmetic: "fast" });
    initialise(bench.description, seed, bench.arena);
    return new Map(
      bench.description.tensors.map(({ name, kind, offset, size }) => {
        const array = bench.arena.floats(kind === "statistic" ? "statistics" : "weights");
        return [name, [...array.slice(offset, offset + size)]];
      }),
    );
  };

  it("lie in ±1/√fanIn, spread over all of it; norms begin as the identity.", () => {
    const tensors = begun(small, 1);
    for (const [name, fanIn] of [
      ["C1.weight", 9],
      ["F5.weight", 5],
      ["OUT.weight", 12],
      ["OUT.bias", 12],
    ] as const) {
      const largest = Math.max(...tensors.get(name)!.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(fanIn)));
      expect(largest).toBeGreaterThan(0.7 / Math.sqrt(fanIn));
    }
    expect(["gamma", "beta", "mean", "variance"].map((role) => tensors.get(`N1.${role}`)![0])).toEqual([1, 0, 0, 1]);
  });

  it("are zero where there is no connection, and nowhere else.", () => {
    const { absent } = describeNet(small).tensors.find(({ name }) => name === "C3.weight")!;
    const isAbsent = (i: number): boolean => absent.some(([from, to]) => i >= from && i < to);
    expect(
      begun(small, 1)
        .get("C3.weight")!
        .every((weight, i) => (weight === 0) === isAbsent(i)),
    ).toBe(true);
  });

  it("are the same for a seed, others for another, and not moved by another layer.", () => {
    const layers = [...small.layers.slice(0, -1), dense("F6", { units: 12 }), relu(), ...small.layers.slice(-1)];
    const [one, again, two, more] = [begun(small, 1), begun(small, 1), begun(small, 2), begun({ ...small, layers }, 1)];
    expect(again).toEqual(one);
    expect(two.get("F5.weight")).not.toEqual(one.get("F5.weight"));
    for (const [name, values] of one) expect(more.get(name)).toEqual(values);
  });
});
