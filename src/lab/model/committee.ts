// How a committee does (1998, III.C.9): all its members together, each alone, and as a cascade, in which the others are asked
// only where the first is not sure: where its two best outputs lie nearer to each other than a threshold.
import type { DataSet } from "../../data/data-set.ts";
import { reference } from "../../kernels/reference/index.ts";
import { forwardAndBackward, leastWins } from "../../losses/index.ts";
import type { Net } from "../../nets/net.ts";
import type { Cascade, CascadeChoice, Evaluation } from "./evaluation.ts";
import { type Model, sumOf } from "./model.ts";
import { type Answer, answersIn } from "./rejection.ts";
import { type Answered, confusionIn, scoreIn } from "./score.ts";

/** Under this name a model's metadata keep the choice. */
const CHOICE = "cascade";

/** The choice as a text of the metadata. */
export const choiceText = (choice: CascadeChoice | null): Record<string, string> =>
  choice ? { [CHOICE]: JSON.stringify(choice) } : {};

const choiceOf = ({ metadata }: Model): CascadeChoice | null => {
  try {
    const { threshold, images } = Object(JSON.parse(metadata[CHOICE] ?? ""));
    return Number.isFinite(threshold) && Number.isSafeInteger(images) ? { threshold, images } : null;
  } catch {
    return null;
  }
};

/** The committee on a data set, on the calling thread. */
export const evaluateCommittee = (model: Model, set: DataSet): Evaluation => {
  const { alone, together, outputs } = ask(model, set);
  const answered = answeredBy(model.net, together, set.labels);
  const { answers } = answered;
  return {
    ...scoreIn(answered, 0, set.count),
    confusion: confusionIn(answered, 0, set.count, model.net.classes),
    answers,
    wrong: [...answers.keys()].filter((index) => answers[index] !== set.labels[index]),
    committee: {
      members: outputs.map((each, index) => {
        const { net } = model.members![index]!;
        return scoreIn(answeredBy(net, each, set.labels), 0, set.count);
      }),
      cascade: cascadeWith(choiceOf(model), alone, sure(model, together, set), outputs.length),
    },
  };
};

/**
 * The least threshold at which the cascade gets no more of these images wrong than all members together do: the others are
 * then asked as seldom as that allows.
 */
export const chooseThreshold = (model: Model, set: DataSet): CascadeChoice => {
  const { alone, together } = ask(model, set);
  const all = sure(model, together, set);
  const most = all.filter(({ wrong }) => wrong).length;
  const sorted = [...alone.keys()].sort((a, b) => alone[a]!.margin - alone[b]!.margin);
  let misses = alone.filter(({ wrong }) => wrong).length;
  let threshold = 0;
  for (const [place, index] of sorted.entries()) {
    // A threshold cuts between different margins alone.
    const { margin } = alone[index]!;
    if (place === 0 || margin > alone[sorted[place - 1]!]!.margin) {
      threshold = margin;
      if (misses <= most) break;
    }
    misses += Number(all[index]!.wrong) - Number(alone[index]!.wrong);
    threshold = Number.MAX_VALUE;
  }
  return { threshold, images: set.count };
};

const cascadeWith = (
  chosen: CascadeChoice | null,
  alone: readonly Answer[],
  all: readonly Answer[],
  size: number,
): Cascade | null => {
  if (!chosen) return null;
  const asked = alone.map(({ margin }) => margin < chosen.threshold);
  const misses = asked.filter((others, index) => (others ? all : alone)[index]!.wrong).length;
  const nets = 1 + ((size - 1) * asked.filter((others) => others).length) / asked.length;
  return { chosen, nets, misses };
};

/** The outputs of every member and of all, and how sure the first is. */
const ask = (model: Model, set: DataSet) => {
  const outputs = model.members!.map((member) => member.outputs(set.images));
  return { outputs, together: sumOf(outputs), alone: sure(model.members![0]!, outputs[0]!, set) };
};

const sure = ({ net: { classes, loss } }: Model, scores: Float32Array, { labels }: DataSet): Answer[] =>
  answersIn({ scores, labels, classes, best: leastWins(loss) ? "least" : "most" });

/** What these outputs answer, and how wrong they are by the net's loss. */
const answeredBy = ({ loss, classes }: Net, out: Float32Array, labels: Uint8Array): Answered => {
  const count = labels.length;
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const [losses, answers] = [new Float32Array(count), new Uint8Array(count)];
  const views = { kernels: reference, classes, out, labels, order, losses, answers, dOut: losses };
  forwardAndBackward(loss, views, count, 0, 0);
  return { losses, answers, labels, order };
};
