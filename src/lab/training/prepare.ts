// What a training needs before its first step: settings that are complete, images that fit the net, and the folder of the run.
// Of one net (session.ts) as of a committee (boost.ts).
import { resolve as absolute } from "node:path";
import { registeredSet } from "../../data/registry.ts";
import type { Net } from "../../nets/net.ts";
import { commit, processor, versions } from "../run/provenance.ts";
import { createRunFolder, writeConfig } from "../run/run-folder.ts";
import { recipeOf } from "../settings/recipes.ts";
import { type DataParts, resolve, type TrainSettings } from "../settings/settings.ts";
import { loadParts } from "./images.ts";
import { fit, nameOfInit, type Prepared, threadsOf } from "./prepared.ts";
import { type OldRun, sameData } from "./resume.ts";

export type { Prepared } from "./prepared.ts";

/** The settings that are given, or those of the run that goes on, and the images. Throws LenetError. */
export const prepare = async (net: Net, given: TrainSettings, old: OldRun | null): Promise<Prepared> => {
  const threads = threadsOf(given);
  const intended = resolve(net, old ? (old.settings as TrainSettings) : given);
  const data = old ? old.data : (given.data ?? recipeOf(net).data);
  const init = old ? old.settings.init : nameOfInit(given);
  const prepared = fit(net, intended, await loadParts(data), { threads, data: nameOf(data), init });
  if (old) sameData(old, prepared.origins);
  return prepared;
};

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
