// Sets made by options on a name: held against somebody else's numbers (the golden file), against the definition of each
// filter written out without shortcuts, and against what deslanting is to achieve.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dataCommand } from "../../cli/data.ts";
import { classCounts, type DataSet, limit } from "../../src/data/data-set.ts";
import { derivations, derive } from "../../src/data/derive.ts";
import { mersenne, permutation } from "../../src/data/mersenne.ts";
import { loadData, registeredSet } from "../../src/data/registry.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { type OptionsOf, readOptions } from "../../src/named.ts";

const golden = (() => {
  const file = "zipcode1989.sgd.safetensors";
  return decodeSafetensors(readFileSync(new URL(`../fixtures/golden/${file}`, import.meta.url)), file).tensors;
})();

let digits: DataSet;
beforeAll(async () => {
  digits = limit(await loadData("mnist", "train"), 40);
});

const options = (text: string): OptionsOf<typeof derivations> => readOptions("mnist", derivations, text);
const made = (text: string, set = digits): DataSet => derive(set, `mnist:${text}`, options(text));
const image = ({ images, rows, columns }: DataSet, index: number): number[] => [
  ...images.subarray(index * rows * columns, (index + 1) * rows * columns),
];

describe("size=16", () => {
  it("is what PyTorch's interpolation gives (golden input of the 1989 net, to 1e-6).", () => {
    expect([...digits.images.subarray(0, 784)]).toEqual([...golden.get("images")!.data]);
    const wanted = golden.get("input")!;
    expect(wanted.shape).toEqual([1, 1, 16, 16]);
    const got = image(made("size=16"), 0).map((ink) => ink / 127.5 - 1);
    const furthest = Math.max(...got.map((value, i) => Math.abs(value - Number(wanted.data[i]))));
    expect(furthest).toBeLessThanOrEqual(1e-6);
  });

  it("with filter=antialias blends all pixels within a triangle as wide as two results.", () => {
    const set = made("size=16,filter=antialias");
    const near = (from: number, to: number): number =>
      Math.max(0, 1 - Math.abs(from + 0.5 - ((to + 0.5) * 28) / 16) / (28 / 16));
    for (const index of [0, 17, 39]) {
      const stored = image(digits, index);
      for (const [y, x] of [
        [0, 0],
        [7, 8],
        [15, 3],
        [10, 15],
      ] as const) {
        let [sum, weights] = [0, 0];
        for (let i = 0; i < 784; i++) {
          const weight = near(Math.floor(i / 28), y) * near(i % 28, x);
          sum += weight * stored[i]!;
          weights += weight;
        }
        expect(image(set, index)[y * 16 + x]).toBeCloseTo(sum / weights, 4);
      }
    }
  });
});

describe("box=ink", () => {
  const text = "size=16,filter=antialias,box=ink";

  it("makes the longer side of every digit fill the image, the shorter one in its middle, at the same aspect.", () => {
    const extent = (ink: readonly number[], side: number) => {
      const inked = ink.flatMap((value, i) => (value > 0 ? [[Math.floor(i / side), i % side] as const] : []));
      const of = (axis: 0 | 1) => {
        const places = inked.map((place) => place[axis]);
        return { from: Math.min(...places), to: Math.max(...places) + 1 };
      };
      return { rows: of(0), columns: of(1) };
    };
    const set = made(text);
    for (let index = 0; index < digits.count; index++) {
      const [before, after] = [extent(image(digits, index), 28), extent(image(set, index), 16)];
      const lengths = ({ rows, columns }: typeof before) => [rows.to - rows.from, columns.to - columns.from] as const;
      const [was, is] = [lengths(before), lengths(after)];
      const longer = was[0] >= was[1] ? 0 : 1;
      expect(is[longer]).toBe(16);
      expect(Math.abs(is[1 - longer]! - (was[1 - longer]! * 16) / was[longer]!)).toBeLessThanOrEqual(3);
      const across = longer === 0 ? after.columns : after.rows;
      expect(Math.abs(across.from + across.to - 16)).toBeLessThanOrEqual(2);
    }
  });

  it("takes a square that fills 16×16 as it is, whole digits at any edge, and an image without ink.", () => {
    const images = new Uint8Array(3 * 784);
    for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) images[(y + 3) * 28 + x + 9] = 1 + ((y * 16 + x) % 251);
    for (let y = 0; y < 28; y++) images[784 + y * 28] = 200;
    const set = made("size=16,box=ink", { ...digits, images, labels: new Uint8Array(3), count: 3 });
    expect(image(set, 0)).toEqual(Array.from({ length: 256 }, (_, i) => 1 + (i % 251)));
    expect(Math.max(...image(set, 1).filter((_, i) => i % 16 === 7 || i % 16 === 8))).toBeGreaterThan(0);
    expect(Math.max(...image(set, 1).filter((_, i) => i % 16 < 6 || i % 16 > 9))).toBe(0);
    expect(image(set, 2)).toEqual(Array(256).fill(0));
  });
});

