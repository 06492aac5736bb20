// The folder of a sweep: the file as it was given, what it was begun with, the journal, and a run folder for each trial. Enough
// to go on, or to tell what came out.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LenetError } from "../../../errors.ts";
import { makeFolder, readText, writeAtomically } from "../../../files.ts";
import type { Origins } from "../../model/fit.ts";
import { commit, processor, versions } from "../../run/provenance.ts";
import { createRunFolder } from "../../run/run-folder.ts";
import { parseSweep, type Sweep } from "../file/sweep.ts";

/** What a sweep was begun with. */
export interface Origin {
  /** Tells sweeps apart that share a queue. */
  readonly id: string;
  /** Name of the file. */
  readonly file: string;
  readonly startedAt: string;
  readonly versions: { readonly lenet: string; readonly node: string };
  readonly commit: string | null;
  readonly processor: string;
  /** By the name of the data. */
  readonly data: Readonly<Record<string, Origins>>;
}

const sweepFile = (dir: string): string => join(dir, "sweep.yaml");
const originFile = (dir: string): string => join(dir, "sweep.json");

/** Makes the folder of a new sweep; `dir` undefined: a new one in runs/. Throws LenetError. */
export const createSweep = (dir: string | undefined, path: string, text: string, data: Origin["data"]): string => {
  if (dir !== undefined && existsSync(originFile(dir)))
    throw new LenetError(`${dir}: already holds a sweep. Go on with it: lenet sweep --resume ${dir}`);
  const stem = basename(path).replace(/\.ya?ml$/i, "");
  const folder = dir ?? createRunFolder(undefined, `sweep-${stem}`, new Date());
  makeFolder(folder);
  writeAtomically(sweepFile(folder), text);
  const origin: Origin = {
    id: randomUUID(),
    file: basename(path),
    startedAt: new Date().toISOString(),
    versions: versions(),
    commit: commit(),
    processor: processor(),
    data,
  };
  writeAtomically(originFile(folder), `${JSON.stringify(origin, null, 2)}\n`);
  return folder;
};

/** The sweep in a folder. Throws LenetError. */
export const openSweep = (dir: string): { readonly sweep: Sweep; readonly origin: Origin } => {
  const text = readText(originFile(dir), "the folder of a sweep");
  let origin: Origin;
  try {
    origin = JSON.parse(text) as Origin;
  } catch {
    throw new LenetError(
      `${originFile(dir)}: expected JSON, got ${JSON.stringify(text.slice(0, 60))}. Restore it from a copy.`,
    );
  }
  return { origin, sweep: parseSweep(origin.file, readText(sweepFile(dir), "a sweep file")) };
};

/** Throws LenetError where the data is not what the sweep began with. */
export const sameOrigins = (dir: string, { data }: Origin, now: Origin["data"]): void => {
  for (const [name, origins] of Object.entries(now))
    if (!isDeepStrictEqual(data[name], JSON.parse(JSON.stringify(origins))))
      throw new LenetError(
        `${dir}: expected ${name} as it was when the sweep began, got other images. Bring them back, or begin a new sweep.`,
      );
};
