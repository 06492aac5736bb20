// What the papers print, counted again from our own layers.
import { describe as about, expect, it } from "vitest";
import { type Description, describe } from "../../src/engine/describe.ts";
import { reference } from "../../src/kernels/reference/index.ts";
import { summarise } from "../../src/lab/summary.ts";
import { conv, dense } from "../../src/layers/index.ts";
import { digitCodes } from "../../src/nets/digit-codes.ts";
import { netNamed } from "../../src/nets/index.ts";
import { lenet1, table1 } from "../../src/nets/lenet1.ts";
import { lenet4 } from "../../src/nets/lenet4.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { usual as lenet5of1998, lenet5of1998 as makeLenet5of1998, tableI } from "../../src/nets/lenet5-1998.ts";
import { image, net } from "../../src/nets/net.ts";
import { size } from "../../src/shape.ts";
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

/** The maps follow each other, the last one by the first. */
const isContiguous = (maps: readonly number[]): boolean =>
  maps.filter((map) => !maps.includes((map + 1) % 6)).length <= 1;

about("Table I of 1998", () => {
  it("is the table as others have it in numbers.", () => {
    expect(tableI).toEqual([
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
    ]);
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

  it("starts each unit by the number of inputs it really has: 75, 100 or 150.", () => {
    const fanIns = [...Array(6).fill(75), ...Array(9).fill(100), 150];
    const c3 = describe(lenet5of1998).layers.find(({ name }) => name === "C3")!;
    expect(c3.tensors.map(({ fanIn }) => fanIn)).toEqual([fanIns, fanIns]);
  });
});

/** Shapes after the input and every layer with a name. */
const shapesOf = ({ input, layers }: Description): string[] =>
  [input, ...layers.filter(({ spec }) => "name" in spec).map(({ geometry }) => geometry.output)].map(
    ({ maps, rows, columns }) => (rows * columns === 1 ? `${maps}` : `${maps}@${rows}×${columns}`),
  );

about("LeNet-5 of 1998", () => {
  const description = describe(lenet5of1998);

  it("has the parameters and connections of section II.B, layer by layer, and 840 fixed ones.", () => {
    const { layers } = lenet5of1998.published!;
    expect(census(description)).toEqual({ ...layers, OUT: { parameters: 0, connections: 840 } });
    expect(layers).toEqual({
      C1: { parameters: 156, connections: 122_304 },
      S2: { parameters: 12, connections: 5_880 },
      C3: { parameters: 1_516, connections: 151_600 },
      S4: { parameters: 32, connections: 2_000 },
      C5: { parameters: 48_120, connections: 48_120 },
      F6: { parameters: 10_164, connections: 10_164 },
    });
  });

  it("has 60,000 free parameters and 340,908 connections.", () => {
    expect(total(census(description))).toEqual({ parameters: 60_000, connections: 340_908 });
  });

  it("goes through the paper's shapes.", () => {
    expect(shapesOf(description)).toEqual(["1@32×32", "6@28×28", "6@14×14", "16@10×10", "16@5×5", "120", "84", "10"]);
  });

  it("is shown background as -0.1 and ink as 1.175, and squashes after C1, S2, C3, S4, C5 and F6.", () => {
    const { image: shown, layers } = lenet5of1998;
    expect([shown.low, shown.high, shown.padding, shown.paddingValue]).toEqual([-0.1, 1.175, 2, -0.1]);
    const words = layers.map((layer) => ("name" in layer ? layer.name : layer.activation)).join(" ");
    expect(words).toBe("C1 squash S2 squash C3 squash S4 squash C5 squash F6 squash OUT");
  });

  it("keeps its codes out of files of weights.", () => {
    expect(description.tensors.map(({ name }) => name).filter((name) => name.startsWith("OUT"))).toEqual([]);
  });

  it("learns by eq. 8, or by eq. 9 when told to.", () => {
    expect(lenet5of1998.loss).toEqual({ kind: "penalty" });
    const map = makeLenet5of1998({ loss: "map", rubbish: 0.5 });
    expect([map.name, map.loss]).toEqual(["lenet5-1998:loss=map,rubbish=0.5", { kind: "penaltyMap", rubbish: 0.5 }]);
    expect(() => makeLenet5of1998({ loss: "mse", rubbish: 2 })).toThrow(
      "lenet5-1998, rubbish: expected loss=map beside it, got loss=mse, which has no such term.",
    );
  });
});

about("the codes of the digits", () => {
  const distance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);

  it("are ten bitmaps of 7×12 with the ink of Fig. 3.", () => {
    expect(digitCodes.map((code) => code.length)).toEqual(Array(10).fill(84));
    expect(digitCodes.flat().every((value) => Math.abs(value) === 1)).toBe(true);
    const ink = digitCodes.map((code) => code.filter((value) => value === 1).length);
    expect(ink).toEqual([35, 27, 33, 32, 41, 35, 39, 25, 43, 39]);
  });

  it("lie 48 (6 and 8) to 200 from each other.", () => {
    const pairs = digitCodes.flatMap((a, i) =>
      digitCodes.slice(i + 1).map((b, j) => ({ digits: `${i}-${i + 1 + j}`, far: distance(a, b) })),
    );
    const [near, far] = [Math.min, Math.max].map((most) => most(...pairs.map((pair) => pair.far)));
    expect([near, far]).toEqual([48, 200]);
    const at = (distance: number): string[] => pairs.filter((pair) => pair.far === distance).map((pair) => pair.digits);
    expect([at(48), at(200)]).toEqual([["6-8"], ["1-4", "1-8", "4-7"]]);
  });

  it("have a bar and an empty row above the 0, 2, 4 and 5.", () => {
    const row = (digit: number, from: number): string =>
      digitCodes[digit]!.slice(7 * from, 7 * from + 7)
        .map((value) => (value === 1 ? "#" : "."))
        .join("");
    for (const digit of [0, 2, 4, 5]) expect([row(digit, 0), row(digit, 1)]).toEqual([".#####.", "......."]);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((y) => row(7, y)).join("\n")).toBe(
      "#######\n.....##\n.....##\n....##.\n...##..\n...##..\n..##...\n..##...\n..##...\n..##...\n.......\n.......",
    );
  });
});

