// What an evaluation finds: of a model, and besides of a committee's members.
import type { Score } from "../run/run-folder.ts";

export interface Evaluation extends Score {
  /** `confusion[label][answer]` counts images. */
  readonly confusion: readonly (readonly number[])[];
  /** The answer for every image. */
  readonly answers: Uint8Array;
  /** Indices of the images that were answered wrongly. */
  readonly wrong: readonly number[];
  /** Of a committee. */
  readonly committee?: CommitteeEvaluation;
}

/** The threshold of a cascade, and on how many validation images it was chosen. */
export interface CascadeChoice {
  readonly threshold: number;
  readonly images: number;
}

/** How a cascade does: on the average so many nets are called for an image. */
export interface Cascade {
  readonly chosen: CascadeChoice;
  readonly nets: number;
  readonly misses: number;
}

export interface CommitteeEvaluation {
  /** Each member alone. */
  readonly members: readonly Score[];
  /** Null where no threshold was chosen, for want of validation images. */
  readonly cascade: Cascade | null;
}