/** Mass, and covariance of row and column, of an image. */
const moments = (ink: readonly number[], side: number) => {
  const mean = (of: (x: number, y: number) => number): number =>
    ink.reduce((sum, value, i) => sum + value * of(i % side, Math.floor(i / side)), 0) / ink.reduce((a, b) => a + b);
  const [x, y] = [mean((column) => column), mean((_, row) => row)];
  return { x, y, mass: ink.reduce((a, b) => a + b), lean: mean((column, row) => (column - x) * (row - y)) };
};

describe("deslant=yes", () => {
  it("leaves no covariance of row and column, and the centre of mass where it was, unless ink leaves the image.", () => {
    const set = made("deslant=yes");
    let [leaned, whole] = [0, 0];
    for (let index = 0; index < digits.count; index++) {
      const [before, after] = [moments(image(digits, index), 28), moments(image(set, index), 28)];
      leaned = Math.max(leaned, Math.abs(before.lean));
      expect(after.mass / before.mass).toBeGreaterThan(0.97);
      if (after.mass / before.mass < 1 - 1e-6) continue;
      whole++;
      expect(Math.abs(after.lean)).toBeLessThan(1e-4);
      for (const of of ["x", "y"] as const) expect(after[of]).toBeCloseTo(before[of], 4);
    }
    expect(leaned).toBeGreaterThan(5);
    expect(whole).toBeGreaterThan(30);
  });

  it("makes a slanted stroke upright, and leaves an empty image and a single row alone.", () => {
    const stroke = new Uint8Array(3 * 784);
    for (let y = 4; y < 24; y++) stroke[y * 28 + y] = 200;
    stroke.fill(9, 784 + 28, 784 + 56);
    const set = made("deslant=yes", { ...digits, images: stroke, labels: new Uint8Array(3), count: 3 });
    const columns = new Set<number>();
    image(set, 0).forEach((ink, i) => {
      if (ink > 1) columns.add(i % 28);
    });
    expect([...columns].sort()).toEqual([13, 14]);
    expect(image(set, 1)).toEqual([...stroke.subarray(784, 1568)]);
    expect(image(set, 2)).toEqual([...stroke.subarray(1568)]);
  });

  it("goes before size and frame.", () => {
    const straight = made("deslant=yes");
    expect(made("deslant=yes,size=16").images).toEqual(made("size=16", straight).images);
    expect(made("deslant=yes,size=20,frame=28").images).toEqual(made("size=20,frame=28", straight).images);
  });
});

