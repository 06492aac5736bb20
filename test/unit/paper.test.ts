// What the papers print, counted again from our own layers.
import { describe as about, expect, it } from "vitest";
import { type Description, describe } from "../../src/engine/describe.ts";
import { reference } from "../../src/kernels/reference/index.ts";
import { type ConnectionTable, conv, dense } from "../../src/layers/index.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { image, net } from "../../src/nets/net.ts";
import { openBench } from "./support/conformance.ts";

interface Counts {
  readonly parameters: number;
  readonly connections: number;
}

/** Free parameters (absent connections have none) and connections of every layer that has a name in the paper. */
const census = ({ layers }: Description): Record<string, Counts> =>
  Object.fromEntries(
    layers
      .filter(({ spec }) => "name" in spec)
      .map(({ name, spec, layer, geometry, tensors }) => {
        const absent = tensors.flatMap((tensor) => tensor.absent.map(([from, to]) => to - from));
        const all = tensors.filter(({ kind }) => kind !== "statistic").map(({ size }) => size);
        const total = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
        const { connections } = layer.census(spec, geometry.input);
        return [name, { parameters: total(all) - total(absent), connections }];
      }),
  );

const total = (counts: Record<string, Counts>): Counts =>
  Object.values(counts).reduce((sum, { parameters, connections }) => ({
    parameters: sum.parameters + parameters,
    connections: sum.connections + connections,
  }));

about("modern LeNet-5", () => {
  const counts = census(describe(lenet5));

  it("has the parameters and connections of its write-up, layer by layer (C3's slip put right).", () => {
    expect(counts).toEqual({
      C1: { parameters: 156, connections: 122_304 },
      S2: { parameters: 0, connections: 4_704 },
      C3: { parameters: 2_416, connections: 241_600 },
      S4: { parameters: 0, connections: 1_600 },
      C5: { parameters: 48_120, connections: 48_120 },
      F6: { parameters: 10_164, connections: 10_164 },
      OUT: { parameters: 850, connections: 850 },
    });
  });

  it("has 61,706 parameters and 429,342 connections.", () => {
    expect(total(counts)).toEqual({ parameters: 61_706, connections: 429_342 });
    expect(describe(lenet5).weights).toBe(61_706);
  });

  it("differs from what was printed only where the slips are named.", () => {
    const { layers, slips } = lenet5.published!;
    const differing = Object.keys(layers).filter((name) => layers[name]!.connections !== counts[name]!.connections);
    expect(differing).toEqual(Object.keys(slips).filter((name) => name !== "total"));
    for (const name of Object.keys(layers)) expect(layers[name]!.parameters).toBe(counts[name]!.parameters);
  });

  it("goes through the shapes 1@32×32, 6@28×28, 6@14×14, 16@10×10, 16@5×5, 120, 84, 10.", () => {
    const { input, layers } = describe(lenet5);
    const shapes = layers.filter(({ spec }) => "name" in spec).map(({ geometry }) => geometry.output);
    expect([input, ...shapes].map(({ maps, rows, columns }) => `${maps}@${rows}×${columns}`)).toEqual([
      "1@32×32",
      "6@28×28",
      "6@14×14",
      "16@10×10",
      "16@5×5",
      "120@1×1",
      "84@1×1",
      "10@1×1",
    ]);
  });
});

/** Rows: maps of S2, 0 to 5; columns: maps of C3, 0 to 15. An X is a connection. */
const drawn = `
X . . . X X X . . X X X X . X X
X X . . . X X X . . X X X X . X
X X X . . . X X X . . X . X X X
. X X X . . X X X X . . X . X X
. . X X X . . X X X X . X X . X
. . . X X X . . X X X X . X X X`;

const tableI: ConnectionTable = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

/** The maps follow each other, the last one by the first. */
const isContiguous = (maps: readonly number[]): boolean =>
  maps.filter((map) => !maps.includes((map + 1) % 6)).length <= 1;

