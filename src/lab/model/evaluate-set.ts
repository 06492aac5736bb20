// How right a model is on a set of images: all threads, every image once, nothing learned. Knows no files.
import type { DataSet } from "../../data/data-set.ts";
import { cores } from "../../engine/host.ts";
import { shardCount } from "../../engine/plan.ts";
import { startTeam } from "../../engine/team.ts";
import { kernelModule } from "../../kernels/module.ts";
import { fillTensors } from "../run/tensors.ts";
import { whole } from "../settings/rules.ts";
import { evaluateCommittee } from "./committee.ts";
import type { Evaluation } from "./evaluation.ts";
import { checkSet, copyImages, inkOf } from "./fit.ts";
import type { Model } from "./model.ts";
import { confusionOf, scoreOf } from "./score.ts";

/** Images in a batch; the answers do not depend on it. */
const BATCH = 64;

/** As `evaluate`, on images that are there. */
export const evaluateSet = async (
  model: Model,
  set: DataSet,
  { threads = cores() }: { readonly threads?: number } = {},
): Promise<Evaluation> => {
  checkSet(model.net, set);
  if (model.members) return evaluateCommittee(model, set);
  const team = await startTeam(kernelModule(model.arithmetic), model.net, {
    batch: BATCH,
    threads: Math.min(whole("threads", threads, 1), shardCount(BATCH)),
    optimiser: null,
    seed: 0,
    ink: inkOf({ train: set }),
    images: set.count,
    positions: set.count,
  });
  try {
    const { arena, description } = team;
    fillTensors(description, arena, model.weights, "model");
    copyImages(arena, { train: set });
    await team.walk({ training: false, from: 0, to: set.count, batch: BATCH, step: 0 });
    const answers = arena.bytes("answers").slice();
    const wrong = [...answers.keys()].filter((index) => answers[index] !== set.labels[index]);
    return {
      ...scoreOf(arena, 0, set.count),
      confusion: confusionOf(arena, 0, set.count, model.net.classes),
      answers,
      wrong,
    };
  } finally {
    await team.end();
  }
};
