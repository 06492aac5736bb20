// The folder of a sweep: the file as it was given, what it was begun with, the journal, and a run folder for each trial. Enough
// to go on, or to tell what came out.
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LenetError } from "../../../errors.ts";
import { makeFolder, readText, writeAtomically } from "../../../files.ts";
import type { Origins } from "../../model/fit.ts";
import { commit, processor, versions } from "../../run/provenance.ts";
import { createRunFolder, refuseRun } from "../../run/run-folder.ts";
import { chooseArithmetic, type TrainSettings } from "../../settings/settings.ts";
import { parseSweep, type Sweep } from "../file/sweep.ts";
import { journalPath, trialsFolder } from "./journal.ts";
import { parseAs } from "./parse-as.ts";

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
  /** Of the sweep file; folders of older versions have none. */
  readonly sha256?: string;
  /** That of all trainings for which the file names none; folders of older versions do not say. */
  readonly arithmetic?: NonNullable<TrainSettings["arithmetic"]>;
  /** By the name of the data. */
  readonly data: Readonly<Record<string, Origins>>;
}

const sweepFile = (dir: string): string => join(dir, "sweep.yaml");
const originFile = (dir: string): string => join(dir, "sweep.json");

const isOrigin = (value: unknown): value is Origin => {
  const { id, file, startedAt, versions, commit, processor, sha256, arithmetic, data } = Object(value);
  const texts = [
    id,
    file,
    startedAt,
    processor,
    Object(versions).lenet,
    Object(versions).node,
    commit ?? "",
    sha256 ?? "",
    arithmetic ?? "",
  ];
  return texts.every((text) => typeof text === "string") && typeof data === "object" && data !== null;
};

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Makes the folder of a new sweep; `dir` undefined: a new one in runs/. Throws LenetError. */
export const createSweep = (dir: string | undefined, path: string, text: string, data: Origin["data"]): string => {
  if (dir !== undefined) refuseTaken(dir, text);
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
    sha256: hashOf(text),
    arithmetic: chooseArithmetic("arithmetic", undefined),
    data,
  };
  writeAtomically(originFile(folder), `${JSON.stringify(origin, null, 2)}\n`);
  return folder;
};

/** Throws LenetError where the folder holds what a sweep would write over. */
const refuseTaken = (dir: string, text: string): void => {
  if (existsSync(originFile(dir)))
    throw new LenetError(`${dir}: already holds a sweep. Go on with it: lenet sweep --resume ${dir}`);
  refuseRun(dir);
  // The very file may lie there, by the user's hand or by that of a sweep that was killed in its beginning.
  const file = sweepFile(dir);
  const same = existsSync(file) && readText(file, "a sweep file") === text;
  for (const path of [...(same ? [] : [file]), journalPath(dir), trialsFolder(dir)])
    if (existsSync(path))
      throw new LenetError(
        `${dir}: already holds ${basename(path)}, where the sweep would write. Choose another --out.`,
      );
};

/** The sweep in a folder. Throws LenetError. */
export const openSweep = (dir: string): { readonly sweep: Sweep; readonly origin: Origin } => {
  const path = originFile(dir);
  const origin = parseAs(readText(path, "the folder of a sweep"), path, "what a sweep began with, as JSON", isOrigin);
  const text = readText(sweepFile(dir), "a sweep file");
  // Other parameters would give the trials other names and values than they were trained with.
  if (origin.sha256 !== undefined && hashOf(text) !== origin.sha256)
    throw new LenetError(
      `${sweepFile(dir)}: expected the file that the sweep began with, got another (sha256 ${hashOf(text).slice(0, 12)}…). Undo the change, or begin a new sweep with it.`,
    );
  return { origin, sweep: parseSweep(origin.file, text) };
};

/** Throws LenetError where the data is not what the sweep began with. */
export const sameOrigins = (dir: string, { data }: Origin, now: Origin["data"]): void => {
  for (const [name, origins] of Object.entries(now))
    if (!isDeepStrictEqual(data[name], JSON.parse(JSON.stringify(origins))))
      throw new LenetError(
        `${dir}: expected ${name} as it was when the sweep began, got other images. Bring them back, or begin a new sweep.`,
      );
};
