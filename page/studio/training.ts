// A training under way, as the page sees it: what its worker has told so far, and how to pause it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { EpochRecord, Score } from "../../src/lab/run/run-folder.ts";
import type { ProgressEvent } from "../../src/lab/training/events.ts";
import { openReader, type Reader } from "../shared/model.ts";
import { type Job, type News, type Order, UNREACHED } from "./job.ts";

export interface Training {
  readonly phase: "loading" | "learning" | "paused" | "done" | "failed";
  readonly begun: Extract<News, { kind: "begun" }> | null;
  readonly reader: Reader | null;
  /** Counts the times that weights came: whoever looks into the net looks again. */
  readonly learned: number;
  readonly progress: ProgressEvent | null;
  /** Mean loss of some steps, at so many epochs. */
  readonly losses: readonly { readonly x: number; readonly y: number }[];
  readonly epochs: readonly EpochRecord[];
  readonly test: Score | null;
  readonly trouble: string;
}

const beginning: Training = {
  phase: "loading",
  begun: null,
  reader: null,
  learned: 0,
  progress: null,
  losses: [],
  epochs: [],
  test: null,
  trouble: "",
};

/** What becomes of a training when its worker tells this. */
const after = (training: Training, news: News): Training => {
  switch (news.kind) {
    case "begun":
      return { ...training, phase: "learning", begun: news, reader: readerOf(news) };
    case "weights":
      training.reader!.learn(news.weights);
      return { ...training, learned: training.learned + 1 };
    case "paused":
      return { ...training, phase: "paused" };
    case "trouble":
      return { ...training, phase: "failed", trouble: news.message };
    case "event":
      return afterEvent(training, news.event);
  }
};

const afterEvent = (training: Training, event: Extract<News, { kind: "event" }>["event"]): Training => {
  switch (event.kind) {
    case "progress":
      return { ...training, progress: event };
    case "log": {
      const x = event.epoch - 1 + event.step / training.begun!.steps;
      return { ...training, losses: [...training.losses, { x, y: event.loss }] };
    }
    case "epoch":
      return { ...training, epochs: [...training.epochs, event.record] };
    case "test":
      return { ...training, phase: "done", test: event.score };
    default:
      return training;
  }
};

const readerOf = ({ net, data, classes, samples, weights }: Extract<News, { kind: "begun" }>): Reader =>
  openReader({ name: net.name, version: "", net, data, classes }, weights, samples);

/** What was told is shown so often, however often it is told: the page has other things to do. */
const SHOWN_MS = 100;

/** The training of this job, begun anew whenever there is another; and what pauses it or lets it go on. */
export const useTraining = (job: Job): { training: Training; pause: (paused: boolean) => void } => {
  const [training, setTraining] = useState(beginning);
  const worker = useRef<Worker | null>(null);
  useEffect(() => {
    setTraining(beginning);
    const own = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = own;
    let told: News[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      const all = told;
      [told, timer] = [[], undefined];
      setTraining((before) => all.reduce((training, news) => after(training, news), before));
    };
    const hear = (news: News): void => {
      // Of weights only the newest are worth a look.
      if (news.kind === "weights") told = told.filter(({ kind }) => kind !== "weights");
      told.push(news);
      timer ??= setTimeout(show, SHOWN_MS);
    };
    own.onmessage = ({ data }: MessageEvent<News>) => hear(data);
    // A program that could not be fetched has no message.
    own.onerror = ({ message }) => hear({ kind: "trouble", message: message || UNREACHED });
    own.postMessage({ kind: "begin", job } satisfies Order);
    return () => {
      clearTimeout(timer);
      own.terminate();
    };
  }, [job]);
  const pause = (paused: boolean): void => {
    worker.current?.postMessage({ kind: paused ? "pause" : "go on" } satisfies Order);
    if (!paused) setTraining((before) => ({ ...before, phase: "learning" }));
  };
  return { training, pause };
};
