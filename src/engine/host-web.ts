// What the engine needs of its surroundings, in a browser: workers where the page is cross-origin isolated, so that memory can be
// shared. Elsewhere a team is one thread that lives in the caller and now and then lets others have a turn: call it from a
// worker, and the page never waits.
import type * as node from "./host.ts";
import { type Birth, bindThread } from "./thread.ts";

const isolated = (): boolean => globalThis.crossOriginIsolated;

export const cores = (): number => navigator.hardwareConcurrency;

export const mostThreads: typeof node.mostThreads = () => (isolated() ? Number.POSITIVE_INFINITY : 1);

/** A tab is not told. */
export const peakBytes = (): number => 0;

export const startThread: typeof node.startThread = (birth) => (isolated() ? inWorker(birth) : inPlace(birth));

const inWorker = (birth: Birth): node.Thread => {
  const worker = new Worker(new URL("./worker-web.js", import.meta.url), { type: "module" });
  worker.postMessage(birth);
  return {
    walk: (way) => worker.postMessage(way),
    answer: () =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message || "a worker could not be loaded"));
      }),
    end: async () => worker.terminate(),
  };
};

/** Images between two turns of others: some milliseconds of LeNet-5. */
const TURN = 256;

const inPlace = (birth: Birth): node.Thread => {
  const walker = bindThread(birth);
  let answer: Promise<unknown> = Promise.resolve("ready");
  let ended = false;
  return {
    walk: (way) => {
      answer = (async () => {
        const stride = Math.ceil(TURN / way.batch) * way.batch;
        let position = way.from;
        while (position < way.to) {
          const goal = Math.min(position + stride, way.to);
          position = walker(way, position, goal);
          if (position < goal) break;
          await turn();
          if (ended) throw new Error("a thread was ended before its work was done");
        }
        return position;
      })();
    },
    answer: () => answer,
    end: async () => {
      ended = true;
    },
  };
};

/** Lets events that wait have their turn. Not a timer: nested ones take four milliseconds each. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
