// A training under way: its settings, its team of threads with all images in their arena, its run folder, and how far it is.
// Opening one either begins anew or takes up what a run folder holds; epoch.ts goes on from there.

import { initialise } from "../engine/initialise.ts";
import { shardCount } from "../engine/plan.ts";
import { startTeam, type Team } from "../engine/team.ts";
import { LenetError } from "../errors.ts";
import { kernelModule } from "../kernels/module.ts";
import type { Net } from "../nets/net.ts";
import { type Best, bestOf, keepWeights, putBack, type Weights } from "./best.ts";
import { type Board, openBoard } from "./board.ts";
import { checkpointOf, restore, type Trained } from "./checkpoint.ts";
import { distortionOf } from "./distortions.ts";
import type { ImageCounts, Position, TrainEvent } from "./events.ts";
import { copyImages, inkOf, type Origins } from "./images.ts";
import { modelFile, readTensors, readWeights } from "./load.ts";
import type { Model } from "./model.ts";
import { occupy } from "./occupied.ts";
import { openFolder, type Prepared, prepare } from "./prepare.ts";
import { versions } from "./provenance.ts";
import { type OldRun, openRun } from "./resume.ts";
import { whole } from "./rules.ts";
import * as folders from "./run-folder.ts";
import type { TrainSettings } from "./settings.ts";
import { fillTensors } from "./tensors.ts";

export interface Session extends Trained {
  readonly net: Net;
  readonly team: Team;
  readonly counts: ImageCounts;
  readonly threads: number;
  readonly origins: Origins;
  readonly folder: string | null;
  /** Leaves the folder to others. */
  readonly release: () => void;
  readonly history: folders.EpochRecord[];
  readonly steps: folders.StepRecord[];
  position: Position;
  best: Best | null;
  /** Images learned from since this session began, at `startedMs` of the clock. */
  learned: number;
  readonly startedMs: number;
  /** Steps between two "log" events; 0: none. */
  readonly logEvery: number;
  /** Where TensorBoard is told, if anywhere. */
  readonly board: Board | null;
  stopping(): boolean;
  emit(event: TrainEvent): void;
}

/** Opens a training. Throws LenetError; then no run folder was made. */
export const openSession = async (net: Net, given: TrainSettings): Promise<Session> => {
  const logEvery = given.logEvery === undefined ? 0 : whole("logEvery", given.logEvery, 1);
  const old = given.resume === undefined ? null : openRun(given.resume, net, given);
  const release = old ? occupy(old.folder) : (): void => undefined;
  try {
    return await open(net, given, old, { release, logEvery });
  } catch (thrown) {
    release();
    throw thrown;
  }
};

const open = async (
  net: Net,
  given: TrainSettings,
  old: OldRun | null,
  how: Pick<Session, "release" | "logEvery">,
): Promise<Session> => {
  const { team, ...prepared } = await gather(net, given, old);
  const { settings, counts, threads, origins, classNames } = prepared;
  const { arena, description } = team;
  const trained: Trained = { arena, description, settings, images: counts.train, classNames };
  try {
    const beginning = old ? takeUp(trained, old) : begin(trained, await initialWeights(net, given), given, prepared);
    const board = given.tensorboard ? openBoard(beginning.folder, net.name, settings) : null;
    const session: Session = {
      ...trained,
      net,
      team,
      counts,
      threads,
      origins,
      history: [],
      steps: [],
      best: null,
      ...how,
      ...beginning,
      board,
      learned: 0,
      startedMs: performance.now(),
      stopping: () => given.signal?.aborted === true,
      emit: (event) => given.onEvent?.(event),
    };
    return session;
  } catch (thrown) {
    await team.end();
    throw thrown;
  }
};

/** Settings and images, brought together in the arena of a team; the loaded bytes are let go with the end of this call. */
const gather = async (net: Net, given: TrainSettings, old: OldRun | null) => {
  const { parts, threads, ...prepared } = await prepare(net, given, old);
  const { classNames } = parts.train;
  const { settings, counts } = prepared;
  const images = counts.train + counts.validation + counts.test;
  const { batch, optimiser, seed } = settings;
  const distort = distortionOf(settings.distort);
  const bounded = Math.min(threads, shardCount(batch));
  const options = { batch, threads: bounded, optimiser, seed, distort, ink: inkOf(parts), images, positions: images };
  const team = await startTeam(kernelModule(settings.arithmetic), net, options);
  copyImages(team.arena, parts);
  return { team, ...prepared, classNames, threads: bounded };
};

type Beginning = Pick<Session, "folder" | "position"> &
  Partial<Pick<Session, "history" | "steps" | "best" | "release">>;

const start: Position = { epoch: 0, image: 0, step: 0, elapsedMs: 0 };

/** The weights that a training is told to begin with, and where they are from. */
const initialWeights = async (net: Net, { init }: TrainSettings): Promise<[Model["weights"], string] | null> => {
  if (init === undefined) return null;
  if (typeof init === "object") return [init.weights, "init"];
  const file = modelFile(init);
  return [(await readWeights(file, net)).tensors, file];
};

const begin = (
  trained: Trained,
  initial: Awaited<ReturnType<typeof initialWeights>>,
  given: TrainSettings,
  prepared: Omit<Prepared, "parts">,
): Beginning => {
  const { description, arena, settings } = trained;
  initialise(description, settings.seed, arena);
  if (initial) fillTensors(description, arena, ...initial);
  const folder = openFolder(description.net, given.out, prepared);
  if (folder === null) return { folder, position: start };
  const { tensors, metadata } = checkpointOf(trained, start, versions());
  folders.writeCheckpoint(folder, "last", tensors, metadata);
  return { folder, position: start, release: occupy(folder) };
};

/** The checkpoint is the truth: history and loss curve are cut back to it. */
const takeUp = (trained: Trained, { folder }: OldRun): Beginning => {
  folders.removeLeftovers(folder);
  const file = folders.checkpointPath(folder, "last");
  const position = restore(trained, folders.readCheckpoint(folder, "last"), file);
  const history = folders.readHistory(folder).slice(0, position.epoch);
  if (history.length < position.epoch)
    throw new LenetError(
      `${folder}: expected a history of ${position.epoch} epochs, as in its last checkpoint, got ${history.length}. Restore history.jsonl from a copy, or start a new run.`,
    );
  const steps = folders.readSteps(folder).filter(({ epoch }) => epoch <= position.epoch);
  const record = bestOf(history);
  const best = record && trained.settings.validation > 0 ? { record, ...bestWeights(trained, folder) } : null;
  return { folder, position, history, steps, best };
};

/** The weights of the best epoch, by way of the arena, which has its own again afterwards. */
const bestWeights = ({ description, arena }: Trained, folder: string): Weights => {
  const now = keepWeights(arena);
  const file = folders.checkpointPath(folder, "best");
  fillTensors(description, arena, readTensors(file).tensors, file);
  const best = keepWeights(arena);
  putBack(arena, now);
  return best;
};

/** Writes a checkpoint of the session as it is now. */
export const saveCheckpoint = (session: Session, name: folders.CheckpointName): void => {
  if (session.folder === null) return;
  const { tensors, metadata } = checkpointOf(session, session.position, versions());
  folders.writeCheckpoint(session.folder, name, tensors, metadata);
};
