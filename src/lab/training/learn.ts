// A session from where it stands to the result. Everything it does lies in smaller files: epoch.ts learns, session.ts says what
// a training is. Knows no files: what is to be kept goes to the session's keeper.
import { peakBytes } from "../../engine/host.ts";
import { createModel, type Model } from "../model/model.ts";
import { confusionOf, scoreOf } from "../model/score.ts";
import type { EpochRecord, Metrics, Score } from "../run/run-folder.ts";
import { setText } from "../run/set-text.ts";
import { tensorViews } from "../run/tensors.ts";
import { summarise } from "../summary.ts";
import { putBack } from "./best.ts";
import { trainEpoch, walkApart } from "./epoch.ts";
import type { Session } from "./session.ts";

export interface TrainResult {
  /** With the weights of the best epoch, or of the last one where nothing was validated or the training was interrupted. */
  readonly model: Model;
  /** A record an epoch; of a committee those of all members, one after the other. */
  readonly history: readonly EpochRecord[];
  /** Scores of the model; `test` only when the training came to its end and there are test images. */
  readonly metrics: Metrics;
  /** `confusion[label][answer]` counts test images. */
  readonly confusion?: readonly (readonly number[])[];
  /** The run folder, null where none was asked for. */
  readonly folder: string | null;
  /** Whether a signal ended it early; the folder can then be resumed. */
  readonly interrupted: boolean;
}

/**
 * Trains to the end, or until it is stopped, and ends the session. `goOn` is asked whenever it was stopped, and answers true once
 * it shall go on from there. Throws LenetError.
 */
export const learn = async (
  session: Session,
  signal: AbortSignal | undefined,
  goOn: () => Promise<boolean> = async () => false,
): Promise<TrainResult> => {
  const stop = (): void => session.team.stop();
  signal?.addEventListener("abort", stop);
  try {
    announce(session);
    while (session.position.epoch < session.settings.epochs)
      if (!(await trainEpoch(session)) && !(await goOn())) return interrupted(session);
    return await finish(session);
  } finally {
    signal?.removeEventListener("abort", stop);
    session.keeper?.release();
    await session.team.end();
  }
};

const folderOf = ({ keeper }: Session): string | null => keeper?.folder ?? null;

const announce = (session: Session): void => {
  const { net, settings, counts, threads, position } = session;
  session.emit({
    kind: "start",
    net: net.name,
    settings,
    images: counts,
    parameters: summarise(net).total.parameters,
    threads,
    folder: folderOf(session),
    position,
  });
};

const interrupted = (session: Session): TrainResult => {
  const { position, history } = session;
  const folder = folderOf(session);
  session.emit({ kind: "stopped", position, folder });
  return { model: modelOf(session), history, metrics: metricsOf(session, history.at(-1)), folder, interrupted: true };
};

/** Tests the best weights and has the results kept. */
const finish = async (session: Session): Promise<TrainResult> => {
  const { arena, counts, keeper, history, net, best } = session;
  if (best) putBack(arena, best);
  else keeper?.keepWeights(session, "best");
  const from = counts.train + counts.validation;
  if (!(await walkApart(session, from, counts.test))) return interrupted(session);
  const tested = counts.test > 0;
  const test = tested ? scoreOf(arena, from, from + counts.test) : undefined;
  const confusion = tested ? confusionOf(arena, from, from + counts.test, net.classes) : undefined;
  const metrics = metricsOf(session, best?.record ?? history.at(-1), test);
  keeper?.keepResult(session, metrics);
  if (test && confusion) session.emit({ kind: "test", score: test, confusion });
  const scores = confusion ? { confusion } : {};
  return { model: modelOf(session), history, metrics, ...scores, folder: folderOf(session), interrupted: false };
};

const modelOf = ({ net, description, arena, settings, position, learnedFrom }: Session): Model =>
  createModel(net, tensorViews(description, arena), {
    net: net.name,
    settings: JSON.stringify(settings),
    position: JSON.stringify(position),
    ...setText(learnedFrom),
  });

/** The scores of the epoch the model is from, and what the whole training took. */
const metricsOf = ({ history, counts }: Session, record: EpochRecord | undefined, test?: Score): Metrics => {
  const elapsedMs = history.reduce((sum, epoch) => sum + epoch.elapsedMs, 0);
  const learningMs = history.reduce((sum, epoch) => sum + (counts.train / epoch.imagesPerSecond) * 1000, 0);
  return {
    ...(record ? { train: record.train } : {}),
    ...(record?.validation ? { validation: record.validation } : {}),
    ...(test ? { test } : {}),
    epochs: history.length,
    elapsedMs,
    imagesPerSecond: learningMs > 0 ? (history.length * counts.train * 1000) / learningMs : 0,
    peakBytes: peakBytes(),
  };
};
