// Numbers computed by somebody else (test/fixtures/golden/README.md): the first batch of modern LeNet-5 to five digits with
// either arithmetic, and 50 steps of training on real digits with one, two and three threads, which must agree to the bit.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type DataSet, limit } from "../../src/data/data-set.ts";
import { startTeam, type Team } from "../../src/engine/team.ts";
import { arithmetics, hasFused, kernelModule, type Arithmetic as Sums } from "../../src/kernels/module.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { difference, digits as firstDigits, golden, load } from "./support/golden.ts";
import { type Arithmetic, rig, tensorOf } from "./support/rig.ts";

const BATCH = 64;
const STEPS = 50;

const files = { adam: golden("lenet5-modern.adam"), sgd: golden("lenet5-modern.sgd") };
const recipes = {
  adam: { optimiser: optimiser("adam"), rate: 0.001 },
  sgd: { optimiser: optimiser("sgd"), rate: 0.05 },
};

let digits: DataSet;
beforeAll(async () => {
  digits = await firstDigits(BATCH * STEPS);
});

describe("the first batch of modern LeNet-5", () => {
  it("shows the net what the fixture shows it.", () => {
    expect(limit(digits, BATCH).images).toEqual(files.adam("images"));
    expect(limit(digits, BATCH).labels).toEqual(files.adam("labels"));
  });

  const judged: [Arithmetic, "adam" | "sgd"][] = [
    ["float64", "adam"],
    ["fast", "adam"],
    ["fast", "sgd"],
  ];
  for (const [arithmetic, kind] of judged)
    it(`gives the input, outputs, loss and every gradient to five digits (${arithmetic}, weights of ${kind}).`, () => {
      const bench = rig(lenet5, { batch: BATCH, arithmetic });
      load(bench, files[kind], limit(digits, BATCH));
      const loss = bench.step(BATCH);
      const { arena, description } = bench;
      const differences: [string, number][] = [
        ["input", difference(arena.floats("out.-1"), files[kind]("input"))],
        ["output", difference(arena.floats(`out.${description.layers.length - 1}`), files[kind]("output"))],
        ["loss", difference([loss], files[kind]("loss"))],
        ...description.tensors.map(({ name }): [string, number] => [
          name,
          difference(tensorOf(bench, "gradients", name), files[kind](`grad.${name}`)),
        ]),
      ];
      expect(differences.filter(([, far]) => !(far <= 1e-5))).toEqual([]);
      expect(differences).toHaveLength(3 + 10);
    });
});

/** Weights and losses after 50 steps. */
const train = async (
  kind: "adam" | "sgd",
  sums: Sums,
  threads: number,
): Promise<{ weights: Float32Array; losses: Float64Array }> => {
  const count = BATCH * STEPS;
  const options = {
    batch: BATCH,
    threads,
    optimiser: recipes[kind].optimiser,
    seed: 1,
    images: count,
    positions: count,
  };
  const team: Team = await startTeam(kernelModule(sums), lenet5, options);
  load(team, files[kind], digits);
  team.arena.doubles("rates").fill(recipes[kind].rate);
  expect(await team.walk({ training: true, from: 0, to: count, batch: BATCH, step: 0 })).toBe(count);
  await team.end();
  const { arena } = team;
  return { weights: Float32Array.from(arena.floats("weights")), losses: arena.doubles("stepLosses").slice(0, STEPS) };
};

/**
 * The bytes of the weights after those steps, as sha256: the same on every machine, Node and browser. Another order of
 * summation in a kernel gives others; then they change here, with the reason in the commit.
 */
const bits = {
  adam: {
    plain: "e3c23390084fda0979962ffa68e4713e960e2ebdf0e4d6764d8e05b94f9c9387",
    fused: "0897d3d3a14fa83cc9a3e0df4a02801ab4d99f5c9fc15393a18217628fb57667",
  },
  sgd: {
    plain: "5366d53a0c1341cdc1891520d7f3f896f3284771d79ee23ee796da73404ce146",
    fused: "2831628806d674d6789bc6e581f360aa870f0329410ef8cd52e3ff939f3bd510",
  },
} as const;

const cases = (["adam", "sgd"] as const).flatMap((kind) =>
  arithmetics.filter((sums) => sums === "plain" || hasFused()).map((sums) => ({ kind, sums })),
);

describe.each(cases)("50 steps of $kind, $sums", ({ kind, sums }) => {
  let runs: Awaited<ReturnType<typeof train>>[];
  beforeAll(async () => {
    runs = [];
    for (const threads of [1, 2, 3]) runs.push(await train(kind, sums, threads));
  });

  it("lose what they should, every step within 1e-4.", () => {
    const wanted = files[kind]("losses");
    const wrong = [...runs[0]!.losses.keys()].filter((s) => !(Math.abs(runs[0]!.losses[s]! - wanted[s]!) <= 1e-4));
    expect(wrong.map((s) => `step ${s}: got ${runs[0]!.losses[s]}, wanted ${wanted[s]}`)).toEqual([]);
  });

  it("end in the weights they should, every one within 2e-4.", () => {
    const { description } = rig(lenet5, { batch: 1 });
    for (const { name, offset, size } of description.tensors) {
      const got = runs[0]!.weights.subarray(offset, offset + size);
      const wanted = files[kind](`final.${name}`);
      const furthest = got.reduce((far, value, i) => Math.max(far, Math.abs(value - wanted[i]!)), 0);
      expect([name, furthest <= 2e-4, furthest]).toEqual([name, true, furthest]);
      // The bound means something: training moved the tensor further than that.
      expect(difference(wanted, files[kind](name))).toBeGreaterThan(1e-3);
    }
  });

  it("end in the bytes that they have everywhere.", () => {
    expect(createHash("sha256").update(runs[0]!.weights).digest("hex")).toBe(bits[kind][sums]);
  });

  it("end in the same bytes with one, two and three threads.", () => {
    for (const { weights, losses } of runs.slice(1)) {
      expect(Buffer.from(weights.buffer).equals(Buffer.from(runs[0]!.weights.buffer))).toBe(true);
      expect(losses).toEqual(runs[0]!.losses);
    }
  });
});
