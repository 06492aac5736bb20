// One epoch of a session: a walk through the training images in this epoch's order, watched from the outside, then the
// validation images. Leaves the session at a position from which it can go on, whether the walk came to its end or not.
import { LenetError } from "../../errors.ts";
import { stateNames } from "../../optimisers/index.ts";
import { rateAt, stageAt } from "../../optimisers/schedule.ts";
import { shuffle, stream } from "../../random.ts";
import { scoreFrom, scoreOf } from "../model/score.ts";
import type { EpochRecord, Score, StepRecord } from "../run/run-folder.ts";
import { improves, keepWeights } from "./best.ts";
import type { Position } from "./events.ts";
import type { Session } from "./session.ts";
import { tensorRecord } from "./tensor-record.ts";

const PROGRESS_MS = 100;
/** A loss above this is as good as no number: no training has come back from there. */
const HOPELESS = 1e6;
/** Rows of the loss curve an epoch; more steps than that are averaged in blocks. */
const MOST_ROWS = 1_000;

/** Learns until the end of the epoch (true), or until asked to stop (false). Throws LenetError when the loss is hopeless. */
export const trainEpoch = async (session: Session): Promise<boolean> => {
  const { counts, position } = session;
  const startedMs = performance.now();
  fillOrder(session);
  fillRates(session);
  beginStage(session);
  const watch = watchSteps(session);
  const reached = (await measureCurvature(session)) ? await learn(session, watch) : position.image;
  const walkedMs = performance.now() - startedMs;
  session.learned += reached - position.image;
  // Of an epoch that was stopped in its validation the position has them: no step is left to look at.
  const tensors = reached === counts.train && reached > position.image ? tensorRecord(session) : position.tensors;
  const elapsedMs = (): number => position.elapsedMs + performance.now() - startedMs;
  const apart = counts.validation + (session.settings.watchTest ? counts.test : 0);
  const validated = reached === counts.train && (await walkApart(session, counts.train, apart));
  if (!validated) {
    const step = position.epoch * stepsAnEpoch(session) + Math.ceil(reached / session.settings.batch);
    leaveAt(session, {
      epoch: position.epoch,
      image: reached,
      step,
      elapsedMs: elapsedMs(),
      ...(tensors && { tensors }),
    });
    return false;
  }
  const imagesPerSecond = ((reached - position.image) / Math.max(walkedMs, 1e-3)) * 1000;
  const around = { elapsedMs: elapsedMs(), imagesPerSecond, ...(tensors && { tensors }) };
  complete(session, watch.score(), around);
  return true;
};

const stepsAnEpoch = ({ counts, settings }: Session): number => Math.ceil(counts.train / settings.batch);

/** Epoch e takes the images in the order that the stream `shuffle/e` puts them into. */
const fillOrder = ({ arena, counts, settings, position }: Session): void => {
  const order = arena.ints("order").subarray(0, counts.train);
  for (let image = 0; image < order.length; image++) order[image] = image;
  if (settings.shuffle) shuffle(order, stream(settings.seed, `shuffle/${position.epoch}`));
};

const fillRates = (session: Session): void => {
  const { arena, settings, position } = session;
  const rates = arena.doubles("rates");
  const steps = stepsAnEpoch(session);
  for (let index = 0; index < steps; index++)
    rates[index] = rateAt(settings.schedule, position.epoch * steps + index, settings.epochs * steps, steps);
};

/**
 * For SDLM: the curvature over the first images of the epoch's order, with the weights the epoch begins with. An epoch that is
 * taken up in its middle keeps what was measured at its beginning. False when it was stopped before the end.
 */
const measureCurvature = async ({ settings, counts, position, team, stopping }: Session): Promise<boolean> => {
  const { optimiser, batch } = settings;
  if (optimiser.kind !== "sdlm" || position.image > 0) return true;
  if (stopping()) return false;
  const to = Math.min(optimiser.patterns, counts.train);
  return (await team.walk({ training: false, curvature: true, from: 0, to, batch, step: 0 })) === to;
};

