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
import { products_four, products_three, products_to_weight } from "./winograd-products";
import { bandsToLines, bandToColumns, columnsToBand, linesToBands, transformGradient } from "./winograd-transforms";
import { transformOutput, transformWeight, transformWeightBack } from "./winograd-transforms";

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
function unpack(from: usize, places: usize, quad: usize, planes: usize, present: i32, maps: i32, area: i32, bias: usize): void {
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

/** Bytes of the taps of four maps, and of them transformed from left to right. */
const TAPS: usize = 25 << 4;
const HALF: usize = 30 << 4;

/** Taps (5, 5, 4) → transformed, a vector at each of 36 points `point` bytes apart. */
function transformTaps(taps: usize, half: usize, to: usize, point: usize): void {
  for (let ky: usize = 0; ky < 5; ky++) transformWeight(taps + 80 * ky, 16, half + 96 * ky, 16);
  for (let k: usize = 0; k < 6; k++) transformWeight(half + 16 * k, 96, to + k * point, 6 * point);
}

/** weight (maps, from, 5, 5) → transformed (four maps, point, from, 4); `scratch`: TAPS for each of `from`, and HALF. */
function packForward(weight: usize, from: i32, maps: i32, to: usize, scratch: usize): void {
  const half = scratch + <usize>from * TAPS, row = <usize>from << 4;
  for (let map = 0; map < maps; map += 4, weight += <usize>from * TAPS, to += 35 * row) {
    planesToRows(weight, scratch, 4, 25 * from, 4);
    for (let taps = scratch; taps < half; taps += TAPS, to += 16) transformTaps(taps, half, to, row);
  }
}

/** weight (maps, from, 5, 5) → transformed (`group` of from, point, maps, 4); `scratch` as above. */
function packBackward(weight: usize, from: i32, maps: i32, group: i32, to: usize, scratch: usize): void {
  const row = <usize>maps << 4;
  for (let first = 0; first < from; first += group, to += 35 * row)
    for (let map = 0; map < maps; map++, to += 16) {
      planesToRows(weight + 100 * <usize>(map * from + first), scratch, group, 25, 4);
      transformTaps(scratch, scratch + TAPS, to, row);
    }
}

/** Sums (point, from, maps) of all lanes → dWeight (maps, from, 5, 5). The sums are written over; `scratch` as above. */
function unpackWeights(sums: usize, dWeight: usize, from: i32, maps: i32, scratch: usize): void {
  const point = <usize>(from * maps) << 2, half = scratch + <usize>from * TAPS;
  for (let at: usize = 0; at < 36 * point; at += 16) {
    const s = sums + (at << 2);
    v128.store(sums + at, laneSums(v128.load(s), v128.load(s, 16), v128.load(s, 32), v128.load(s, 48)));
  }
  for (let map = 0; map < maps; map += 4, sums += 16, dWeight += <usize>from * TAPS) {
    for (let taps = scratch, s = sums; taps < half; taps += TAPS, s += <usize>maps << 2) {
      for (let k: usize = 0; k < 6; k++) transformWeightBack(s + 6 * k * point, point, half + 80 * k, 16);
      for (let kx: usize = 0; kx < 5; kx++) transformWeightBack(half + 16 * kx, 80, taps + 16 * kx, 80);
    }
    rowsToPlanes(scratch, dWeight, 4, 25 * from, 4);
  }
}

/**
 * out (n, maps, outRows, outColumns) from input (n, from, rows, columns), rows = outRows + 4; rows and columns are even, maps a
 * multiple of four. Scratch: winogradScratch in load.ts.
 */
export function f32_winograd_forward(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, input: usize, weight: usize, bias: usize, out: usize,
  scratch: usize,
): void {
  const outRows = rows - 4, outColumns = columns - 4;
  const area = rows * columns, outArea = outRows * outColumns, down = outRows >> 1, across = outColumns >> 1;
  // The loops take two tiles at a time; one that is not there is zero.
  const tiles = (down * across + 1) & ~1;
  const row = <usize>from << 4, line = <usize>columns * row, band = <usize>down * line;
  const quads: usize = <usize>maps >> 2;
  const inPlane = <usize>tiles * row, quadPlane = <usize>tiles << 6;
  const places = scratch + (<usize>area << 2), lines = places + (<usize>outArea << 2);
  const bands = lines + <usize>rows * line, inputs = bands + 6 * band;
  const products = inputs + 6 * inPlane, halves = products + 6 * quadPlane;
  const squares = halves + 12 * quads * quadPlane, weights = squares + 4 * quads * quadPlane;
  stepTable(scratch, area, <i32>row);
  squareTable(places, outRows, outColumns, tiles, 64);
  packForward(weight, from, maps, weights, weights + 36 * quads * row);
  memory.fill(inputs, 0, 6 * inPlane);
  for (let n = 0; n < images; n += 4) {
    const present = min(4, images - n);
    pack(input + (<usize>(n * area * from) << 2), present, from, area, scratch, lines);
    linesToBands(lines, line, bands, band);
    for (let point: usize = 0; point < 6; point++) {
      bandToColumns(bands + point * band, line, row, inputs, inPlane, down, across);
      for (let quad: usize = 0; quad < quads; quad++) {
        const w = weights + (36 * quad + 6 * point) * row;
        for (let k: usize = 0; k < 6; k++)
          products_four(inputs + k * inPlane, inputs + (k + 1) * inPlane, row, w + k * row, products + k * quadPlane, 64);
        transformOutput(products, halves + (12 * quad + 2 * point) * quadPlane, tiles << 2);
      }
    }
    for (let quad: usize = 0; quad < quads; quad++)
      transformOutput(halves + 12 * quad * quadPlane, squares + 4 * quad * quadPlane, tiles << 3);
    unpack(squares, places, 4 * quadPlane, out + (<usize>(n * outArea * maps) << 2), present, maps, outArea, bias);
  }
}

/**
 * Back through f32_winograd_forward: dIn, and dWeight and dBias (which may be 0), summed over the images. `from` is a multiple of
 * six or four.
 */
export function f32_winograd_backward(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, input: usize, dOut: usize, weight: usize, dIn: usize,
  dWeight: usize, dBias: usize, scratch: usize,
): void {
  const outRows = rows - 4, outColumns = columns - 4;
  const area = rows * columns, outArea = outRows * outColumns, down = outRows >> 1, across = outColumns >> 1;
  // As many input maps at a time as fill the registers, and so many tiles; those that are not there are zero.
  const group = from % 3 == 0 ? 3 : 4, together = group == 3 ? 3 : 2;
  const tiles = (down * across + together - 1) / together * together;
  const row = <usize>from << 4, line = <usize>columns * row, band = <usize>down * line;
  const outRow = <usize>maps << 4, point = <usize>from * outRow;
  const inPlane = <usize>tiles * row, outPlane = <usize>tiles * outRow, filled = <usize>(down * across) * outRow;
  const places = scratch + (<usize>area << 2), lines = places + (<usize>outArea << 2);
  const bands = lines + <usize>rows * line, gradientBands = bands + 6 * band;
  const inputs = gradientBands + 6 * band, gradients = inputs + 6 * inPlane;
  const squares = gradients + 6 * inPlane, halves = squares + 4 * outPlane;
  const products = halves + 8 * outPlane, sums = products + 4 * outPlane, weights = sums + 36 * point;
  const packed: usize = 36 * outRow, rest = weights + <usize>(from / group) * packed;
  stepTable(scratch, area, <i32>row);
  squareTable(places, outRows, outColumns, tiles, <i32>outRow);
  packBackward(weight, from, maps, group, weights, rest);
  memory.fill(sums, 0, 36 * point);
  memory.fill(squares, 0, 4 * outPlane);
  for (let n = 0; n < images; n += 4) {
    const present = min(4, images - n);
    const first = <usize>(n * area * from) << 2;
    pack(dOut + (<usize>(n * outArea * maps) << 2), present, maps, outArea, places, squares);
    pack(input + first, present, from, area, scratch, lines);
    linesToBands(lines, line, bands, band);
    transformGradient(squares, squares + 2 * outPlane, halves, 2 * tiles * maps);
    memory.fill(gradientBands, 0, 6 * band);
    for (let y: usize = 0; y < 6; y++) {
      bandToColumns(bands + y * band, line, row, inputs, inPlane, down, across);
      const left = y == 0 ? squares : y == 5 ? squares + 2 * outPlane : halves + (2 * y - 2) * outPlane;
      transformGradient(left, left + outPlane, products, tiles * maps);
      for (let k: usize = 0; k < 6; k++) {
        const gradient = k == 0 ? left : k == 5 ? left + outPlane : products + (k - 1) * outPlane;
        products_to_weight(
          inputs + k * inPlane, row, gradient, gradient + filled, outRow, sums + (6 * y + k) * point,
        );
        let to = gradients + k * inPlane;
        for (let w = weights + (6 * y + k) * outRow; w < rest; w += packed, to += <usize>group << 4)
          if (group == 3) products_three(gradient, gradient + outPlane, outRow, w, to, row);
          else products_four(gradient, gradient + outPlane, outRow, w, to, row);
      }
      columnsToBand(gradients, inPlane, gradientBands + y * band, line, row, down, across);
    }
    memory.fill(lines, 0, <usize>rows * line);
    bandsToLines(gradientBands, band, lines, line);
    unpack(lines, scratch, 64, dIn + first, present, from, area, 0);
  }
  unpackWeights(sums, dWeight, from, maps, rest);
  if (dBias) planeSums(images, maps, outArea, dOut, dBias);
}
