// Which cells a sweep tries, and that a Bayesian search finds more than chance does.
import { describe, expect, it } from "vitest";
import { readHalving } from "../../src/lab/sweep/file/early-terminate.ts";
import { suggest } from "../../src/lab/sweep/search/bayes.ts";
import {
  choice,
  countIn,
  type Domain,
  unitOf,
  type Value,
  valueAt,
  valuesIn,
} from "../../src/lab/sweep/search/domain.ts";
import { rungsOf, survivors } from "../../src/lab/sweep/search/halving.ts";
import { type Cell, nextGeneration, type Search } from "../../src/lab/sweep/search/methods.ts";
import { exp, ln, normalQuantile, normalShare } from "../../src/lab/sweep/search/numbers.ts";
import { stream } from "../../src/random.ts";

describe("the numbers of a sweep", () => {
  it("exp and ln are the host's to 12 digits.", () => {
    for (const x of [-30, -1, -1e-9, 0, 0.3, 1, 20]) expect(exp(x) / Math.exp(x)).toBeCloseTo(1, 12);
    for (const x of [1e-12, 0.001, 0.7, 1, 1.5, 42, 1e9]) expect(ln(x)).toBeCloseTo(Math.log(x), 12);
  });

  it("normal shares are those of the tables, and the quantile turns them back.", () => {
    expect(normalShare(1.959964)).toBeCloseTo(0.975, 6);
    expect(normalShare(-1)).toBeCloseTo(0.158655, 6);
    expect(normalShare(0)).toBe(0.5);
    for (const share of [0.001, 0.2, 0.5, 0.9]) expect(normalShare(normalQuantile(share))).toBeCloseTo(share, 12);
  });
});

const range = (low: number, high: number, step: number | null = null, scale: "linear" | "log" = "linear"): Domain => ({
  kind: "range",
  scale,
  low,
  high,
  step,
});

