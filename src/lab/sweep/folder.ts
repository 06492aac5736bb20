// The folder of a sweep: the file as it was given, what it was begun with, the journal, and a run folder for each trial. Enough
// to go on, or to tell what came out.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LenetError } from "../../errors.ts";
import { makeFolder, readText, writeAtomically } from "../../files.ts";
import { netNamed } from "../../nets/index.ts";
import { checkSet, type Origins, originOf } from "../model/fit.ts";
import { commit, processor, versions } from "../run/provenance.ts";
import { createRunFolder } from "../run/run-folder.ts";
import { recipeOf } from "../settings/recipes.ts";
import { resolve, type TrainSettings } from "../settings/settings.ts";
import { loadParts } from "../training/images.ts";
import type { Value } from "./domain.ts";
import { extremes } from "./domain.ts";
import { parseSweep, type Sweep, trainingIn } from "./file.ts";

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

/** Images kept apart where a recipe keeps none: a sweep has to choose by some. */
const VALIDATION = 5_000;

/** What a cell trains, ready to be handed on. */
export interface Training {
  readonly net: string;
  readonly settings: TrainSettings & { readonly data: string; readonly epochs: number };
}

/** Trainings of cells, and where their data is from. */
export interface Trainer {
  of(cell: readonly Value[]): Training;
  readonly data: Origin["data"];
}

/** Looks at the data that a sweep uses, and at whether its nets can. Throws LenetError. */
export const trainerOf = async (sweep: Sweep): Promise<Trainer> => {
  const data: Record<string, Origins> = {};
  for (const cell of probes(sweep)) {
    const { net, settings } = withData(sweep, cell);
    if (data[settings.data]) continue;
    const parts = await loadParts(settings.data);
    checkSet(netNamed(net), parts.train);
    data[settings.data] = { train: originOf(parts.train), test: parts.test ? originOf(parts.test) : null };
  }
  return {
    data,
    of: (cell) => {
      const { net, settings } = withData(sweep, cell);
      const count = Math.min(settings.limit ?? Number.POSITIVE_INFINITY, data[settings.data]!.train.count);
      const kept = recipeOf(netNamed(net)).validation > 0 ? undefined : Math.min(VALIDATION, Math.floor(count / 10));
      const validation = settings.validation ?? kept;
      if (validation === 0 || count < 10)
        throw new LenetError(
          `${net}: expected validation images to choose by, got none of ${count}. Set validation above 0.`,
        );
      const { epochs } = resolve(netNamed(net), settings);
      return { net, settings: { ...settings, epochs, ...(validation === undefined ? {} : { validation }) } };
    },
  };
};

const withData = (sweep: Sweep, cell: readonly Value[]) => {
  const { net, settings } = trainingIn(sweep, cell);
  return {
    net,
    settings: { ...settings, data: (settings.data as string | undefined) ?? recipeOf(netNamed(net)).data },
  };
};

/** Cells that together have every value of the net and of the data. */
const probes = ({ parameters }: Sweep): (readonly Value[])[] => {
  const first = parameters.map(({ domain }) => extremes(domain)[0]!);
  return parameters.reduce<(readonly Value[])[]>(
    (cells, { domain, target }, index) =>
      target.kind === "setting" && ["net", "data"].includes(target.setting)
        ? cells.flatMap((cell) => extremes(domain).map((value) => cell.with(index, value)))
        : cells,
    [first],
  );
};