describe("size=20 and frame=28", () => {
  it("cut out the middle and put it back into a background, byte for byte.", () => {
    const [cut, back] = [made("size=20"), made("size=20,frame=28")];
    expect(cut).toMatchObject({ rows: 20, columns: 20, count: 40 });
    expect(cut.images).toBeInstanceOf(Uint8Array);
    expect(back).toMatchObject({ rows: 28, columns: 28 });
    for (let i = 0; i < 784; i++) {
      const [y, x] = [Math.floor(i / 28), i % 28];
      const inside = y >= 4 && y < 24 && x >= 4 && x < 24;
      expect(image(back, 3)[i]).toBe(inside ? image(digits, 3)[i] : 0);
      if (inside) expect(image(cut, 3)[(y - 4) * 20 + x - 4]).toBe(image(digits, 3)[i]);
    }
  });

  it("put 16×16 in the middle of 28×28, as LeNet-1 saw its digits.", () => {
    const [small, framed] = [image(made("size=16"), 5), image(made("size=16,frame=28"), 5)];
    for (let y = 0; y < 16; y++)
      expect(framed.slice((y + 6) * 28 + 6, (y + 6) * 28 + 22)).toEqual(small.slice(y * 16, (y + 1) * 16));
    expect(moments(framed, 28).mass).toBeCloseTo(moments(small, 16).mass, 2);
  });
});

describe("sample", () => {
  it("1989 takes the first images: as many of each class as the figures of seed 004 show.", async () => {
    const [train, test] = [await loadData("mnist:sample=1989", "train"), await loadData("mnist:sample=1989", "test")];
    expect([train.count, test.count]).toEqual([7291, 2007]);
    const all = await loadData("mnist", "train");
    expect(Buffer.compare(train.images as Uint8Array, all.images.subarray(0, 7291 * 784) as Uint8Array)).toBe(0);
    expect(train.sha256).toEqual(all.sha256);
    expect(classCounts(train).reduce((a, b) => a + b)).toBe(7291);
  });

  it("random draws as many, none twice, others for another seed, the same for the same.", async () => {
    const all = await loadData("mnist", "train");
    // The images numbered by their first four pixels, which are background in MNIST.
    const images = Uint8Array.from(all.images);
    for (let i = 0; i < all.count; i++) images.set([i & 255, (i >> 8) & 255, (i >> 16) & 255], i * 784);
    const numbered = { ...all, images };
    const drawn = (text: string): number[] => {
      const { images: some, labels, count } = made(text, numbered);
      return Array.from({ length: count }, (_, i) => {
        const index = some[i * 784]! + some[i * 784 + 1]! * 256 + some[i * 784 + 2]! * 65536;
        expect(labels[i]).toBe(all.labels[index]);
        return index;
      });
    };
    const [one, again, two] = [drawn("sample=random"), drawn("sample=random,draw=1"), drawn("sample=random,draw=2")];
    expect(new Set(one).size).toBe(7291);
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(Math.max(...one)).toBeGreaterThan(59_000);
  });
});

describe("sample=karpathy", () => {
  it("comes of NumPy's older generator: MT19937 as the C++ standard checks it.", () => {
    const random = mersenne(5489);
    expect(random()).toBe(3_499_211_612);
    for (let i = 2; i < 10_000; i++) random();
    expect(random()).toBe(4_123_659_995);
  });

  it("is what numpy.random.permutation(60000)[:7291] and then (10000)[:2007] give after numpy.random.seed(1337).", async () => {
    const random = mersenne(1337);
    const [train, test] = [permutation(random, 60_000), permutation(random, 10_000)];
    expect([...train.subarray(0, 5), ...train.subarray(7288, 7291)]).toEqual([
      39385, 28837, 35708, 53829, 27273, 13971, 35655, 13956,
    ]);
    expect([...test.subarray(0, 5), ...test.subarray(2004, 2007)]).toEqual([
      6645, 4938, 6348, 2409, 5710, 5636, 6970, 6831,
    ]);
    for (const [part, order, count] of [
      ["train", train, 7291],
      ["test", test, 2007],
    ] as const) {
      const [all, sample] = [await loadData("mnist", part), await loadData("mnist:sample=karpathy", part)];
      expect([...sample.labels]).toEqual(Array.from(order.subarray(0, count), (index) => all.labels[index]));
    }
  });
});

