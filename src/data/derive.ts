// Sets made from a 28×28 set by options on its name: some of its images, straightened, made smaller, or put into a frame.
// Images in, images out; pure. Which sets have these options is registry.ts's business.
import { LenetError } from "../errors.ts";
import type { OptionsOf } from "../named.ts";
import { shuffle, stream } from "../random.ts";
import type { Ink } from "../shape.ts";
import { type DataSet, limit, pick } from "./data-set.ts";
import { deslanted } from "./deslant.ts";
import { mersenne, permutation } from "./mersenne.ts";
import { blend, blends } from "./resample.ts";

/** Side of the images that all this begins with. */
export const WHOLE = 28;
const MNIST = { train: 60_000, test: 10_000 } as const;
/** Images of the 1989 paper. */
const SAMPLE = { train: 7291, test: 2007 } as const;

export const derivations = {
  sample: {
    words: ["all", "1989", "random", "karpathy"],
    meaning:
      "1989: the first 7,291 training and 2,007 test images; random: as many, drawn without replacement; karpathy: those that karpathy/lecun1989-repro drew",
  },
  draw: { least: 0, most: 2 ** 32 - 1, usual: 1, whole: true, meaning: "the seed of sample=random" },
  deslant: {
    words: ["no", "yes"],
    meaning: "yes: rows are shifted so that the principal axis of the ink is vertical (1998, III.A)",
  },
  size: {
    words: ["28", "20", "16"],
    meaning: "16: resampled to 16×16, for the nets of 1989; 20: the 20×20 pixels in the middle (1998, III.A)",
  },
  filter: {
    words: ["bilinear", "antialias"],
    meaning: "how size=16 is made: from two neighbours a side, or from all (as PyTorch with antialias=True, or Pillow)",
  },
  box: {
    words: ["frame", "ink"],
    meaning:
      "what size=16 is made of: all 28×28 pixels, or the square around the ink, so that digits fill the image (1989)",
  },
  frame: { words: ["no", "28"], meaning: "28: the smaller image in the middle of a background of 28×28 (LeNet-1)" },
} as const;

export type Derivation = OptionsOf<typeof derivations>;

/** Throws LenetError for options that would do nothing, or that there is no meaning to. `name` names the set in errors. */
export const checkDerivation = (name: string, { sample, draw, size, filter, box, frame }: Derivation): void => {
  const refuse = (idle: boolean, option: string, beside: string): void => {
    if (idle)
      throw new LenetError(`${name}, ${option}: expected ${beside} beside it, got none. Add it, or leave it out.`);
  };
  refuse(draw !== derivations.draw.usual && sample !== "random", "draw", "sample=random");
  refuse(filter !== "bilinear" && size !== "16", "filter", "size=16");
  refuse(box !== "frame" && size !== "16", "box", "size=16");
  refuse(frame !== "no" && size === "28", "frame", "size=16 or size=20");
};

/** The set that the options make of a 28×28 set, under the name `name`. What needs no arithmetic stays bytes. */
export const derive = (set: DataSet, name: string, options: Derivation): DataSet => {
  const chosen = chooseImages(set, options);
  const { images, side } = deriveImages(chosen.images, options);
  return { ...chosen, name, images, rows: side, columns: side };
};

/** The same for images alone (n, 28, 28): (n, side, side). First they are deslanted, then made smaller, then framed. */
export const deriveImages = (
  images: Ink,
  { deslant, size, filter, box, frame }: Derivation,
): { images: Ink; side: number } => {
  const straight = deslant === "yes" ? each(images, WHOLE, WHOLE, (image) => deslanted(image, WHOLE)) : images;
  const side = Number(size);
  const small =
    side === WHOLE
      ? straight
      : side === 20
        ? centred(straight, WHOLE, side)
        : each(straight, WHOLE, side, box === "ink" ? filled(side, filter) : shrunk(side, filter));
  return frame === "no" ? { images: small, side } : { images: centred(small, side, WHOLE), side: WHOLE };
};

const chooseImages = (set: DataSet, { sample, draw }: Derivation): DataSet => {
  const count = Math.min(SAMPLE[set.part], set.count);
  if (sample === "all") return set;
  if (sample === "1989") return limit(set, count);
  return pick(set, drawn(set, sample, draw).subarray(0, count));
};

/** An order of the images whose first ones are the sample. */
const drawn = ({ part, count }: DataSet, sample: "random" | "karpathy", draw: number): Int32Array => {
  if (sample === "random") {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    shuffle(order, stream(draw, `sample/${part}`));
    return order;
  }
  // Its prepro.py: numpy.random.seed(1337), then a permutation of the 60,000 training images, then one of the 10,000 others.
  const random = mersenne(1337);
  const training = permutation(random, MNIST.train);
  return part === "train" ? training : permutation(random, MNIST.test);
};

/** An array of the same kind. */
const like = (ink: Ink, length: number): Ink =>
  ink instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);

/** Every image (side, side) turned into one of (to, to). */
const each = (images: Ink, side: number, to: number, make: (image: Ink) => ArrayLike<number>): Float32Array => {
  const [area, made] = [side * side, to * to];
  const count = images.length / area;
  const result = new Float32Array(count * made);
  for (let index = 0; index < count; index++)
    result.set(make(images.subarray(index * area, (index + 1) * area)), index * made);
  return result;
};

/** What makes an image (to, to) of all 28×28 pixels. */
const shrunk = (to: number, filter: Derivation["filter"]) => {
  const both = blends(WHOLE, to, filter);
  return (image: Ink): Float64Array => blend((y, x) => image[y * WHOLE + x]!, WHOLE, both, both);
};

/**
 * What makes an image (to, to) of the square around the ink: its longer side fills the image, the shorter is in the middle, and
 * the aspect stays, as the digits of 1989 were normalised (LeCun et al. 1989, 2.1). Digits of MNIST are 20 pixels long.
 */
const filled =
  (to: number, filter: Derivation["filter"]) =>
  (image: Ink): Float64Array => {
    const { top, left, side } = squareAround(image);
    const inkAt = (y: number, x: number): number =>
      Math.min(y, x) >= 0 && Math.max(y, x) < WHOLE ? image[y * WHOLE + x]! : 0;
    const both = blends(side, to, filter);
    return blend((y, x) => inkAt(y + top, x + left), side, both, both);
  };

/** The smallest square with all ink, its corner rounded to a pixel; the whole image where there is none. */
const squareAround = (image: Ink): { top: number; left: number; side: number } => {
  let [top, bottom, left, right] = [WHOLE, 0, WHOLE, 0];
  for (let i = 0; i < image.length; i++) {
    if (image[i] === 0) continue;
    const [y, x] = [Math.floor(i / WHOLE), i % WHOLE];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
  }
  if (bottom === 0) return { top: 0, left: 0, side: WHOLE };
  const side = Math.max(bottom - top, right - left);
  return { top: Math.floor((top + bottom - side) / 2), left: Math.floor((left + right - side) / 2), side };
};

/** The middle of every image: cut out where `to` is less than `side`, in a background of 0 where it is more. */
const centred = (images: Ink, side: number, to: number): Ink => {
  const count = images.length / (side * side);
  const result = like(images, count * to * to);
  const [width, from, into] = [Math.min(side, to), Math.max(0, (side - to) / 2), Math.max(0, (to - side) / 2)];
  for (let index = 0; index < count; index++)
    for (let y = 0; y < width; y++) {
      const source = (index * side + from + y) * side + from;
      result.set(images.subarray(source, source + width), (index * to + into + y) * to + into);
    }
  return result;
};
