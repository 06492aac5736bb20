// The baselines by name.
import { LenetError } from "../errors.ts";
import { closest } from "../words.ts";
import type { Baseline } from "./baseline.ts";
import { knn } from "./knn.ts";
import { linear } from "./linear.ts";
import { pairwise } from "./pairwise.ts";
import { pcaQuadratic } from "./pca-quadratic.ts";
import { rbf } from "./rbf.ts";

/** In the order of the paper. */
export const baselines: readonly Baseline[] = [linear, pairwise, knn, pcaQuadratic, rbf];

/** Throws LenetError for a name it does not know. */
export const baselineNamed = (name: string): Baseline => {
  const found = baselines.find((baseline) => baseline.name === name);
  if (found) return found;
  const known = baselines.map((baseline) => baseline.name);
  throw new LenetError(`baseline: expected one of ${known.join(", ")}, got "${name}".${closest(name, known)}`);
};
