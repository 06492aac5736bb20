// What a report is made of: the statistics against numbers worked out elsewhere, what is looked up in a net against the net itself, and
// spoilt images against what was done to them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { svgOf } from "../../src/charts/figure.ts";
import { type DataSet, limit } from "../../src/data/data-set.ts";
import { decodePng } from "../../src/data/png.ts";
import { loadData } from "../../src/data/registry.ts";
import { exportKinds } from "../../src/lab/export/index.ts";
import { load } from "../../src/lab/import/load.ts";
import { createModel, type Model } from "../../src/lab/model/model.ts";
import { lastHidden, responsesTo } from "../../src/lab/model/responses.ts";
import { reportOf } from "../../src/lab/report/documents/report.ts";
import { architectureFigure } from "../../src/lab/report/figures/architecture.ts";
import { figureMakers } from "../../src/lab/report/figures/chapters.ts";
import { answersOf } from "../../src/lab/report/study/answers.ts";
import { principalComponents } from "../../src/lab/report/study/embedding.ts";
import { leadOf, occlusion, saliency } from "../../src/lab/report/study/importance.ts";
import { convolutionsOf } from "../../src/lab/report/study/layers.ts";
import {
  calibrationError,
  classScores,
  confusedPairs,
  mcnemar,
  reliability,
  wilson,
} from "../../src/lab/report/study/statistics.ts";
import { pngAddress, type Study, studyOf } from "../../src/lab/report/study/study.ts";
import { openSubject } from "../../src/lab/report/study/subject.ts";
import { warps } from "../../src/lab/report/study/warps.ts";
import { dense } from "../../src/layers/index.ts";
import { netNamed, nets } from "../../src/nets/index.ts";
import { image, net } from "../../src/nets/net.ts";
import { stream } from "../../src/random.ts";
import { random } from "./support/models.ts";

const confusion = [
  [8, 2, 0],
  [1, 9, 0],
  [3, 0, 0],
];

