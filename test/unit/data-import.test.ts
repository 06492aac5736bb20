// Own images become a data set: folders of pictures by class, and lines of CSV; and nets are sized by their classes.
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dataCommand } from "../../cli/data.ts";
import { normaliseDigit } from "../../src/data/digit.ts";
import { decodeImage, encodePng } from "../../src/data/image.ts";
import { type ImportSettings, importImages } from "../../src/data/import.ts";
import { loadData } from "../../src/data/registry.ts";
import { wholePicture } from "../../src/data/whole.ts";
import { LenetError } from "../../src/errors.ts";
import { digitFor, evaluate, loadData as load, netNamed, predict, save, summary, train } from "../../src/index.ts";
import { load as loadModel } from "../../src/lab/import/load.ts";
import { classNamesOf } from "../../src/lab/model/class-names.ts";
import { lines, putClasses as putClassesInto, put as putInto } from "./support/own-pictures.ts";

const settings: ImportSettings = { test: 0.25, whole: false, strict: false };
let root = "";
const path = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lenet-import-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

const put = (name: string, content: Uint8Array | string): void => putInto(root, name, content);
const putClasses = (folder: string, each: number): void => putClassesInto(root, folder, each);

const filesOf = async (folder: string): Promise<Record<string, string>> => {
  const names = (await readdir(path(folder))).sort();
  const all = await Promise.all(names.map((name) => readFile(path(`${folder}/${name}`), "base64")));
  return Object.fromEntries(names.map((name, index) => [name, all[index]!]));
};

describe("a folder of images by class", () => {
  it("becomes IDX files with the names of its classes, which a training reads, and the same files again.", async () => {
    putClasses("mine", 8);
    const imported = importImages(path("mine"), path("a"), settings);
    expect(imported).toEqual({ classes: ["lying", "standing"], counts: { train: [6, 6], test: [2, 2] }, troubles: [] });
    importImages(path("mine"), path("b"), settings);
    expect(await filesOf("a")).toEqual(await filesOf("b"));
    const set = await loadData(path("a"), "train");
    expect(set.pictures).toBe("ink");
    expect(set).toMatchObject({ count: 12, rows: 28, columns: 28, classes: 2, classNames: ["lying", "standing"] });
    // The order has both classes everywhere, as validation images are the last ones.
    expect(new Set(set.labels.subarray(0, 6)).size).toBe(2);
    for (const [index, label] of set.labels.entries()) {
      const image = set.images.subarray(784 * index, 784 * (index + 1));
      const inked = [...image.keys()].filter((i) => image[i]! > 128);
      const rows = new Set(inked.map((i) => Math.floor(i / 28))).size;
      const columns = new Set(inked.map((i) => i % 28)).size;
      expect(set.classNames![label]).toBe(rows > columns ? "standing" : "lying");
    }
  });

  it("in train and test is split as it says, and what cannot be read is named, counted, and fatal when strict.", async () => {
    putClasses("mine/train", 3);
    putClasses("mine/test", 2);
    put("mine/train/lying/bad.jpg", "no picture");
    put("mine/train/lying/notes.txt", "left alone");
    const { counts, troubles } = importImages(path("mine"), path("out"), settings);
    expect(counts).toEqual({ train: [3, 3], test: [2, 2] });
    expect(troubles).toEqual([
      {
        place: path("mine/train/lying/bad.jpg"),
        why: "expected a PNG, JPEG or WebP picture, got a file that begins with 6e 6f 20 70. Save it as PNG.",
      },
    ]);
    expect(() => importImages(path("mine"), path("strict"), { ...settings, strict: true })).toThrow(
      /bad\.jpg: expected/,
    );
    expect(existsSync(path("strict"))).toBe(false);
  });

  it("as whole pictures keeps all of each, dark around it, in its proportions.", async () => {
    const isEdge = (at: number, length: number): boolean => at < 4 || at >= length - 4;
    const grey = Uint8Array.from({ length: 40 * 20 }, (_, i) =>
      isEdge(i % 40, 40) || isEdge(Math.floor(i / 40), 20) ? 250 : 100,
    );
    for (const label of ["a", "b"]) put(`mine/${label}/1.png`, encodePng(grey, 40, 20));
    importImages(path("mine"), path("out"), { ...settings, whole: true });
    const { images, pictures } = await loadData(path("out"), "train");
    expect(pictures).toBe("whole");
    expect([images[0], images[13 * 28], images[13 * 28 + 14]]).toEqual([5, 5, 155]);
  });
});

