// A team: one arena and as many threads as asked for, which train or evaluate a net while the main thread stays free. The
// team knows nothing of epochs, files or clocks: it walks through an order of images.
import { Worker } from "node:worker_threads";
import { LenetError } from "../errors.ts";
import { bindKernels } from "../kernels/load.ts";
import type { Net } from "../nets/net.ts";
import { type Arena, arenaBytes, arenaMemory, openArena } from "./arena.ts";
import { CONTROL } from "./crew.ts";
import { type Description, describe } from "./describe.ts";
import { claimsOf, type PlanOptions } from "./plan.ts";
import type { Walk } from "./step.ts";
import type { WorkerData } from "./worker.ts";

export interface Team {
  readonly description: Description;
  readonly arena: Arena;
  /** Walks; resolves to the position it came to, which is `to` unless it was stopped. */
  walk(way: Walk): Promise<number>;
  /** Position reached by the walk under way. */
  position(): number;
  /** Asks the walk under way to end after the step it is in. */
  stop(): void;
  /** Ends the threads. The arena stays readable. */
  end(): Promise<void>;
}

/** Starts the threads; each has bound the program when this resolves. */
export const startTeam = async (module: WebAssembly.Module, net: Net, options: PlanOptions): Promise<Team> => {
  const description = describe(net);
  const unbound = bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = memoryFor(claims, options);
  const arena = openArena(claims, memory.buffer);
  const control = arena.ints("control");
  const workers = Array.from({ length: options.threads }, (_, thread) => {
    const workerData: WorkerData = { module, memory, net, options, thread };
    return new Worker(new URL("./worker.js", import.meta.url), { workerData });
  });
  const answers = (): Promise<unknown[]> => Promise.all(workers.map(answer));
  let ended = false;
  const end = async (): Promise<void> => {
    ended = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
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
    walk: async (way) => {
      if (ended) throw new Error("team: expected a team at work, got one that has ended");
      Atomics.store(control, CONTROL.stop, 0);
      Atomics.store(control, CONTROL.stopped, 0);
      Atomics.store(control, CONTROL.done, way.from);
      for (const worker of workers) worker.postMessage(way);
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

/** The next message of a worker. */
const answer = (worker: Worker): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => settle(() => resolve(message));
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (): void => onError(new Error("a worker ended before its work was done"));
    const settle = (tell: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      tell();
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
