// Convolutions of 5×5 fields by minimal filtering, all three directions: 36 products for 2×2 outputs where the plain way takes 100.
// Lanes are images, four at a time, so nothing has to be shuffled between packing and unpacking. What the matrices do:
// winograd-transforms.ts. Rows are transformed at once; columns point by point, so that what is worked on stays in the cache.
//
// Vectors (four images each) are kept as
//   lines     (row, column, map)           of inputs and their gradients
//   bands     (point, tile row, column, map), the lines transformed from top to bottom
//   columns   (point, tile, input map)     one band transformed from left to right
//   products  (point, tile, map)           of one band
//   squares   (row, column of a 2×2 tile, tile, map) of outputs and their gradients
import { planeSums } from "./conv-backward-weight";
import { column0, column1, column2, column3, laneSums } from "./lanes";
import { planesToRows, rowsToPlanes, stepTable } from "./tiles";
import {
  FROM, IN_ROW, MAPS, OUT_ROW, POINT, products_forward, products_to_input, products_to_weight, ROW,
} from "./winograd-products";
import {
  bandsToLines, bandToColumns, columnsToBand, linesToBands, transformGradient, transformOutput, transformWeight,
  transformWeightBack,
} from "./winograd-transforms";

/** Places of vectors, in bytes, for each pixel of a plane of outputs. */
function squareTable(table: usize, rows: i32, columns: i32, tiles: i32, row: i32): void {
  const across = columns >> 1;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, table += 4) {
      const square = ((y & 1) << 1) | (x & 1), tile = (y >> 1) * across + (x >> 1);
      store<i32>(table, (square * tiles + tile) * row);
    }
}

/** Planes (image, maps, area) of up to four images → vectors at places[pixel] + map; images that are not there are zero. */
function pack(planes: usize, present: i32, maps: i32, area: i32, places: usize, to: usize): void {
  const image = <usize>(maps * area) << 2;
  const zero = f32x4.splat(0);
  for (let map = 0; map < maps; map++, to += 16) {
    let p = planes + (<usize>(map * area) << 2);
    const end = p + (<usize>area << 2);
    for (let o = places; p < end; p += 16, o += 16) {
      const a = v128.load(p), b = present > 1 ? v128.load(p + image) : zero;
      const c = present > 2 ? v128.load(p + 2 * image) : zero, d = present > 3 ? v128.load(p + 3 * image) : zero;
      v128.store(to + <usize>load<i32>(o), column0(a, b, c, d));
      v128.store(to + <usize>load<i32>(o, 4), column1(a, b, c, d));
      v128.store(to + <usize>load<i32>(o, 8), column2(a, b, c, d));
      v128.store(to + <usize>load<i32>(o, 12), column3(a, b, c, d));
    }
  }
}

/** Vectors → planes, and a bias for each map, unless 0. Each four maps lie `quad` behind the four before. */
function unpack(
  from: usize, places: usize, quad: usize, planes: usize, present: i32, maps: i32, area: i32, bias: usize,
): void {
  const image = <usize>(maps * area) << 2;
  for (let map = 0; map < maps; map++, from += (map & 3) == 0 ? quad - 48 : 16) {
    const biases = bias ? v128.load_splat<f32>(bias + (<usize>map << 2)) : f32x4.splat(0);
    let p = planes + (<usize>(map * area) << 2);
    const end = p + (<usize>area << 2);
    for (let o = places; p < end; p += 16, o += 16) {
      const a = f32x4.add(v128.load(from + <usize>load<i32>(o)), biases);
      const b = f32x4.add(v128.load(from + <usize>load<i32>(o, 4)), biases);
      const c = f32x4.add(v128.load(from + <usize>load<i32>(o, 8)), biases);
      const d = f32x4.add(v128.load(from + <usize>load<i32>(o, 12)), biases);
      v128.store(p, column0(a, b, c, d));
      if (present > 1) v128.store(p + image, column1(a, b, c, d));
      if (present > 2) v128.store(p + 2 * image, column2(a, b, c, d));
      if (present > 3) v128.store(p + 3 * image, column3(a, b, c, d));
    }
  }
}