about("Table I of 1998", () => {
  it("is the table as it is drawn.", () => {
    const rows = drawn
      .trim()
      .split("\n")
      .map((row) => row.split(" "));
    expect(tableI).toEqual(
      Array.from({ length: 16 }, (_, map) => [0, 1, 2, 3, 4, 5].filter((from) => rows[from]![map] === "X")),
    );
  });

  it("has six contiguous triples, six contiguous quadruples, three discontinuous quadruples, and one of all six.", () => {
    const kinds = tableI.map((maps) => `${maps.length} ${isContiguous(maps) ? "contiguous" : "discontinuous"}`);
    expect(kinds).toEqual([
      ...Array(6).fill("3 contiguous"),
      ...Array(6).fill("4 contiguous"),
      ...Array(3).fill("4 discontinuous"),
      "6 contiguous",
    ]);
  });

  it("gives C3 1,516 parameters and 151,600 connections.", () => {
    const c3 = conv("C3", { maps: 16, field: 5, from: tableI });
    const below = conv("S2", { maps: 6, field: 1 });
    const { C3 } = census(describe(net("c3", "", image(14, 14), [below, c3, dense("OUT", { units: 10 })])));
    expect(C3).toEqual({ parameters: 1_516, connections: 151_600 });
  });

  it("starts each unit by the number of inputs it really has: 75, 100 or 150.", () => {
    const { layers } = describe(
      net("c3", "", image(14, 14), [
        conv("S2", { maps: 6, field: 1 }),
        conv("C3", { maps: 16, field: 5, from: tableI }),
        dense("OUT", { units: 10 }),
      ]),
    );
    const fanIns = [...Array(6).fill(75), ...Array(9).fill(100), 150];
    expect(layers[1]!.tensors.map(({ fanIn }) => fanIn)).toEqual([fanIns, fanIns]);
  });
});

about("H1 of 1989", () => {
  it("has 19,968 connections but 1,068 parameters: weights shared, biases not.", () => {
    const h1 = conv("H1", { maps: 12, field: 5, stride: 2, padding: 2, paddingValue: -1, biasPer: "unit" });
    const description = describe(net("h1", "", image(16, 16), [h1, dense("OUT", { units: 10 })]));
    expect(description.layers[0]!.geometry.output).toEqual({ maps: 12, rows: 8, columns: 8 });
    expect(description.layers[0]!.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ["H1.weight", [12, 1, 5, 5]],
      ["H1.bias", [12, 8, 8]],
    ]);
    expect(census(description)["H1"]).toEqual({ parameters: 1_068, connections: 19_968 });
  });
});

about("the squashing function of 1998, 1.7159 tanh(2a/3),", () => {
  const bench = openBench();
  const squashed = {
    reference: (a: number): number => {
      const values = Float64Array.of(a);
      reference.activate("squash", 1, values);
      return values[0]!;
    },
    fast: (a: number): number => {
      const values = new Float32Array(bench.memory.buffer, 65_536, 1).fill(a);
      bench.kernels.activate("squash", 1, values);
      return values[0]!;
    },
  };

  it.each(Object.entries(squashed))("is 1 at 1 and -1 at -1, to four digits (%s).", (_, f) => {
    expect(f(1).toFixed(4)).toBe("1.0000");
    expect(f(-1).toFixed(4)).toBe("-1.0000");
  });

  it.each(Object.entries(squashed))("ends at ±1.7159 (%s).", (_, f) => {
    expect(f(100)).toBeCloseTo(1.7159, 6);
    expect(f(-100)).toBeCloseTo(-1.7159, 6);
  });

  it("bends most at ±1: the second derivative is largest there.", () => {
    const { reference: f } = squashed;
    const bend = (a: number): number => Math.abs(f(a + 1e-3) - 2 * f(a) + f(a - 1e-3));
    const places = Array.from({ length: 301 }, (_, i) => i / 100);
    const most = places.reduce((best, a) => (bend(a) > bend(best) ? a : best));
    expect(most).toBeCloseTo(1, 1);
  });
});