describe("the statistics", () => {
  it("have Wilson's intervals: 8 of 10, none of 20, nothing at all.", () => {
    const rounded = ({ low, high }: ReturnType<typeof wilson>) => [low, high].map((end) => Number(end.toFixed(4)));
    expect(rounded(wilson(8, 10))).toEqual([0.4902, 0.9433]);
    expect(rounded(wilson(0, 20))).toEqual([0, 0.1611]);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it("have precision, recall and F1 of each class, and none where there is nothing to divide by.", () => {
    const [first, , third] = classScores(confusion);
    expect(first).toMatchObject({ images: 10, answered: 12, right: 8, precision: 8 / 12, recall: 0.8, f1: 16 / 22 });
    expect(third).toMatchObject({ images: 3, answered: 0, precision: null, recall: 0, f1: 0 });
  });

  it("rank confused pairs by how many images they have.", () => {
    const pairs = confusedPairs(confusion).map(({ label, answer, images }) => [label, answer, images]);
    expect(pairs).toEqual([
      [2, 0, 3],
      [0, 1, 2],
      [1, 0, 1],
    ]);
  });

  it("have McNemar's exact test: 10 against 2, equal splits, and thousands.", () => {
    expect(mcnemar(10, 2)).toBeCloseTo((2 * (1 + 12 + 66)) / 4096, 12);
    expect(mcnemar(2, 10)).toBe(mcnemar(10, 2));
    expect(mcnemar(5, 5)).toBe(1);
    expect(mcnemar(0, 0)).toBe(1);
    // Twice the normal tail beyond 6.3 standard deviations, about.
    expect(mcnemar(1100, 820)).toBeGreaterThan(1e-11);
    expect(mcnemar(1100, 820)).toBeLessThan(1e-9);
  });

  it("put answers into parts by how sure they are.", () => {
    const answers = [0.05, 0.5, 0.55, 1].map((sure, i) => ({ sure, right: i % 2 === 1 }));
    const bins = reliability(answers, 10);
    expect(bins.map(({ images, right }) => [images, right])).toEqual([
      [1, 0],
      [2, 0.5],
      [1, 1],
    ]);
    expect(bins[1]!.sure).toBeCloseTo(0.525, 12);
    expect(calibrationError(bins)).toBeCloseTo(0.05 / 4 + 0.025 / 2, 12);
  });

  it("find the line that points lie on as the first principal component.", () => {
    const random = stream(1, "points");
    const places = Array.from({ length: 40 }, () => random.unit());
    const values = Float32Array.from(places.flatMap((t) => [3 * t + 1, 4 * t - 2, 0]));
    const found = principalComponents(values, 40, 2);
    const mean = places.reduce((sum, t) => sum + t, 0) / 40;
    for (const [n, [along, across]] of found.entries()) {
      expect(along).toBeCloseTo(5 * (places[n]! - mean), 5);
      expect(across).toBeCloseTo(0, 5);
    }
  });
});

let test: DataSet;
let lenet5: Model;
const study = (model: Model, set: DataSet, path = "made"): Study =>
  studyOf({
    path,
    model,
    set,
    classNames: Array.from({ length: 10 }, (_, label) => `${label}`),
    config: null,
    metrics: null,
    courses: [],
  });

beforeAll(async () => {
  test = limit(await loadData("mnist", "test"), 300);
  lenet5 = load("lenet5");
});

describe("spoilt images", () => {
  it.each(warps.map((warp) => [warp.name, warp] as const))("by %s: one degree changes nothing.", (_, warp) => {
    expect(warp.degrees).toContain(warp.unchanged);
    const few = limit(test, 5);
    expect([...warp.apply(few, warp.unchanged)].map((ink) => Math.round(ink * 1e4) / 1e4)).toEqual([...few.images]);
  });

  const dot = (): DataSet => {
    const images = new Uint8Array(49);
    images[3 * 7 + 3] = 255;
    images[3 * 7 + 4] = 100;
    return { ...test, images, rows: 7, columns: 7, count: 1, labels: Uint8Array.of(0) };
  };
  const spoilt = (name: string, degree: number): number[] => {
    const ink = warps.find((warp) => warp.name === name)!.apply(dot(), degree);
    return [...ink].map(Math.round);
  };

  it("are moved to the right, and what leaves is lost.", () => {
    expect(spoilt("shift", 1).indexOf(255)).toBe(3 * 7 + 4);
    expect(spoilt("shift", 0.5)[3 * 7 + 4]).toBe(Math.round((255 + 100) / 2));
    expect(spoilt("shift", 4).every((ink) => ink === 0)).toBe(true);
  });

  it("are turned against the clock: what was right of the middle is above it.", () => {
    expect(spoilt("rotation", 90)[2 * 7 + 3]).toBe(100);
  });

  it("have thicker strokes, or thinner ones.", () => {
    expect(spoilt("stroke width", 1).filter((ink) => ink === 255)).toHaveLength(5);
    expect(spoilt("stroke width", -1).every((ink) => ink === 0)).toBe(true);
  });

  it("carry noise of the deviation that is asked for, and stay ink.", () => {
    const grey = { ...limit(test, 20), images: new Float32Array(20 * 784).fill(127.5) };
    const ink = Float32Array.from(warps.find(({ name }) => name === "noise")!.apply(grey, 0.1));
    const deviation = Math.sqrt(ink.reduce((sum, value) => sum + (value - 127.5) ** 2, 0) / ink.length);
    expect(deviation).toBeGreaterThan(25.5 * 0.97);
    expect(deviation).toBeLessThan(25.5 * 1.03);
    const loud = Float32Array.from(warps.find(({ name }) => name === "noise")!.apply(test, 1));
    expect(loud.reduce((most, value) => Math.max(most, value), 0)).toBe(255);
    expect(loud.reduce((least, value) => Math.min(least, value), 0)).toBe(0);
  });
});

describe("what is looked up in a net", () => {
  it("ends with its outputs, and begins with its input.", () => {
    const few = limit(test, 70);
    const responses = responsesTo(lenet5, few.images);
    expect(responses.map(({ name }) => name)).toEqual(["input", "C1", "S2", "C3", "S4", "C5", "F6", "OUT"]);
    expect(responses.at(-1)!.values).toEqual(lenet5.outputs(few.images));
    expect(responses[0]!.values[16 * 32 + 16]).toBeCloseTo(few.images[14 * 28 + 14]! / 255, 6);
  });

  it("knows the layer before the answers, whatever stands between.", () => {
    const hidden = {
      lenet5: "F6",
      "lenet5-1998": "F6",
      lenet4: "C5",
      lenet1: "H4",
      zipcode1989: "H3",
      "boosted-lenet4": "C5",
    };
    for (const [name, layer] of Object.entries(hidden)) expect(lastHidden(random(netNamed(name))), name).toBe(layer);
    expect(lastHidden(random(netNamed("linear")))).toBeUndefined();
  });

  it("are kernels where maps are joined, and none where they are not.", () => {
    const of1998 = load("lenet5-1998");
    const [c1, c3] = convolutionsOf(of1998);
    expect([c1!.field, c1!.maps, c3!.inputs, c3!.maps]).toEqual([5, 6, 6, 16]);
    const { data } = of1998.weights.get("C3.weight")!;
    // Table I: map 0 of C3 sees maps 0, 1 and 2 of S2.
    expect(c3!.kernel(0, 3)).toBeNull();
    expect([...c3!.kernel(0, 2)!]).toEqual([...data.subarray(2 * 25, 3 * 25)]);
    // The tensor of 1989 holds the connections of its table alone.
    const of1989 = load("zipcode1989");
    const h2 = convolutionsOf(of1989)[1]!;
    expect([...h2.kernel(8, 8)!]).toEqual([
      ...of1989.weights.get("H2.weight")!.data.subarray((8 * 8 + 4) * 25, (8 * 8 + 5) * 25),
    ]);
    expect(h2.kernel(8, 4)).toBeNull();
  });

  it("is, for a linear classifier, exactly what its weights say about a pixel.", () => {
    const random = stream(1, "weights");
    const weights = Float32Array.from({ length: 7_840 }, () => (random.unit() - 0.5) / 100);
    // So far apart that every pixel leaves them in this order.
    const bias = Float32Array.from({ length: 10 }, (_, k) => (k === 3 ? 20 : k === 5 ? 10 : 0));
    const tensors = new Map([
      ["OUT.weight", { shape: [10, 784], data: weights }],
      ["OUT.bias", { shape: [10], data: bias }],
    ]);
    const model = createModel(net("made", "Made", image(28, 28), [dense("OUT", { units: 10 })]), tensors);
    const digit = Float32Array.from(test.images.subarray(0, 784));
    expect(answersOf({ model, set: limit(test, 1) }).answers[0]).toBe(3);
    const lead = (pixel: number): number => weights[3 * 784 + pixel]! - weights[5 * 784 + pixel]!;
    const found = saliency(model, digit, 3, "most");
    const hidden = occlusion(model, digit, 28, 3, "most");
    for (const [y, x] of [
      [0, 0],
      [10, 20],
      [14, 14],
      [27, 27],
    ] as const) {
      expect(found[y * 28 + x]!, `${y}, ${x}`).toBeCloseTo(lead(y * 28 + x), 3);
      let lost = 0;
      for (let row = Math.max(0, y - 2); row <= Math.min(27, y + 2); row++)
        for (let column = Math.max(0, x - 2); column <= Math.min(27, x + 2); column++)
          lost += (digit[row * 28 + column]! / 255) * lead(row * 28 + column);
      expect(hidden[y * 28 + x]!, `${y}, ${x}`).toBeCloseTo(lost, 3);
    }
    expect(leadOf(Float32Array.of(1, 4, 2), 3, 0, 1, "most")).toBe(2);
    expect(leadOf(Float32Array.of(9, 9, 9, 5, 4, 2), 3, 1, 2, "least")).toBe(2);
  });

  it("is drawn ink black, as PNG.", () => {
    const [head, body] = pngAddress([0, 128, 255, 300], 2, 2).split(",");
    expect(head).toBe("data:image/png;base64");
    expect([...decodePng(Buffer.from(body!, "base64"), "made").grey]).toEqual([255, 127, 0, 0]);
  });
});

describe("a subject", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "lenet-subject-"));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const few = { limit: 20 };

  it("is read from a file of Keras as well.", async () => {
    const model = load("lenet1");
    const [bytes] = [...(await exportKinds["keras"]!.write(model, "net")).values()];
    const file = join(dir, "net.keras");
    writeFileSync(file, bytes!);
    // Of a file that names its net another one is not asked for.
    const seen = await openSubject(file, { ...few, net: lenet5.net });
    expect(seen.model.net.name).toBe("lenet1");
    expect(seen.model.outputs(seen.set.images)).toEqual(model.outputs(seen.set.images));
    expect(seen.courses).toEqual([]);
  });

  it("needs to be told the net of a file that names none.", async () => {
    const small = netNamed("lenet5:activation=relu,pool=max,norm=yes,c1=2,c3=3,c5=4,f6=5");
    const file = fileURLToPath(new URL("../fixtures/weights/torch.pt", import.meta.url));
    await expect(openSubject(file, few)).rejects.toThrow(
      /expected metadata that names the net, got none\..*--net NAME/,
    );
    expect((await openSubject(file, { ...few, net: small })).model.net.name).toBe(small.name);
  });

  it("is no committee whose members are still learning.", async () => {
    const folder = join(dir, "half");
    mkdirSync(join(folder, "1"), { recursive: true });
    writeFileSync(join(folder, "1", "last.safetensors"), "");
    await expect(openSubject(folder, few)).rejects.toThrow(
      `${folder}: expected a run with a model, got a committee whose members are not all trained. Go on with lenet train --resume ${folder}, or name a member: ${join(folder, "1")}`,
    );
  });
});

