// A subject under study: what has to be computed for it is computed once, when a figure first asks.
import { encodePng } from "../../../data/png.ts";
import { responsesTo } from "../../model/responses.ts";
import { type Answers, answersOf, outputName } from "./answers.ts";
import { imageAt, type Subject } from "./subject.ts";

export interface Study extends Subject {
  readonly answers: Answers;
  /** "penalty", "logit" or "output". */
  readonly output: ReturnType<typeof outputName>;
  /** Indices of a few images to look at closely: one that is read rightly of some classes, then the surest mistakes. */
  readonly chosen: readonly number[];
}

const RIGHT = 3;
const MISTAKES = 2;

export const studyOf = (subject: Subject): Study => {
  let answers: Answers | null = null;
  const found = (): Answers => {
    answers ??= answersOf(subject);
    return answers;
  };
  return {
    ...subject,
    output: outputName(subject),
    get answers() {
      return found();
    },
    get chosen() {
      return choose(subject, found());
    },
  };
};

const choose = ({ set, model }: Subject, answers: Answers): number[] => {
  const { classes } = model.net;
  const labels = Array.from({ length: Math.min(RIGHT, classes) }, (_, i) => Math.floor(((i + 0.5) * classes) / RIGHT));
  const right = labels
    .map((label) => answers.answers.findIndex((answer, n) => answer === label && set.labels[n] === label))
    .filter((n) => n >= 0);
  return [...right, ...surestMistakes(answers).slice(0, MISTAKES)];
};

/** Wrong answers, the surest first; of equals the earlier image. */
export const surestMistakes = ({ wrong, sure }: Answers): number[] =>
  [...wrong].sort((a, b) => sure[b]! - sure[a]! || a - b);

/** `pixels` (rows, columns) as the address of a PNG: `low` white, `high` black. */
export const pngAddress = (pixels: ArrayLike<number>, rows: number, columns: number, low = 0, high = 255): string => {
  const range = high > low ? high - low : 1;
  const grey = Uint8Array.from(pixels, (value) =>
    Math.round(255 * (1 - Math.min(1, Math.max(0, (value - low) / range)))),
  );
  return `data:image/png;base64,${Buffer.from(encodePng(grey, columns, rows)).toString("base64")}`;
};

/** Image `index` of the test images as an address. */
export const addressOf = (subject: Subject, index: number): string =>
  pngAddress(imageAt(subject, index), subject.set.rows, subject.set.columns);

/** The first test image as the net is shown it, in its frame. */
export const inputAddress = ({ model, set }: Subject): string => {
  const [input] = responsesTo(model, imageAt({ set }, 0), ["input"]);
  const { values, shape } = input!;
  const { low, high } = model.net.image;
  return pngAddress(values, shape.rows, shape.columns, low, high);
};

/** Of one or two letters, for places with little room: the class's number where its name is longer. */
export const signOf = ({ classNames }: Subject, label: number): string =>
  [...classNames[label]!].length <= 2 ? classNames[label]! : `${label}`;

/** A number that is a share as people read it. */
export const percentText = (part: number, digits = 2): string => `${(part * 100).toFixed(digits)}\u00a0%`;
