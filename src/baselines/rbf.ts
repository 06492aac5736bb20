// III.C.3, the radial basis function network: 1,000 Gaussian units, a group of 100 for each class, placed by K-means on the
// images of that class; a linear read-out of their outputs by a regularised pseudo-inverse.
import type { DataSet } from "../data/data-set.ts";
import { stream } from "../random.ts";
import type { Baseline, Learned, Tools } from "./baseline.ts";
import { expMinus } from "./exponential.ts";
import { byClass, type Features, writeRows } from "./features.ts";
import { kMeans, nearestProducts, squareOf } from "./k-means.ts";
import { momentsOf } from "./moments.ts";
import { leastSquaresWork, readOut } from "./readout.ts";

/** Units of a class, where it has enough images: a unit that is an image of its own would know nothing of others. */
const GROUP = 100;
const IMAGES_A_UNIT = 3;
const groupOf = (images: number, classes: number): number =>
  Math.min(GROUP, Math.max(1, Math.floor(images / (classes * IMAGES_A_UNIT))));

/** Passes of K-means that a forecast of the time counts on. */
const PASSES = 25;

export interface Units {
  /** (units, pixels) */
  readonly centres: Float32Array;
  /** Mean squared distance of an image to the nearest unit of its class. */
  readonly meanSquare: number;
}

/** The units of all classes, one class after the other. */
const placeUnits = async (tools: Tools, set: DataSet): Promise<Units> => {
  const groups: Float32Array[] = [];
  let squares = 0;
  for (const [label, images] of byClass(set).entries()) {
    if (images.length === 0) continue;
    const found = await kMeans(
      tools,
      set,
      images,
      groupOf(set.count, set.classes),
      stream(tools.seed, `k-means/${label}`),
    );
    groups.push(found.centres);
    squares += found.squares;
  }
  const centres = new Float32Array(groups.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const group of groups) {
    centres.set(group, at);
    at += group.length;
  }
  // Where all images are the same there is no distance to go by: any width will do.
  return { centres, meanSquare: squares / set.count || 1 };
};

/** e to −|x − c|² / (width × meanSquare) of every unit, and the constant. */
export const gaussianFeatures = (
  tools: Tools,
  { centres, meanSquare }: Units,
  wide: number,
  pixels: number,
): Features => {
  const units = centres.length / pixels;
  const { left, out, multiply } = nearestProducts(tools.module, centres, pixels);
  const width = units + 1;
  return {
    width,
    work: units * pixels,
    write: (set, images, into) => {
      writeRows(set, images, left);
      multiply(images.length);
      for (let n = 0; n < images.length; n++) {
        const square = squareOf(left, n, pixels);
        for (let c = 0; c < units; c++)
          into[n * width + c] = expMinus(Math.max(0, square - 2 * out[n * units + c]!) / (wide * meanSquare));
        into[(n + 1) * width - 1] = 1;
      }
    },
  };
};

interface Choice extends Readonly<Record<string, number>> {
  readonly width: number;
  readonly ridge: number;
}

const widths = [1, 2, 4];
const ridges = [1e-5, 1e-4];

const learned = (tools: Tools, set: DataSet, units: Units): Learned<Choice> => {
  // Choices come width by width: what was learned for one width serves all its ridges.
  let last: { width: number; readOut: Learned<{ readonly ridge: number }> } | undefined;
  return {
    classifier: async (choice) => {
      if (last?.width !== choice.width) {
        const features = gaussianFeatures(tools, units, choice.width, set.rows * set.columns);
        last = { width: choice.width, readOut: readOut(tools, features, await momentsOf(tools, features, set)) };
      }
      return last.readOut.classifier(choice);
    },
  };
};

export const rbf: Baseline<Choice> = {
  name: "rbf",
  title: "1,000 radial basis functions and a linear classifier",
  assumed: [
    "K-means in whole passes from images chosen by chance; the paper calls it adaptive and says no more.",
    "All Gaussians have one width: a choice of multiples of the mean squared distance to the nearest centre.",
    "The read-out has a constant beside the 1,000 units.",
  ],
  choices: widths.flatMap((width) => ridges.map((ridge) => ({ width, ridge }))),
  learn: async (tools, set) => learned(tools, set, await placeUnits(tools, set)),
  cost: ({ train, pixels, classes }) => {
    const units = classes * groupOf(train, classes);
    return { multiplyAdds: units * pixels + units * classes, variables: units * pixels + (units + 1) * classes };
  },
  work: ({ train, validation, test, pixels, classes }) => {
    const group = groupOf(train, classes);
    const units = classes * group;
    const placed = (2 * train - validation) * PASSES * group * pixels;
    const learned = ((train - validation) * widths.length + train) * units * (units + pixels);
    const solved = (widths.length * ridges.length + 1) * leastSquaresWork(units);
    return placed + learned + solved + (widths.length * ridges.length * validation + test) * units * pixels;
  },
};