describe("the architecture figure", () => {
  it.each(nets.map(({ name, net }) => [name, net] as const))("of %s is whole and names every layer.", (_, of) => {
    const figure = architectureFigure(of);
    const svg = svgOf(figure);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(figure.table.rows[0]![0]).toBe("INPUT");
    for (const [name, size] of figure.table.rows) {
      expect(svg).toContain(`>${name}</text>`);
      expect(svg).toContain(`>${size}</text>`);
    }
  });

  it("in the README is what the net is drawn as today, whatever packs its picture.", () => {
    const drawn = svgOf(architectureFigure(load("lenet5-1998").net, "data:image/png;base64,"));
    const kept = readFileSync("docs/figures/lenet5-1998.svg", "utf8");
    expect(kept.replace(/(data:image\/png;base64,)[^"]+/, "$1")).toBe(drawn);
  });

  it("of LeNet-5 says what Fig. 2 says.", () => {
    const rows = architectureFigure(netNamed("lenet5-1998")).table.rows.map(([name, size]) => `${name} ${size}`);
    const printed = ["INPUT 1@32×32", "C1 6@28×28", "S2 6@14×14", "C3 16@10×10", "S4 16@5×5"];
    expect(rows).toEqual([...printed, "C5 120", "F6 84", "OUTPUT 10"]);
  });
});

describe("a report", () => {
  const brief = figureMakers.filter(({ slow }) => !slow);

  it.each(["lenet5", "lenet5-1998", "zipcode1989", "lenet1"])("of %s is whole.", (name) => {
    const model = load(name);
    const { rows } = model.net.image;
    const images =
      rows === 28 ? test.images : Uint8Array.from({ length: 300 * rows * rows }, (_, i) => test.images[i]!);
    const seen = study(model, { ...test, images, rows, columns: rows }, name);
    const html = reportOf(seen, { brief: true });
    expect(html).not.toMatch(/NaN|undefined/);
    const drawn = brief.filter((maker) => typeof maker.make(seen) !== "string");
    expect(drawn.length).toBeGreaterThan(10);
    for (const maker of drawn) expect(html).toContain(`<figure id="${maker.name}"`);
    expect(html).toContain("Left out here");
    expect(html).not.toContain("member");
  });

  it("of a committee shows its members alone and together.", () => {
    const model = random(netNamed("boosted-lenet4"));
    const few = limit(test, 100);
    const seen = study(model, few, "committee");
    const figure = figureMakers.find(({ name }) => name === "members")!.make(seen);
    if (typeof figure === "string") throw new Error(figure);
    const errorOf = (one: Model): number => answersOf({ model: one, set: few }).wrong.length / few.count;
    const shown = figure.table.rows.map(([name, error]) => [name, error]);
    expect(shown).toEqual([
      ["together", errorOf(model)],
      ["member 1 alone", errorOf(model.members![0]!)],
      ["member 2 alone", errorOf(model.members![1]!)],
      ["member 3 alone", errorOf(model.members![2]!)],
    ]);
    expect(new Set(shown.map(([, error]) => error)).size).toBeGreaterThan(1);
    const html = reportOf(seen, { brief: true });
    expect(html).toContain('<figure id="members"');
    expect(html).toMatch(/Of the committee.{1,5}s first member/);
  });

  it("shows every mistake, with every output and the answer marked.", () => {
    const seen = study(lenet5, { ...test, labels: test.labels.map((label, n) => (n < 4 ? (label + 1) % 10 : label)) });
    const { wrong } = seen.answers;
    expect(wrong.slice(0, 4)).toEqual([0, 1, 2, 3]);
    const figure = figureMakers.find(({ name }) => name === "wrong")!.make(seen);
    if (typeof figure === "string") throw new Error(figure);
    expect(figure.table.rows.map(([n]) => n)).toEqual([...wrong]);
    const [, , answer, , ...outputs] = figure.table.rows[0]!;
    const numbers = outputs.map((cell) => Number(String(cell).replace("▸ ", "")));
    expect(numbers.indexOf(Math.max(...numbers))).toBe(Number(answer));
    expect(outputs.filter((cell) => String(cell).startsWith("▸"))).toHaveLength(1);
    expect(svgOf(figure).match(/<image/g)).toHaveLength(wrong.length);
  });

  it("draws the same figures again, byte for byte, chance included.", () => {
    const few = study(lenet5, limit(test, 60));
    for (const name of ["confusion", "embedding", "robust-noise"]) {
      const { make } = figureMakers.find((maker) => maker.name === name)!;
      const [one, other] = [make(few), make(few)];
      if (typeof one === "string" || typeof other === "string") throw new Error(name);
      expect(svgOf(one)).toBe(svgOf(other));
    }
  });
});