const line = (label: string, ink: number): string => `${label},${new Array(784).fill(ink).join(",")}`;

describe("lines of CSV", () => {
  it("are images as they stand, with or without names above, and labels in the order of their numbers.", async () => {
    const rows = [line("10", 1), line("9", 255), line("10", 7), line("9", 0)];
    const names = ["label", ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)].join(",");
    put("plain.csv", rows.join("\n"));
    put("named.csv", `${names}\r\n${rows.join("\r\n")}\r\n`);
    importImages(path("plain.csv"), path("plain"), { ...settings, test: 0 });
    importImages(path("named.csv"), path("named"), { ...settings, test: 0 });
    expect(await filesOf("plain")).toEqual(await filesOf("named"));
    const set = await loadData(path("plain"), "train");
    expect(set.classNames).toEqual(["9", "10"]);
    expect(set.pictures).toBeUndefined();
    const inks = [...set.labels].map((label, index) => [label, set.images[784 * index]]);
    expect(inks.sort()).toEqual(
      [
        [0, 0],
        [0, 255],
        [1, 1],
        [1, 7],
      ].sort(),
    );
  });

  it("that are wrong are named with their line.", async () => {
    put(
      "bad.csv",
      [
        line("a", 1),
        line("b", 2),
        line("a", 256),
        "b,1,2",
        "b",
        `,${"1,".repeat(784)}`,
        line("b", 3).replace("3", "x"),
      ].join("\n"),
    );
    const { troubles, counts } = importImages(path("bad.csv"), path("out"), { ...settings, test: 0 });
    expect(counts.train).toEqual([1, 1]);
    expect(troubles.map(({ place, why }) => `${place.slice(root.length + 1)}: ${why}`)).toEqual([
      'bad.csv, line 3: expected whole numbers from 0 to 255, got "256" as value 1',
      "bad.csv, line 4: expected a label and 784 values, got 2",
      "bad.csv, line 5: expected a label and 784 values, got one word",
      "bad.csv, line 6: expected a label, got none",
      'bad.csv, line 7: expected whole numbers from 0 to 255, got "x" as value 1',
    ]);
  });
});

describe("lenet data import", () => {
  it.each<[string, () => void, string[], string]>([
    [
      "an empty folder",
      () => mkdirSync(path("x")),
      ["x"],
      "ROOT/x: expected a folder with a sub-folder of pictures (PNG, JPEG, WebP) for each class, got no pictures. Put them into sub-folders.",
    ],
    [
      "one class",
      () => put("x/a/1.png", lines(true, 30, 30)),
      ["x"],
      "ROOT/x: expected images of 2 to 95 classes, got 1. Give more.",
    ],
    [
      "an empty file",
      () => put("x", ""),
      ["x"],
      "ROOT/x: expected lines of a label and 784 values, got none. Give another file.",
    ],
    ["a missing place", () => {}, ["x"], "ROOT/x: expected a CSV file, got no such file. Check the name."],
    [
      "96 classes",
      () => put("x", Array.from({ length: 96 }, (_, i) => line(`${i}`, 1)).join("\n")),
      ["x"],
      "ROOT/x: expected at most 95 classes, got more. Leave some out.",
    ],
  ])("of %s is one sentence, and nothing is written.", async (_, prepare, [place], message) => {
    prepare();
    expect(() => importImages(path(place!), path("out"), settings)).toThrow(
      new LenetError(message.replaceAll("ROOT", root)),
    );
    expect(existsSync(path("out"))).toBe(false);
  });

  it("does not write over a data set, and sees when one was changed.", async () => {
    put("x.csv", [line("a", 1), line("b", 2)].join("\n"));
    const words = ["import", path("x.csv"), "--out", path("out"), "--test", "0", "--json"];
    let stdout = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += text;
      return true;
    });
    await dataCommand().parseAsync(words, { from: "user" });
    expect(JSON.parse(stdout)).toMatchObject({ classes: ["a", "b"], counts: { train: [1, 1], test: [0, 0] } });
    await expect(dataCommand().parseAsync(words, { from: "user" })).rejects.toThrow(
      "already holds a data set. Choose another --out.",
    );
    const labels = path("out/train-labels-idx1-ubyte");
    const bytes = await readFile(labels);
    bytes[8]! ^= 1;
    await writeFile(labels, bytes);
    await expect(loadData(path("out"), "train")).rejects.toThrow(
      /labels-idx1-ubyte: expected what was imported \(sha256 /,
    );
    put("out/classes.json", '{"classes": "a"}');
    await expect(loadData(path("out"), "train")).rejects.toThrow(
      /classes\.json: expected JSON with "classes", a list of 2 to 95 names/,
    );
    put("out/classes.json", '{"classes": ["a", "b"], "pictures": "half"}');
    await expect(loadData(path("out"), "train")).rejects.toThrow('expected JSON with "pictures", "ink" or "whole"');
  });
});

