// Training in Node, where the images are files and a run has a folder: kept.ts opens it, learn.ts does it.
import type { Net } from "../../nets/net.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { boost } from "./boost.ts";
import { sizedFor } from "./images.ts";
import { openSession } from "./kept.ts";
import { learn, type TrainResult } from "./learn.ts";

export type { TrainResult } from "./learn.ts";

/**
 * Trains a net, with as many outputs as the data has classes, or the nets of a committee one after the other (boost.ts). The test images are looked at once, at the end. Same seed, data and settings: same weights, bit for bit,
 * whatever the threads, and whether or not the run was interrupted and resumed in between.
 * Throws LenetError: exit code 2 for settings, data or folders that will not do, 1 for a full disk or a loss that is no number.
 */
export const train = async (net: Net, settings: TrainSettings = {}): Promise<TrainResult> => {
  const sized = settings.resume === undefined ? sizedFor(net, settings.data) : net;
  return sized.committee ? boost(sized, sized.committee, settings, trainNet) : trainNet(sized, settings);
};

const trainNet = async (net: Net, settings: TrainSettings): Promise<TrainResult> =>
  learn(await openSession(net, settings), settings.signal);
