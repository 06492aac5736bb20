// What a finished trial comes to, as the quantities its claim speaks of: read from the folder of a training, or from the
// result of a baseline.
import type { DataSet } from "../../data/data-set.ts";
import { LenetError } from "../../errors.ts";
import { leastWins } from "../../losses/index.ts";
import { load } from "../import/load.ts";
import { evaluate } from "../model/evaluate.ts";
import { fitParts } from "../model/fit.ts";
import { type Model, trainedOn } from "../model/model.ts";
import { rejectionCurve, rejectionFor } from "../model/rejection.ts";
import { type EpochRecord, type Metrics, readConfig, readHistory, readMetrics, type Score } from "../run/run-folder.ts";
import type { Settings } from "../settings/defaults.ts";
import type { DataParts } from "../settings/settings.ts";
import { summarise } from "../summary.ts";
import { loadParts } from "../training/images.ts";
import type { BaselineResult } from "./baseline.ts";
import { type Claim, passOf, type Quantity } from "./claim.ts";

/** Values by quantity. */
export type Measured = Readonly<Partial<Record<Quantity, number>>>;

/**
 * What the claim asks for, of a complete training in `folder`; of a slice, passes that it has not come to are left out.
 * Throws LenetError when the folder is damaged.
 */
export const measureTraining = async ({ measures }: Claim, folder: string, quick: boolean): Promise<Measured> => {
  const metrics = readMetrics(folder);
  if (!metrics) throw new LenetError(`${folder}: expected a run that is complete, got one without metrics.json.`);
  const history = readHistory(folder);
  const values: Partial<Record<Quantity, number>> = {};
  for (const { of } of measures)
    if (!quick || passOf(of) <= history.length) values[of] = await trainingValue(of, folder, metrics, history);
  return values;
};

const trainingValue = async (
  of: Quantity,
  folder: string,
  { train, test }: Metrics,
  history: readonly EpochRecord[],
): Promise<number> => {
  if (of.startsWith("rejected")) return rejectedOf(load(folder), Number(/[\d.]+/.exec(of)![0]) / 100);
  if (of === "error on training images") return errorOnTraining(folder);
  if (of === "variables") return summarise(load(folder).net).total.parameters;
  if (of === "multiply-adds") return multiplyAddsOf(load(folder));
  const [part, what] = of.split(" ") as ["test" | "training", "accuracy" | "error"];
  const pass = passOf(of);
  const record = pass === 0 ? { train, test } : history[pass - 1];
  const score: Score | undefined = part === "test" ? record?.test : record?.train;
  if (!score) throw new LenetError(`${folder}: expected a ${of}, got none. Train it anew.`);
  return what === "accuracy" ? score.accuracy : 1 - score.accuracy;
};

/** Of one recognition; of a committee on the average of the test images, as the others are not asked where the first is sure. */
const multiplyAddsOf = async (model: Model): Promise<number> => {
  const { committee } = model.net;
  if (!committee) return summarise(model.net).total.multiplyAdds;
  const nets = (await evaluate(model, await testImagesOf(model))).committee?.cascade?.nets ?? committee.size;
  return nets * summarise(committee.member).total.multiplyAdds;
};

/** The smallest share of test images that must be left unanswered for this error rate of the others. */
const rejectedOf = async (model: Model, errorRate: number): Promise<number> => {
  const test = await testImagesOf(model);
  const { classes, loss } = model.net;
  const scores = model.outputs(test.images);
  const point = rejectionFor(
    rejectionCurve({ scores, labels: test.labels, classes, best: leastWins(loss) ? "least" : "most" }),
    errorRate,
  );
  return point?.rejectedShare ?? 1;
};

const errorOnTraining = async (folder: string): Promise<number> => {
  const model = load(folder);
  const { limit: most } = Object(readConfig(folder)["settings"]) as Settings;
  const { train } = fitParts(model.net, await partsOf(model), most);
  return 1 - (await evaluate(model, train)).accuracy;
};

const testImagesOf = async (model: Model): Promise<DataSet> => {
  const { test } = await partsOf(model);
  if (!test) throw new LenetError(`${trainedOn(model)}: expected test images, got none.`);
  return test;
};

/** What the model was trained and tested with. */
const partsOf = async (model: Model): Promise<DataParts> => {
  const data = trainedOn(model);
  if (data === undefined) throw new LenetError(`${model.net.name}: expected a model that names its data, got none.`);
  return loadParts(data);
};

/** What the claim asks for, of a baseline. */
export const measureBaseline = ({ measures }: Claim, result: BaselineResult): Measured => {
  const known: Measured = {
    "test error": result.errorRate,
    "test accuracy": 1 - result.errorRate,
    "rejected for 0.5 % error": result.rejectedFor05 ?? 1,
    "multiply-adds": result.multiplyAdds,
    variables: result.variables,
  };
  return Object.fromEntries(measures.map(({ of }) => [of, known[of]]));
};
