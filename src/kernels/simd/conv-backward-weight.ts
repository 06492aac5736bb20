// Convolution, backward to the weights. Lanes are feature maps: for one row of five taps and eight maps, ten sums stay in
// registers while all pixels of an image go by; a pixel costs two gradient vectors and five inputs for ten multiply-adds.

import { pad } from "./conv-forward";
import { column0, column1, column2, column3, madd, splatAt } from "./lanes";

/** (maps, area) of one image → (area, 8) for maps block × 8…; missing maps are zero. */
export function transposeToLanes(source: usize, target: usize, maps: i32, area: i32): void {
  const plane = <usize>area << 2;
  let pixel = 0;
  const zero = f32x4.splat(0);
  for (; pixel + 4 <= area; pixel += 4) {
    const from = source + (<usize>pixel << 2);
    const to = target + (<usize>pixel << 5);
    for (let half = 0; half < 8; half += 4) {
      const at = from + <usize>half * plane;
      const a = maps > half ? v128.load(at) : zero;
      const b = maps > half + 1 ? v128.load(at + plane) : zero;
      const c = maps > half + 2 ? v128.load(at + 2 * plane) : zero;
      const d = maps > half + 3 ? v128.load(at + 3 * plane) : zero;
      const put = to + (<usize>half << 2);
      v128.store(put, column0(a, b, c, d));
      v128.store(put, column1(a, b, c, d), 32);
      v128.store(put, column2(a, b, c, d), 64);
      v128.store(put, column3(a, b, c, d), 96);
    }
  }
  for (; pixel < area; pixel++)
    for (let map = 0; map < 8; map++)
      store<f32>(
        target + (<usize>(pixel * 8 + map) << 2),
        map < maps ? load<f32>(source + (<usize>(map * area + pixel) << 2)) : 0,
      );
}

/** Adds one image's gradient to the sums (taps, 8) of one row of `kernel` taps that starts at `source`. */
// @ts-ignore: decorator
@inline
function addRowOfFive(
  source: usize, gradient: usize, sums: usize, outRows: i32, outColumns: i32, step: usize, rowStep: usize,
): void {
  let low0 = v128.load(sums), low1 = v128.load(sums, 32), low2 = v128.load(sums, 64);
  let low3 = v128.load(sums, 96), low4 = v128.load(sums, 128);
  let high0 = v128.load(sums, 16), high1 = v128.load(sums, 48), high2 = v128.load(sums, 80);
  let high3 = v128.load(sums, 112), high4 = v128.load(sums, 144);
  for (let y = 0; y < outRows; y++) {
    let p = source;
    for (let x = 0; x < outColumns; x++) {
      const a = v128.load(gradient), b = v128.load(gradient, 16);
      let s = splatAt(p);
      low0 = madd(low0, s, a); high0 = madd(high0, s, b);
      s = splatAt(p, 4); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
      s = splatAt(p, 8); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
      s = splatAt(p, 12); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
      s = splatAt(p, 16); low4 = madd(low4, s, a); high4 = madd(high4, s, b);
      p += step;
      gradient += 32;
    }
    source += rowStep;
  }
  v128.store(sums, low0); v128.store(sums, low1, 32); v128.store(sums, low2, 64);
  v128.store(sums, low3, 96); v128.store(sums, low4, 128);
  v128.store(sums, high0, 16); v128.store(sums, high1, 48); v128.store(sums, high2, 80);
  v128.store(sums, high3, 112); v128.store(sums, high4, 144);
}

/** The same for a single tap: fields that are not five wide. */
// @ts-ignore: decorator
@inline
function addTap(
  source: usize, gradient: usize, sums: usize, outRows: i32, outColumns: i32, step: usize, rowStep: usize,
): void {
  let low = v128.load(sums), high = v128.load(sums, 16);
  for (let y = 0; y < outRows; y++) {
    let p = source;
    for (let x = 0; x < outColumns; x++) {
      const s = splatAt(p);
      low = madd(low, s, v128.load(gradient));
      high = madd(high, s, v128.load(gradient, 16));
      p += step;
      gradient += 32;
    }
    source += rowStep;
  }
  v128.store(sums, low); v128.store(sums, high, 16);
}

/**
 * dWeight (maps, from, field, field) and, unless 0, dBias (maps): sums over the images. The scratch holds the sums of one
 * block of eight maps (taps + 1, 8), one image's gradient of that block (area, 8), then one padded image.
 */
export function f32_conv_backward_weight(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, paddingValue: f32, input: usize, dOut: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  const taps = from * field * field;
  const area = outRows * outColumns;
  const width = columns + 2 * padding;
  const plane = (rows + 2 * padding) * width;
  const gradient = scratch + (<usize>(taps + 1) << 5);
  const padded = gradient + (<usize>area << 5);
  const step = <usize>stride << 2;
  const rowStep = <usize>(stride * width) << 2;
  const zero = f32x4.splat(0);
  for (let block = 0; block < maps; block += 8) {
    const present = min(8, maps - block);
    for (let tap = 0; tap <= taps; tap++) {
      v128.store(scratch + (<usize>tap << 5), zero);
      v128.store(scratch + (<usize>tap << 5), zero, 16);
    }
    for (let n = 0; n < images; n++) {
      let source = input + (<usize>(n * from * rows * columns) << 2);
      if (padding > 0) {
        pad(source, padded, from, rows, columns, padding, paddingValue);
        source = padded;
      }
      transposeToLanes(dOut + (<usize>((n * maps + block) * area) << 2), gradient, present, area);
      let sums = scratch;
      for (let c = 0; c < from; c++)
        for (let ky = 0; ky < field; ky++) {
          let at = source + (<usize>(c * plane + ky * width) << 2);
          let kx = field;
          for (; kx >= 5; kx -= 5, at += 20, sums += 160)
            addRowOfFive(at, gradient, sums, outRows, outColumns, step, rowStep);
          for (; kx > 0; kx--, at += 4, sums += 32)
            addTap(at, gradient, sums, outRows, outColumns, step, rowStep);
        }
      let low = v128.load(sums), high = v128.load(sums, 16);
      for (let pixel = 0; pixel < area; pixel++) {
        low = f32x4.add(low, v128.load(gradient + (<usize>pixel << 5)));
        high = f32x4.add(high, v128.load(gradient + (<usize>pixel << 5), 16));
      }
      v128.store(sums, low); v128.store(sums, high, 16);
    }
    for (let map = 0; map < present; map++) {
      const lane = scratch + (<usize>map << 2);
      const to = dWeight + (<usize>((block + map) * taps) << 2);
      for (let tap = 0; tap < taps; tap++) store<f32>(to + (<usize>tap << 2), load<f32>(lane + (<usize>tap << 5)));
      if (dBias) store<f32>(dBias + (<usize>(block + map) << 2), load<f32>(lane + (<usize>taps << 5)));
    }
  }
}
