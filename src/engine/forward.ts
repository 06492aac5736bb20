// A net that only runs forward, on the calling thread, in a small arena of its own: what answers single images.

import type { Kernels } from "../kernels/contract.ts";
import { bindKernels } from "../kernels/load.ts";
import type { Net } from "../nets/net.ts";
import type { Floats } from "../shape.ts";
import { type Arena, arenaMemory, openArena } from "./arena.ts";
import { alone } from "./crew.ts";
import { type Description, describe } from "./describe.ts";
import { arrayOf, claimsOf, type PlanOptions } from "./plan.ts";
import { type Batch, bindProgram } from "./program.ts";
import { step } from "./step.ts";

export interface Forward {
  readonly description: Description;
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** Where images, bytes or floats, are put before a run (capacity, rows, columns); where outputs lie after it (capacity, classes). */
  readonly pixels: Floats;
  readonly outputs: Floats;
  /** Runs the first `images` images; allocates nothing. */
  run(images: number): void;
}

/** The net with room for `capacity` images; its weights are zero until they are filled. `keep`: as in a plan. */
export const openForward = (module: WebAssembly.Module, net: Net, capacity: number, keep = false): Forward => {
  const description = describe(net);
  const options: PlanOptions = {
    batch: capacity,
    threads: 1,
    optimiser: null,
    seed: 0,
    ink: "float",
    keep,
    images: capacity,
    positions: capacity,
  };
  const unbound = bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = arenaMemory(claims);
  const arena = openArena(claims, memory.buffer);
  const kernels = bindKernels(module, memory);
  const program = bindProgram({ description, options, arena, kernels, thread: 0 });
  const crew = alone();
  const batch: Batch = { training: false, first: 0, images: 0, index: 0, step: 0 };
  arena.ints("order").forEach((_, position, order) => {
    order[position] = position;
  });
  return {
    description,
    arena,
    kernels,
    pixels: arena.floats("pixels"),
    outputs: arena.floats(`out.${arrayOf(description.layers, description.layers.length - 1)}`),
    run: (images) => {
      batch.images = images;
      step(program, batch, crew);
    },
  };
};
