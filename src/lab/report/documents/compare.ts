// Models side by side on the same test images: their errors, whether they differ by more than chance (McNemar), the images that one
// reads and another does not, and their curves laid over each other.
import { perCent } from "../../../charts/axes.ts";
import { barChart } from "../../../charts/bar-chart.ts";
import { el, type Figure } from "../../../charts/figure.ts";
import { imageGrid } from "../../../charts/image-grid.ts";
import { lineChart, type Series } from "../../../charts/line-chart.ts";
import { figureGrid, note, pageOf, tableBox } from "../../../charts/page.ts";
import { LenetError } from "../../../errors.ts";
import { arithmeticText } from "../../model/model.ts";
import { lenetVersion } from "../../run/provenance.ts";
import type { EpochRecord } from "../../run/run-folder.ts";
import { thousands } from "../../table.ts";
import { mcnemar, wilson } from "../study/statistics.ts";
import { addressOf, percentText, type Study, signOf, studyOf } from "../study/study.ts";
import { openSubject, type SubjectOptions } from "../study/subject.ts";

/** Two models on the same images. */
export interface Pair {
  /** Numbers of the models, from 0. */
  readonly one: number;
  readonly other: number;
  readonly bothWrong: number;
  /** Indices of the images that only the one, or only the other, answers rightly. */
  readonly onlyOne: readonly number[];
  readonly onlyOther: readonly number[];
  /** Of McNemar's exact test: how likely so uneven a split is where both are equally good. */
  readonly p: number;
}

export interface Comparison {
  readonly names: readonly string[];
  readonly studies: readonly Study[];
  readonly pairs: readonly Pair[];
}

/** Opens the models, all on the test images of the first one's data. Throws LenetError, also when they cannot all look at these. */
export const compareModels = async (paths: readonly string[], options: SubjectOptions = {}): Promise<Comparison> => {
  if (paths.length < 2)
    throw new LenetError(`lenet compare: expected two runs or more, got ${paths.length}. Name another run.`);
  const studies: Study[] = [];
  for (const path of paths) studies.push(studyOf(await openSubject(path, options)));
  const [first] = studies;
  // Options on a name may make other pictures of the same digits; which digits they are, and their order, must be the same.
  for (const { set, path } of studies)
    if (set.sha256.images !== first!.set.sha256.images || `${set.labels}` !== `${first!.set.labels}`)
      throw new LenetError(
        `${path}: expected a run that is tested on ${first!.set.name}, as ${paths[0]}, got one on ${set.name}. Name the same test images for all with --data.`,
      );
  const pairs = studies.flatMap((_, one) =>
    studies.slice(one + 1).map((_, index) => pairOf(studies, one, one + 1 + index)),
  );
  return { names: paths, studies, pairs };
};

const pairOf = (studies: readonly Study[], one: number, other: number): Pair => {
  const [a, b] = [new Set(studies[one]!.answers.wrong), new Set(studies[other]!.answers.wrong)];
  const onlyOne = [...b].filter((n) => !a.has(n));
  const onlyOther = [...a].filter((n) => !b.has(n));
  return {
    one,
    other,
    bothWrong: a.size - onlyOther.length,
    onlyOne,
    onlyOther,
    p: mcnemar(onlyOne.length, onlyOther.length),
  };
};

/** What to say of models that were not all taught and asked in one arithmetic; null of others. */
export const mixedArithmetic = ({ studies }: Comparison): string | null =>
  new Set(studies.map(({ model }) => arithmeticText(model))).size === 1
    ? null
    : "These are not all of one arithmetic: fused and plain round differently, and after a training the weights differ too.";

/** What is judged by: validation images where there are any, else watched test images, else training images. */
const judged = (history: readonly EpochRecord[]): "validation" | "test" | "train" =>
  (["validation", "test"] as const).find((part) => history.some((record) => record[part])) ?? "train";

const curves = ({ names, studies }: Comparison): Figure | string => {
  const series = studies.flatMap(({ courses }, index) =>
    courses.map(({ name, history }): Series => {
      const part = judged(history);
      return {
        name: `${names[index]}${name && `, ${name}`} (${part})`,
        points: history.flatMap((record) => {
          const score = record[part];
          return score ? [{ x: record.epoch, y: 1 - score.accuracy }] : [];
        }),
        like: index,
        ...(part === "train" ? { dashed: true } : {}),
      };
    }),
  );
  if (series.length === 0) return "None of these keeps a history: they are files of weights.";
  return lineChart({
    id: "curves",
    title: "Error, epoch by epoch",
    description: "On validation images where a run has them, else on watched test images, else on training images.",
    x: { label: "epoch", from: 1, whole: true },
    y: { label: "error", scale: "log", format: perCent },
    series,
  });
};

