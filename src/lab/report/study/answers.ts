// What a model answers to every test image: outputs, probabilities, the answer, and what follows from them by counting.
import { reference } from "../../../kernels/reference/index.ts";
import { answerOf, leastWins, toProbabilities } from "../../../losses/index.ts";
import type { Scored } from "../../model/rejection.ts";
import type { Subject } from "./subject.ts";

export interface Answers extends Scored {
  /** (count, classes): what the last layer says, and what the loss makes of it. */
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
  /** (count). */
  readonly answers: Uint8Array;
  /** (count): the probability of the answer. */
  readonly sure: Float32Array;
  /** Indices of the images that were answered wrongly, in their order. */
  readonly wrong: readonly number[];
  /** `confusion[label][answer]` counts images. */
  readonly confusion: readonly (readonly number[])[];
}

/** What the outputs are called: penalties where the least wins, logits where softmax makes probabilities of them. */
export const outputName = ({ model: { net } }: Pick<Subject, "model">): "penalty" | "logit" | "output" =>
  leastWins(net.loss) ? "penalty" : net.loss.kind === "crossEntropy" ? "logit" : "output";

export const answersOf = ({ model, set }: Pick<Subject, "model" | "set">): Answers => {
  const { net } = model;
  const { classes, loss } = net;
  const scores = model.outputs(set.images);
  const probabilities = scores.slice();
  const answers = new Uint8Array(set.count);
  const sure = new Float32Array(set.count);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let n = 0; n < set.count; n++) {
    const [from, to] = [n * classes, (n + 1) * classes];
    answers[n] = answerOf(loss, classes, scores.subarray(from, to));
    toProbabilities(loss, reference, classes, probabilities.subarray(from, to));
    sure[n] = probabilities[from + answers[n]!]!;
    confusion[set.labels[n]!]![answers[n]!]!++;
  }
  const wrong = [...answers.keys()].filter((n) => answers[n] !== set.labels[n]);
  const best = leastWins(loss) ? "least" : "most";
  return { scores, probabilities, answers, sure, wrong, confusion, labels: set.labels, classes, best };
};
