// Trainings that are kept in the folder of their run: opening one either begins anew or takes up what the folder holds, and its
// keeper writes down how it goes on.
import { LenetError } from "../../errors.ts";
import type { Net } from "../../nets/net.ts";
import { modelFile, readTensors, readWeights } from "../import/load.ts";
import { checkpointOf, restore, type Trained } from "../run/checkpoint.ts";
import { occupy } from "../run/occupied.ts";
import { versions } from "../run/provenance.ts";
import * as folders from "../run/run-folder.ts";
import { fillTensors } from "../run/tensors.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { bestOf, keepWeights, putBack, type Weights } from "./best.ts";
import { type Board, openBoard } from "./board.ts";
import { modelCard } from "./card.ts";
import { openFolder, type Prepared, prepare } from "./prepare.ts";
import { type OldRun, openRun } from "./resume.ts";
import {
  type Beginning,
  beginAnew,
  type Initial,
  type Keeper,
  logSteps,
  type Session,
  startSession,
} from "./session.ts";

/** Opens a training. Throws LenetError; then no run folder was made. */
export const openSession = async (net: Net, given: TrainSettings): Promise<Session> => {
  logSteps(given);
  const old = given.resume === undefined ? null : openRun(given.resume, net, given);
  const release = old ? occupy(old.folder) : (): void => undefined;
  try {
    const prepared = await prepare(net, given, old);
    const initial = await initialWeights(net, given);
    return await startSession(net, given, prepared, (trained) => {
      const { folder, ...beginning } = old ? takeUp(trained, old) : begin(trained, initial, given, prepared);
      const board = given.tensorboard ? openBoard(folder, net.name, prepared.settings) : null;
      if (folder === null) return beginning;
      return { ...beginning, keeper: keeperOf(folder, board, old ? release : occupy(folder)) };
    });
  } catch (thrown) {
    release();
    throw thrown;
  }
};

/** Writes what a training comes to into `folder`. The history goes before the checkpoints, and the best before the last. */
const keeperOf = (folder: string, board: Board | null, release: () => void): Keeper => {
  const keepWeights: Keeper["keepWeights"] = (session, name) => saveCheckpoint(folder, session, session.position, name);
  return {
    folder,
    keepEpoch: (session, best) => {
      folders.writeHistory(folder, session.history);
      folders.writeSteps(folder, session.steps);
      if (best) keepWeights(session, "best");
      keepWeights(session, "last");
      const record = session.history.at(-1)!;
      const steps = session.steps.filter(({ epoch }) => epoch === record.epoch);
      board?.epoch(session, record, steps);
    },
    keepWeights,
    keepResult: (session, metrics) => {
      folders.writeReadme(folder, modelCard(session, metrics));
      folders.writeMetrics(folder, metrics);
      board?.end(session, metrics.test);
    },
    release,
  };
};

const saveCheckpoint = (
  folder: string,
  trained: Trained,
  position: Session["position"],
  name: folders.CheckpointName,
): void => {
  const { tensors, metadata } = checkpointOf(trained, position, versions());
  folders.writeCheckpoint(folder, name, tensors, metadata);
};

/** The weights that a training is told to begin with. Throws LenetError. */
const initialWeights = async (net: Net, { init }: TrainSettings): Promise<Initial | null> => {
  if (init === undefined) return null;
  if (typeof init === "object") return [init.weights, "init"];
  const file = modelFile(init);
  return [(await readWeights(file, net)).tensors, file];
};

/** A beginning, and the folder that is to keep what comes of it. */
type InFolder = Beginning & { readonly folder: string | null };

const begin = (
  trained: Trained,
  initial: Initial | null,
  given: TrainSettings,
  prepared: Omit<Prepared, "parts">,
): InFolder => {
  const beginning = beginAnew(trained, initial);
  const folder = openFolder(trained.description.net, given.out, prepared);
  if (folder !== null) saveCheckpoint(folder, trained, beginning.position, "last");
  return { ...beginning, folder };
};

/** The checkpoint is the truth: history and loss curve are cut back to it. */
const takeUp = (trained: Trained, { folder }: OldRun): InFolder => {
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
  return { keeper: null, folder, position, history, steps, best };
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
