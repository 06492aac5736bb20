// A training under way: its settings, its team of threads with all images in their arena, and how far it is. epoch.ts goes on
// from there. What is kept of it, and where, is the business of a keeper (kept.ts): here are no files.
import { initialise } from "../../engine/initialise.ts";
import { shardCount } from "../../engine/plan.ts";
import { startTeam, type Team } from "../../engine/team.ts";
import { kernelModule } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { copyImages, inkOf, type Origins } from "../model/fit.ts";
import type { Model } from "../model/model.ts";
import type { Trained } from "../run/checkpoint.ts";
import type { EpochRecord, Metrics, StepRecord } from "../run/run-folder.ts";
import { fillTensors } from "../run/tensors.ts";
import { distortionOf } from "../settings/distortions.ts";
import { whole } from "../settings/rules.ts";
import type { TrainSettings } from "../settings/settings.ts";
import type { Best } from "./best.ts";
import type { ImageCounts, Position, TrainEvent } from "./events.ts";
import type { Prepared } from "./prepared.ts";

/** Keeps a training in the folder of its run. */
export interface Keeper {
  readonly folder: string;
  /** After an epoch; `best`: no epoch before was as good on the validation images. */
  keepEpoch(session: Session, best: boolean): void;
  /** Where the training stands: `last` to go on from, `best` to answer with. */
  keepWeights(session: Session, name: "last" | "best"): void;
  keepResult(session: Session, metrics: Metrics): void;
  /** Leaves the folder to others. */
  release(): void;
}

export interface Session extends Trained {
  readonly net: Net;
  readonly team: Team;
  readonly counts: ImageCounts;
  readonly threads: number;
  readonly origins: Origins;
  readonly keeper: Keeper | null;
  readonly history: EpochRecord[];
  readonly steps: StepRecord[];
  position: Position;
  best: Best | null;
  /** Images learned from since this session began, at `startedMs` of the clock. */
  learned: number;
  readonly startedMs: number;
  /** Steps between two "log" events; 0: none. */
  readonly logEvery: number;
  stopping(): boolean;
  emit(event: TrainEvent): void;
}

/** Where a training begins, and what has been kept of it so far. */
export interface Beginning {
  readonly keeper: Keeper | null;
  readonly position: Position;
  readonly history?: EpochRecord[];
  readonly steps?: StepRecord[];
  readonly best?: Best | null;
}

const start: Position = { epoch: 0, image: 0, step: 0, elapsedMs: 0 };

/**
 * Settings and images, brought together in the arena of a team; `begin` fills the arena with weights. Throws LenetError, after
 * which no thread runs.
 */
export const startSession = async (
  net: Net,
  given: TrainSettings,
  { parts, ...prepared }: Prepared,
  begin: (trained: Trained) => Beginning,
): Promise<Session> => {
  const logEvery = logSteps(given);
  const { settings, counts, threads } = prepared;
  const images = counts.train + counts.validation + counts.test;
  const { batch, optimiser, seed } = settings;
  const distort = distortionOf(settings.distort);
  const bounded = Math.min(threads, shardCount(batch));
  const options = { batch, threads: bounded, optimiser, seed, distort, ink: inkOf(parts), images, positions: images };
  const team = await startTeam(kernelModule(settings.arithmetic), net, options);
  try {
    copyImages(team.arena, parts);
    const { classNames, pictures } = parts.train;
    const { arena, description } = team;
    const trained: Trained = {
      arena,
      description,
      settings,
      images: counts.train,
      learnedFrom: { classNames, pictures },
    };
    return {
      ...trained,
      ...prepared,
      threads: team.threads,
      net,
      team,
      history: [],
      steps: [],
      best: null,
      ...begin(trained),
      learned: 0,
      startedMs: performance.now(),
      logEvery,
      stopping: () => given.signal?.aborted === true,
      emit: (event) => given.onEvent?.(event),
    };
  } catch (thrown) {
    await team.end();
    throw thrown;
  }
};

/** Steps between two "log" events, 0 for none. Throws LenetError. */
export const logSteps = ({ logEvery }: TrainSettings): number =>
  logEvery === undefined ? 0 : whole("logEvery", logEvery, 1);

/** Weights to begin with, and where they are from. */
export type Initial = readonly [weights: Model["weights"], place: string];

/** A beginning with these weights, or those that the seed makes. Throws LenetError. */
export const beginAnew = ({ description, arena, settings }: Trained, initial: Initial | null): Beginning => {
  initialise(description, settings.seed, arena);
  if (initial) fillTensors(description, arena, ...initial);
  return { keeper: null, position: start };
};
