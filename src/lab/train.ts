// Training in Node, where the images are files and a run has a folder: kept.ts opens it, learn.ts does it.
import type { Net } from "../nets/net.ts";
import { boost } from "./boost.ts";
import { openSession } from "./kept.ts";
import { learn, type TrainResult } from "./learn.ts";
import type { TrainSettings } from "./settings.ts";

export type { TrainResult } from "./learn.ts";

/**
 * Trains a net, or the nets of a committee one after the other (boost.ts). The test images are looked at once, at the end. Same seed, data and settings: same weights, bit for bit,
 * whatever the threads, and whether or not the run was interrupted and resumed in between.
 * Throws LenetError: exit code 2 for settings, data or folders that will not do, 1 for a full disk or a loss that is no number.
 */
export const train = (net: Net, settings: TrainSettings = {}): Promise<TrainResult> =>
  net.committee ? boost(net, net.committee, settings, trainNet) : trainNet(net, settings);

const trainNet = async (net: Net, settings: TrainSettings): Promise<TrainResult> =>
  learn(await openSession(net, settings), settings.signal);
