// Models that answer together: outputs that are added, files that hold them all, and the cascade that asks the others only
// where the first is not sure.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModel, type DataSet, evaluate, load, type Model, save, summary, type Tensor } from "../../src/index.ts";
import { choiceText, chooseThreshold } from "../../src/lab/model/committee.ts";
import { dense } from "../../src/layers/index.ts";
import { boostedLenet4 } from "../../src/nets/boosted-lenet4.ts";
import { lenet4 } from "../../src/nets/lenet4.ts";
import { image, type Net, net } from "../../src/nets/net.ts";
import { stream } from "../../src/random.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-committee-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const loss = { kind: "meanSquared", low: -1, high: 1 } as const;
/** Three outputs, each a weighted sum of three pixels. */
const member = net("sums", "", image(1, 3), [dense("OUT", { units: 3 })], { classes: 3, loss });
const pair: Net = { ...member, name: "pair", loss: { ...loss, low: -2, high: 2 }, committee: { member, size: 2 } };

/** (3, 3), row by row, for each member; biases zero. */
const weightsOf = (...matrices: readonly (readonly number[])[]): Map<string, Tensor> =>
  new Map(
    matrices.flatMap((matrix, index): [string, Tensor][] => [
      [`${index + 1}.OUT.weight`, { shape: [3, 3], data: Float32Array.from(matrix) }],
      [`${index + 1}.OUT.bias`, { shape: [3], data: new Float32Array(3) }],
    ]),
  );

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
/** Takes the second pixel for the first class, and the other way round, twice as loudly. */
const swapped = [0, 2, 0, 2, 0, 0, 0, 0, 2];

const pairOf = (metadata = {}): Model => createModel(pair, weightsOf(identity, swapped), metadata);

const setOf = (images: readonly (readonly number[])[], labels: readonly number[]): DataSet => ({
  name: "made",
  part: "test",
  images: Float32Array.from(images.flat().map((ink) => ink * 255)),
  labels: Uint8Array.from(labels),
  count: labels.length,
  rows: 1,
  columns: 3,
  classes: 3,
  sha256: { images: "", labels: "" },
});

