// What a training needs before its first step: settings that are complete, images that fit the net, and the folder of the run.
// Of one net (session.ts) as of a committee (boost.ts).
import { availableParallelism } from "node:os";
import { resolve as absolute } from "node:path";
import { registeredSet } from "../data/registry.ts";
import type { Net } from "../nets/net.ts";
import type { Settings } from "./defaults.ts";
import type { ImageCounts } from "./events.ts";
import { countImages, fitParts, loadParts, type Origins, originOf } from "./images.ts";
import { commit, processor, versions } from "./provenance.ts";
import { recipeOf } from "./recipes.ts";
import { type OldRun, sameData } from "./resume.ts";
import { whole } from "./rules.ts";
import { createRunFolder, writeConfig } from "./run-folder.ts";
import { type DataParts, resolve, type TrainSettings, validationCount } from "./settings.ts";

export interface Prepared {
  readonly settings: Settings;
  readonly parts: DataParts;
  readonly counts: ImageCounts;
  readonly origins: Origins;
  /** As many as were asked for. */
  readonly threads: number;
}

const MOST_THREADS = 256;

/** The settings that are given, or those of the run that goes on, and the images. Throws LenetError. */
export const prepare = async (net: Net, given: TrainSettings, old: OldRun | null): Promise<Prepared> => {
  const threads = whole("threads", given.threads ?? availableParallelism(), 1, MOST_THREADS);
  const intended = resolve(net, old ? (old.settings as TrainSettings) : given);
  const data = old ? old.data : (given.data ?? recipeOf(net).data);
  const parts = fitParts(net, await loadParts(data), intended.limit);
  const validation = validationCount(intended, recipeOf(net), parts.train.count);
  const init = old ? old.settings.init : nameOfInit(given);
  const settings: Settings = { ...intended, validation, data: nameOf(data), init };
  const origins: Origins = { train: originOf(parts.train), test: parts.test ? originOf(parts.test) : null };
  if (old) sameData(old, origins);
  return { settings, parts, counts: countImages(parts, validation), origins, threads };
};

/** How config.json tells where the weights came from. */
const nameOfInit = ({ init }: TrainSettings): string | null =>
  typeof init === "object" ? "a model in memory" : (init ?? null);

/** How config.json tells where the data is. */
export const nameOf = (data: string | DataParts): string | null => {
  if (typeof data !== "string") return null;
  return registeredSet(data)?.name ?? absolute(data);
};

/** Makes the folder of a new run, with its config.json; null where none is wanted. Throws LenetError. */
export const openFolder = (
  { name }: Net,
  out: TrainSettings["out"],
  { settings, origins, counts, threads }: Omit<Prepared, "parts">,
): string | null => {
  if (out === null) return null;
  const folder = createRunFolder(out, name, new Date());
  writeConfig(folder, {
    net: name,
    settings,
    data: origins,
    images: counts,
    threads,
    versions: versions(),
    commit: commit(),
    processor: processor(),
    startedAt: new Date().toISOString(),
  });
  return folder;
};
