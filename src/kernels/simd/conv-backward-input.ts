// Convolution, backward to the input. dIn is scattered, not gathered: an output pixel touches `field` rows of field × maps
// neighbours, which lie side by side when the maps are innermost. So each pixel's share is a small matrix product, summed
// over the output maps in registers (two pixels × 16 neighbours), and added to the image once; no multiply-add is spent
// on the border, where a gathering loop would spend half of them (10×10 pixels, 14×14 input).

import { transposeToLanes } from "./conv-backward-weight";
import { madd, splatAt } from "./lanes";

/** Neighbours of one row, rounded up to whole tiles of 16 lanes. */
// @ts-ignore: decorator
@inline
function rowLanes(from: i32, field: i32): i32 {
  return (field * from + 15) & ~15;
}

/** weight (maps, from, field, field) → packed (field rows, maps, lanes of (column, from)), the lanes beyond zero. */
function packByNeighbour(weight: usize, packed: usize, maps: i32, from: i32, field: i32): void {
  const lanes = rowLanes(from, field);
  let to = packed;
  for (let ky = 0; ky < field; ky++)
    for (let map = 0; map < maps; map++) {
      const filter = weight + (<usize>((map * from * field + ky) * field) << 2);
      for (let kx = 0; kx < field; kx++)
        for (let c = 0; c < from; c++, to += 4) store<f32>(to, load<f32>(filter + (<usize>(c * field * field + kx) << 2)));
      for (let lane = field * from; lane < lanes; lane++, to += 4) store<f32>(to, 0);
    }
}

/** Adds to 16 neighbours of two pixels, `apart` bytes from each other, their gradients · weights summed over the maps. */
// @ts-ignore: decorator
@inline
function scatterTwo(target: usize, apart: usize, weight: usize, next: usize, gradient: usize, maps: i32, blockStep: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let block = 0; block < maps; block += 8) {
    let g = gradient;
    const end = g + (<usize>min(8, maps - block) << 2);
    for (; g < end; g += 4) {
      const s = splatAt(g), t = splatAt(g, 32);
      const w0 = v128.load(weight), w1 = v128.load(weight, 16), w2 = v128.load(weight, 32), w3 = v128.load(weight, 48);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1); a2 = madd(a2, s, w2); a3 = madd(a3, s, w3);
      b0 = madd(b0, t, w0); b1 = madd(b1, t, w1); b2 = madd(b2, t, w2); b3 = madd(b3, t, w3);
      weight += next;
    }
    gradient += blockStep;
  }
  add(target, a0); add(target + 16, a1); add(target + 32, a2); add(target + 48, a3);
  // After the first pixel's: the two rows of neighbours overlap.
  const other = target + apart;
  add(other, b0); add(other + 16, b1); add(other + 32, b2); add(other + 48, b3);
}

/** The same for one pixel: the last of an odd row. */
// @ts-ignore: decorator
@inline
function scatterOne(target: usize, weight: usize, next: usize, gradient: usize, maps: i32, blockStep: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let block = 0; block < maps; block += 8) {
    let g = gradient;
    const end = g + (<usize>min(8, maps - block) << 2);
    for (; g < end; g += 4) {
      const s = splatAt(g);
      a0 = madd(a0, s, v128.load(weight)); a1 = madd(a1, s, v128.load(weight, 16));
      a2 = madd(a2, s, v128.load(weight, 32)); a3 = madd(a3, s, v128.load(weight, 48));
      weight += next;
    }
    gradient += blockStep;
  }
  add(target, a0); add(target + 16, a1); add(target + 32, a2); add(target + 48, a3);
}

// @ts-ignore: decorator
@inline
function add(target: usize, value: v128): void {
  v128.store(target, f32x4.add(v128.load(target), value));
}

/**
 * dIn (n, from, rows, columns) from dOut (n, maps, outRows, outColumns). The scratch holds the packed weights, one image's
 * gradient (maps / 8, area, 8), and one padded image with its maps innermost, 16 floats longer than its pixels.
 */
export function f32_conv_backward_input(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, dOut: usize, weight: usize, dIn: usize, scratch: usize,
): void {
  const area = outRows * outColumns;
  const lanes = rowLanes(from, field);
  const width = columns + 2 * padding;
  const gradient = scratch + (<usize>(field * maps * lanes) << 2);
  const blockStep = <usize>area << 5;
  const image = gradient + <usize>((maps + 7) >> 3) * blockStep;
  const imageBytes = <usize>(width * (rows + 2 * padding) * from + 16) << 2;
  const next = <usize>lanes << 2;
  const apart = <usize>(stride * from) << 2;
  packByNeighbour(weight, scratch, maps, from, field);
  for (let n = 0; n < images; n++) {
    const source = dOut + (<usize>(n * maps * area) << 2);
    for (let block = 0; block < maps; block += 8)
      transposeToLanes(
        source + (<usize>(block * area) << 2), gradient + <usize>(block >> 3) * blockStep, min(8, maps - block), area,
      );
    memory.fill(image, 0, imageBytes);
    for (let ky = 0; ky < field; ky++)
      for (let tile = 0; tile < lanes; tile += 16) {
        const w = scratch + (<usize>(ky * maps * lanes + tile) << 2);
        for (let y = 0; y < outRows; y++) {
          let target = image + (<usize>((y * stride + ky) * width * from + tile) << 2);
          let g = gradient + (<usize>(y * outColumns) << 5);
          let x = 0;
          for (; x + 2 <= outColumns; x += 2, target += 2 * apart, g += 64)
            scatterTwo(target, apart, w, next, g, maps, blockStep);
          if (x < outColumns) scatterOne(target, w, next, g, maps, blockStep);
        }
      }
    unscatter(image, dIn + (<usize>(n * from * rows * columns) << 2), from, rows, columns, padding);
  }
}

/** (row, column, map) of the padded image → (map, row, column) without the padding. */
function unscatter(image: usize, target: usize, from: i32, rows: i32, columns: i32, padding: i32): void {
  const width = columns + 2 * padding;
  for (let c = 0; c < from; c++)
    for (let y = 0; y < rows; y++) {
      let at = image + (<usize>(((y + padding) * width + padding) * from + c) << 2);
      const step = <usize>from << 2;
      for (let x = 0; x < columns; x++, at += step, target += 4) store<f32>(target, load<f32>(at));
    }
}
