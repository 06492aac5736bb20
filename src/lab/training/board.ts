// What a training tells TensorBoard: an event file in its run folder, to which it appends after every epoch and at the end. A run that
// is resumed begins another file; TensorBoard shows them as one.
import { join } from "node:path";
import { encodePng } from "../../data/image.ts";
import { tensorView } from "../../engine/tensors.ts";
import { LenetError } from "../../errors.ts";
import { append } from "../../files.ts";
import {
  type EventValue,
  eventRecord,
  histogram,
  picture,
  type Setting,
  scalar,
  sessionEnd,
  sessionStart,
  versionRecord,
} from "../../formats/tfevents.ts";
import { wrongIn } from "../model/score.ts";
import type { EpochRecord, Score, StepRecord } from "../run/run-folder.ts";
import type { Settings } from "../settings/defaults.ts";
import { writeProjector } from "./projector.ts";
import type { Session } from "./session.ts";

export interface Board {
  /** After an epoch: scores, the rate, the loss of its steps, how the weights are spread, and how large they and their gradients are. */
  epoch(session: Session, record: EpochRecord, steps: readonly StepRecord[]): void;
  /** At the end: the test score, the first wrong test images, and the files of the projector. */
  end(session: Session, test: Score | undefined): void;
}

/** Wrong images that are shown. */
const MOST_PICTURES = 32;

const now = (): number => Date.now() / 1000;

/** Throws LenetError where there is no folder, and as `append`. */
export const openBoard = (folder: string | null, net: string, settings: Settings): Board => {
  if (folder === null) throw new LenetError("tensorboard: expected a run folder beside it, got none. Name one: out.");
  const file = join(folder, `events.out.tfevents.${Date.now()}.lenet`);
  const write = (step: number, values: readonly EventValue[]): void =>
    append(file, eventRecord({ seconds: now(), step }, values));
  append(file, versionRecord(now()));
  write(0, [sessionStart(flat({ net, ...settings }), now())]);
  return {
    epoch: ({ position: { step }, description, arena }, record, steps) => {
      for (const { step, loss, rate } of steps) write(step, [scalar("steps/loss", loss), scalar("steps/rate", rate)]);
      const spread = description.tensors
        .map((place) => [place.name, tensorView(arena, place)] as const)
        .filter(([, numbers]) => numbers.every(Number.isFinite))
        .map(([name, numbers]) => histogram(name.replace(".", "/"), numbers));
      const speed = scalar("images a second", record.imagesPerSecond);
      write(step, [...scoresOf(record), speed, ...magnitudesOf(record), ...spread]);
    },
    end: (session, test) => {
      const { step } = session.position;
      if (test) write(step, [...scoresOf({ test }), ...wrongPictures(session)]);
      write(step, [sessionEnd(true, now())]);
      writeProjector(folder, session);
    },
  };
};

const scoresOf = (scores: Partial<Pick<EpochRecord, "train" | "validation" | "test">>): EventValue[] =>
  (["train", "validation", "test"] as const).flatMap((part) => {
    const score = scores[part];
    return score ? [scalar(`loss/${part}`, score.loss), scalar(`error/${part}`, score.misses / score.images)] : [];
  });

const magnitudesOf = ({ tensors = {} }: EpochRecord): EventValue[] =>
  Object.entries(tensors).flatMap(([name, { value, gradient }]) => [
    scalar(`weights rms/${name}`, value.rms),
    scalar(`gradients rms/${name}`, gradient.rms),
    scalar(`gradients largest/${name}`, gradient.largest),
  ]);

/** The first wrong test images, named by index, label and answer. */
const wrongPictures = ({ arena, counts, net }: Session): EventValue[] => {
  const { rows, columns } = net.image;
  const from = counts.train + counts.validation;
  const pixels = arena.bytesOrFloats("pixels");
  return wrongIn(arena, from, from + counts.test, MOST_PICTURES).map(({ image, label, answer }) => {
    const grey = Uint8Array.from(pixels.subarray(image * rows * columns, (image + 1) * rows * columns), Math.round);
    const tag = `wrong/${image - from}_label_${label}_predicted_${answer}`;
    return picture(tag, encodePng(grey, columns, rows), columns, rows);
  });
};

/** Settings as names and single values: `optimiser.kind`. What is not set is left out. */
const flat = (settings: object, before = ""): Record<string, Setting> =>
  Object.assign(
    {},
    ...Object.entries(settings).map(([name, value]): Record<string, Setting> => {
      if (typeof value === "object" && value !== null) return flat(value, `${before}${name}.`);
      return value === null || value === undefined ? {} : { [before + name]: value };
    }),
  );
