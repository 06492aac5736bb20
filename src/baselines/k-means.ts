// K-means: centres that are each the mean of the images nearest to it. From different images chosen by chance, in whole passes,
// until no image changes its centre.
import type { DataSet } from "../data/data-set.ts";
import { type Random, shuffle } from "../random.ts";
import type { Tools } from "./baseline.ts";
import { inBlocks, writePixels, writeRows } from "./features.ts";
import { BLOCK, openProducts, type Products } from "./products.ts";

export interface Clusters {
  /** (centres, pixels) */
  readonly centres: Float32Array;
  /** Σ over the images of the squared distance to the nearest centre. */
  readonly squares: number;
}

const MOST_PASSES = 30;

/** Puts the rows of `centres` to the right of the product, so that it gives x · c − ½ |c|²: most for the nearest centre. */
export const nearestProducts = (module: WebAssembly.Module, centres: Float32Array, pixels: number): Products => {
  const products = openProducts(module, pixels, centres.length / pixels);
  products.right.set(centres);
  setBias(products, centres.length / pixels);
  return products;
};

/** bias = −½ |right|², for the first `rows` rows of right. */
export const setBias = ({ right, bias }: Products, rows: number): void => {
  const width = right.length / bias.length;
  for (let row = 0; row < rows; row++) bias[row] = -0.5 * squareOf(right, row, width);
};

/** |x|² of row `row`. */
export const squareOf = (rows: Float32Array, row: number, width: number): number => {
  let sum = 0;
  for (let i = row * width; i < (row + 1) * width; i++) sum += rows[i]! * rows[i]!;
  return sum;
};

/** At most `most` clusters of these images of the set; as many as there are images, where there are fewer. */
export const kMeans = async (
  tools: Tools,
  set: DataSet,
  images: Int32Array,
  most: number,
  random: Random,
): Promise<Clusters> => {
  const pixels = set.rows * set.columns;
  const count = Math.min(most, images.length);
  let centres = new Float32Array(count * pixels);
  const order = images.slice();
  shuffle(order, random);
  for (let c = 0; c < count; c++) writePixels(set, order[c]!, centres, c * pixels);
  const nearest = new Int32Array(images.length).fill(-1);
  for (let pass = 1; ; pass++) {
    const products = nearestProducts(tools.module, centres, pixels);
    const means = new Means(count, pixels);
    let [squares, moved] = [0, 0];
    await inBlocks(images, BLOCK, async (block, first) => {
      writeRows(set, block, products.left);
      products.multiply(block.length);
      for (let n = 0; n < block.length; n++) {
        const centre = largest(products.out, n * count, count);
        squares += squareOf(products.left, n, pixels) - 2 * products.out[n * count + centre]!;
        if (nearest[first + n] !== centre) moved++;
        nearest[first + n] = centre;
        means.add(centre, products.left, n);
      }
      await tools.worked(block.length * pixels * (count + 1));
    });
    if (moved === 0 || pass === MOST_PASSES) return { centres, squares: Math.max(0, squares) };
    centres = means.over(centres);
  }
};

/** Index of the largest of `count` values from `start`, counted from there; the first of equals. */
const largest = (values: Float32Array, start: number, count: number): number => {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
};

/** Means of rows, gathered one row after the other. */
class Means {
  readonly sums: Float64Array;
  readonly counts: Int32Array;
  readonly width: number;

  constructor(count: number, width: number) {
    this.sums = new Float64Array(count * width);
    this.counts = new Int32Array(count);
    this.width = width;
  }

  add(group: number, rows: Float32Array, row: number): void {
    this.counts[group]!++;
    const [to, from] = [group * this.width, row * this.width];
    for (let i = 0; i < this.width; i++) this.sums[to + i]! += rows[from + i]!;
  }

  /** The means; a group without rows stays where it was. */
  over(before: Float32Array): Float32Array<ArrayBuffer> {
    return Float32Array.from(before, (kept, i) => {
      const count = this.counts[Math.floor(i / this.width)]!;
      return count > 0 ? this.sums[i]! / count : kept;
    });
  }
}
