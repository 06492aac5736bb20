// One image at a time, the engine teaches dense layers without writing their gradients down, and adds up no shards: the weights
// must move as they do in a plan for larger batches, which does both.
import { expect, it } from "vitest";
import { alone } from "../../src/engine/crew.ts";
import { step } from "../../src/engine/step.ts";
import { optimiser } from "../../src/optimisers/index.ts";
import { type Arithmetic, rig } from "./support/rig.ts";
import { small } from "./support/small-net.ts";

const KINDS = ["sgd", "sdlm"] as const;
const bounds: [Arithmetic, number][] = [
  ["float64", 1e-12],
  ["fast", 1e-5],
];

/** How each weight moved in three steps of one image in a plan for batches of `batch`. */
const changes = (kind: (typeof KINDS)[number], batch: number, arithmetic: Arithmetic): number[] => {
  const taught = optimiser(kind, { decay: 0.1 });
  const { arena, program } = rig(small, { batch, images: 3, arithmetic, optimiser: taught });
  const weights = arena.floats("weights");
  arena.doubles("rates").fill(0.05);
  if (kind === "sdlm") arena.floats("curvature").set(Array.from(weights, (_, i) => (i % 7) / 3));
  const start = weights.slice();
  for (const first of [0, 1, 2])
    step(program, { training: true, first, images: 1, index: first, step: first }, alone());
  return Array.from(weights, (weight, i) => weight - start[i]!);
};

for (const [arithmetic, bound] of bounds)
  it.each(KINDS)(`a batch of one image teaches by %s what it does in a larger plan (${arithmetic}).`, (kind) => {
    const [one, two] = [changes(kind, 1, arithmetic), changes(kind, 2, arithmetic)];
    expect(Math.max(...one.map((change, i) => Math.abs(change - two[i]!)))).toBeLessThan(bound);
    expect(one.filter((change) => Math.abs(change) > 10 * bound).length).toBeGreaterThan(0.9 * one.length);
  });
