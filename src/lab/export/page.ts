// A model as one HTML file that reads what is drawn on it: the page page/digit, which the build has put into dist, filled with the
// model. Nothing in it asks a network for anything.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadData, registeredSet } from "../../data/registry.ts";
import { LenetError } from "../../errors.ts";
import { readText } from "../../files.ts";
import { encodeSafetensors } from "../../formats/safetensors.ts";
import { classNamesOf } from "../model/class-names.ts";
import { picturesOf } from "../model/digit-for.ts";
import { type Model, trainedOn } from "../model/model.ts";
import { lenetVersion } from "../run/provenance.ts";
import { type PageData, PLACE, packInk, type Sample, TITLE, toBase64 } from "./page-data.ts";

/** Seen from dist/src/lab/export. */
const PAGES = fileURLToPath(new URL("../../../page/", import.meta.url));

/** The page; `name` is what the model is called on it. Throws LenetError. */
export const pageOf = async (model: Model, name: string): Promise<string> => {
  const template = readText(join(PAGES, "digit", "index.html"), "the page that the build makes");
  const data: PageData = {
    name,
    version: lenetVersion(),
    net: model.net,
    data: knownData(model),
    pictures: picturesOf(model),
    classes: classNamesOf(model),
    weights: toBase64(encodeSafetensors(model.weights, {})),
    samples: await samplesFor(model),
  };
  // A "<" in a text must not end the script that it stands in.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return template
    .replace(TITLE, () => `<title>${escaped(model.net.title)}: draw and see</title>`)
    .replace(PLACE, () => PLACE.replace("><", () => `>${json}<`));
};

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The name of the model's data, null where that is a folder: its path is nobody's business. */
const knownData = (model: Model): string | null => {
  const data = trainedOn(model);
  return data === undefined ? null : (registeredSet(data)?.name ?? null);
};

/** At most so many samples: a row of them. */
const SAMPLES = 10;

/** The first test image of each class, where the data is here; none elsewhere. */
const samplesFor = async (model: Model): Promise<Sample[]> => {
  const name = knownData(model);
  const { rows, columns, classes } = { ...model.net.image, classes: model.net.classes };
  try {
    const set = name === null ? null : await loadData(name, "test");
    if (set?.rows !== rows || set.columns !== columns) return [];
    const area = rows * columns;
    return Array.from({ length: Math.min(classes, SAMPLES) }, (_, label) => set.labels.indexOf(label))
      .filter((index) => index >= 0)
      .map((index) => ({
        label: set.labels[index]!,
        ink: packInk(set.images.slice(index * area, (index + 1) * area)),
      }));
  } catch (thrown) {
    if (thrown instanceof LenetError) return [];
    throw thrown;
  }
};