/** weight (16, 6, 5, 5) → transformed (point, 6, 16); `rows` and `half` are scratch. */
function packWeights(weight: usize, to: usize, rows: usize, half: usize): void {
  planesToRows(weight, rows, <i32>MAPS, <i32>FROM * 25, <i32>MAPS);
  for (let c: usize = 0; c < FROM; c++, rows += 25 * ROW, to += ROW) {
    for (let ky: usize = 0; ky < 5; ky++) transformWeight(rows + 5 * ky * ROW, ROW, half + 6 * ky * ROW, ROW);
    for (let k: usize = 0; k < 6; k++) transformWeight(half + k * ROW, 6 * ROW, to + k * POINT, 6 * POINT);
  }
}

/** Sums (point, 6, 16) of all lanes → dWeight (16, 6, 5, 5). The sums are written over. */
function unpackWeights(sums: usize, dWeight: usize, rows: usize, half: usize): void {
  for (let at: usize = 0; at < 36 * POINT; at += 16) {
    const s = sums + (at << 2);
    v128.store(sums + at, laneSums(v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48)));
  }
  let to = rows;
  for (let c: usize = 0; c < FROM; c++, sums += ROW, to += 25 * ROW) {
    for (let k: usize = 0; k < 6; k++) transformWeightBack(sums + 6 * k * POINT, POINT, half + 5 * k * ROW, ROW);
    for (let kx: usize = 0; kx < 5; kx++) transformWeightBack(half + kx * ROW, 5 * ROW, to + kx * ROW, 5 * ROW);
  }
  rowsToPlanes(rows, dWeight, <i32>MAPS, <i32>FROM * 25, <i32>MAPS);
}

/**
 * out (n, 16, outRows, outColumns) from input (n, 6, rows, columns), rows = outRows + 4; rows and columns are even. Scratch:
 * winogradScratch in load.ts.
 */
export function f32_winograd_forward(
  images: i32, rows: i32, columns: i32, input: usize, weight: usize, bias: usize, out: usize, scratch: usize,
): void {
  const outRows = rows - 4, outColumns = columns - 4;
  const area = rows * columns, outArea = outRows * outColumns;
  const down = outRows >> 1, across = outColumns >> 1;
  // The loops take two tiles at a time; one that is not there is zero.
  const tiles = (down * across + 1) & ~1;
  const line = <usize>columns * IN_ROW, band = <usize>down * line;
  const inPlane = <usize>tiles * IN_ROW, quadPlane = <usize>tiles << 6;
  const places = scratch + (<usize>area << 2);
  const lines = places + (<usize>outArea << 2);
  const bands = lines + <usize>rows * line;
  const inputs = bands + 6 * band;
  const products = inputs + 6 * inPlane;
  const halves = products + 6 * quadPlane;
  const squares = halves + 48 * quadPlane;
  const weights = squares + 16 * quadPlane;
  stepTable(scratch, area, <i32>IN_ROW);
  squareTable(places, outRows, outColumns, tiles, 64);
  packWeights(weight, weights, weights + 36 * POINT, weights + 61 * POINT);
  memory.fill(inputs, 0, 6 * inPlane);
  for (let n = 0; n < images; n += 4) {
    const present = min(4, images - n);
    pack(input + ((<usize>(n * area) * FROM) << 2), present, <i32>FROM, area, scratch, lines);
    linesToBands(lines, line, bands, band);
    for (let point = 0; point < 6; point++) {
      bandToColumns(bands + <usize>point * band, line, inputs, inPlane, down, across);
      for (let quad: usize = 0; quad < 4; quad++) {
        products_forward(inputs, inPlane, weights + <usize>(6 * point) * POINT + 16 * quad, products);
        transformOutput(products, halves + (12 * quad + <usize>(2 * point)) * quadPlane, tiles << 2);
      }
    }
    for (let quad: usize = 0; quad < 4; quad++)
      transformOutput(halves + 12 * quad * quadPlane, squares + 4 * quad * quadPlane, tiles << 3);
    unpack(squares, places, 4 * quadPlane, out + ((<usize>(n * outArea) * MAPS) << 2), present, <i32>MAPS, outArea, bias);
  }
}

