// A team: one arena and as many threads as asked for, which train or evaluate a net while the main thread stays free. The
// team knows nothing of epochs, files or clocks: it walks through an order of images.
import { LenetError } from "../errors.ts";
import { bindKernels } from "../kernels/load.ts";
import type { Net } from "../nets/net.ts";
import { type Arena, arenaBytes, arenaMemory, openArena } from "./arena.ts";
import { CONTROL } from "./crew.ts";
import { type Description, describe } from "./describe.ts";
import { cores, mostThreads, startThread } from "./host.ts";
import { claimsOf, type PlanOptions } from "./plan.ts";
import type { Walk } from "./step.ts";

export interface Team {
  readonly description: Description;
  readonly arena: Arena;
  readonly threads: number;
  /** Walks; resolves to the position it came to, which is `to` unless it was stopped. */
  walk(way: Walk): Promise<number>;
  /** Position reached by the walk under way. */
  position(): number;
  /** Asks the walk under way to end after the step it is in. */
  stop(): void;
  /** Ends the threads. The arena stays readable. */
  end(): Promise<void>;
}

/** Starts the threads, fewer where the host cannot have as many; each has bound the program when this resolves. */
export const startTeam = async (module: WebAssembly.Module, net: Net, wanted: PlanOptions): Promise<Team> => {
  const options = { ...wanted, threads: Math.min(wanted.threads, mostThreads()) };
  const description = describe(net);
  const unbound = bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = memoryFor(claims, options);
  const arena = openArena(claims, memory.buffer);
  const control = arena.ints("control");
  const crowded = options.threads > cores();
  const threads = Array.from({ length: options.threads }, (_, thread) =>
    startThread({ module, memory, net, options, thread, crowded }),
  );
  const answers = (): Promise<unknown[]> => Promise.all(threads.map((thread) => thread.answer()));
  let ended = false;
  const end = async (): Promise<void> => {
    ended = true;
    await Promise.all(threads.map((thread) => thread.end()));
  };
  try {
    await answers();
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return {
    description,
    arena,
    threads: options.threads,
    walk: async (way) => {
      if (ended) throw new Error("team: expected a team at work, got one that has ended");
      Atomics.store(control, CONTROL.stop, 0);
      Atomics.store(control, CONTROL.stopped, 0);
      Atomics.store(control, CONTROL.done, way.from);
      for (const thread of threads) thread.walk(way);
      try {
        return (await answers())[0] as number;
      } catch (thrown) {
        // The others would wait for the one that failed.
        await end();
        throw thrown;
      }
    },
    position: () => Atomics.load(control, CONTROL.done),
    stop: () => void Atomics.store(control, CONTROL.stop, 1),
    end,
  };
};

const memoryFor = (claims: Parameters<typeof arenaMemory>[0], { batch, images }: PlanOptions): WebAssembly.Memory => {
  try {
    return arenaMemory(claims);
  } catch {
    const gigabytes = (arenaBytes(claims) / 2 ** 30).toFixed(1);
    throw new LenetError(
      `memory: expected room for ${gigabytes} GB (${images} images, batches of ${batch}), got less (WebAssembly ends at 4 GB). Use a smaller batch or fewer images.`,
    );
  }
};