/** Forgets the velocity where the epoch is the first of a fresh stage; a run resumed at this very place does so again. */
const beginStage = ({ arena, settings: { schedule, optimiser }, position }: Session): void => {
  if (schedule.kind !== "staged" || !schedule.fresh || position.image > 0) return;
  if (stageAt(schedule.stages, position.epoch).epoch > 0) return;
  for (const name of stateNames(optimiser)) arena.floats(name).fill(0);
};

/** Walks to the end of the training images; gives the position reached. */
const learn = async (session: Session, watch: StepWatch): Promise<number> => {
  const { team, counts, settings, position } = session;
  if (session.stopping()) return position.image;
  let failure: { readonly thrown: unknown } | undefined;
  const timer = setInterval(() => {
    try {
      if (watch.look(team.position())) session.emit(watch.progress());
      else team.stop();
    } catch (thrown) {
      // A listener's mistake must not end the process from inside a timer.
      failure = { thrown };
      team.stop();
    }
  }, PROGRESS_MS);
  try {
    const step = position.epoch * stepsAnEpoch(session);
    const way = { training: true, from: position.image, to: counts.train, batch: settings.batch, step };
    const reached = await team.walk(way);
    if (failure) throw failure.thrown;
    if (!watch.look(reached)) throw lossError(session, watch.steps());
    session.emit(watch.progress());
    return reached;
  } finally {
    clearInterval(timer);
  }
};

/** Evaluates `images` images from position `from` on; false when it was stopped before the end. */
export const walkApart = async (session: Session, from: number, images: number): Promise<boolean> => {
  if (session.stopping()) return false;
  const to = from + images;
  return (await session.team.walk({ training: false, from, to, batch: session.settings.batch, step: 0 })) === to;
};

interface StepWatch {
  /** Adds up the steps done at this position; false when a loss is hopeless. */
  look(position: number): boolean;
  /** Steps added up; the last one may be the one whose loss is hopeless. */
  steps(): number;
  score(): Score;
  progress(): Extract<Parameters<Session["emit"]>[0], { kind: "progress" }>;
}

/** Follows the epoch's steps. Each is added once and in order, so the sums do not depend on when anybody looked. */
const watchSteps = (session: Session): StepWatch => {
  const { arena, counts, settings, position } = session;
  const [losses, misses] = [arena.doubles("stepLosses"), arena.ints("stepMisses")];
  const startedMs = performance.now();
  let sound = true;
  const sum = { steps: 0, images: 0, loss: 0, misses: 0 };
  const look = (reached: number): boolean => {
    while (sum.images < reached && sound) {
      const images = Math.min(settings.batch, counts.train - sum.images);
      sound = losses[sum.steps]! < HOPELESS;
      sum.loss += losses[sum.steps]! * images;
      sum.misses += misses[sum.steps]!;
      sum.images += images;
      sum.steps++;
      log(session, sum.steps, sum.images);
    }
    return sound;
  };
  const score = (): Score => scoreFrom(sum.loss, sum.misses, sum.images);
  const progress: StepWatch["progress"] = () => {
    const now = performance.now();
    const here = sum.images - position.image;
    const left = counts.train - sum.images + (settings.epochs - position.epoch - 1) * counts.train;
    const { loss, accuracy } = sum.images > 0 ? score() : { loss: 0, accuracy: 0 };
    const elapsedMs = now - session.startedMs;
    return {
      kind: "progress",
      epoch: position.epoch + 1,
      epochs: settings.epochs,
      step: sum.steps,
      steps: stepsAnEpoch(session),
      loss,
      accuracy,
      imagesPerSecond: (here / Math.max(now - startedMs, 1e-3)) * 1000,
      elapsedMs,
      remainingMs: (left * elapsedMs) / Math.max(1, session.learned + here),
    };
  };
  return { look, steps: () => sum.steps, score, progress };
};

