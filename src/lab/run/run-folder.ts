// The folder of one run: its settings, history, loss curve, checkpoints and results, all that is needed to read or resume
// it. Plain data in and out, each file replaced whole (files.ts), so that a kill leaves the old one or the new one. It does
// not know what training is, and does not interpret the settings.
//
// JSON has no NaN and no Infinity. The .json and .jsonl files refuse them, naming the value; steps.csv, where a diverging
// loss is worth seeing, writes them as words.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { LenetError } from "../../errors.ts";
import { makeFolder, readBytes, readText, writeAtomically, writeTrouble } from "../../files.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "../../formats/safetensors.ts";
import type { TensorMagnitudes } from "./magnitudes.ts";

/** How a net did on some images: mean loss, accuracy 0…1, and how many of how many images it got wrong. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
  readonly misses: number;
  readonly images: number;
}

/** One line of the history: epoch from 1, the learning rate at its end, and how long it took, evaluation included. */
export interface EpochRecord {
  readonly epoch: number;
  readonly train: Score;
  readonly validation?: Score;
  /** Where test images are watched. */
  readonly test?: Score;
  readonly elapsedMs: number;
  readonly imagesPerSecond: number;
  readonly rate: number;
  /** Of every tensor by name, at the end of the epoch; runs of older versions have none. */
  readonly tensors?: Readonly<Record<string, TensorMagnitudes>>;
}

/** One row of the loss curve: a step, or a block of steps that ends with `step`; `loss` is the mean over `images`. */
export interface StepRecord {
  readonly epoch: number;
  readonly step: number;
  readonly images: number;
  readonly rate: number;
  readonly loss: number;
}

/** The result of a run. */
export interface Metrics {
  readonly train?: Score;
  readonly validation?: Score;
  readonly test?: Score;
  readonly epochs: number;
  readonly elapsedMs: number;
  readonly imagesPerSecond: number;
  readonly peakBytes: number;
}

/** Resolved settings, as JSON can hold them. */
export type Config = Readonly<Record<string, unknown>>;

export type CheckpointName = "last" | "best";

const names = {
  config: "config.json",
  history: "history.jsonl",
  steps: "steps.csv",
  last: "last.safetensors",
  best: "best.safetensors",
  metrics: "metrics.json",
  readme: "README.md",
} as const;

/** Where runs are kept that nobody gave a place. */
export const RUNS = "runs";

const restore = "Restore the file from a copy, or start a new run.";

/**
 * Makes the folder of a new run and returns its name: `dir`, or `runs/<yyyy-mm-dd>-<hhmmss>-<slug>` under the current
 * folder, by the local clock, with `-2`, `-3`, … after it where that name is taken.
 * Throws LenetError when `dir` holds a run or a README.md already, and when the place cannot be written to.
 */
export const createRunFolder = (dir: string | undefined, slug: string, now: Date): string => {
  if (dir === undefined) return makeNewFolder(join(RUNS, `${timestamp(now)}-${slug.replace(/[^\w.-]+/g, "-")}`));
  refuseRun(dir);
  if (existsSync(join(dir, names.readme)))
    throw new LenetError(
      `${dir}: already holds a ${names.readme}, which the run would write over. Choose another --out.`,
    );
  makeFolder(dir);
  try {
    // Asking for permission is not enough: a system may grant it and still refuse.
    rmdirSync(mkdtempSync(join(dir, ".writable-")));
  } catch (thrown) {
    throw writeTrouble(thrown, dir, "try again");
  }
  return dir;
};

/** Throws LenetError when `dir` holds a run. */
export const refuseRun = (dir: string): void => {
  const { readme, ...ofRun } = names;
  if (Object.values(ofRun).some((name) => existsSync(join(dir, name))))
    throw new LenetError(`${dir}: already holds a run. Resume it with --resume ${dir}, or choose another --out.`);
};

