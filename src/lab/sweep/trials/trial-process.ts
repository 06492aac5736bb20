// The process that trains trials for a pool, one after the other: what crashes or hangs here takes nothing else with it. It is
// told what to do, tells how it goes, and ends when nobody listens any more.
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../../errors.ts";
import { fullDisk } from "../../../files.ts";
import { netNamed } from "../../../nets/index.ts";
import { isOccupied } from "../../run/occupied.ts";
import type { TrainEvent } from "../../training/events.ts";
import { isComplete, trainIn } from "../../training/go-on.ts";
import type { Task, TaskEnd, TaskEvent } from "./runner.ts";

export type Order = { readonly kind: "train"; readonly task: Task } | { readonly kind: "stop" };
export type Report =
  | TaskEvent
  | { readonly kind: "end"; readonly end: TaskEnd }
  /** The disk is full, which no other task would find otherwise. */
  | { readonly kind: "full"; readonly code: string; readonly message: string };

/** Shares are told so often at most. */
const TELL_MS = 500;
/** A process that was killed may take a moment to leave its folder. */
const WAITS = 100;
const WAIT_MS = 100;

let stop = new AbortController();
const tell = (report: Report): void => void process.send?.(report);

const train = async ({ folder, net, settings, until }: Task): Promise<Report> => {
  const ended = (end: TaskEnd): Report => ({ kind: "end", end });
  stop = new AbortController();
  let toldMs = 0;
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "start" && event.position.epoch >= until) stop.abort();
    if (event.kind === "epoch") {
      tell({ kind: "epoch", record: event.record });
      if (event.record.epoch >= until && event.record.epoch < event.epochs) stop.abort();
    }
    const now = performance.now();
    if (event.kind !== "progress" || now - toldMs < TELL_MS) return;
    toldMs = now;
    tell({ kind: "share", share: (event.epoch - 1 + event.step / event.steps) / event.epochs });
  };
  try {
    for (let wait = 0; wait < WAITS && isOccupied(folder); wait++) await pause(WAIT_MS);
    if (isComplete(folder)) return ended({ kind: "done" });
    const { signal } = stop;
    const { interrupted, history } = await trainIn(folder, netNamed(net), settings, { threads: 1, signal, onEvent });
    if (!interrupted) return ended({ kind: "done" });
    return ended({ kind: history.length >= until ? "paused" : "interrupted" });
  } catch (thrown) {
    const full = fullDisk(thrown);
    if (full) return { kind: "full", code: full.code!, message: messageOf(thrown) };
    return ended({ kind: "failed", reason: messageOf(thrown) });
  }
};

process.on("message", async (order: Order) => {
  if (order.kind === "stop") stop.abort();
  else tell(await train(order.task));
});
process.on("disconnect", () => process.exit());
// Ctrl-C in a terminal reaches every process; the pool decides what to stop.
process.on("SIGINT", () => {}).on("SIGTERM", () => {});