describe("a committee", () => {
  it("adds the outputs of its members, and answers by the sums.", () => {
    const model = pairOf();
    const ink = Float32Array.of(0.75 * 255, 0.5 * 255, 0);
    expect([...model.outputs(ink)].map((out) => Number(out.toFixed(5)))).toEqual([1.75, 2, 0]);
    const { label, probabilities } = model.predict(ink);
    expect(label).toBe(1);
    // Heights above -2: 3.75, 4 and 2.
    for (const [k, height] of [3.75, 4, 2].entries()) expect(probabilities[k]).toBeCloseTo(height / 9.75, 5);
    expect(model.members!.map((one) => one.predict(ink).label)).toEqual([0, 1]);
  });

  it("says what is wrong with an image of another size.", () => {
    expect(() => pairOf().predict(new Uint8Array(6))).toThrow("pair: expected images of 1×3 pixels, got 6 pixels.");
  });

  it("is evaluated as a whole and member by member.", async () => {
    const set = setOf(
      [
        [1, 0.5, 0],
        [0.5, 1, 0],
        [0, 0, 1],
      ],
      [0, 0, 2],
    );
    const { answers, misses, wrong, confusion, committee } = await evaluate(pairOf(), set);
    // The sums: (2, 2.5, 0), (2.5, 2, 0), (0, 0, 3).
    expect([...answers]).toEqual([1, 0, 2]);
    expect([misses, wrong]).toEqual([1, [0]]);
    expect(confusion).toEqual([
      [1, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
    expect(committee!.members.map((one) => one.misses)).toEqual([1, 1]);
    // Mean over the outputs of (out - target)²: (1-1)² + (0.5+1)² + (0+1)², and so on.
    expect(committee!.members[0]!.loss).toBeCloseTo((3.25 / 3 + (0.25 + 4 + 1) / 3 + 2 / 3) / 3, 5);
    expect(committee!.cascade).toBeNull();
  });
});

describe("the cascade", () => {
  // What member 1 answers alone, margin; what both answer: 0.9: right, wrong; 0.2: wrong, right; 0.1: wrong, wrong; 0.5: right, right.
  const set = setOf(
    [
      [1, 0.1, 0],
      [0.6, 0.4, 0],
      [0.4, 0.5, 0],
      [0, 0, 0.5],
    ],
    [0, 1, 2, 2],
  );

  it("has the least threshold at which no more images are missed than by all together.", () => {
    // All together miss two (the first and the third); so do the first alone above a margin of 0.2 — and at 0, with the second
    // and the third. Both are ties: the least is taken.
    expect(chooseThreshold(pairOf(), set)).toMatchObject({ images: 4 });
    expect(chooseThreshold(pairOf(), set).threshold).toBeCloseTo(0.1, 5);
    // Without the first, member 1 alone misses two and all miss one: the second has to be asked about.
    const harder = setOf(
      [
        [0.6, 0.4, 0],
        [0.4, 0.5, 0],
        [0, 0, 0.5],
      ],
      [1, 2, 2],
    );
    expect(chooseThreshold(pairOf(), harder).threshold).toBeCloseTo(0.5, 5);
  });

  it("asks all where everybody must be asked.", () => {
    const all = setOf([[0.6, 0.4, 0]], [1]);
    expect(chooseThreshold(pairOf(), all).threshold).toBe(Number.MAX_VALUE);
  });

  it("calls so many nets on the average, and misses what the chosen threshold comes to.", async () => {
    const model = pairOf(choiceText({ threshold: 0.3, images: 4 }));
    const { committee } = await evaluate(model, set);
    // Asked: margins 0.2 and 0.1, two of four. Missed: the third.
    expect(committee!.cascade).toEqual({ chosen: { threshold: 0.3, images: 4 }, nets: 1.5, misses: 1 });
  });

  it("is left out where the metadata say nothing sensible.", async () => {
    for (const cascade of ["", "{", '{"threshold":"x","images":3}', "null"])
      expect((await evaluate(pairOf({ cascade }), set)).committee!.cascade).toBeNull();
  });
});

describe("Boosted LeNet-4", () => {
  const tensors = (): Map<string, Tensor> => {
    const random = stream(1, "committee");
    const one = createModel(lenet4, new Map(lenet4Shapes())).weights;
    return new Map(
      [1, 2, 3].flatMap((index) =>
        [...one].map(([name, { shape, data }]): [string, Tensor] => [
          `${index}.${name}`,
          { shape, data: Float32Array.from(data, () => random.unit() - 0.5) },
        ]),
      ),
    );
  };
  const lenet4Shapes = (): [string, Tensor][] =>
    Object.entries({
      "C1.weight": [4, 1, 5, 5],
      "C1.bias": [4],
      "S2.coefficient": [8],
      "S2.bias": [8],
      "C3.weight": [16, 8, 5, 5],
      "C3.bias": [16],
      "S4.coefficient": [16],
      "S4.bias": [16],
      "C5.weight": [120, 16, 5, 5],
      "C5.bias": [120],
      "OUT.weight": [10, 120],
      "OUT.bias": [10],
    }).map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]);

  it("is three LeNet-4s: three times their parameters.", () => {
    const { total, lines } = summary(boostedLenet4);
    expect(lines.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["1", 50_698],
      ["2", 50_698],
      ["3", 50_698],
    ]);
    expect(total).toMatchObject({ parameters: 152_094, connections: 3 * 262_306, published: { parameters: 51_000 } });
  });

  it("is one file, whose tensors have the number of their member, and loads again.", () => {
    const model = createModel(boostedLenet4, tensors());
    const file = join(dir, "boosted.safetensors");
    save(model, file);
    const again = load(file);
    expect(again.net.name).toBe("boosted-lenet4");
    expect([...again.weights.keys()]).toContain("3.C5.weight");
    expect(again.weights.size).toBe(3 * 12);
    const ink = Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 256);
    expect(again.outputs(ink)).toEqual(model.outputs(ink));
    const sum = model.members!.map((one) => one.outputs(ink)).reduce((a, b) => a.map((out, k) => out + b[k]!));
    expect(model.outputs(ink)).toEqual(sum);
  });

  it("names the member whose tensor is missing.", () => {
    const some = tensors();
    some.delete("2.C3.bias");
    expect(() => createModel(boostedLenet4, some, {}, "x.safetensors")).toThrow(
      "x.safetensors, member 2: expected a tensor C3.bias of shape (16), got none among its 11 tensors.",
    );
  });
});
