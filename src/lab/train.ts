// Training, from the first step or from where a run was interrupted, to the result. Everything it does lies in smaller files:
// session.ts opens, epoch.ts learns, checkpoint.ts and run-folder.ts keep.

import type { Net } from "../nets/net.ts";
import { putBack } from "./best.ts";
import { boost } from "./boost.ts";
import { modelCard } from "./card.ts";
import { classText } from "./class-names.ts";
import { trainEpoch, walkApart } from "./epoch.ts";
import { sizedFor } from "./images.ts";
import { createModel, type Model } from "./model.ts";
import { peakBytes } from "./provenance.ts";
import { type EpochRecord, type Metrics, type Score, writeMetrics, writeReadme } from "./run-folder.ts";
import { confusionOf, scoreOf } from "./score.ts";
import { openSession, type Session, saveCheckpoint } from "./session.ts";
import type { TrainSettings } from "./settings.ts";
import { summarise } from "./summary.ts";
import { tensorViews } from "./tensors.ts";

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
 * Trains a net, with as many outputs as the data has classes, or the nets of a committee one after the other (boost.ts). The test images are looked at once, at the end. Same seed, data and settings: same weights, bit for bit,
 * whatever the threads, and whether or not the run was interrupted and resumed in between.
 * Throws LenetError: exit code 2 for settings, data or folders that will not do, 1 for a full disk or a loss that is no number.
 */
export const train = async (net: Net, settings: TrainSettings = {}): Promise<TrainResult> => {
  const sized = settings.resume === undefined ? sizedFor(net, settings.data) : net;
  return sized.committee ? boost(sized, sized.committee, settings, trainNet) : trainNet(sized, settings);
};

const trainNet = async (net: Net, settings: TrainSettings): Promise<TrainResult> => {
  const session = await openSession(net, settings);
  const stop = (): void => session.team.stop();
  settings.signal?.addEventListener("abort", stop);
  try {
    announce(session);
    while (session.position.epoch < session.settings.epochs)
      if (!(await trainEpoch(session))) return interrupted(session);
    return await finish(session);
  } finally {
    settings.signal?.removeEventListener("abort", stop);
    session.release();
    await session.team.end();
  }
};

const announce = ({ net, settings, counts, threads, folder, position, emit }: Session): void =>
  emit({
    kind: "start",
    net: net.name,
    settings,
    images: counts,
    parameters: summarise(net).total.parameters,
    threads,
    folder,
    position,
  });

const interrupted = (session: Session): TrainResult => {
  const { folder, position, history } = session;
  session.emit({ kind: "stopped", position, folder });
  return { model: modelOf(session), history, metrics: metricsOf(session, history.at(-1)), folder, interrupted: true };
};

/** Tests the best weights and writes the results. */
const finish = async (session: Session): Promise<TrainResult> => {
  const { arena, counts, folder, history, net, best } = session;
  if (best) putBack(arena, best);
  else saveCheckpoint(session, "best");
  const from = counts.train + counts.validation;
  if (!(await walkApart(session, from, counts.test))) return interrupted(session);
  const tested = counts.test > 0;
  const test = tested ? scoreOf(arena, from, from + counts.test) : undefined;
  const confusion = tested ? confusionOf(arena, from, from + counts.test, net.classes) : undefined;
  const metrics = metricsOf(session, best?.record ?? history.at(-1), test);
  if (folder !== null) {
    writeReadme(folder, modelCard(session, metrics));
    writeMetrics(folder, metrics);
  }
  session.board?.end(session, test);
  if (test && confusion) session.emit({ kind: "test", score: test, confusion });
  const scores = confusion ? { confusion } : {};
  return { model: modelOf(session), history, metrics, ...scores, folder, interrupted: false };
};

const modelOf = ({ net, description, arena, settings, position, classNames }: Session): Model =>
  createModel(net, tensorViews(description, arena), {
    net: net.name,
    settings: JSON.stringify(settings),
    position: JSON.stringify(position),
    ...classText(classNames),
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
