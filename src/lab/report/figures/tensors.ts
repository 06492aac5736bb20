// Figures of how the weights of each layer, and the gradients they were moved by, went with the epochs.
import { short } from "../../../charts/axes.ts";
import type { Figure } from "../../../charts/figure.ts";
import { type PanelLine, panelChart } from "../../../charts/panel-chart.ts";
import type { TensorMagnitudes } from "../../run/magnitudes.ts";
import type { Study } from "../study/study.ts";
import { nothing } from "./course.ts";

type Part = keyof TensorMagnitudes;

const unknown =
  "How large weights and gradients were layer by layer is not known: this history was written before it was kept.";

const figureOf = (
  { courses }: Study,
  part: Part,
  words: Pick<Figure, "id" | "title" | "description">,
): Figure | string => {
  const [course] = courses;
  if (!course) return nothing;
  const told = course.history.filter(({ tensors }) => tensors);
  const names = [...new Set(told.flatMap(({ tensors }) => Object.keys(tensors!)))];
  if (names.length === 0) return unknown;
  const split = names.map((name) => [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)] as const);
  const lineOf = (name: string, role: string): PanelLine => ({
    name: role,
    points: told.flatMap(({ epoch, tensors }) => {
      const { rms, largest } = tensors![name]?.[part] ?? { rms: 0, largest: 0 };
      return rms > 0 ? [{ x: epoch, y: rms, high: largest }] : [];
    }),
  });
  const whose = courses.length > 1 ? ` Of the committee's ${course.name}.` : "";
  return panelChart({
    ...words,
    description: `${words.description}${whose}`,
    x: { label: "epoch", from: 1, to: told.at(-1)!.epoch, whole: true },
    y: { label: "root mean square", scale: "log", format: short },
    panels: [...new Set(split.map(([layer]) => layer))].map((layer) => ({
      name: layer,
      lines: split.flatMap(([of, role], index) => {
        const one = lineOf(names[index]!, role);
        return of === layer && one.points.length > 0 ? [one] : [];
      }),
    })),
    table: {
      columns: ["tensor", "epoch", "root mean square", "largest"],
      rows: names.flatMap((name) =>
        told.flatMap(({ epoch, tensors }) => {
          const found = tensors![name]?.[part];
          return found ? [[name, epoch, found.rms, found.largest]] : [];
        }),
      ),
    },
  });
};

export const weightsOverTimeFigure = (study: Study): Figure | string =>
  figureOf(study, "value", {
    id: "weights-over-time",
    title: "Weights, layer by layer over time",
    description:
      "Root mean square of the weights of each layer at the end of every epoch, on one logarithmic axis; the band above reaches to the largest.",
  });

export const gradientsOverTimeFigure = (study: Study): Figure | string =>
  figureOf(study, "gradient", {
    id: "gradients-over-time",
    title: "Gradients, layer by layer over time",
    description:
      "Root mean square of the gradients of each layer in the last step of every epoch, on one logarithmic axis; the band above reaches to the largest. A single step: it leaps with the images it saw.",
  });
