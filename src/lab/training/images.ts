// The images of a training, from where they are kept.
import { classNamesIn, hasPart, loadData } from "../../data/registry.ts";
import { withClasses } from "../../nets/classes.ts";
import type { Net } from "../../nets/net.ts";
import type { DataParts } from "../settings/settings.ts";

/** Both parts of the data; a folder may have no test images. Throws LenetError. */
export const loadParts = async (data: string | DataParts): Promise<DataParts> => {
  if (typeof data !== "string") return data;
  const train = await loadData(data, "train");
  return hasPart(data, "test") ? { train, test: await loadData(data, "test") } : { train };
};

/** The net with as many outputs as the data names classes; itself where it names none. Throws LenetError. */
export const sizedFor = (net: Net, data: string | DataParts | undefined): Net => {
  const names = typeof data === "string" ? classNamesIn(data) : data?.train.classNames;
  return names === undefined ? net : withClasses(net, names.length);
};