/** Removes what a kill in the middle of a write left in the folder of a run about to be resumed. */
export const removeLeftovers = (dir: string): void => {
  try {
    for (const name of readdirSync(dir))
      if (Object.values(names).some((file) => name.startsWith(`${file}.`) && name.endsWith(".tmp")))
        rmSync(join(dir, name));
  } catch (thrown) {
    throw writeTrouble(thrown, dir, "try again");
  }
};

/** Writes the settings of the run. Throws LenetError for a number JSON cannot hold, and as `writeAtomically`. */
export const writeConfig = (dir: string, config: Config): void => writeJson(dir, names.config, config);

/** The settings of the run. Throws LenetError when there are none, or the file is damaged. */
export const readConfig = (dir: string): Config => readObject(join(dir, names.config), "the settings of a run");

/** Writes the whole history, a line an epoch. Throws LenetError for a number JSON cannot hold, and as `writeAtomically`. */
export const writeHistory = (dir: string, history: readonly EpochRecord[]): void => {
  history.forEach((record, index) => {
    refuseNotFinite(record, `${join(dir, names.history)}, line ${index + 1}`);
  });
  write(dir, names.history, history.map((record) => `${JSON.stringify(record)}\n`).join(""));
};

/** The history so far; a run stopped in its first epoch has none. Throws LenetError when the file is damaged. */
export const readHistory = (dir: string): EpochRecord[] =>
  readLines(join(dir, names.history), "the history of a run").map(([line, place]) => {
    const record = parseObject(line, place);
    checkNumbers(record, ["epoch", "elapsedMs", "imagesPerSecond", "rate"], place);
    checkScore(record, "train", place);
    for (const part of ["validation", "test"]) if (record[part] !== undefined) checkScore(record, part, place);
    for (const [name, tensor] of Object.entries(Object(record["tensors"])))
      for (const part of ["value", "gradient"])
        checkNumbers(Object(Object(tensor)[part]), ["rms", "largest"], place, `.tensors.${name}.${part}`);
    return record as unknown as EpochRecord;
  });

/** Writes the results of the run. Throws LenetError for a number JSON cannot hold, and as `writeAtomically`. */
export const writeMetrics = (dir: string, metrics: Metrics): void => writeJson(dir, names.metrics, metrics);

/** The results of the run, undefined until there are any. Throws LenetError when the file is damaged. */
export const readMetrics = (dir: string): Metrics | undefined => {
  const path = join(dir, names.metrics);
  if (!existsSync(path)) return undefined;
  const metrics = readObject(path, "the results of a run");
  checkNumbers(metrics, ["epochs", "elapsedMs", "imagesPerSecond", "peakBytes"], path);
  for (const split of ["train", "validation", "test"])
    if (metrics[split] !== undefined) checkScore(metrics, split, path);
  return metrics as unknown as Metrics;
};

const columns = ["epoch", "step", "images", "rate", "loss"] as const;

/** Writes the whole loss curve as CSV; a loss may be NaN or Infinity. Throws LenetError as `writeAtomically`. */
export const writeSteps = (dir: string, steps: readonly StepRecord[]): void => {
  const rows = steps.map((step) => columns.map((column) => step[column]).join(","));
  write(dir, names.steps, `${[columns.join(","), ...rows].join("\n")}\n`);
};

/** The loss curve so far; a run stopped in its first epoch has none. Throws LenetError when the file is damaged. */
export const readSteps = (dir: string): StepRecord[] => {
  const [heading, ...rows] = readLines(join(dir, names.steps), "the loss curve of a run");
  if (heading !== undefined && heading[0] !== columns.join(","))
    throw new LenetError(`${heading[1]}: expected ${columns.join(",")}, got ${quoted(heading[0])}. ${restore}`);
  return rows.map(([row, place]) => {
    const cells = row.split(",");
    if (cells.length !== columns.length || !cells.every(isNumber))
      throw new LenetError(
        `${place}: expected a number for each of ${columns.join(",")}, got ${quoted(row)}. ${restore}`,
      );
    const [epoch, step, images, rate, loss] = cells.map(Number);
    return { epoch, step, images, rate, loss };
  });
};

