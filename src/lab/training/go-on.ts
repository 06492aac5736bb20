// A training in a folder of its own, whatever was there: nothing, an unfinished run, or what a kill in the very beginning
// left. Those who run many trainings (reproduce.ts, sweep) begin and resume them alike.
import { rmSync } from "node:fs";
import type { Net } from "../../nets/net.ts";
import { hasBegun, readMetrics } from "../run/run-folder.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { type TrainResult, train } from "./train.ts";

/** Whether the run in `folder` has come to its end. */
export const isComplete = (folder: string): boolean => hasBegun(folder) && readMetrics(folder) !== undefined;

/** Goes on with the run in `folder`, or begins it with these settings. Throws LenetError as `train` does. */
export const trainIn = (
  folder: string,
  net: Net,
  settings: TrainSettings,
  how: Pick<TrainSettings, "threads" | "signal" | "onEvent">,
): Promise<TrainResult> => {
  const resumable = hasBegun(folder);
  // A kill in the very beginning leaves a folder with nothing to go on from.
  if (!resumable) rmSync(folder, { recursive: true, force: true });
  return train(net, { ...(resumable ? { resume: folder } : { ...settings, out: folder }), ...how });
};
