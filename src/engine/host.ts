// What the engine needs of its surroundings, in Node: threads. In a browser host-web.ts takes this file's place (the field
// "browser" of package.json says so to bundlers).
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Walk } from "./step.ts";
import type { Birth } from "./thread.ts";

/** A thread at work; it answers once when it is ready, and once after every walk. */
export interface Thread {
  walk(way: Walk): void;
  /** The next answer: after a walk, the position it came to. Rejects when the thread fails or ends instead. */
  answer(): Promise<unknown>;
  end(): Promise<void>;
}

/** Threads that can run at once. */
export const cores = (): number => availableParallelism();

/** Threads that can share a memory, at most. */
export const mostThreads = (): number => Number.POSITIVE_INFINITY;

/** The most memory this process has had, in bytes; 0 where nobody tells. */
export const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

export const startThread = (birth: Birth): Thread => {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: birth });
  return {
    walk: (way) => worker.postMessage(way),
    answer: () => answerOf(worker),
    end: async () => void (await worker.terminate()),
  };
};

/** The next message of a worker. */
const answerOf = (worker: Worker): Promise<unknown> =>
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
