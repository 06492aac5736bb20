// The images of a training, from where they are kept.
import { holds } from "../data/folder.ts";
import { loadData, registeredSet } from "../data/registry.ts";
import type { DataParts } from "./settings.ts";

/** Both parts of the data; a folder may have no test images. Throws LenetError. */
export const loadParts = async (data: string | DataParts): Promise<DataParts> => {
  if (typeof data !== "string") return data;
  const train = await loadData(data, "train");
  if (registeredSet(data) === undefined && !holds(data, "test")) return { train };
  return { train, test: await loadData(data, "test") };
};