const isNumber = (cell: string): boolean => cell === "NaN" || (cell.trim() !== "" && !Number.isNaN(Number(cell)));

/** Writes a checkpoint. Throws LenetError as `encodeSafetensors` and `writeAtomically`. */
export const writeCheckpoint = (
  dir: string,
  name: CheckpointName,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): void => write(dir, names[name], encodeSafetensors(tensors, metadata));

/** The file of a checkpoint. */
export const checkpointPath = (dir: string, name: CheckpointName): string => join(dir, names[name]);

/** Whether the run has got as far as this checkpoint. */
export const hasCheckpoint = (dir: string, name: CheckpointName): boolean => existsSync(checkpointPath(dir, name));

/**
 * Whether the run in `dir` has come so far that it can go on: a net to its first checkpoint, a committee to that of its first
 * member.
 */
export const hasBegun = (dir: string): boolean => hasCheckpoint(dir, "last") || hasCheckpoint(join(dir, "1"), "last");

/** A checkpoint. Throws LenetError when there is none, or the file is damaged. */
export const readCheckpoint = (dir: string, name: CheckpointName): TensorFile => {
  const path = checkpointPath(dir, name);
  return decodeSafetensors(readBytes(path, "a checkpoint of a run"), path);
};

/** Writes the page that tells a reader what this run is. Throws LenetError as `writeAtomically`. */
export const writeReadme = (dir: string, text: string): void => write(dir, names.readme, text);

const write = (dir: string, name: string, content: Uint8Array | string): void =>
  writeAtomically(join(dir, name), content, hasCheckpoint(dir, "last") ? `resume with --resume ${dir}` : "start again");

const writeJson = (dir: string, name: string, value: object): void => {
  refuseNotFinite(value, join(dir, name));
  write(dir, name, `${JSON.stringify(value, null, 2)}\n`);
};

const makeNewFolder = (wanted: string): string => {
  makeFolder(dirname(wanted));
  for (let copy = 1; ; copy++) {
    const folder = copy === 1 ? wanted : `${wanted}-${copy}`;
    try {
      mkdirSync(folder);
      return folder;
    } catch (thrown) {
      // Another run of the same second, perhaps of another process, has the name.
      if (!existsSync(folder)) throw writeTrouble(thrown, folder, "try again");
    }
  }
};

const timestamp = (now: Date): string => {
  const two = (part: number): string => String(part).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
};

/** JSON would turn such a number into null without a word. */
const refuseNotFinite = (value: unknown, place: string, key = ""): void => {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new LenetError(`${place}${key && `, ${key}`}: expected a finite number, got ${value}. Try a smaller rate.`);
  if (typeof value === "object" && value !== null)
    for (const [name, item] of Object.entries(value)) refuseNotFinite(item, place, `${key}.${name}`);
};

/** Each line of a text file with its place, none where the file is missing. */
const readLines = (path: string, what: string): [line: string, place: string][] => {
  if (!existsSync(path)) return [];
  const lines = readText(path, what).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => [line, `${path}, line ${index + 1}`]);
};

const readObject = (path: string, what: string): Record<string, unknown> => parseObject(readText(path, what), path);

const parseObject = (text: string, place: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new LenetError(`${place}: expected a JSON object, got ${quoted(text)}. ${restore}`);
  return value as Record<string, unknown>;
};

const checkScore = (record: Record<string, unknown>, split: string, place: string): void =>
  checkNumbers(Object(record[split]), ["loss", "accuracy", "misses", "images"], place, `.${split}`);

const checkNumbers = (values: Record<string, unknown>, fields: readonly string[], place: string, key = ""): void => {
  for (const field of fields) {
    const value = values[field];
    const found = typeof value === "number" ? value : typeof value;
    if (!Number.isFinite(value))
      throw new LenetError(`${place}, ${key}.${field}: expected a finite number, got ${found}. ${restore}`);
  }
};

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
