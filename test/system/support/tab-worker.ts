// Trains in a worker of a tab, with the package as a bundler finds it, and tells what came out.
import { type DataSet, encodeModel, netNamed, type TrainSettings, train } from "lenet";

/** Images as base64, since numbers would be slow to hand over. */
export interface Job {
  readonly net: string;
  readonly settings: TrainSettings;
  readonly set: Omit<DataSet, "images" | "labels"> & { readonly labels: readonly number[] };
  readonly ink: { readonly kind: "byte" | "float"; readonly base64: string };
  /** Stop when the training has said so many times how far it is. */
  readonly stopAfter?: number;
}

export interface Report {
  readonly isolated: boolean;
  readonly threads: number;
  readonly arithmetic: string;
  readonly interrupted: boolean;
  readonly losses: readonly number[];
  /** The file of the weights, as base64. */
  readonly weights: string;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

addEventListener("message", async ({ data: job }: MessageEvent<Job>) => {
  const bytes = bytesOf(job.ink.base64);
  const images = job.ink.kind === "byte" ? bytes : new Float32Array(bytes.buffer);
  const set = { ...job.set, images, labels: Uint8Array.from(job.set.labels) };
  const stop = new AbortController();
  let [threads, arithmetic, told] = [0, "", 0];
  const { model, history, interrupted } = await train(netNamed(job.net), {
    ...job.settings,
    data: { train: set },
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === "start") [threads, arithmetic] = [event.threads, event.settings.arithmetic];
      if (event.kind === "progress" && ++told === job.stopAfter) stop.abort();
    },
  });
  const weights = btoa(Array.from(encodeModel(model), (byte) => String.fromCharCode(byte)).join(""));
  const losses = history.map((epoch) => epoch.train.loss);
  postMessage({ isolated: crossOriginIsolated, threads, arithmetic, interrupted, losses, weights } satisfies Report);
});