about("LeNet-1", () => {
  const description = describe(lenet1);

  it("has 2,578 parameters and 98,442 connections, and these layer by layer.", () => {
    const counts = census(description);
    expect(total(counts)).toEqual({ parameters: 2_578, connections: 98_442 });
    expect(counts).toEqual({
      H1: { parameters: 104, connections: 59_904 },
      H2: { parameters: 8, connections: 2_880 },
      H3: { parameters: 512, connections: 32_768 },
      H4: { parameters: 24, connections: 960 },
      OUT: { parameters: 1_930, connections: 1_930 },
    });
  });

  it("joins H2 to H3 by Table 1.", () => {
    const oneBased = [[1], [1, 2], [1, 2], [2], [1, 2], [1, 2], [3], [3, 4], [3, 4], [4], [3, 4], [3, 4]];
    expect(table1).toEqual(oneBased.map((maps) => maps.map((map) => map - 1)));
  });

  it("goes through the paper's shapes, 4,634 units and one for the biases.", () => {
    expect(shapesOf(description)).toEqual(["1@28×28", "4@24×24", "4@12×12", "12@8×8", "12@4×4", "10"]);
    const units = description.layers.filter(({ spec }) => "name" in spec).map(({ geometry }) => size(geometry.output));
    expect(units.reduce((sum, count) => sum + count, size(description.input))).toBe(4_634);
  });
});

/** Total free parameters and connections of the net of this name. */
const totalOf = (name: string): Counts => total(census(describe(netNamed(name))));

about("the network of 1989", () => {
  const description = describe(netNamed("zipcode1989"));

  it("has the parameters and connections of its paper, layer by layer and in all.", () => {
    expect(census(description)).toEqual({
      H1: { parameters: 1_068, connections: 19_968 },
      H2: { parameters: 2_592, connections: 38_592 },
      H3: { parameters: 5_790, connections: 5_790 },
      OUT: { parameters: 310, connections: 310 },
    });
    expect(total(census(description))).toEqual({ parameters: 9_760, connections: 64_660 });
    expect(description.weights).toBe(9_760);
  });

  it("has 1,256 units: 256, 768, 192, 30 and 10.", () => {
    expect(shapesOf(description)).toEqual(["1@16×16", "12@8×8", "12@4×4", "30", "10"]);
    expect(summarise(description.net).units).toEqual({ ours: 1_256, published: 1_256 });
  });

  it("has the same counts with every option.", () => {
    for (const options of ["scheme=ring", "activation=relu,output=softmax,dropout=0.25", "init=root"])
      expect(totalOf(`zipcode1989:${options}`)).toEqual({ parameters: 9_760, connections: 64_660 });
  });

  it("is shown -1…1 in a frame of -1, and is taught ±1.", () => {
    expect(description.net.image).toMatchObject({ low: -1, high: 1, padding: 0 });
    const [h1, , h2] = description.net.layers;
    for (const layer of [h1, h2])
      expect(layer).toMatchObject({ padding: 2, paddingValue: -1, stride: 2, biasPer: "unit" });
    expect(description.net.loss).toEqual({ kind: "meanSquared", low: -1, high: 1 });
  });
});

