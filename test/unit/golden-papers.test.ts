// The nets of 1998 and 1990 against numbers computed by somebody else (test/fixtures/golden/README.md): first batch, both losses
// of penalties, the curvature of SDLM, and training to its end.
import { beforeAll, describe, expect, it } from "vitest";
import { type DataSet, limit } from "../../src/data/data-set.ts";
import { startTeam, type Team } from "../../src/engine/team.ts";
import { kernelModule } from "../../src/kernels/module.ts";
import { lenet1 } from "../../src/nets/lenet1.ts";
import { lenet5of1998, usual } from "../../src/nets/lenet5-1998.ts";
import type { Net } from "../../src/nets/net.ts";
import { type OptimiserSpec, optimiser } from "../../src/optimisers/index.ts";
import { difference, digits as firstDigits, type Golden, golden, load } from "./support/golden.ts";
import { type Arithmetic, type Rig, rig, tensorOf } from "./support/rig.ts";

const sdlm = golden("lenet5-1998.sdlm");
const curvature = golden("lenet5-1998.curvature");
const sgd = golden("lenet1.sgd");

let digits: DataSet;
beforeAll(async () => {
  digits = await firstDigits(500);
});

/** What is further off than 1e-5 of the largest number of its tensor. */
const far = (differences: readonly [string, number][]): [string, number][] =>
  differences.filter(([, off]) => !(off <= 1e-5));

interface FirstBatch {
  readonly net: Net;
  readonly file: Golden;
  readonly batch: number;
  /** Between the name of a gradient (or of the loss) and its tensor. */
  readonly loss: "" | "map.";
  readonly tensors: number;
}

const map = lenet5of1998({ loss: "map", rubbish: 1 });
const batches: Record<string, FirstBatch> = {
  "LeNet-5 of 1998, eq. 8": { net: usual, file: sdlm, batch: 1, loss: "", tensors: 12 },
  "LeNet-5 of 1998, eq. 9": { net: map, file: sdlm, batch: 1, loss: "map.", tensors: 12 },
  "LeNet-1": { net: lenet1, file: sgd, batch: 4, loss: "", tensors: 10 },
};

describe.each(Object.entries(batches))("the first batch of %s", (_, { net, file, batch, loss, tensors }) => {
  it.each<Arithmetic>(["float64", "fast"])(
    "gives input, outputs, loss and every gradient to five digits (%s).",
    (a) => {
      const bench = rig(net, { batch, arithmetic: a });
      load(bench, file, limit(digits, batch));
      const got = bench.step(batch);
      const last = bench.description.layers.length - 1 - (net === lenet1 ? 1 : 0);
      expect(limit(digits, batch).images).toEqual(file("images"));
      const differences: [string, number][] = [
        ["input", difference(bench.arena.floats("out.-1"), file("input"))],
        ["output", difference(bench.arena.floats(`out.${last}`), file("output"))],
        ["loss", difference([got], file(`loss${loss && ".map"}`))],
        ...bench.description.tensors.map(({ name }): [string, number] => [
          name,
          difference(tensorOf(bench, "gradients", name), file(`grad.${loss}${name}`)),
        ]),
      ];
      expect(far(differences)).toEqual([]);
      expect(differences).toHaveLength(3 + tensors);
    },
  );
});

/** A team with the golden weights and as many digits. */
const teamOf = async (net: Net, file: Golden, count: number, batch: number, spec: OptimiserSpec): Promise<Team> => {
  const options = { batch, threads: 1, optimiser: spec, seed: 1, images: count, positions: count };
  const team = await startTeam(kernelModule(), net, options);
  load(team, file, limit(digits, count));
  return team;
};

const measure = { training: false, curvature: true, from: 0, to: 500, step: 0 };

describe("the curvature of LeNet-5 of 1998 over 500 digits", () => {
  it.each([1, 64])("is what it should be, every tensor within 1e-5 (%i images at a time).", async (batch) => {
    const team = await teamOf(usual, curvature, 500, batch, optimiser("sdlm"));
    expect(await team.walk({ ...measure, batch })).toBe(500);
    await team.end();
    const differences = team.description.tensors.map(({ name }): [string, number] => [
      name,
      difference(tensorOf(team as unknown as Rig, "curvature", name), curvature(`curvature.${name}`)),
    ]);
    expect(far(differences)).toEqual([]);
    expect(differences).toHaveLength(12);
  });
});

/** Every tensor within `bound` of the golden weights, and moved further than that by the training. */
const expectFinal = ({ description, arena }: Pick<Rig, "description" | "arena">, file: Golden, bound: number): void => {
  for (const { name, offset, size } of description.tensors) {
    const got = arena.floats("weights").subarray(offset, offset + size);
    const wanted = file(`final.${name}`);
    const furthest = Math.max(...Array.from(got, (value, i) => Math.abs(value - wanted[i]!)));
    expect([name, furthest <= bound, furthest]).toEqual([name, true, furthest]);
    expect(difference(wanted, file(name))).toBeGreaterThan(1e-3);
  }
};

describe("training", () => {
  it("LeNet-5 of 1998 by SDLM for 500 patterns ends in the weights it should, every one within 5e-4.", async () => {
    const team = await teamOf(usual, sdlm, 500, 1, optimiser("sdlm"));
    team.arena.doubles("rates").fill(0.00025);
    await team.walk({ ...measure, batch: 1 });
    expect(await team.walk({ training: true, from: 0, to: 500, batch: 1, step: 0 })).toBe(500);
    await team.end();
    const [losses, wanted] = [team.arena.doubles("stepLosses"), sdlm("losses")];
    expect([...losses.keys()].filter((s) => !(Math.abs(losses[s]! / wanted[s]! - 1) <= 1e-3))).toEqual([]);
    expectFinal(team, sdlm, 5e-4);
    const { absent, offset } = team.description.tensors.find(({ name }) => name === "C3.weight")!;
    const weights = team.arena.floats("weights");
    expect(absent).not.toEqual([]);
    expect(absent.every(([from, to]) => weights.subarray(offset + from, offset + to).every((w) => w === 0))).toBe(true);
  });

  it("LeNet-1 by SGD for 50 steps ends in the weights it should, every one within 5e-4.", async () => {
    const team = await teamOf(lenet1, sgd, 200, 4, optimiser("sgd"));
    team.arena.doubles("rates").fill(0.01);
    expect(await team.walk({ training: true, from: 0, to: 200, batch: 4, step: 0 })).toBe(200);
    await team.end();
    const [losses, wanted] = [team.arena.doubles("stepLosses"), sgd("losses")];
    expect([...wanted.keys()].filter((s) => !(Math.abs(losses[s]! - wanted[s]!) <= 1e-4))).toEqual([]);
    expectFinal(team, sgd, 5e-4);
  });
});