/**
 * Back through f32_winograd_forward: dIn, unless 0, and dWeight and dBias (which may be 0), summed over the images.
 */
export function f32_winograd_backward(
  images: i32, rows: i32, columns: i32, input: usize, dOut: usize, weight: usize, dIn: usize, dWeight: usize,
  dBias: usize, scratch: usize,
): void {
  const outRows = rows - 4, outColumns = columns - 4;
  const area = rows * columns, outArea = outRows * outColumns;
  const down = outRows >> 1, across = outColumns >> 1;
  // The loops take three tiles at a time; those that are not there are zero.
  const present3 = down * across, tiles = (present3 + 2) / 3 * 3;
  const line = <usize>columns * IN_ROW, band = <usize>down * line;
  const inPlane = <usize>tiles * IN_ROW, outPlane = <usize>tiles * OUT_ROW;
  const places = scratch + (<usize>area << 2);
  const lines = places + (<usize>outArea << 2);
  const bands = lines + <usize>rows * line;
  const gradientBands = bands + 6 * band;
  const inputs = gradientBands + 6 * band;
  const gradients = inputs + 6 * inPlane;
  const squares = gradients + 6 * inPlane;
  const halves = squares + 4 * outPlane;
  const products = halves + 8 * outPlane;
  const weights = products + 4 * outPlane;
  const sums = weights + 36 * POINT;
  stepTable(scratch, area, <i32>IN_ROW);
  squareTable(places, outRows, outColumns, tiles, <i32>OUT_ROW);
  if (dIn) packWeights(weight, weights, sums, sums + 25 * POINT);
  memory.fill(sums, 0, 144 * POINT);
  memory.fill(squares, 0, 4 * outPlane);
  for (let n = 0; n < images; n += 4) {
    const present = min(4, images - n);
    const first = (<usize>(n * area) * FROM) << 2;
    pack(dOut + ((<usize>(n * outArea) * MAPS) << 2), present, <i32>MAPS, outArea, places, squares);
    pack(input + first, present, <i32>FROM, area, scratch, lines);
    linesToBands(lines, line, bands, band);
    transformGradient(squares, squares + 2 * outPlane, halves, 2 * tiles * <i32>MAPS);
    if (dIn) memory.fill(gradientBands, 0, 6 * band);
    for (let point = 0; point < 6; point++) {
      bandToColumns(bands + <usize>point * band, line, inputs, inPlane, down, across);
      const left = point == 0 ? squares : point == 5 ? squares + 2 * outPlane : halves + <usize>(2 * point - 2) * outPlane;
      transformGradient(left, left + outPlane, products, tiles * <i32>MAPS);
      for (let k = 0; k < 6; k++) {
        const gradient = k == 0 ? left : k == 5 ? left + outPlane : products + <usize>(k - 1) * outPlane;
        const at = <usize>(6 * point + k) * POINT;
        const ends = gradient + <usize>present3 * OUT_ROW;
        products_to_weight(inputs + <usize>k * inPlane, gradient, ends, sums + 4 * at);
        if (!dIn) continue;
        const to = gradients + <usize>k * inPlane;
        products_to_input(gradient, weights + at, to, to + inPlane);
      }
      if (!dIn) continue;
      columnsToBand(gradients, inPlane, gradientBands + <usize>point * band, line, down, across);
    }
    if (!dIn) continue;
    memory.fill(lines, 0, <usize>rows * line);
    bandsToLines(gradientBands, band, lines, line);
    unpack(lines, scratch, 64, dIn + first, present, <i32>FROM, area, 0);
  }
  unpackWeights(sums, dWeight, sums + 36 * POINT, sums + 61 * POINT);
  if (dBias) planeSums(images, <i32>MAPS, outArea, dOut, dBias);
}