/** Tells the mean loss of the last `logEvery` steps, unless a run that was resumed has told it before. */
const log = (
  { arena, logEvery, settings: { schedule }, position, emit }: Session,
  step: number,
  images: number,
): void => {
  if (logEvery === 0 || step % logEvery > 0 || images <= position.image) return;
  const losses = arena.doubles("stepLosses").subarray(step - logEvery, step);
  const rate = arena.doubles("rates")[step - 1]!;
  const stage = schedule.kind === "staged" ? stageAt(schedule.stages, position.epoch).epoch : position.epoch;
  const loss = losses.reduce((sum, one) => sum + one, 0) / logEvery;
  emit({ kind: "log", epoch: position.epoch + 1, stageEpoch: stage + 1, step, rate, loss });
};

const lossError = (session: Session, step: number): LenetError => {
  const { arena, description, position } = session;
  const loss = arena.doubles("stepLosses")[step - 1]!;
  const rate = arena.doubles("rates")[step - 1]!;
  let largest = 0;
  let where = "";
  for (const { name, tensors } of description.layers)
    for (const { kind, offset, size } of tensors) {
      if (kind === "statistic") continue;
      for (const weight of arena.floats("weights").subarray(offset, offset + size))
        if (Number.isFinite(weight) && Math.abs(weight) > largest) [largest, where] = [Math.abs(weight), name];
    }
  const weights = where ? `largest |weight| ${largest.toPrecision(2)} in ${where}` : "no weight is a number any more";
  return new LenetError(
    `epoch ${position.epoch + 1}, step ${step}: the loss became ${Number.isFinite(loss) ? loss.toPrecision(2) : loss}; ${weights}, rate ${rate}. Try a rate below ${Number((rate / 10).toPrecision(2))}.`,
    1,
  );
};

/** Stops in the middle of an epoch. */
const leaveAt = (session: Session, position: Position): void => {
  session.position = position;
  session.keeper?.keepWeights(session, "last");
};

/** The end of an epoch. */
const complete = (
  session: Session,
  train: Score,
  { tensors, ...times }: Pick<EpochRecord, "elapsedMs" | "imagesPerSecond" | "tensors">,
): void => {
  const { arena, counts, keeper, history, position, steps } = session;
  const epoch = position.epoch + 1;
  const from = counts.train + counts.validation;
  const validation = counts.validation > 0 ? { validation: scoreOf(arena, counts.train, from) } : {};
  const test = session.settings.watchTest && counts.test > 0 ? { test: scoreOf(arena, from, from + counts.test) } : {};
  const rate = arena.doubles("rates")[stepsAnEpoch(session) - 1]!;
  const kept = tensors ? { tensors } : {};
  const record: EpochRecord = { epoch, train, ...validation, ...test, ...times, rate, ...kept };
  const best = improves(record, session.best?.record);
  history.push(record);
  steps.push(...stepRows(session, epoch));
  session.position = { epoch, image: 0, step: epoch * stepsAnEpoch(session), elapsedMs: 0 };
  if (best) session.best = { record, ...keepWeights(arena) };
  keeper?.keepEpoch(session, best);
  session.emit({ kind: "epoch", epochs: session.settings.epochs, record, best });
};

/** The epoch's part of the loss curve. */
const stepRows = (session: Session, epoch: number): StepRecord[] => {
  const { arena, counts, settings } = session;
  const [losses, rates] = [arena.doubles("stepLosses"), arena.doubles("rates")];
  const all = stepsAnEpoch(session);
  const block = Math.ceil(all / MOST_ROWS);
  const rows: StepRecord[] = [];
  for (let first = 0; first < all; first += block) {
    const end = Math.min(first + block, all);
    let [loss, images] = [0, 0];
    for (let step = first; step < end; step++) {
      const count = Math.min(settings.batch, counts.train - step * settings.batch);
      loss += losses[step]! * count;
      images += count;
    }
    rows.push({ epoch, step: (epoch - 1) * all + end, images, rate: rates[end - 1]!, loss: loss / images });
  }
  return rows;
};
