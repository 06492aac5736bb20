// What the engine promises: the same bytes from the same bytes, nothing allocated, batches and threads that do not matter, and a
// team that stops where it should.
import { describe, expect, it } from "vitest";
import { alone } from "../../src/engine/crew.ts";
import { type DistortSpec, distortion } from "../../src/engine/distort.ts";
import { shardCount, shardImages } from "../../src/engine/plan.ts";
import { walk } from "../../src/engine/step.ts";
import { startTeam, type Team } from "../../src/engine/team.ts";
import { LenetError } from "../../src/errors.ts";
import { kernelModule } from "../../src/kernels/module.ts";
import { dense, dropout } from "../../src/layers/index.ts";
import { image, type Net, net } from "../../src/nets/net.ts";
import { type OptimiserSpec, optimiser, optimiserKinds } from "../../src/optimisers/index.ts";
import { bytesPerStep } from "./support/allocation.ts";
import { copied, lean, plain, small } from "./support/nets-of-layers.ts";
import { type Arithmetic, type Rig, rig } from "./support/rig.ts";

/** A net that this optimiser can teach: SDLM has no curvature of norms and dropout. */
const teachable = (kind: OptimiserSpec["kind"]): Net => (kind === "sdlm" ? plain : small);

/** A copy of everything in an arena. */
const bytesOf = ({ arena }: Pick<Rig, "arena">): Uint8Array => new Uint8Array(arena.floats("weights").buffer).slice();

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

describe("a step", () => {
  it.each(optimiserKinds)("taken twice from one snapshot leaves the same bytes everywhere (%s).", (kind) => {
    const bench = rig(teachable(kind), { batch: 20, arithmetic: "fast", optimiser: optimiser(kind, { decay: 0.01 }) });
    bench.arena.doubles("rates").fill(0.05);
    bench.step(20, 0);
    const snapshot = bytesOf(bench);
    bench.step(20, 1);
    const once = bytesOf(bench);
    new Uint8Array(bench.arena.floats("weights").buffer).set(snapshot);
    bench.step(20, 1);
    expect(same(bytesOf(bench), once)).toBe(true);
    expect(same(snapshot, once)).toBe(false);
  });

  // One view of an array takes more than 100 bytes, one boxed number 16: the bound leaves no room for either in a step.
  const taught = [...optimiserKinds.map((kind) => [kind, 4] as const), ["sgd", 1] as const, ["sdlm", 1] as const];
  it.each(taught)(
    "allocates nothing: 2,000 steps leave less than 16 bytes each on the heap (%s, batch %i).",
    (kind, batch) => {
      const { bytes, positions } = bytesPerStep(kind, "", `${batch}`);
      expect(positions).toBe(2_000 * batch);
      expect(bytes).toBeLessThan(16);
    },
  );

  it("uses the rate of its own number.", () => {
    const { arena, program } = rig(plain, { batch: 2, images: 2, positions: 10, arithmetic: "fast" });
    arena.doubles("rates")[3] = 0.1;
    const seen: string[] = [];
    const way = { training: true, from: 0, to: 10, batch: 2, step: 0 };
    walk(program, alone(), way, () => seen.push(arena.floats("weights").join()));
    expect(seen.map((weights, i) => weights !== seen[i - 1])).toEqual([true, false, false, true, false]);
  });

  it("that does not train changes no weight, gradient, statistic or state.", () => {
    const bench = rig(small, { batch: 8, arithmetic: "fast", optimiser: optimiser("adam") });
    const names = ["weights", "gradients", "statistics", "mean", "square"];
    const before = names.map((name) => bench.arena.floats(name).join());
    walk(bench.program, alone(), { training: false, from: 0, to: 8, batch: 8, step: 0 }, () => {});
    expect(names.map((name) => bench.arena.floats(name).join())).toEqual(before);
    expect(bench.arena.floats("losses").every((loss) => loss > 0)).toBe(true);
  });

  it("reports the mean loss and the misses of its own images.", () => {
    const { arena, program } = rig(plain, { batch: 4, images: 10 });
    walk(program, alone(), { training: true, from: 0, to: 10, batch: 4, step: 0 }, () => {});
    const [losses, answers, labels] = [arena.floats("losses"), arena.bytes("answers"), arena.bytes("labels")];
    for (const [index, [from, to]] of [
      [0, 4],
      [4, 8],
      [8, 10],
    ].entries()) {
      const positions = Array.from({ length: to! - from! }, (_, i) => from! + i);
      const mean = positions.reduce((sum, position) => sum + losses[position]!, 0) / positions.length;
      expect(arena.doubles("stepLosses")[index]).toBe(mean);
      expect(arena.ints("stepMisses")[index]).toBe(positions.filter((p) => answers[p] !== labels[p]).length);
    }
  });
});