describe("a name with options", () => {
  it.each([
    ["mnist:size=28", "mnist"],
    ["mnist:size=16,sample=1989", "mnist:sample=1989,size=16"],
    ["mnist-1989", "mnist:sample=1989,size=16"],
    ["mnist-1989:frame=28", "mnist:sample=1989,size=16,frame=28"],
    ["fashion-mnist:deslant=yes", "fashion-mnist:deslant=yes"],
  ])("%s is written %s in every record.", async (given, canonical) => {
    expect(registeredSet(given)?.name).toBe(canonical);
    if (given === "mnist-1989") expect((await loadData(given, "test")).name).toBe(canonical);
  });

  it.each([
    ["mnist:size=17", 'mnist, size: expected 28 or 20 or 16, got "17".'],
    [
      "mnist:sise=16",
      'mnist: expected options sample, draw, deslant, size, filter, box, frame, as in mnist:sample=…, got "sise=16". Did you mean "size"?',
    ],
    ["mnist:draw=2", "mnist, draw: expected sample=random beside it, got none. Add it, or leave it out."],
    ["mnist:sample=random,draw=1.5", 'mnist, draw: expected a whole number from 0 to 4294967295, got "1.5".'],
    ["mnist:size=20,filter=antialias", "mnist, filter: expected size=16 beside it, got none. Add it, or leave it out."],
    ["mnist:size=20,box=ink", "mnist, box: expected size=16 beside it, got none. Add it, or leave it out."],
    ["mnist:frame=28", "mnist, frame: expected size=16 or size=20 beside it, got none. Add it, or leave it out."],
    [
      "mnits:size=16",
      'data: expected mnist, fashion-mnist, zipcode or a folder of images, got "mnits:size=16". Did you mean "mnist"?',
    ],
  ])("%s is refused with one sentence.", async (name, message) => {
    await expect(loadData(name, "train")).rejects.toThrow(message);
  });
});

describe("lenet data", () => {
  let stdout = "";
  beforeEach(() => {
    stdout = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it("list explains every option.", async () => {
    await dataCommand().parseAsync(["list"], { from: "user" });
    for (const [option, { meaning }] of Object.entries(derivations)) {
      expect(stdout).toContain(`  ${option}=`);
      expect(stdout).toContain(meaning);
    }
  });

  it("show counts the classes of a set with options.", async () => {
    await dataCommand().parseAsync(["show", "mnist-1989", "--json"], { from: "user" });
    expect(JSON.parse(stdout)).toMatchObject({
      name: "mnist:sample=1989,size=16",
      parts: [
        { part: "train", count: 7291 },
        { part: "test", count: 2007 },
      ],
    });
  });

  it("show --distort pictures the same digits as distorted, the same ones for the same seed.", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lenet-sheet-"));
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    const sheet = async (name: string, ...more: string[]): Promise<Buffer> => {
      const out = join(folder, name);
      await dataCommand().parseAsync(["show", "mnist:sample=1989", "--out", out, "--digits", "4", ...more], {
        from: "user",
      });
      return readFile(out);
    };
    const [plain, bent] = [await sheet("a.png"), await sheet("b.png", "--distort", "elastic")];
    expect(bent).not.toEqual(plain);
    expect(await sheet("c.png", "--distort", "elastic:sigma=4")).toEqual(bent);
    expect(await sheet("d.png", "--distort", "0")).toEqual(plain);
    await expect(sheet("e.png", "--distort", "bent")).rejects.toThrow("--distort: expected a number from 0, or affine");
    await rm(folder, { recursive: true });
  });

  it("--data-dir wants a folder, and is where sets are looked for first.", async () => {
    vi.stubEnv("LENET_DATA", "");
    const words = (dir: string): string[] => ["list", "--data-dir", dir];
    await expect(dataCommand().parseAsync(words("/no/such/folder"), { from: "user" })).rejects.toThrow(
      '--data-dir: expected a folder, got "/no/such/folder". Name one that is there.',
    );
    await dataCommand().parseAsync(words("test"), { from: "user" });
    expect(process.env["LENET_DATA"]).toBe("test");
  });
});
