// Who trains: a runner is handed tasks and says how each ended. pool.ts trains on this machine, ../queue on others. Results are
// in the run folder of the task, whoever trained.
import type { EpochRecord } from "../../run/run-folder.ts";
import type { Training } from "./trainer.ts";

/** A training to begin or to go on with, up to some epoch. */
export interface Task extends Training {
  readonly name: string;
  readonly folder: string;
  /** The training pauses after so many epochs; it comes to its end where it has no more than these. */
  readonly until: number;
}

/** What a runner tells of a task. */
export type TaskEvent =
  /** How much of the whole training is done, 0…1. */
  { readonly kind: "share"; readonly share: number } | { readonly kind: "epoch"; readonly record: EpochRecord };

export type TaskEnd =
  | { readonly kind: "done" }
  | { readonly kind: "paused" }
  /** Somebody asked for it; the folder can go on. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly reason: string };

export interface Runner {
  /** Tasks it works on at a time. */
  readonly slots: number;
  /** Works on a task, and tells nothing of it before it is trained. Throws only where no task could be worked on any more. */
  run(task: Task, signal: AbortSignal, onEvent: (event: TaskEvent) => void): Promise<TaskEnd>;
  close(): Promise<void>;
}