describe("a batch", () => {
  it("is cut into shards of four to eight images, of one where there are fewer than six.", () => {
    const cut = [1, 2, 5, 6, 8, 9, 20, 48, 64, 100].map((batch) => [batch, shardCount(batch), shardImages(batch)]);
    expect(cut).toEqual([
      [1, 1, 1],
      [2, 2, 1],
      [5, 5, 1],
      [6, 2, 4],
      [8, 2, 4],
      [9, 3, 4],
      [20, 5, 4],
      [48, 8, 6],
      [64, 8, 8],
      [100, 13, 8],
    ]);
  });

  const bounds: [Arithmetic, number][] = [
    ["float64", 1e-12],
    ["fast", 1e-5],
  ];
  for (const [arithmetic, bound] of bounds)
    it(`smaller than the plan's gives what a plan of its size gives, but for rounding (${arithmetic}).`, () => {
      for (const images of [1, 3, 7, 17]) {
        // Dropout is left out: which units it leaves out depends on their place in the plan's shards alone.
        const layers = small.layers.filter(({ kind }) => kind !== "dropout");
        const [large, exact] = [33, images].map((batch) =>
          rig({ ...small, layers }, { batch, images: 33, arithmetic }),
        );
        expect(Math.abs(large!.step(images) - exact!.step(images))).toBeLessThan(bound);
        const [got, wanted] = [large!, exact!].map(({ arena }) => Array.from(arena.floats("gradients")));
        const largest = Math.max(...wanted!.map(Math.abs));
        expect(Math.max(...got!.map((value, i) => Math.abs(value - wanted![i]!))) / largest).toBeLessThan(bound);
      }
    });

  it.each([
    { taught: lean, kind: "adam", batch: 20 },
    { taught: lean, kind: "adam", batch: 14 },
    { taught: small, kind: "momentum", batch: 20 },
    { taught: plain, kind: "sdlm", batch: 20 },
    { taught: plain, kind: "sgd", batch: 22 },
    { taught: copied, kind: "sgd", batch: 20 },
    { taught: copied, kind: "sgd", batch: 14 },
  ] as const)(
    "teaches the same whether all that its layers make is kept or what a shard needs ($taught.name, $kind, batches of $batch).",
    ({ taught, kind, batch }) => {
      const results = [true, false].map((keep) => {
        const bench = rig(taught, { batch, images: 50, arithmetic: "fast", optimiser: optimiser(kind), keep });
        bench.arena.doubles("rates").fill(0.05);
        walk(bench.program, alone(), { training: true, from: 0, to: 50, batch, step: 0 }, () => {});
        return {
          learned: bench.arena.floats("weights").join(),
          bytes: bench.arena.floats("weights").buffer.byteLength,
        };
      });
      expect(results[1]!.learned).toBe(results[0]!.learned);
      expect(results[0]!.learned).not.toContain("NaN");
      if (taught === small) expect(results[1]!.bytes).toBe(results[0]!.bytes);
      else expect(results[1]!.bytes).toBeLessThan(results[0]!.bytes);
    },
  );

  it("leaves the same units out by dropout however it is cut: places count within the batch.", () => {
    const layers = [dropout("D", 0.5), dense("OUT", { units: 10 })];
    const shown = net("shown", "", image(3, 3, { low: 1, high: 2 }), layers);
    const out = [9, 33].map((batch) => {
      const bench = rig(shown, { batch, images: 33 });
      bench.step(9);
      return [...bench.arena.floats("out.-1").slice(0, 81)].map((value) => value === 0);
    });
    expect(out[0]).toEqual(out[1]);
    expect(out[0]!.filter(Boolean).length).toBeGreaterThan(20);
  });
});