describe("a net for own classes", () => {
  it("has as many outputs as the data has classes, learns, and keeps their names.", async () => {
    putClasses("mine", 12);
    importImages(path("mine"), path("set"), settings);
    const net = netNamed("lenet5");
    const { metrics } = await train(net, {
      data: path("set"),
      epochs: 20,
      batch: 6,
      rate: 0.02,
      out: path("run"),
      threads: 1,
    });
    const model = loadModel(path("run"));
    expect(model.net.name).toBe("lenet5:classes=2");
    expect(classNamesOf(model)).toEqual(["lying", "standing"]);
    expect(metrics.test!.accuracy).toBe(1);
    const test = await load(path("set"), "test");
    expect((await evaluate(model, test)).confusion).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(predict(model, test.images.subarray(0, 784)).probabilities).toHaveLength(2);
  });

  it("that learned from whole pictures is shown whole pictures, also from a file of its weights.", async () => {
    putClasses("mine", 2);
    importImages(path("mine"), path("set"), { ...settings, whole: true });
    await train(netNamed("linear"), { data: path("set"), epochs: 1, validation: 0, out: path("run"), threads: 1 });
    save(loadModel(path("run")), path("copy.safetensors"));
    const picture = decodeImage(lines(true, 50, 70), "a picture");
    expect(wholePicture(picture)).not.toEqual(normaliseDigit(picture).pixels);
    for (const name of ["run", "copy.safetensors"])
      expect(digitFor(loadModel(path(name)), picture).pixels).toEqual(wholePicture(picture));
  });

  it("may be any net, from 2 to 95, and its name says so; RBF codes are there for ten.", () => {
    for (const name of [
      "lenet5",
      "keras",
      "ablation:norm=no",
      "lenet1",
      "lenet4",
      "zipcode1989",
      "mlp:hidden=20",
      "boosted-lenet4",
    ]) {
      const net = netNamed(`${name}${name.includes(":") ? "," : ":"}classes=95`);
      expect(net.classes).toBe(95);
      expect(netNamed(net.name)).toEqual(net);
      expect(summary(net).lines.at(-1)!.output.maps).toBe(95);
    }
    expect(netNamed("lenet5:classes=10")).toEqual(netNamed("lenet5"));
    expect(netNamed("lenet5-1998:classes=2").classes).toBe(2);
    expect(() => netNamed("lenet5-1998:classes=11")).toThrow(
      "lenet5-1998: expected at most 10 classes, as codes are drawn for the ten digits alone, got 11. Choose another net, such as lenet5.",
    );
    expect(() => netNamed("lenet5:classes=96")).toThrow(
      'lenet5, classes: expected a whole number from 2 to 95, got "96".',
    );
    expect(() => netNamed("lenet5:classes=many")).toThrow(
      'lenet5, classes: expected a whole number from 2 to 95, got "many".',
    );
  });
});