const errors = ({ names, studies }: Comparison): Figure =>
  barChart({
    id: "errors",
    title: "Test error",
    description: "Share of the test images answered wrongly, with Wilson's 95\u00a0% interval.",
    x: { label: "error", format: perCent },
    bars: studies.map(({ answers, set }, index) => ({
      name: names[index]!,
      value: answers.wrong.length / set.count,
      ...wilson(answers.wrong.length, set.count),
    })),
  });

/** Images of one kind that are drawn, at most. */
const MOST = 60;

const differences = ({ names, studies }: Comparison, { one, other, onlyOne, onlyOther }: Pair): Figure | string => {
  const [a, b] = [names[one]!, names[other]!];
  if (onlyOne.length + onlyOther.length === 0) return `${a} and ${b} read the same images.`;
  const tile = (wrong: number) => (n: number) => {
    const study = studies[wrong]!;
    const [label, answer] = [study.set.labels[n]!, study.answers.answers[n]!];
    return {
      name: `image ${n}, a ${study.classNames[label]}: ${names[wrong]} answers ${study.classNames[answer]}`,
      caption: `${signOf(study, label)} → ${signOf(study, answer)}`,
      show: addressOf(study, n),
      width: 42,
      height: 42,
    };
  };
  const kinds = [
    { reader: a, wrong: other, images: onlyOne },
    { reader: b, wrong: one, images: onlyOther },
  ].filter(({ images }) => images.length > 0);
  return imageGrid({
    id: `differences-${one + 1}-${other + 1}`,
    title: `What one reads and the other does not: ${one + 1} and ${other + 1}`,
    description: `${a} alone reads ${onlyOne.length} images, ${b} alone ${onlyOther.length}: label → the other's answer${onlyOne.length > MOST || onlyOther.length > MOST ? `, the first ${MOST} of each` : ""}.`,
    rows: kinds.map(({ reader, wrong, images }) => ({
      name: `${reader === a ? one + 1 : other + 1} reads`,
      note: `${images.length} images`,
      pictures: images.slice(0, MOST).map(tile(wrong)),
    })),
    table: {
      columns: ["image", "label", `answer of ${a}`, `answer of ${b}`],
      rows: [...onlyOne, ...onlyOther].map((n) => {
        const said = (index: number): string => studies[index]!.classNames[studies[index]!.answers.answers[n]!]!;
        return [n, studies[one]!.classNames[studies[one]!.set.labels[n]!]!, said(one), said(other)];
      }),
    },
  });
};

/** The comparison as the text of an HTML file. */
export const comparisonPage = (comparison: Comparison): string => {
  const { names, studies, pairs } = comparison;
  const { set } = studies[0]!;
  const [drawn, notes] = split([errors(comparison), curves(comparison), mixedArithmetic(comparison) ?? []].flat());
  const [pictures, same] = split(pairs.map((pair) => differences(comparison, pair)));
  return pageOf({
    kind: "Comparison",
    title: `${names.length} models`,
    lead: `On the same ${thousands(set.count)} test images of ${set.name}.`,
    facts: studies.map(({ answers, model }, index) => ({
      name: `${index + 1}  ${names[index]}`,
      value: percentText(answers.wrong.length / set.count),
      note: `${thousands(answers.wrong.length)} mistakes, ${model.net.name}, ${arithmeticText(model)} arithmetic`,
    })),
    sections: [
      { id: "errors-section", title: "Errors", parts: [figureGrid(drawn), ...notes.map(note)] },
      {
        id: "differences",
        title: "Differences",
        parts: [
          el("h3", null, "McNemar's test"),
          el(
            "p",
            null,
            "Of the images that only one of two models reads: how likely so uneven a split is if both were equally good. Below 0.05 the difference is usually taken as real; with many pairs, one in twenty is so by chance.",
          ),
          tableBox("McNemar's test, pair by pair", {
            columns: ["pair", "only the one reads", "only the other reads", "neither reads", "p"],
            rows: pairs.map(({ one, other, onlyOne, onlyOther, bothWrong, p }) => [
              `${one + 1} ${names[one]} and ${other + 1} ${names[other]}`,
              onlyOne.length,
              onlyOther.length,
              bothWrong,
              Number(p.toPrecision(3)),
            ]),
          }),
          figureGrid(pictures, Number.MAX_SAFE_INTEGER),
          ...same.map(note),
        ],
      },
    ],
    foot: `Written by lenet ${lenetVersion()}. Everything is in this file; nothing is loaded from elsewhere.`,
  });
};

const split = (made: readonly (Figure | string)[]): [Figure[], string[]] => [
  made.filter((one): one is Figure => typeof one !== "string"),
  made.filter((one) => typeof one === "string"),
];
