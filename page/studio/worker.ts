// The training, away from the page: fetches the images, learns, and tells how it goes. It pauses between two steps.
import type { DataSet } from "../../src/data/data-set.ts";
import { isHandwritten } from "../../src/data/names.ts";
import { LenetError } from "../../src/errors.ts";
import { tensorViews } from "../../src/lab/run/tensors.ts";
import { recipeOf } from "../../src/lab/settings/recipes.ts";
import { decodeSet } from "../../src/lab/studio/set-bytes.ts";
import type { TrainEvent } from "../../src/lab/training/events.ts";
import { learn } from "../../src/lab/training/learn.ts";
import { prepareImages } from "../../src/lab/training/prepared.ts";
import { beginAnew, type Session, startSession } from "../../src/lab/training/session.ts";
import { withClasses } from "../../src/nets/classes.ts";
import { netNamed } from "../../src/nets/index.ts";
import type { Trial } from "../shared/model.ts";
import { type Job, type News, type Order, UNREACHED, type Weights } from "./job.ts";

const tell = (news: News): void => postMessage(news);

/** Points of the loss curve an epoch. */
const POINTS = 40;
/** Samples to look at. */
const SAMPLES = 10;

let paused = false;
let wake = (): void => {};
let session: Session | undefined;

addEventListener("message", ({ data: order }: MessageEvent<Order>) => {
  if (order.kind === "begin") begin(order.job).catch((thrown) => tell({ kind: "trouble", message: wordsOf(thrown) }));
  else {
    paused = order.kind === "pause";
    if (paused) session?.team.stop();
    else wake();
  }
});

const wordsOf = (thrown: unknown): string =>
  thrown instanceof LenetError ? thrown.message : `This is a mistake in lenet itself; please report it. ${thrown}`;

const begin = async (job: Job): Promise<void> => {
  const named = netNamed(job.net);
  if (named.committee)
    throw new LenetError(`${named.name}: expected a single net here, got a committee. Train it with lenet train.`);
  const name = job.data ?? recipeOf(named).data;
  const data = { train: await fetchSet(name, "train", job.settings.limit), test: await fetchSet(name, "test") };
  const classes = data.test.classNames ?? Array.from({ length: named.classes }, (_, label) => `${label}`);
  const net = withClasses(named, classes.length);
  const settings = { ...job.settings, data, ...(isHandwritten(name) ? {} : { distort: 0 }) };
  const prepared = prepareImages(net, settings, data);
  const { counts } = prepared;
  const steps = Math.ceil(counts.train / prepared.settings.batch);
  const logEvery = Math.max(1, Math.floor(steps / POINTS));
  const onEvent = (event: TrainEvent): void => {
    tell({ kind: "event", event });
    if (event.kind === "progress" || event.kind === "test") tell({ kind: "weights", weights: weightsNow() });
  };
  const started = await startSession(net, { ...settings, logEvery, onEvent }, prepared, (trained) =>
    beginAnew(trained, null),
  );
  session = { ...started, stopping: () => paused };
  tell({
    kind: "begun",
    net,
    data: name,
    classes,
    samples: samplesOf(data.test),
    weights: weightsNow(),
    counts,
    steps,
    epochs: prepared.settings.epochs,
    threads: session.threads,
  });
  await learn(session, undefined, goOn);
};

/** Copies: the views' memory may be shared, and moves. */
const weightsNow = (): Weights =>
  new Map(
    [...tensorViews(session!.description, session!.arena)].map(([name, { shape, data }]) => [
      name,
      { shape, data: new Float32Array(data) },
    ]),
  );

/** Waits until it shall go on. */
const goOn = async (): Promise<boolean> => {
  if (paused) {
    tell({ kind: "paused" });
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return true;
};

/** The images, or the first so many of them. */
const fetchSet = async (name: string, part: "train" | "test", first?: number): Promise<DataSet> => {
  const asked = new URLSearchParams({ name, ...(first === undefined ? {} : { first: `${first}` }) });
  const answer = await fetch(`/data/${part}?${asked}`).catch(() => {
    throw new LenetError(UNREACHED);
  });
  if (!answer.ok) throw new LenetError(await answer.text());
  return decodeSet(new Uint8Array(await answer.arrayBuffer()), name);
};

/** The first test image of each class. */
const samplesOf = ({ images, labels, rows, columns, classes }: DataSet): Trial[] =>
  Array.from({ length: Math.min(classes, SAMPLES) }, (_, label) => ({ label, at: labels.indexOf(label) }))
    .filter(({ at }) => at >= 0)
    .map(({ label, at }) => ({ label, pixels: images.slice(at * rows * columns, (at + 1) * rows * columns) }));
