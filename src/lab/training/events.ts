// What a training tells while it goes on. Every event is plain data, so that a line of JSON holds it.

import type { EpochRecord, Score } from "../run/run-folder.ts";
import type { Settings } from "../settings/defaults.ts";

/** How many images serve which purpose. */
export interface ImageCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** How far a training is. */
export interface Position {
  /** Epochs that are complete, validation included. */
  readonly epoch: number;
  /** Images of the epoch after them that were learned from. */
  readonly image: number;
  /** Steps since the beginning. */
  readonly step: number;
  /** Time spent in the unfinished epoch. */
  readonly elapsedMs: number;
  /** Where only the validation of the unfinished epoch is left: what its last step left of weights and gradients. */
  readonly tensors?: EpochRecord["tensors"];
}

/** Once, before the first step. */
export interface StartEvent {
  readonly kind: "start";
  readonly net: string;
  readonly settings: Settings;
  readonly images: ImageCounts;
  /** Numbers that are learned. */
  readonly parameters: number;
  readonly threads: number;
  readonly folder: string | null;
  /** Where the training began: not at zero when it was resumed. */
  readonly position: Position;
}

/** About ten times a second, and at the end of every epoch. */
export interface ProgressEvent {
  readonly kind: "progress";
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, of so many. */
  readonly step: number;
  readonly steps: number;
  /** Over the epoch so far: mean loss, and accuracy 0…1. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** Since the training (or its resumption) began, and what is left of all of it. */
  readonly elapsedMs: number;
  readonly remainingMs: number;
}

/** After every `logEvery` steps of an epoch, where that was asked for. */
export interface LogEvent {
  readonly kind: "log";
  readonly epoch: number;
  /** The same counted from the beginning of its stage; of the whole training where there are no stages. Both from 1. */
  readonly stageEpoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly rate: number;
  /** Mean over the steps since the last such event of the epoch. */
  readonly loss: number;
}

/** After every epoch; `best` when no epoch before was as good on the validation images. */
export interface EpochEvent {
  readonly kind: "epoch";
  readonly epochs: number;
  readonly record: EpochRecord;
  readonly best: boolean;
}

/** Once, at the very end; `confusion[label][answer]` counts test images. */
export interface TestEvent {
  readonly kind: "test";
  readonly score: Score;
  readonly confusion: readonly (readonly number[])[];
}

/** Instead of the rest, when a signal asked for it; `folder` is what can be resumed. */
export interface StoppedEvent {
  readonly kind: "stopped";
  readonly position: Position;
  readonly folder: string | null;
}

/** Of a committee: from here on events are those of this member, from 1. */
export interface MemberEvent {
  readonly kind: "member";
  readonly member: number;
  readonly members: number;
}

/** About every 1,000 images while patterns are chosen for a member of a committee. */
export interface PatternsEvent {
  readonly kind: "patterns";
  readonly member: number;
  /** So many of those wanted, of so many that were looked at. */
  readonly kept: number;
  readonly wanted: number;
  readonly drawn: number;
}

export type TrainEvent =
  | MemberEvent
  | PatternsEvent
  | StartEvent
  | ProgressEvent
  | LogEvent
  | EpochEvent
  | TestEvent
  | StoppedEvent;
