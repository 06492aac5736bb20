// Convolution, backward to the input. dIn is scattered, not gathered: an output pixel touches `field` rows of field × maps
// neighbours, which lie side by side when the maps are innermost. So each pixel's share is a small product, summed over the
// output maps in registers and added to the image once; no multiply-add is spent on the border, where a gathering loop
// would spend half of them (10×10 pixels, 14×14 input). Pixels are taken in an order in which memory that was just written
// is not read again at once, which would wait for the write.
import { stepTable, tile_2x16 } from "./tiles";

/** weight (maps, from, field, field) → packed (field rows, tiles, maps, 16 neighbours of (column, from)), beyond them zero. */
function pack(weight: usize, packed: usize, maps: i32, from: i32, field: i32, tiles: i32): void {
  for (let ky = 0; ky < field; ky++)
    for (let tile = 0; tile < tiles; tile++, packed += <usize>maps << 6)
      for (let lane = 0; lane < 16; lane++) {
        const kx = (tile * 16 + lane) / from, c = tile * 16 + lane - kx * from;
        let source = weight + (<usize>((c * field + ky) * field + kx) << 2);
        let to = packed + (<usize>lane << 2);
        for (let map = 0; map < maps; map++, to += 64, source += <usize>(from * field * field) << 2)
          store<f32>(to, kx < field ? load<f32>(source) : 0);
      }
}

/** (row, column, map) of the padded image → (map, row, column) without the padding. */
function unscatter(image: usize, target: usize, from: i32, rows: i32, columns: i32, padding: i32): void {
  const width = columns + 2 * padding;
  const step = <usize>from << 2;
  for (let c = 0; c < from; c++)
    for (let y = 0; y < rows; y++) {
      let at = image + (<usize>(((y + padding) * width + padding) * from + c) << 2);
      for (let x = 0; x < columns; x++, at += step, target += 4) store<f32>(target, load<f32>(at));
    }
}

/**
 * The order in which pixels are worked on: pairs half a row apart, all rows of a pair of columns before the next. `rows`:
 * where a pixel's gradient lies; `places`: where its neighbours begin. Returns the number of entries. A pixel without a
 * partner, and every pixel where half a row is less than a tile of neighbours, is paired with `nowhere`.
 */
function pairUp(
  rows: usize, places: usize, outRows: i32, outColumns: i32, pixelStep: i32, rowStep: i32, nowhere: i32,
): i32 {
  const half = (outColumns + 1) >> 1;
  const apart = half * pixelStep >= 64;
  const columns = apart ? half : outColumns;
  let count = 0;
  for (let x = 0; x < columns; x++)
    for (let y = 0; y < outRows; y++, count += 2, rows += 8, places += 8) {
      const both = apart && x + half < outColumns;
      store<i32>(rows, (y * outColumns + x) << 2);
      store<i32>(rows, (y * outColumns + x + (both ? half : 0)) << 2, 4);
      store<i32>(places, y * rowStep + x * pixelStep);
      store<i32>(places, both ? y * rowStep + (x + half) * pixelStep : nowhere, 4);
    }
  return count;
}

/**
 * dIn (n, from, rows, columns) from dOut (n, maps, outRows, outColumns). The scratch holds tables of maps, pixels and places,
 * the packed weights, and one padded image with its maps innermost, with room beyond it for a tile that runs over and for
 * one that nobody looks at.
 */
export function f32_conv_backward_input(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, dOut: usize, weight: usize, dIn: usize, scratch: usize,
): void {
  const area = outRows * outColumns;
  const tiles = (field * from + 15) >> 4;
  const width = columns + 2 * padding;
  const pixels = scratch + (<usize>maps << 2);
  const places = pixels + (<usize>area << 3);
  const packed = places + (<usize>area << 3);
  const tileBytes = <usize>maps << 6;
  const image = packed + <usize>(field * tiles) * tileBytes;
  const imageBytes = (width * (rows + 2 * padding) * from + 16) << 2;
  const line = width * from;
  stepTable(scratch, maps, area << 2);
  pack(weight, packed, maps, from, field, tiles);
  // One place beyond the image, also for the last row and tile of neighbours.
  const count = pairUp(pixels, places, outRows, outColumns, (stride * from) << 2, (stride * line) << 2, imageBytes);
  for (let n = 0; n < images; n++) {
    const gradient = dOut + (<usize>(n * maps * area) << 2);
    memory.fill(image, 0, <usize>imageBytes);
    for (let ky = 0; ky < field; ky++)
      for (let tile = 0; tile < tiles; tile++) {
        const w = packed + <usize>(ky * tiles + tile) * tileBytes;
        const neighbours = image + (<usize>(ky * line + tile * 16) << 2);
        tile_2x16(gradient, pixels, neighbours, places, count, scratch, w, w + tileBytes);
      }
    unscatter(image, dIn + (<usize>(n * from * rows * columns) << 2), from, rows, columns, padding);
  }
}
