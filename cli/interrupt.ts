// Ctrl-C: the first asks the work to stop where it can be taken up again, the second ends the process at once.
import { say } from "./output.ts";

export const INTERRUPTED = 130;

/** Runs `work` with a signal that Ctrl-C, or a polite kill, sets off. */
export const interruptible = async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    if (process.stderr.isTTY) say("\nStopping after this step; Ctrl-C again ends at once.");
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
};
