// The nearest training images of every class, for every image of another set. The kernels' products of stored pixels find them
// in float32, which holds whole numbers up to 2²⁴; the distances that decide are then computed again, exactly for bytes.
import type { DataSet } from "../data/data-set.ts";
import type { Tools } from "./baseline.ts";
import { allOf, byClass, inBlocks } from "./features.ts";
import { setBias } from "./k-means.ts";
import { BLOCK, openProducts } from "./products.ts";

/** Neighbours of images (count), the nearest of a class first; fewer than `each` where a class has fewer. */
export interface Neighbours {
  /** Of each class. */
  readonly each: number;
  /** (count, classes, each): the index of the training image, or -1. */
  readonly images: Int32Array;
  /** (count, classes, each): |x − y|² in units of the stored pixels, or Infinity. */
  readonly squares: Float64Array;
}

/** Training images that one product compares with. */
const CHUNK = 512;
/** Images whose pixels are kept as floats while all training images go by. */
const HELD = 4_096;
/** Neighbours beside the wanted ones, so that what float32 confuses is there to be sorted out. */
const SPARE = 1;

/** The `each` nearest images of every class of `train`, of every image of `set`. */
export const nearestOfEachClass = async (
  tools: Tools,
  train: DataSet,
  set: DataSet,
  each: number,
): Promise<Neighbours> => {
  const kept = each + SPARE;
  const images = new Int32Array(set.count * train.classes * kept).fill(-1);
  const nearness = new Float32Array(images.length).fill(Number.NEGATIVE_INFINITY);
  const pixels = set.rows * set.columns;
  const products = openProducts(tools.module, pixels, CHUNK);
  const classes = byClass(train);
  await inBlocks(allOf(set), HELD, async (held, first) => {
    const rows = Float32Array.from(set.images.subarray(first * pixels, (first + held.length) * pixels));
    for (const [label, members] of classes.entries())
      await inBlocks(members, CHUNK, async (chunk) => {
        for (const [row, member] of chunk.entries())
          products.right.set(train.images.subarray(member * pixels, (member + 1) * pixels), row * pixels);
        setBias(products, chunk.length);
        for (let from = 0; from < held.length; from += BLOCK) {
          const count = Math.min(BLOCK, held.length - from);
          products.left.set(rows.subarray(from * pixels, (from + count) * pixels));
          products.multiply(count, chunk.length);
          for (let n = 0; n < count; n++) {
            const place = ((first + from + n) * train.classes + label) * kept;
            keepNearest(products.out, n * chunk.length, chunk, nearness, images, place, kept);
          }
          await tools.worked(count * chunk.length * pixels);
        }
      });
  });
  return settle(train, set, images, kept, each);
};

/** Sorts the members of a chunk in among the `kept` nearest at `place`, the nearest first; of equals the earlier stays first. */
const keepNearest = (
  out: Float32Array,
  row: number,
  chunk: Int32Array,
  nearness: Float32Array,
  images: Int32Array,
  place: number,
  kept: number,
): void => {
  const last = place + kept - 1;
  let threshold = nearness[last]!;
  for (let i = 0; i < chunk.length; i++) {
    const near = out[row + i]!;
    if (!(near > threshold)) continue;
    let at = last;
    for (; at > place && nearness[at - 1]! < near; at--) {
      nearness[at] = nearness[at - 1]!;
      images[at] = images[at - 1]!;
    }
    nearness[at] = near;
    images[at] = chunk[i]!;
    threshold = nearness[last]!;
  }
};

/** Exact distances, in their order; of equals the earlier image goes first. */
const settle = (train: DataSet, set: DataSet, found: Int32Array, kept: number, each: number): Neighbours => {
  const lists = found.length / kept;
  const images = new Int32Array(lists * each).fill(-1);
  const squares = new Float64Array(lists * each).fill(Number.POSITIVE_INFINITY);
  for (let list = 0; list < lists; list++) {
    const image = Math.floor(list / train.classes);
    const near = Array.from(found.subarray(list * kept, (list + 1) * kept))
      .filter((member) => member >= 0)
      .map((member) => ({ member, square: squareBetween(set, image, train, member) }))
      .sort((a, b) => a.square - b.square || a.member - b.member);
    for (const [i, { member, square }] of near.slice(0, each).entries()) {
      images[list * each + i] = member;
      squares[list * each + i] = square;
    }
  }
  return { each, images, squares };
};

/** |x − y|² */
const squareBetween = (a: DataSet, i: number, b: DataSet, j: number): number => {
  const pixels = a.rows * a.columns;
  const [x, y] = [a.images, b.images];
  let sum = 0;
  for (let p = i * pixels, q = j * pixels, end = p + pixels; p < end; p++, q++) {
    const difference = x[p]! - y[q]!;
    sum += difference * difference;
  }
  return sum;
};
