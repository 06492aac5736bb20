// What a training needs before its first step, wherever its images came from: settings that are complete, and images that fit.
import { cores } from "../../engine/host.ts";
import type { Net } from "../../nets/net.ts";
import { countImages, fitParts, type Origins, originOf } from "../model/fit.ts";
import type { Settings } from "../settings/defaults.ts";
import { recipeOf } from "../settings/recipes.ts";
import { whole } from "../settings/rules.ts";
import { type DataParts, type Intended, resolve, type TrainSettings, validationCount } from "../settings/settings.ts";
import type { ImageCounts } from "./events.ts";

export interface Prepared {
  readonly settings: Settings;
  readonly parts: DataParts;
  readonly counts: ImageCounts;
  readonly origins: Origins;
  /** As many as were asked for. */
  readonly threads: number;
}

const MOST_THREADS = 256;

/** Threads as they were asked for, else as many as there are cores. Throws LenetError. */
export const threadsOf = ({ threads }: TrainSettings): number => whole("threads", threads ?? cores(), 1, MOST_THREADS);

/** Settings and images brought together; `data` and `init` are how config.json calls them. Throws LenetError. */
export const fit = (
  net: Net,
  intended: Intended,
  images: DataParts,
  { threads, data, init }: { readonly threads: number; readonly data: string | null; readonly init: string | null },
): Prepared => {
  const parts = fitParts(net, images, intended.limit);
  const validation = validationCount(intended, recipeOf(net), parts.train.count);
  const settings: Settings = { ...intended, validation, data, init };
  const origins: Origins = { train: originOf(parts.train), test: parts.test ? originOf(parts.test) : null };
  return { settings, parts, counts: countImages(parts, validation), origins, threads };
};

/** The same for images that are in memory. Throws LenetError. */
export const prepareImages = (net: Net, given: TrainSettings, images: DataParts): Prepared => {
  const threads = threadsOf(given);
  return fit(net, resolve(net, given), images, { threads, data: null, init: nameOfInit(given) });
};

/** How config.json tells where the weights came from. */
export const nameOfInit = ({ init }: TrainSettings): string | null =>
  typeof init === "object" ? "a model in memory" : (init ?? null);
