// How right a model is on a data set, wherever its images are.
import type { DataSet } from "../../data/data-set.ts";
import { loadData } from "../../data/registry.ts";
import { evaluateSet } from "./evaluate-set.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Model } from "./model.ts";

/**
 * Evaluates a model on images, or on the test images of a registered name or a folder. `threads` defaults to as many as
 * there are cores (a committee answers on the calling thread). Throws LenetError when the images are not for this net.
 */
export const evaluate = async (
  model: Model,
  data: DataSet | string,
  options: { readonly threads?: number } = {},
): Promise<Evaluation> => evaluateSet(model, typeof data === "string" ? await loadData(data, "test") : data, options);