describe("a domain", () => {
  const domains: [string, Domain, Value, Value, Value][] = [
    ["a range", range(2, 4), 2, 3, 3.998],
    ["whole numbers", range(2, 4, 1), 2, 3, 4],
    ["steps", range(10, 100, 8), 16, 56, 96],
    ["a logarithm", range(1e-4, 1, null, "log"), 1e-4, 0.01, 0.990832],
    ["a choice", choice(["a", "b", "c"]), "a", "b", "c"],
    ["a choice with chances", { kind: "choice", values: ["a", "b", "c"], shares: [0.1, 0.1, 0.8] }, "a", "c", "c"],
    ["a normal", { kind: "normal", scale: "linear", mean: 5, spread: 2, step: null }, -11, 5, 11.1805],
  ];
  it.each(domains)("of %s has its ends and its middle.", (_, domain, first, middle, last) => {
    expect([0, 0.5, 0.999].map((unit) => valueAt(domain, unit))).toEqual([first, middle, last]);
  });

  it.each(domains)("of %s turns values back.", (_, domain, first, middle) => {
    if (domain.kind === "choice") expect(unitOf(domain, first)).toBe(0);
    else if (domain.kind === "range" && domain.step === null) expect(unitOf(domain, first)).toBeCloseTo(0, 9);
    for (const unit of [0.2, 0.5, 0.7]) {
      if (domain.kind === "choice") continue;
      expect(valueAt(domain, unitOf(domain, valueAt(domain, unit)))).toBe(valueAt(domain, unit));
    }
    if (domain.kind !== "choice") expect(valueAt(domain, unitOf(domain, middle))).toBe(middle);
  });

  it("with steps can be counted, without not.", () => {
    expect(valuesIn(range(0.1, 0.5, 0.1))).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(valuesIn(range(3, 5, 1))).toEqual([3, 4, 5]);
    expect(valuesIn(range(3, 5))).toBeUndefined();
    expect(valuesIn(range(1_234_567, 1_234_569, 1))).toEqual([1_234_567, 1_234_568, 1_234_569]);
    expect([choice(["a", "b"]), range(0.1, 0.5, 0.1), range(1, 1e9, 1), range(3, 5)].map(countIn)).toEqual([
      2,
      5,
      1e9,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

/** Runs a search to its end on a function; the scores in the order they came. */
const searchOn = (search: Search, score: (cell: Cell) => number): { cell: Cell; score: number }[] => {
  const tried: { cell: Cell; score: number }[] = [];
  for (;;) {
    const generation = nextGeneration(search, tried);
    if (generation.length === 0) return tried;
    tried.push(...generation.map((cell) => ({ cell, score: score(cell) })));
  }
};

const canTry = () => true;

describe("a search", () => {
  const domains = [choice(["a", "b"]), range(0, 1)];
  it("over a grid tries every cell once, or the first ones.", () => {
    const grid = {
      method: "grid",
      domains: [choice(["a", "b"]), range(1, 3, 1)],
      canTry,
      cap: null,
      halved: false,
      seed: 1,
    } as const;
    const cells = ["a", "b"].flatMap((word) => [1, 2, 3].map((number) => [word, number]));
    expect(searchOn(grid, () => 0).map(({ cell }) => cell)).toEqual(cells);
    expect(searchOn({ ...grid, cap: 4 }, () => 0).map(({ cell }) => cell)).toEqual(cells.slice(0, 4));
  });

  it.each(["random", "bayes"] as const)(
    "by method %s tries as many cells as it may, the same ones every time.",
    (method) => {
      const search = { method, domains, canTry, cap: 15, halved: false, seed: 1 };
      const score = ([word, x]: Cell): number => (Number(x) - 0.3) ** 2 + (word === "a" ? 0 : 1);
      const first = searchOn(search, score);
      expect(first).toHaveLength(15);
      expect(new Set(first.map(({ cell }) => JSON.stringify(cell))).size).toBe(15);
      expect(searchOn(search, score)).toEqual(first);
      expect(searchOn({ ...search, seed: 2 }, score)[0]).not.toEqual(first[0]);
      // One parameter more leaves the values of the others where they were, while all is chance.
      const wider = searchOn({ ...search, domains: [...domains, range(5, 6)] }, () => 0);
      for (let index = 0; index < 8; index++) expect(wider[index]!.cell.slice(0, 2)).toEqual(first[index]!.cell);
    },
  );

  it.each(["random", "bayes"] as const)("by method %s ends when everything was tried.", (method) => {
    const small = [choice(["a", "b"]), range(1, 3, 1)];
    const search = { method, domains: small, canTry, cap: 50, halved: false, seed: 1 };
    const tried = searchOn(search, ([, x]) => Number(x));
    expect(new Set(tried.map(({ cell }) => JSON.stringify(cell))).size).toBe(6);
    expect(tried).toHaveLength(6);
    expect(searchOn({ ...search, canTry: ([, x]) => x !== 2 }, ([, x]) => Number(x))).toHaveLength(4);
  });

  it.each(["random", "bayes"] as const)("by method %s tries no cell that cannot be.", (method) => {
    // Its best cells are next to those that cannot be tried.
    const search: Search = { method, domains, canTry: ([, x]) => Number(x) > 0.5, cap: 30, halved: false, seed: 1 };
    const tried = searchOn(search, ([, x]) => Number(x));
    expect(tried).toHaveLength(30);
    expect(tried.every(({ score }) => score > 0.5)).toBe(true);
  });

  it("goes on where results are missing.", () => {
    const search = { method: "bayes", domains, canTry, cap: 40, halved: false, seed: 1 } as const;
    const tried = Array.from({ length: 12 }, (_, index) => ({
      cell: ["a", index / 20],
      score: index % 2 ? index : undefined,
    }));
    expect(nextGeneration(search, tried)).toHaveLength(4);
  });
});

describe("the Bayesian search", () => {
  /** Functions with known least values, of numbers and words. */
  const functions: [string, readonly Domain[], (cell: Cell) => number][] = [
    [
      "Branin's function",
      [range(-5, 10), range(0, 15)],
      ([a, b]) => {
        const [x, y] = [Number(a), Number(b)];
        const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
        return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
      },
    ],
    [
      "a bowl over a rate's logarithm, a batch and a word",
      [range(1e-4, 1, null, "log"), range(8, 256, 8), choice(["sgd", "momentum", "adam"])],
      ([rate, batch, word]) =>
        (Math.log10(Number(rate)) + 2) ** 2 + (Number(batch) / 128 - 0.5) ** 2 + (word === "adam" ? 0 : 0.3),
    ],
  ];
  it.each(functions)("beats chance on %s: 24 cells, mean of ten repeats.", (_, domains, of) => {
    const budget = 24;
    const bests = { chance: 0, bayes: 0 };
    for (let repeat = 0; repeat < 10; repeat++) {
      const random = (index: number): Cell =>
        domains.map((domain, place) => valueAt(domain, stream(repeat, `${index}/${place}`).unit()));
      const drawn = Array.from({ length: budget }, (_, index) => random(index));
      bests.chance += Math.min(...drawn.map(of)) / 10;
      const told = drawn.slice(0, 8).map((cell) => ({ cell, score: of(cell) }));
      while (told.length < budget) {
        const generation = suggest(
          { domains, canTry },
          told,
          Math.min(4, budget - told.length),
          stream(repeat, `${told.length}`),
        );
        told.push(...generation.map((cell) => ({ cell, score: of(cell) })));
      }
      bests.bayes += Math.min(...told.map(({ score }) => score)) / 10;
    }
    expect(bests.bayes).toBeLessThan(bests.chance * 0.6);
  });
});

describe("successive halving", () => {
  const halving = { first: 3, most: null, rounds: 1, eta: 3, strict: false };
  it("compares after min_iter epochs, and eta times later each time.", () => {
    expect(rungsOf(halving, 20)).toEqual([3, 9]);
    expect(rungsOf(halving, 27)).toEqual([3, 9]);
    expect(rungsOf(halving, 28)).toEqual([3, 9, 27]);
    expect(rungsOf(halving, 3)).toEqual([]);
    expect(rungsOf(null, 20)).toEqual([]);
  });

  it("or s times before max_iter.", () => {
    expect(rungsOf({ ...halving, first: null, most: 27, rounds: 2 }, 27)).toEqual([3, 9]);
    expect(rungsOf({ ...halving, first: null, most: 27, rounds: 5 }, 27)).toEqual([1, 3, 9]);
    expect(rungsOf({ ...halving, first: null, most: 27, rounds: Number.MAX_SAFE_INTEGER }, 27)).toEqual([1, 3, 9]);
  });

  it("compares after whole epochs where eta is none.", () => {
    expect(rungsOf({ ...halving, first: 2, eta: 1.5 }, 10)).toEqual([2, 3, 4, 6]);
    expect(rungsOf({ ...halving, first: null, most: 10, rounds: 9, eta: 2.5 }, 10)).toEqual([1, 4]);
  });

  it("lets one of eta go on, at least one.", () => {
    expect([1, 2, 3, 4, 9, 10].map((cells) => survivors(halving, cells))).toEqual([1, 1, 1, 2, 3, 4]);
    expect([1, 2, 3, 4, 9, 10].map((cells) => survivors({ ...halving, strict: true }, cells))).toEqual([
      1, 1, 1, 1, 3, 3,
    ]);
  });

  it("is off where nothing asks for it.", () => expect(readHalving(undefined)).toBeNull());
});
