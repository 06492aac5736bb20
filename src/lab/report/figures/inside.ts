// Figures of what is inside a net: kernels, connections, what every layer says about a digit, and the plane that its last hidden layer
// spreads the digits over.

import { short } from "../../../charts/axes.ts";
import { barChart } from "../../../charts/bar-chart.ts";
import type { Figure } from "../../../charts/figure.ts";
import { heatChart } from "../../../charts/heat-chart.ts";
import { imageGrid, type Picture, type PictureRow } from "../../../charts/image-grid.ts";
import { scatterChart } from "../../../charts/scatter-chart.ts";
import { pick } from "../../../data/data-set.ts";
import { shuffle, stream } from "../../../random.ts";
import { formatShape, size } from "../../../shape.ts";
import { firstOf, lastHidden, type Response, responsesTo } from "../../model/responses.ts";
import { FEWEST, planeOf } from "../study/embedding.ts";
import { convolutionsOf, rms } from "../study/layers.ts";
import { pngAddress, type Study } from "../study/study.ts";

const noWindows = (study: Study): string => `${study.model.net.title} has no layer of feature maps.`;

/** Of a committee only one net is looked into. */
const whose = ({ model }: Study): string => (model.members ? " Of the committee's first member." : "");

export const kernelsFigure = (study: Study): Figure | string => {
  const [first] = convolutionsOf(study.model);
  if (!first) return noWindows(study);
  const kernels = Array.from({ length: first.maps }, (_, map) => first.kernel(map, 0)!);
  const full = Math.max(...kernels.flatMap((kernel) => [...kernel].map(Math.abs)));
  return imageGrid({
    id: "kernels",
    title: `Kernels of ${first.name}`,
    description: `The ${first.field}×${first.field} weights of each map of ${first.name}: blue takes ink for it, orange against it; all by the largest weight, ${full.toPrecision(3)}.${whose(study)}`,
    rows: [
      {
        name: "",
        pictures: kernels.map((values, map) => ({
          name: `${first.name}, map ${map}`,
          caption: `${map}`,
          show: { rows: first.field, columns: first.field, values, full },
          width: 80,
          height: 80,
        })),
      },
    ],
    table: {
      columns: [
        "map",
        ...Array.from({ length: first.field ** 2 }, (_, i) => `${Math.floor(i / first.field)},${i % first.field}`),
      ],
      rows: kernels.map((kernel, map) => [map, ...kernel]),
    },
  });
};

export const connectionsFigure = (study: Study): Figure | string => {
  const second = convolutionsOf(study.model).find(({ inputs }) => inputs > 1);
  if (!second) return "No layer joins several feature maps to several.";
  const { name, maps, inputs } = second;
  const values = Array.from({ length: inputs }, (_, from) =>
    Array.from({ length: maps }, (_, map) => {
      const kernel = second.kernel(map, from);
      return kernel ? rms(kernel) : null;
    }),
  );
  const drawn = values.flat().includes(null);
  return heatChart({
    id: "connections",
    title: `Connections of ${name}`,
    description: `How strongly each map of ${name} (columns) looks at each map before it (rows): root mean square of the weights of the kernel between them.${drawn ? " Empty cells are connections that do not exist." : " All maps are joined to all."}${whose(study)}`,
    rowLabel: "map before",
    columnLabel: `map of ${name}`,
    rows: values.map((_, from) => `${from}`),
    columns: Array.from({ length: maps }, (_, map) => `${map}`),
    values,
    format: (value) => (maps <= 20 ? value.toFixed(2) : ""),
    cell: maps <= 20 ? 36 : 12,
  });
};

const SIDE = 44;

/** Rows and columns that so many units are drawn in: 84 as the bitmaps of the codes, others by tens. */
const blockOf = (units: number): [rows: number, columns: number] =>
  units === 84 ? [12, 7] : units % 10 === 0 ? [units / 10, 10] : [1, units];

/** The responses of one layer to one image as pictures: a map each, or all units in a strip. */
const picturesOf = ({ name, shape, values }: Response, image: number): Picture[] => {
  const units = size(shape);
  const all = values.subarray(image * units, (image + 1) * units);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (shape.rows * shape.columns === 1) {
    const [rows, columns] = blockOf(units);
    const side = units > 12 ? 9 : 18;
    const show = pngAddress(all, rows, columns, low, high);
    return [{ name: `${name}, ${units} units`, show, width: columns * side, height: rows * side }];
  }
  const area = shape.rows * shape.columns;
  return Array.from({ length: shape.maps }, (_, map) => ({
    name: `${name}, map ${map}`,
    show: pngAddress(all.subarray(map * area, (map + 1) * area), shape.rows, shape.columns, low, high),
    width: shape.maps === 1 ? SIDE * 1.5 : SIDE,
    height: shape.maps === 1 ? SIDE * 1.5 : SIDE,
  }));
};

