// What a report is about: a model, the images it is tested on, and what its run folder tells. A file of weights, or a model that came
// with the program, has no history; everything else can be said about it too.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataSet, slice } from "../../../data/data-set.ts";
import { loadData } from "../../../data/registry.ts";
import { isFolder } from "../../../files.ts";
import type { Net } from "../../../nets/net.ts";
import { loadNamed } from "../../import/load.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { checkSet } from "../../model/fit.ts";
import { type Model, trainedOn } from "../../model/model.ts";
import type { StepRecord } from "../../run/run-folder.ts";
import {
  type Config,
  type EpochRecord,
  type Metrics,
  readConfig,
  readHistory,
  readMetrics,
  readSteps,
} from "../../run/run-folder.ts";
import { recipeOf } from "../../settings/recipes.ts";

/** The history of one training: of the run, or of a member of a committee. */
export interface Course {
  readonly name: string;
  readonly history: readonly EpochRecord[];
  readonly steps: readonly StepRecord[];
}

export interface Subject {
  /** As the user named it. */
  readonly path: string;
  readonly model: Model;
  readonly set: DataSet;
  readonly classNames: readonly string[];
  /** Null where the model is no run. */
  readonly config: Config | null;
  readonly metrics: Metrics | null;
  /** Empty where nothing is kept. */
  readonly courses: readonly Course[];
}

export interface SubjectOptions {
  /** Other test images than those of the data the model learned from. */
  readonly data?: string;
  /** Only the first so many. */
  readonly limit?: number;
  /** Of a file of weights that does not say which net it is of. */
  readonly net?: Net;
}

/** Reads a run folder, any file of weights that we read, or a shipped model, and its test images. Throws LenetError. */
export const openSubject = async (path: string, { data, limit, net }: SubjectOptions = {}): Promise<Subject> => {
  const model = await loadNamed(path, net);
  const name = data ?? trainedOn(model) ?? recipeOf(model.net).data;
  const whole = await loadData(name, "test");
  checkSet(model.net, whole);
  const set = limit === undefined ? whole : slice(whole, 0, Math.min(limit, whole.count));
  const isRun = isFolder(path) && existsSync(join(path, "config.json"));
  return {
    path,
    model,
    set,
    classNames: classNamesOf(model),
    config: isRun ? readConfig(path) : null,
    metrics: isRun ? (readMetrics(path) ?? null) : null,
    courses: isRun ? coursesOf(path, model.net.committee?.size) : [],
  };
};

const coursesOf = (path: string, members: number | undefined): Course[] => {
  const course = (folder: string, name: string): Course => ({
    name,
    history: readHistory(folder),
    steps: readSteps(folder),
  });
  if (members === undefined) return [course(path, "")].filter(({ history }) => history.length > 0);
  return Array.from({ length: members }, (_, i) => course(join(path, `${i + 1}`), `member ${i + 1}`)).filter(
    ({ history }) => history.length > 0,
  );
};

/** The pixels of image `index`. */
export const imageAt = ({ set }: Pick<Subject, "set">, index: number): DataSet["images"] =>
  set.images.subarray(index * set.rows * set.columns, (index + 1) * set.rows * set.columns);