about("LeNet-4", () => {
  it("has 262,306 connections, about the 260,000 of the paper, and 50,698 parameters, which are not its 17,000.", () => {
    expect(census(describe(netNamed("lenet4")))).toEqual({
      C1: { parameters: 104, connections: 81_536 },
      "C1.pairs": { parameters: 0, connections: 0 },
      S2: { parameters: 16, connections: 7_840 },
      C3: { parameters: 1_216, connections: 121_600 },
      S4: { parameters: 32, connections: 2_000 },
      C5: { parameters: 48_120, connections: 48_120 },
      OUT: { parameters: 1_210, connections: 1_210 },
    });
    expect(totalOf("lenet4")).toEqual({ parameters: 50_698, connections: 262_306 });
  });

  it("joins each map of C3 to three of S2, of three maps of C1; each map of S2 to six; and no two alike.", () => {
    const table = lenet4.layers.flatMap((layer) => ("from" in layer && layer.from ? layer.from : []));
    expect(new Set(table.map(String)).size).toBe(16);
    for (const seen of table) expect(new Set(seen.map((map) => Math.floor(map / 2))).size).toBe(3);
    for (let map = 0; map < 8; map++) expect(table.filter((seen) => seen.includes(map))).toHaveLength(6);
  });
});

about("the nets of the write-ups", () => {
  it("of the tutorial has 44,426 parameters, and maps of 12×12 where it says 16×16.", () => {
    const description = describe(netNamed("tutorial"));
    expect(census(description)).toEqual({
      C1: { parameters: 156, connections: 89_856 },
      S2: { parameters: 0, connections: 3_456 },
      C3: { parameters: 2_416, connections: 154_624 },
      S4: { parameters: 0, connections: 1_024 },
      C5: { parameters: 30_840, connections: 30_840 },
      F6: { parameters: 10_164, connections: 10_164 },
      OUT: { parameters: 850, connections: 850 },
    });
    expect(description.weights).toBe(44_426);
    expect(shapesOf(description)).toEqual(["1@28×28", "6@24×24", "6@12×12", "16@8×8", "16@4×4", "120", "84", "10"]);
  });

  it("of the Keras blog has the 61,706 parameters of modern LeNet-5, layer by layer, not the 60,000 it names.", () => {
    expect(census(describe(netNamed("keras")))).toEqual(census(describe(lenet5)));
    expect(totalOf("keras").parameters).toBe(61_706);
  });

  it("of the ablation study has 61,706 parameters, and with batch norm 88 more, of which 44 are measured.", () => {
    expect(totalOf("ablation:norm=no").parameters).toBe(61_706);
    const { weights, statistics, net } = describe(netNamed("ablation"));
    expect([weights, statistics, weights + statistics]).toEqual([61_750, 44, 61_794]);
    expect(summarise(net).total.published).toMatchObject({
      parameters: 61_794,
      agrees: false,
      slip: expect.stringContaining("44"),
    });
    expect(describe(netNamed("ablation:dropout=0.5,norm=no")).weights).toBe(61_706);
  });

  it("of the ablation study has batch norm after activations, and dropout after S2, C5 and F6 but not S4.", () => {
    const names = describe(netNamed("ablation:dropout=0.5")).layers.map(({ name }) => name);
    expect(names).toEqual(
      "C1 relu C1.norm S2 S2.dropout C3 relu C3.norm S4 C5 relu C5.dropout F6 relu F6.dropout OUT".split(" "),
    );
  });
});

about("the fully connected nets of 1998", () => {
  it.each([
    ["linear", 7_850],
    ["linear:side=20", 4_010],
    ["mlp", 238_510],
    ["mlp:side=20", 123_310],
    ["mlp:hidden=1000", 795_010],
    ["mlp:second=100", 266_610],
    ["mlp:hidden=500,second=150", 469_160],
  ])("%s has %i parameters, as many as connections, and as printed in thousands where it was.", (name, parameters) => {
    expect(totalOf(name)).toEqual({ parameters, connections: parameters });
    const printed = summarise(netNamed(name)).total.published?.parameters;
    if (printed) expect([parameters, Math.round(parameters / 1000) * 1000]).toContain(printed);
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
