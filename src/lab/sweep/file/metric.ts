// What a sweep chooses by: accuracy, error or loss on the validation images, under any of the names that people give them.
// Never on the test images.
import { LenetError } from "../../../errors.ts";
import type { EpochRecord, Score } from "../../run/run-folder.ts";
import { type Entry, keysOf, mistake, textIn, wordIn } from "./yaml.ts";

export interface Metric {
  /** As the file spells it. */
  readonly name: string;
  readonly of: "accuracy" | "error" | "loss";
  readonly goal: "minimize" | "maximize";
}

/** Of a file that names none. */
export const usualMetric: Metric = { name: "val_accuracy", of: "accuracy", goal: "maximize" };

const words: ReadonlyMap<string, Metric["of"]> = new Map([
  ["accuracy", "accuracy"],
  ["acc", "accuracy"],
  ["error", "error"],
  ["err", "error"],
  ["loss", "loss"],
]);

/** Of W&B's metric: when to end early, and what to put where a result is missing. */
export const meaninglessOfMetric = ["target", "impute", "impute_while_running"] as const;

/** The metric of a sweep file. Throws LenetError for one that is not of the validation images. */
export const readMetric = (entry: Entry | undefined): Metric => {
  if (!entry) return usualMetric;
  const keys = keysOf(entry.tree, "metric", ["name", "goal", ...meaninglessOfMetric]);
  const named = keys.get("name");
  if (!named) throw mistake(entry.tree, "metric", "a name", "none", "Such as name: val_accuracy");
  const name = textIn(named, "metric.name");
  const [, part = "", what = ""] = /^(?:(.+?)[ _./-]+)?([a-z]+)$/i.exec(name) ?? [];
  const of = words.get(what.toLowerCase());
  if (of === undefined || !/^(|val|valid|validation|best|epoch|epoch_val|best_val)$/i.test(part))
    throw mistake(
      named.tree,
      "metric.name",
      "accuracy, error or loss of the validation images, such as val_accuracy",
      JSON.stringify(name),
    );
  const goal = of === "accuracy" ? "maximize" : "minimize";
  const wanted = keys.get("goal");
  const given = wanted ? wordIn(wanted, "metric.goal", ["minimize", "maximize"]) : goal;
  if (given !== goal)
    throw new LenetError(
      `${wanted!.tree.place}, metric.goal: expected ${goal} for ${name}, got ${given}. Or leave goal out.`,
    );
  return { name, of, goal };
};

/** A score in the metric's terms. */
export const inMetric = ({ of }: Metric, score: Score): number =>
  of === "loss" ? score.loss : of === "accuracy" ? score.accuracy : 1 - score.accuracy;

/** The best value of a history, which is that of the weights that are kept; undefined before the first epoch. */
export const bestValue = (metric: Metric, history: readonly EpochRecord[]): number | undefined => {
  const values = history.flatMap(({ validation }) => (validation ? [inMetric(metric, validation)] : []));
  if (values.length === 0) return undefined;
  return metric.goal === "maximize" ? Math.max(...values) : Math.min(...values);
};

/** Below 0 when `a` is better than `b`; undefined is worse than everything. */
export const compareValues = ({ goal }: Metric, a: number | undefined, b: number | undefined): number => {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return goal === "maximize" ? b - a : a - b;
};
