// A folder of pictures by class is a data set as it is: imported once, kept in the cache.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { importView } from "../../cli/import-view.ts";
import { decodeImage } from "../../src/data/image.ts";
import { importImages, TEST_SHARE } from "../../src/data/import.ts";
import { RULES } from "../../src/data/pictures.ts";
import { classNamesIn, loadData } from "../../src/data/registry.ts";
import { watchImports } from "../../src/data/watch.ts";
import { LenetError } from "../../src/errors.ts";
import { digitFor, evaluate, netNamed, train } from "../../src/index.ts";
import { load } from "../../src/lab/import/load.ts";
import { openSubject } from "../../src/lab/report/study/subject.ts";
import { parseSweep } from "../../src/lab/sweep/file/sweep.ts";
import { trainerOf } from "../../src/lab/sweep/trials/trainer.ts";
import { lines, put, putClasses } from "./support/own-pictures.ts";

/** The number of the rules, and the beginning of the hash of the images that four pictures of each class come to. */
const GOLDEN = [1, "56a357e64a7504cf"];

let root = "";
/** The places of imports, as they were told. */
let imports: string[] = [];
const mine = (): string => join(root, "mine");
const watched = (act: () => Promise<void>) => (): Promise<void> =>
  watchImports({ image: () => undefined, end: (place) => imports.push(place) }, act);
