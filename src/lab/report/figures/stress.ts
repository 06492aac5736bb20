// Figures of how an answer comes about and how much it bears: which pixels it hangs on, and what is left when images are spoilt.
import { perCent } from "../../../charts/axes.ts";
import type { Figure } from "../../../charts/figure.ts";
import { imageGrid, type Picture } from "../../../charts/image-grid.ts";
import { lineChart } from "../../../charts/line-chart.ts";
import { pick } from "../../../data/data-set.ts";
import { shuffle, stream } from "../../../random.ts";
import type { Ink } from "../../../shape.ts";
import { answersOf } from "../study/answers.ts";
import { HIDDEN, occlusion, saliency } from "../study/importance.ts";
import { wilson } from "../study/statistics.ts";
import { addressOf, type Study, signOf } from "../study/study.ts";
import { imageAt } from "../study/subject.ts";
import type { Warp } from "../study/warps.ts";

const SIDE = 104;

export const importanceFigure = (study: Study): Figure => {
  const { answers, best } = study.answers;
  const { rows, columns, labels } = study.set;
  const columnsOf = study.chosen.map((index) => {
    const answer = answers[index]!;
    const pixels = Float32Array.from(imageAt(study, index));
    return {
      index,
      answer,
      under: addressOf(study, index),
      saliency: saliency(study.model, pixels, answer, best),
      occlusion: occlusion(study.model, pixels, columns, answer, best),
    };
  });
  const fieldPicture = (name: string, values: Float32Array, under: string): Picture => ({
    name,
    show: { rows, columns, values, full: largest(values) },
    under,
    width: SIDE,
    height: SIDE,
  });
  return imageGrid({
    id: "importance",
    title: "What an answer hangs on",
    description: `By how much the answer's ${study.output} leads before the next, and how that changes: with a little more ink in a pixel (saliency), and when a square of ${HIDDEN}×${HIDDEN} pixels around it is hidden (occlusion). Blue speaks for the answer, orange against it; each picture by its own largest value.`,
    rows: [
      {
        name: "image",
        pictures: columnsOf.map(({ index, under, answer }) => ({
          name: `test image ${index}`,
          caption: `${signOf(study, labels[index]!)} → ${signOf(study, answer)}`,
          show: under,
          width: SIDE,
          height: SIDE,
        })),
      },
      {
        name: "saliency",
        pictures: columnsOf.map((one) => fieldPicture(`saliency of image ${one.index}`, one.saliency, one.under)),
      },
      {
        name: "occlusion",
        pictures: columnsOf.map((one) => fieldPicture(`occlusion of image ${one.index}`, one.occlusion, one.under)),
      },
    ],
    table: {
      columns: ["image", "label", "answer", "largest saliency", "largest loss of lead when hidden"],
      rows: columnsOf.map((one) => [
        one.index,
        study.classNames[labels[one.index]!]!,
        study.classNames[one.answer]!,
        largest(one.saliency),
        largest(one.occlusion),
      ]),
    },
  });
};

const largest = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

/** Test images that are spoilt. */
const IMAGES = 500;

/** How many of a fixed choice of test images are still read when spoilt in this way. */
export const robustnessFigure = (study: Study, warp: Warp): Figure => {
  const order = Int32Array.from({ length: study.set.count }, (_, n) => n);
  shuffle(order, stream(1, "report/robustness"));
  const set = pick(study.set, order.slice(0, IMAGES).sort());
  const right = (images: Ink): number =>
    set.count - answersOf({ model: study.model, set: { ...set, images } }).wrong.length;
  return lineChart({
    id: idOf(warp),
    title: warp.name[0]!.toUpperCase() + warp.name.slice(1),
    description: `Error on ${set.count} test images, each spoilt in the same way, with Wilson's 95\u00a0% intervals. ${warp.unchanged} leaves them as they are.`,
    x: { label: warp.label, from: warp.degrees[0]!, to: warp.degrees.at(-1)! },
    y: { label: "error", from: 0, to: 1, format: perCent },
    height: 260,
    series: [
      {
        name: study.model.net.title,
        points: warp.degrees.map((degree) => {
          const misses = set.count - right(warp.apply(set, degree));
          return { x: degree, y: misses / set.count, ...wilson(misses, set.count) };
        }),
      },
    ],
  });
};

export const idOf = ({ name }: Warp): string => `robust-${name.replaceAll(" ", "-")}`;