/** A team on random images, weights like a rig's. */
const teamOf = async (shown: Net, threads: number, positions: number, distort?: DistortSpec): Promise<Team> => {
  const options = { batch: 16, threads, optimiser: optimiser("momentum"), seed: 1, images: 64, positions, distort };
  const team = await startTeam(kernelModule(), shown, options);
  const { arena } = rig(shown, { ...options, arithmetic: "fast" });
  for (const name of ["weights", "statistics"]) team.arena.floats(name).set(arena.floats(name));
  for (const name of ["pixels", "labels"]) team.arena.bytes(name).set(arena.bytes(name));
  team.arena.ints("order").set(arena.ints("order"));
  team.arena.doubles("rates").fill(0.01);
  return team;
};

const way = (from: number, to: number) => ({ training: true, from, to, batch: 16, step: 0 });

describe("a team", () => {
  it.each([small, lean])("gives the same bytes with one, two and three threads ($name).", async (taught) => {
    const results = [];
    for (const threads of [1, 2, 3]) {
      const team = await teamOf(taught, threads, 320);
      // The last batch has four images.
      expect(await team.walk(way(0, 308))).toBe(308);
      const { arena } = team;
      results.push([
        arena.floats("weights").join(),
        arena.floats("statistics").join(),
        arena.doubles("stepLosses").join(),
      ]);
      await team.end();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]!.join()).not.toContain("NaN");
  });

  it("distorts every image as its step and place say, with one thread or two.", async () => {
    const results = [];
    for (const threads of [1, 2]) {
      const team = await teamOf(plain, threads, 160, distortion(1));
      await team.walk(way(0, 160));
      results.push(team.arena.doubles("stepLosses").join());
      await team.end();
    }
    const undistorted = await teamOf(plain, 1, 160);
    await undistorted.walk(way(0, 160));
    await undistorted.end();
    expect(results[1]).toBe(results[0]);
    expect(results[0]).not.toBe(undistorted.arena.doubles("stepLosses").join());
  });

  it("stops at the end of a step, and goes on as if it had not.", async () => {
    const positions = 16 * 100_000;
    const team = await teamOf(plain, 2, positions);
    const walking = team.walk(way(0, positions));
    while (team.position() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    team.stop();
    const stopped = await walking;
    expect(stopped % 16).toBe(0);
    expect(stopped).toBeGreaterThan(0);
    expect(stopped).toBeLessThan(positions);
    expect(team.position()).toBe(stopped);
    expect(await team.walk(way(stopped, stopped + 160))).toBe(stopped + 160);
    const weights = team.arena.floats("weights").join();
    await team.end();

    const unstopped = await teamOf(plain, 1, positions);
    await unstopped.walk(way(0, stopped + 160));
    expect(unstopped.arena.floats("weights").join()).toBe(weights);
    await unstopped.end();
  });

  it("has nothing to do on the way from a place to itself.", async () => {
    const team = await teamOf(plain, 2, 32);
    expect(await team.walk(way(16, 16))).toBe(16);
    await team.end();
  });

  it("may be ended twice, and its arena is still there.", async () => {
    const team = await teamOf(plain, 2, 32);
    await team.walk(way(0, 32));
    await team.end();
    await team.end();
    expect(team.arena.floats("weights").length).toBe(team.description.weights);
  });

  it("ended on its way says so.", async () => {
    const team = await teamOf(plain, 2, 16 * 100_000);
    const walking = team.walk(way(0, 16 * 100_000));
    const refused = expect(walking).rejects.toThrow("a worker ended before its work was done");
    await team.end();
    await refused;
  });

  it("that would need more memory than there is says how much.", async () => {
    const options = { batch: 64, threads: 1, optimiser: null, seed: 1, images: 2 ** 26, positions: 64 };
    await expect(startTeam(kernelModule(), plain, options)).rejects.toThrow(
      new LenetError(
        "memory: expected room for 4.6 GB (67108864 images, batches of 64), got less (WebAssembly ends at 4 GB). Use a smaller batch or fewer images.",
      ),
    );
  });
});