const cached = (): string[] =>
  existsSync(join(root, "cache", "pictures")) ? readdirSync(join(root, "cache", "pictures")) : [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lenet-pictures-"));
  vi.stubEnv("LENET_CACHE", join(root, "cache"));
  imports = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

describe("a folder of pictures by class", () => {
  it(
    "trains, is evaluated, reported on and swept over as it is, imported once, and nothing is written into it.",
    watched(async () => {
      putClasses(root, "mine", 7);
      const net = netNamed("linear");
      const settings = { data: mine(), epochs: 1, validation: 2, out: join(root, "run"), threads: 1 };
      const { metrics, model } = await train(net, settings);
      expect(model.net.name).toBe("linear:classes=2");
      expect(metrics.test!.images).toBe(2);
      expect((await evaluate(load(join(root, "run")), mine())).misses).toBe(metrics.test!.misses);
      expect((await openSubject(join(root, "run"))).set).toMatchObject({ name: "mine", count: 2 });
      const sweep = `method: grid\nnet: linear\ndata: ${mine()}\nparameters: {rate: {values: [0.1, 0.2]}}`;
      expect((await trainerOf(parseSweep("s.yaml", sweep))).data[mine()]!.train.count).toBe(12);
      expect(imports).toEqual([mine()]);
      expect(readdirSync(mine())).toEqual(["lying", "standing"]);
      const { data } = JSON.parse(await readFile(join(root, "run", "config.json"), "utf8"));
      importImages(mine(), join(root, "set"), { test: TEST_SHARE, whole: false, strict: false });
      expect(data.train.sha256).toEqual((await loadData(join(root, "set"), "train")).sha256);
    }),
  );

  it(
    "is imported again, into another place, when a picture is another, and again when what is kept was damaged.",
    watched(async () => {
      putClasses(root, "mine", 7);
      const before = await loadData(mine(), "train");
      put(root, "mine/lying/0.PNG", lines(false, 60, 44));
      expect((await loadData(mine(), "train")).sha256.images).not.toBe(before.sha256.images);
      expect(cached()).toHaveLength(2);
      put(root, "mine/lying/0.PNG", lines(false, 40, 25));
      for (const place of cached()) writeFileSync(join(root, "cache/pictures", place, "train-labels-idx1-ubyte"), "?");
      expect((await loadData(mine(), "train")).sha256).toEqual(before.sha256);
      expect([imports.length, cached().length]).toEqual([3, 2]);
    }),
  );

  it("comes to the same images as ever: when they change, RULES must, as it is in the name of what is kept.", async () => {
    putClasses(root, "mine", 4);
    const { sha256 } = await loadData(mine(), "train");
    expect([RULES, sha256.images.slice(0, 16)]).toEqual(GOLDEN);
  });

  it("may have options after its name, for nets of another size, and pictures are shown to those alike.", async () => {
    putClasses(root, "mine", 4);
    const settings = { epochs: 1, validation: 0, out: join(root, "run"), threads: 1 };
    const net = netNamed("zipcode1989");
    await expect(train(net, { ...settings, data: mine() })).rejects.toThrow(
      "zipcode1989:classes=2: expected 16×16 images, got 28×28 (mine, train). Add :size=16 to the name of the data, or choose another net.",
    );
    await train(net, { ...settings, data: `${mine()}:box=ink,size=16` });
    const model = load(join(root, "run"));
    expect((await openSubject(join(root, "run"))).set).toMatchObject({ name: "mine:size=16,box=ink", rows: 16 });
    const picture = decodeImage(lines(true, 27, 33), "a picture");
    const { pixels } = digitFor(model, picture);
    const set = await loadData(`${mine()}:size=16,box=ink`, "train");
    const all = Array.from({ length: set.count }, (_, i) => set.images.slice(256 * i, 256 * (i + 1)));
    expect(all).toContainEqual(pixels);
    await expect(loadData(`${mine()}:size=17`, "train")).rejects.toThrow(
      'mine, size: expected 28 or 20 or 16, got "17".',
    );
  });

  it("has no hidden files, and what cannot be read is told and left out.", async () => {
    putClasses(root, "mine", 3);
    put(root, "mine/lying/._0.PNG", "what a Mac leaves in its archives");
    put(root, "mine/lying/torn.webp", "no picture");
    let said = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
    const names = watchImports(importView(), () => classNamesIn(mine()));
    expect(names).toEqual(["lying", "standing"]);
    expect(said).toMatch(/^left out .*torn\.webp: expected a PNG, JPEG or WebP picture, got .*\n/);
    expect(said).toMatch(/mine: 6 pictures of 2 classes imported, 1 left out\n\n$/);
  });

  it("is told to those who watch what asked for it, however long that waits, and to nobody else.", async () => {
    const asked = async (name: string, each: number): Promise<string[]> => {
      const told: string[] = [];
      putClasses(root, name, each);
      await watchImports({ image: () => undefined, end: (place) => told.push(place) }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await loadData(join(root, name), "train");
      });
      return told;
    };
    expect(await Promise.all([asked("one", 3), asked("two", 4)])).toEqual([[join(root, "one")], [join(root, "two")]]);
  });

  it.each([
    [
      "a folder of nothing",
      ["notes.txt"],
      "train",
      "MINE: expected IDX files, or a sub-folder of pictures for each class (PNG, JPEG, WebP), got neither. See: lenet data import --help",
    ],
    [
      "pictures outside of classes",
      ["1.png", "2.png"],
      "train",
      "MINE: expected a sub-folder of pictures for each class, got pictures outside of any. Put those of each class into a folder of its own.",
    ],
    ["one class", ["a/1.png", "a/2.png"], "train", "MINE: expected images of 2 to 95 classes, got 1. Give more."],
    [
      "too few to test with",
      ["a/1.png", "b/1.png"],
      "test",
      "MINE: expected pictures to test with, got too few to keep any apart. Add some, or sort them into train and test.",
    ],
    [
      "a class to test with alone",
      ["train/a/1.png", "train/b/1.png", "test/c/1.png"],
      "train",
      "MINE: expected images of class c to learn from, got none. Add some.",
    ],
  ] as const)("of %s is one sentence.", async (_, names, part, message) => {
    for (const name of names) put(root, `mine/${name}`, lines(true, 20, 30));
    await expect(loadData(mine(), part)).rejects.toThrow(new LenetError(message.replace("MINE", mine())));
    expect(cached().filter((place) => place.endsWith(".tmp"))).toEqual([]);
  });

  it("is not a file: of a CSV file the message names the command that reads it.", async () => {
    put(root, "mine.csv", "a,1");
    await expect(loadData(join(root, "mine.csv"), "train")).rejects.toThrow(
      "mine.csv: expected a folder of IDX files or of pictures by class, got a file. Make a data set of it: lenet data import",
    );
  });
});

describe("an import that takes a while", () => {
  it("is told of in one line where stderr is no terminal, with the time that is left.", () => {
    let now = 5_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    let said = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
    const view = importView();
    for (let done = 1; done <= 40; done++, now += 100) view.image("./mine", done, 100);
    expect(said).toBe("importing ./mine: 11 of 100 images, 8.1 s left\n");
  });
});
