// Runs a baseline as the comparison of 1998 has to be run: its choices are made on the last training images, it then learns from
// all of them, and the test images are looked at once, at the end. The same seed and data give the same result.
import type { Baseline, Choice, Classifier, Sizes, Tools } from "../../baselines/baseline.ts";
import { baselineNamed } from "../../baselines/index.ts";
import { type PublishedInput, type PublishedMethod, publishedFor } from "../../baselines/published.ts";
import { type DataSet, split } from "../../data/data-set.ts";
import { LenetError } from "../../errors.ts";
import { kernelModule } from "../../kernels/module.ts";
import { splitName } from "../../named.ts";
import { missesOf, type RejectionPoint, rejectionCurve, rejectionFor, thinned } from "../model/rejection.ts";
import type { DataParts } from "../settings/settings.ts";
import type { ImageCounts } from "../training/events.ts";

/** Fig. 10: what must be rejected for this error rate among the others. */
const REJECT_FOR = 0.005;
const VALIDATION = 10_000;
const VALIDATION_SHARE = 1 / 6;
/** Points of the rejection curve that are kept, one for each percent. */
const CURVE_STEPS = 100;

/** How far a run is. */
export interface BaselineProgress {
  /** 0…1, by a forecast of the work. */
  readonly share: number;
  /** `choosing` on validation images, `learning` from all training images, `testing`. */
  readonly stage: "choosing" | "learning" | "testing";
}

export interface BaselineSettings {
  /** Default: 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BaselineProgress) => void;
}

export interface Tried {
  readonly choice: Choice;
  readonly misses: number;
}

export interface BaselineResult {
  readonly name: string;
  readonly title: string;
  /** What the paper leaves open and we took. */
  readonly assumed: readonly string[];
  readonly data: string;
  readonly images: ImageCounts;
  readonly seed: number;
  /** What was chosen on the validation images. */
  readonly choices: Choice;
  /** Every choice with the validation images it missed. */
  readonly tried: readonly Tried[];
  readonly testMisses: number;
  readonly errorRate: number;
  /** Share of the test images to reject for an error rate of 0.5 % among the others; null when no threshold is enough. */
  readonly rejectedFor05: number | null;
  /** The rejection curve, at most a point for each percent. */
  readonly rejection: readonly RejectionPoint[];
  readonly multiplyAdds: number;
  readonly variables: number;
  /** What the paper printed for this method on such images. */
  readonly published: PublishedMethod | null;
}

/**
 * Runs the baseline `name` on `parts`. Null when the signal stopped it. Throws LenetError for an unknown name, without test
 * images, and for parts that do not fit together.
 */
export const runBaseline = async (
  name: string,
  parts: DataParts,
  { seed = 1, signal, onProgress }: BaselineSettings = {},
): Promise<BaselineResult | null> => {
  const baseline = baselineNamed(name);
  const test = checkedTest(baseline, parts);
  const sizes = sizesOf(parts.train, test);
  const pace = paceOf(baseline.work(sizes), signal, onProgress);
  const tools: Tools = { module: kernelModule(), seed, worked: pace.worked };
  try {
    pace.enter("choosing");
    const tried = await tryAll(baseline, tools, parts.train, sizes.validation);
    const choices = bestOf(tried);
    pace.enter("learning");
    const classifier = await (await baseline.learn(tools, parts.train)).classifier(choices);
    pace.enter("testing");
    return {
      ...(await tested(classifier, test)),
      name,
      title: baseline.title,
      assumed: baseline.assumed,
      data: parts.train.name,
      images: { train: sizes.train - sizes.validation, validation: sizes.validation, test: sizes.test },
      seed,
      choices,
      tried,
      ...baseline.cost(sizes),
      published: publishedOn(name, test),
    };
  } catch (thrown) {
    if (signal?.aborted && thrown === signal.reason) return null;
    throw thrown;
  }
};

const checkedTest = ({ name }: Baseline, { train, test }: DataParts): DataSet => {
  if (!test) throw new LenetError(`${name}: expected test images, got a data set without. Choose another with --data.`);
  if (test.rows !== train.rows || test.columns !== train.columns)
    throw new LenetError(
      `${name}: expected test images of ${train.rows}×${train.columns} as in training, got ${test.rows}×${test.columns} (${test.name}).`,
    );
  for (const { labels, name: data, part } of [train, test])
    if (labels.some((label) => label >= train.classes))
      throw new LenetError(
        `${name}: expected labels below ${train.classes}, got ${Math.max(...new Set(labels))} (${data}, ${part}).`,
      );
  return test;
};

const sizesOf = (train: DataSet, test: DataSet): Sizes => ({
  train: train.count,
  validation: Math.min(VALIDATION, Math.floor(train.count * VALIDATION_SHARE)),
  test: test.count,
  pixels: train.rows * train.columns,
  classes: train.classes,
});

/** What every choice misses of the last `validation` images after learning from those before. */
const tryAll = async (baseline: Baseline, tools: Tools, set: DataSet, validation: number): Promise<Tried[]> => {
  if (validation === 0)
    throw new LenetError(`${baseline.name}: expected at least 6 training images, got ${set.count}. Take more.`);
  const apart = split(set, validation);
  const learned = await baseline.learn(tools, apart.train);
  const tried: Tried[] = [];
  for (const choice of baseline.choices) {
    const scores = await (await learned.classifier(choice))(apart.validation);
    const { labels, classes } = apart.validation;
    tried.push({ choice, misses: missesOf({ scores, labels, classes, best: "most" }) });
  }
  return tried;
};

/** The choice with the fewest misses; the first of equals. */
const bestOf = (tried: readonly Tried[]): Choice =>
  tried.reduce((best, one) => (one.misses < best.misses ? one : best)).choice;

const tested = async (classifier: Classifier, test: DataSet) => {
  const scores = await classifier(test);
  const curve = rejectionCurve({ scores, labels: test.labels, classes: scores.length / test.count, best: "most" });
  const testMisses = curve[0]!.misses;
  return {
    testMisses,
    errorRate: testMisses / test.count,
    rejectedFor05: rejectionFor(curve, REJECT_FOR)?.rejectedShare ?? null,
    rejection: thinned(curve, CURVE_STEPS),
  };
};

/** The paper's figures are those of MNIST: of whole images, or of deslanted ones of 20×20. */
const publishedOn = (baseline: string, { name }: DataSet): PublishedMethod | null => {
  const { name: data, options } = splitName(name);
  const input = inputs[options.split(",").toSorted().join()];
  return data === "mnist" && input ? publishedFor(baseline, input) : null;
};

const inputs: Readonly<Record<string, PublishedInput>> = { "": "plain", "deslant=yes,size=20": "deslanted" };

/** Tells of progress, and lets the event loop (Ctrl-C) have a turn. */
const paceOf = (forecast: number, signal?: AbortSignal, onProgress?: (progress: BaselineProgress) => void) => {
  let [done, stage]: [number, BaselineProgress["stage"]] = [0, "choosing"];
  let since = 0;
  return {
    enter: (next: BaselineProgress["stage"]): void => {
      signal?.throwIfAborted();
      stage = next;
    },
    worked: async (multiplyAdds: number): Promise<void> => {
      done += multiplyAdds;
      since += multiplyAdds;
      if (since < TURN) return;
      since = 0;
      onProgress?.({ share: Math.min(1, done / forecast), stage });
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
    },
  };
};

/** Multiply-adds between two turns of the event loop: about a fiftieth of a second. */
const TURN = 2e8;
