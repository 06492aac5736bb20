// What a run folder says about a training that is to go on, and whether it can.
import { LenetError } from "../../errors.ts";
import { netNamed } from "../../nets/index.ts";
import type { Net } from "../../nets/net.ts";
import type { Origins } from "../model/fit.ts";
import { readConfig, readMetrics } from "../run/run-folder.ts";
import type { Settings } from "../settings/defaults.ts";
import { type DataParts, sameArithmetic, type TrainSettings } from "../settings/settings.ts";

export interface OldRun {
  readonly folder: string;
  readonly settings: Settings;
  /** Where the data is, or the data itself. */
  readonly data: string | DataParts;
  readonly origins: Origins;
}

/** What a resumed run takes from its folder. */
const settled = [
  "arithmetic",
  "epochs",
  "batch",
  "optimiser",
  "rate",
  "momentum",
  "mu",
  "patterns",
  "decay",
  "schedule",
  "seed",
  "validation",
  "shuffle",
  "distort",
  "limit",
  "watchTest",
  "init",
  "out",
] as const;

/** Throws LenetError when a setting is given that a resumed run has already. `spell` tells how the user writes settings. */
export const refuseSettled = (given: TrainSettings, spell = (setting: string): string => setting): void => {
  const named = typeof given.data === "string" ? ["data" as const] : [];
  for (const setting of [...settled, ...named])
    if (given[setting] !== undefined)
      throw new LenetError(
        `${spell("resume")}: expected no other settings than ${spell("threads")}, got ${spell(setting)}. A run goes on with its own settings: leave ${spell(setting)} out.`,
      );
};

/** The net of a run. Throws LenetError. */
export const netOfRun = (folder: string): Net => netNamed(String(readConfig(folder)["net"]));

/** The run in `folder`, which has not come to its end. Throws LenetError. */
export const openRun = (folder: string, net: Net, given: TrainSettings): OldRun => {
  refuseSettled(given);
  const config = readConfig(folder);
  if (config["net"] !== net.name)
    throw new LenetError(`${folder}: expected a run of ${net.name}, got one of ${config["net"]}. Name its own net.`);
  if (readMetrics(folder))
    throw new LenetError(
      `${folder}: expected a run that was interrupted, got one that is complete. To learn on from its weights: lenet train --init ${folder}`,
    );
  const settings = Object(config["settings"]) as Settings;
  sameArithmetic(folder, settings.arithmetic, "begin anew with --arithmetic plain");
  const data = settings.data ?? given.data;
  if (data === undefined)
    throw new LenetError(
      `${folder}: expected the images it began with in the setting data, got none. Give them again.`,
    );
  return { folder, settings, data, origins: config["data"] as Origins };
};

/** Throws LenetError when the data is not what the run began with. */
export const sameData = ({ folder, origins: old }: OldRun, now: Origins): void => {
  for (const part of ["train", "test"] as const) {
    const wanted = hashOf(old, part);
    const got = hashOf(now, part);
    if (wanted !== got)
      throw new LenetError(
        `${folder}: expected the ${part} images it began with (${wanted}), got others (${got}). Bring them back, or start a new run.`,
      );
  }
};

const hashOf = (origins: Origins, part: keyof Origins): string => {
  const origin = origins?.[part];
  return origin ? `${origin.count} of sha256 ${origin.sha256?.images} and ${origin.sha256?.labels}` : "none";
};
