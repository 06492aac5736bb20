// What training images go through on their way into a net: stored as bytes or floats, distorted or not.
import { afterEach, describe, expect, it } from "vitest";
import { type DistortSpec, distortion } from "../../src/engine/distort.ts";
import { startTeam, type Team } from "../../src/engine/team.ts";
import { kernelModule } from "../../src/kernels/module.ts";
import { dense, tanh } from "../../src/layers/index.ts";
import { image, net } from "../../src/nets/net.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { uniform } from "./support/rig.ts";

const IMAGES = 32;
const small = net("small", "", image(12, 12, { padding: 2 }), [dense("F", { units: 10 }), tanh()]);

let team: Team | undefined;
afterEach(() => team?.end());

interface How {
  readonly distort?: DistortSpec;
  readonly ink?: "byte" | "float";
  readonly threads?: number;
}

/** The losses of two epochs of steps on the same images. */
const lossesOf = async ({ distort, ink = "byte", threads = 1 }: How): Promise<string> => {
  await team?.end();
  const options = {
    batch: 16,
    threads,
    optimiser: optimiser("sgd"),
    seed: 1,
    distort,
    ink,
    images: IMAGES,
    positions: 64,
  };
  team = await startTeam(kernelModule(), small, options);
  const { arena } = team;
  arena.floats("weights").set(uniform("weights", arena.floats("weights").length, 0.1));
  arena.bytesOrFloats("pixels").forEach((_, i, pixels) => {
    pixels[i] = (i * 37) % 256;
  });
  arena.ints("order").forEach((_, i, order) => {
    order[i] = i % IMAGES;
  });
  arena.doubles("rates").fill(0.01);
  await team.walk({ training: true, from: 0, to: 64, batch: 16, step: 0 });
  return arena.doubles("stepLosses").subarray(0, 4).join();
};

describe("a net learns", () => {
  it("the same bits from bytes and from the same ink as floats, distorted or not.", async () => {
    for (const distort of [undefined, distortion(1)])
      expect(await lossesOf({ distort, ink: "float" })).toBe(await lossesOf({ distort }));
  });
});
