// What is to be learned, as the page's address says it, and what the training's worker tells.
import type { Tensor } from "../../src/formats/safetensors.ts";
import type { TrainSettings } from "../../src/lab/settings/settings.ts";
import type { TrainEvent } from "../../src/lab/training/events.ts";
import type { Net } from "../../src/nets/net.ts";
import type { Trial } from "../shared/model.ts";

export interface Job {
  readonly net: string;
  /** Null: what the net's recipe says. */
  readonly data: string | null;
  readonly settings: Pick<TrainSettings, "epochs" | "seed" | "threads" | "rate" | "limit">;
}

const numbers = { images: "limit", epochs: "epochs", rate: "rate", seed: "seed", threads: "threads" } as const;

/** The job that an address names; what it leaves out is the recipe's. */
export const jobOf = (search: string): Job => {
  const given = new URLSearchParams(search);
  const settings = Object.fromEntries(
    Object.entries(numbers).flatMap(([key, setting]) => (given.get(key) ? [[setting, Number(given.get(key))]] : [])),
  );
  return { net: given.get("net") || "lenet5", data: given.get("data") || null, settings };
};

/** The address of a job: `jobOf` reads it back. */
export const addressOf = ({ net, data, settings }: Job): string => {
  const said = new URLSearchParams({ net, ...(data === null ? {} : { data }) });
  for (const [key, setting] of Object.entries(numbers))
    if (settings[setting] !== undefined) said.set(key, `${settings[setting]}`);
  return `?${said}`.replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%3D", "=");
};

export type Order =
  | { readonly kind: "begin"; readonly job: Job }
  | { readonly kind: "pause" }
  | { readonly kind: "go on" };

/** Tensors by name. */
export type Weights = ReadonlyMap<string, Tensor>;

export type News =
  | {
      readonly kind: "begun";
      /** With as many outputs as the data has classes. */
      readonly net: Net;
      readonly data: string;
      readonly classes: readonly string[];
      readonly samples: readonly Trial[];
      readonly weights: Weights;
      readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
      /** Steps of an epoch, and epochs. */
      readonly steps: number;
      readonly epochs: number;
      readonly threads: number;
    }
  | { readonly kind: "event"; readonly event: TrainEvent }
  | { readonly kind: "weights"; readonly weights: Weights }
  | { readonly kind: "paused" }
  | { readonly kind: "trouble"; readonly message: string };

/** What is said where nothing answers at the page's address. */
export const UNREACHED = "lenet studio: expected it to answer, got nothing. Start it again and load this page anew.";
