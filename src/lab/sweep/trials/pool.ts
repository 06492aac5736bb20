// The runner of one machine: processes side by side, each training on one thread. A process that dies, or does not get on, is
// one failed task; the next task has a new one.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Runner, Task, TaskEnd, TaskEvent } from "./runner.ts";
import type { Order, Report } from "./trial-process.ts";

export interface PoolOptions {
  /** Processes side by side. */
  readonly jobs: number;
  /** A task that does not get on for so long has failed. */
  readonly patienceMs?: number;
  /** The program of a process. */
  readonly program?: string;
}

const PATIENCE_MS = 10 * 60_000;
/** What a dying process says, as far as it is kept. */
const LAST_WORDS = 2_000;

const trialProcess = fileURLToPath(new URL("./trial-process.js", import.meta.url));

/** Starts no process before there is a task. */
export const openPool = ({ jobs, patienceMs = PATIENCE_MS, program = trialProcess }: PoolOptions): Runner => {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const start = (): ChildProcess => {
    const child = fork(program, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    all.add(child);
    child.once("exit", () => all.delete(child));
    return child;
  };
  return {
    slots: jobs,
    run: async (task, signal, onEvent) => {
      const child = idle.pop() ?? start();
      const end = await watch(child, task, signal, onEvent, patienceMs);
      if (child.exitCode === null && child.signalCode === null) idle.push(child);
      return end;
    },
    close: async () => {
      await Promise.all(
        [...all].map((child) => {
          const gone = new Promise((resolve) => child.once("exit", resolve));
          child.kill("SIGKILL");
          return gone;
        }),
      );
    },
  };
};

/** Hands the task to the process and waits for its end, or for the process's. Throws what the system says of a full disk. */
const watch = (
  child: ChildProcess,
  task: Task,
  signal: AbortSignal,
  onEvent: (event: TaskEvent) => void,
  patienceMs: number,
): Promise<TaskEnd> =>
  new Promise((resolve, reject) => {
    let words = "";
    let share = -1;
    let hangs = false;
    const onHang = (): void => {
      hangs = true;
      child.kill("SIGKILL");
    };
    let alarm = setTimeout(onHang, patienceMs);
    const advance = (): void => {
      clearTimeout(alarm);
      alarm = setTimeout(onHang, patienceMs);
    };
    const onWords = (text: Buffer): void => {
      words = (words + text.toString()).slice(-LAST_WORDS);
    };
    const stop = (): void => void child.send({ kind: "stop" } satisfies Order, () => {});
    const leave = (): void => {
      clearTimeout(alarm);
      signal.removeEventListener("abort", stop);
      child.off("message", onMessage).off("close", onClose).stderr?.off("data", onWords);
    };
    const settle = (end: TaskEnd): void => {
      leave();
      resolve(end);
    };
    const onMessage = (report: Report): void => {
      if (report.kind === "end") settle(report.end);
      else if (report.kind === "full") {
        leave();
        reject(Object.assign(new Error(report.message), { code: report.code, syscall: "write" }));
      } else {
        if (report.kind === "epoch" || report.share > share) advance();
        if (report.kind === "share") share = report.share;
        onEvent(report);
      }
    };
    const onClose = (code: number | null, killed: NodeJS.Signals | null): void =>
      settle({ kind: "failed", reason: hangs ? `no step for ${patienceMs / 1000} s` : deathOf(code, killed, words) });
    child.on("message", onMessage).on("close", onClose).stderr?.on("data", onWords);
    signal.addEventListener("abort", stop);
    child.send({ kind: "train", task } satisfies Order, () => {});
    if (signal.aborted) stop();
  });

const deathOf = (code: number | null, killed: NodeJS.Signals | null, words: string): string => {
  const last = words.split("\n").find((line) => /^\w*Error\b/.test(line));
  return `the process ended with ${killed ?? `exit code ${code}`}${last ? `: ${last.trim()}` : ""}`;
};