/** What each layer says about one of the chosen images; `place` is its place among them. */
export const mapsFigureOf =
  (place: number) =>
  (study: Study): Figure | string => {
    const index = study.chosen[place];
    if (index === undefined) return "Too few images.";
    const { labels } = study.set;
    const answer = study.answers.answers[index]!;
    const responses = responsesTo(study.model, pick(study.set, [index]).images);
    const rows = responses.map(
      (response): PictureRow => ({
        name: response.name,
        note: formatShape(response.shape),
        pictures: picturesOf(response, 0),
      }),
    );
    const read = answer === labels[index] ? "read rightly" : `answered ${study.classNames[answer]}`;
    return imageGrid({
      id: `maps-${place + 1}`,
      title: `Test image ${index}, a ${study.classNames[labels[index]!]}, ${read}`,
      description: `What every layer says about it, each layer from its smallest value (paper) to its largest (ink).${whose(study)}`,
      rows,
      table: {
        columns: ["layer", "shape", "smallest", "largest", "mean"],
        rows: responses.map(({ name, shape, values }) => {
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          return [name, formatShape(shape), Math.min(...values), Math.max(...values), mean];
        }),
      },
    });
  };

export const codesFigure = (study: Study): Figure | string => {
  const { layers, net } = firstOf(study.model).description;
  const last = layers.at(-1)!;
  if (last.spec.kind !== "rbf") return `${net.title} has no codes: its outputs are learned.`;
  const { codes } = last.spec;
  const before = layers.findLast(({ spec }) => spec.kind === "dense")!;
  const [response] = responsesTo(study.model, study.set.images, [before.name]);
  const units = size(response!.shape);
  const [wide, tall] = [7, units / 7];
  if (!Number.isInteger(tall)) return `The codes have ${units} numbers, which make no picture.`;
  const means = codes.map(() => new Float64Array(units));
  const counts = codes.map(() => 0);
  for (let n = 0; n < study.set.count; n++) {
    const label = study.set.labels[n]!;
    counts[label]!++;
    for (let unit = 0; unit < units; unit++) means[label]![unit] += response!.values[n * units + unit]!;
  }
  for (const [label, mean] of means.entries())
    for (let unit = 0; unit < units; unit++) mean[unit] = mean[unit]! / Math.max(1, counts[label]!);
  const picture = (name: string, values: ArrayLike<number>, full: number): Picture => ({
    name,
    show: { rows: tall, columns: wide, values, full },
    width: wide * 7,
    height: tall * 7,
  });
  return imageGrid({
    id: "codes",
    title: `${before.name} beside the codes`,
    description: `Above the code of each class, as drawn in Fig. 3 of 1998; below, what the ${units} units of ${before.name} say on the average of its test images. Blue is above zero, orange below.${whose(study)}`,
    rows: [
      {
        name: "code",
        note: "±1",
        pictures: codes.map((code, label) => picture(`code of ${study.classNames[label]}`, code, 1)),
      },
      {
        name: before.name,
        note: "mean",
        pictures: means.map((mean, label) => ({
          ...picture(`${before.name}, mean over ${counts[label]} images of ${study.classNames[label]}`, mean, 1.7159),
          caption: study.classNames[label]!,
        })),
      },
    ],
    table: {
      columns: ["class", "images", "root mean square distance of the mean from the code"],
      rows: means.map((mean, label) => [
        study.classNames[label]!,
        counts[label]!,
        rms(mean.map((value, unit) => value - codes[label]![unit]!)),
      ]),
    },
  });
};

/** Images of the embedding. */
const POINTS = 600;

export const embeddingFigure = (study: Study): Figure | string => {
  const hidden = lastHidden(study.model);
  if (hidden === undefined) return `${study.model.net.title} has no hidden layer.`;
  if (study.set.count < FEWEST) return `Too few images: ${study.set.count}.`;
  const order = Int32Array.from({ length: study.set.count }, (_, n) => n);
  shuffle(order, stream(1, "report/embedding"));
  const chosen = order.slice(0, POINTS).sort();
  const [response] = responsesTo(study.model, pick(study.set, chosen).images, [hidden]);
  const places = planeOf(response!.values, chosen.length);
  const wrong = new Set(study.answers.wrong);
  return scatterChart({
    id: "embedding",
    title: `${hidden} as a plane`,
    description: `What ${hidden} says about ${chosen.length} test images, its ${size(response!.shape)} units brought down to two by principal components and UMAP: images that the net sees as alike lie together. Wrong answers are ringed.${whose(study)}`,
    classes: study.classNames,
    points: places.map(([x, y], i) => ({
      x,
      y,
      class: study.set.labels[chosen[i]!]!,
      name: `image ${chosen[i]}, ${study.classNames[study.set.labels[chosen[i]!]!]}`,
      marked: wrong.has(chosen[i]!),
    })),
  });
};

export const weightsFigure = (study: Study): Figure => {
  const model = firstOf(study.model);
  const tensors = [...model.weights].filter(([name]) => name.endsWith(".weight"));
  return barChart({
    id: "weights",
    title: "Weights, layer by layer",
    description: `Root mean square of the weights as they are now.${whose(study)}`,
    x: { label: "root mean square", format: short },
    bars: tensors.map(([name, { data }]) => ({
      name: name.replace(/\.weight$/, ""),
      value: rms(data.filter((value) => value !== 0)),
    })),
  });
};
