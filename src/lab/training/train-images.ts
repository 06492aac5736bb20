// Training on images in memory, where there are no files: in a browser's tab.
import { LenetError } from "../../errors.ts";
import { withClasses } from "../../nets/classes.ts";
import type { Net } from "../../nets/net.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { learn, type TrainResult } from "./learn.ts";
import { prepareImages } from "./prepared.ts";
import { beginAnew, startSession } from "./session.ts";

/** Settings that speak of files. */
const ofFiles = ["out", "resume", "tensorboard"] as const;

/**
 * As `train`, with the images themselves as `data`, and without a run folder. Same images and settings: the same weights as
 * there, bit for bit. Throws LenetError.
 */
export const trainImages = async (net: Net, settings: TrainSettings): Promise<TrainResult> => {
  const { data, init } = settings;
  for (const setting of ofFiles)
    if (settings[setting])
      throw new LenetError(`${setting}: expected none where there are no files, got one. Leave it out.`);
  if (typeof data !== "object") throw new LenetError(`data: expected images, got ${data ?? "none"}. Load them first.`);
  if (typeof init === "string") throw new LenetError(`init: expected a model, got ${init}. Decode its bytes first.`);
  if (net.committee)
    throw new LenetError(
      `${net.name}: expected a net of one member where there are no files, got ${net.committee.size}. Train it in Node.`,
    );
  const names = data.train.classNames;
  const sized = names === undefined ? net : withClasses(net, names.length);
  const session = await startSession(sized, settings, prepareImages(sized, settings, data), (trained) =>
    beginAnew(trained, init ? [init.weights, "init"] : null),
  );
  return learn(session, settings.signal);
};
