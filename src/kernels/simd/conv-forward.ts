// Convolution, forward. Lanes are feature maps: 4 pixels × 8 maps are held in registers while the taps go by, so that each
// tap costs 2 weight vectors and 4 pixels for 8 multiply-adds; any stride works, since pixels are only addresses.
import { column0, column1, column2, column3, madd, splatAt } from "./lanes";

/** Copies `maps` planes of rows × columns into the middle of planes widened by `padding`, filled with `value`. */
export function pad(source: usize, target: usize, maps: i32, rows: i32, columns: i32, padding: i32, value: f32): void {
  const width = columns + 2 * padding;
  const frame = f32x4.splat(value);
  const total = maps * (rows + 2 * padding) * width;
  let i = 0;
  for (; i + 4 <= total; i += 4) v128.store(target + (<usize>i << 2), frame);
  for (; i < total; i++) store<f32>(target + (<usize>i << 2), value);
  for (let map = 0; map < maps; map++)
    for (let y = 0; y < rows; y++)
      memory.copy(
        target + (<usize>((map * (rows + 2 * padding) + y + padding) * width + padding) << 2),
        source + (<usize>((map * rows + y) * columns) << 2),
        <usize>columns << 2,
      );
}

/** weight (maps, taps) → packed (maps / 8, taps, 8), missing maps zero. */
function packByTap(weight: usize, packed: usize, maps: i32, taps: i32): void {
  const blocks = (maps + 7) >> 3;
  for (let map = 0; map < blocks << 3; map++) {
    let to = packed + (<usize>((map >> 3) * taps * 8 + (map & 7)) << 2);
    for (let tap = 0; tap < taps; tap++, to += 32)
      store<f32>(to, map < maps ? load<f32>(weight + (<usize>(map * taps + tap) << 2)) : 0);
  }
}

/** Stores four pixels (rows a…d, of four maps each) as four planes; only the first `pixels` and `maps` exist. */
// @ts-ignore: decorator
@inline
function storePlanes(target: usize, plane: usize, a: v128, b: v128, c: v128, d: v128, maps: i32, pixels: i32): void {
  if (maps > 0) storePixels(target, column0(a, b, c, d), pixels);
  if (maps > 1) storePixels(target + plane, column1(a, b, c, d), pixels);
  if (maps > 2) storePixels(target + 2 * plane, column2(a, b, c, d), pixels);
  if (maps > 3) storePixels(target + 3 * plane, column3(a, b, c, d), pixels);
}

// @ts-ignore: decorator
@inline
function storePixels(target: usize, values: v128, pixels: i32): void {
  if (pixels >= 4) {
    v128.store(target, values);
  } else {
    store<f32>(target, f32x4.extract_lane(values, 0));
    if (pixels > 1) store<f32>(target, f32x4.extract_lane(values, 1), 4);
    if (pixels > 2) store<f32>(target, f32x4.extract_lane(values, 2), 8);
  }
}

/**
 * out (n, maps, outRows, outColumns) from input (n, from, rows, columns). `bias` (maps), or 0 for none. The scratch holds the packed
 * weights, then one padded image.
 */
export function f32_conv_forward(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, paddingValue: f32, input: usize, weight: usize, bias: usize, out: usize, scratch: usize,
): void {
  const taps = from * field * field;
  const area = outRows * outColumns;
  const blocks = (maps + 7) >> 3;
  const width = columns + 2 * padding;
  const plane = (rows + 2 * padding) * width;
  const padded = scratch + (<usize>(blocks * taps * 8) << 2);
  packByTap(weight, scratch, maps, taps);
  for (let n = 0; n < images; n++) {
    let source = input + (<usize>(n * from * rows * columns) << 2);
    if (padding > 0) {
      pad(source, padded, from, rows, columns, padding, paddingValue);
      source = padded;
    }
    for (let block = 0; block < blocks; block++) {
      const present = min(8, maps - block * 8);
      let biasLow = f32x4.splat(0);
      let biasHigh = f32x4.splat(0);
      if (bias) {
        // The last block may read past the last bias: those lanes are never stored.
        biasLow = v128.load(bias + (<usize>block << 5));
        biasHigh = v128.load(bias + (<usize>block << 5), 16);
      }
      const packed = scratch + (<usize>(block * taps * 8) << 2);
      const target = out + (<usize>((n * maps + block * 8) * area) << 2);
      for (let pixel = 0; pixel < area; pixel += 4) {
        const last = area - 1;
        let p0 = source + (<usize>pixelOffset(pixel, outColumns, stride, width) << 2);
        let p1 = source + (<usize>pixelOffset(min(pixel + 1, last), outColumns, stride, width) << 2);
        let p2 = source + (<usize>pixelOffset(min(pixel + 2, last), outColumns, stride, width) << 2);
        let p3 = source + (<usize>pixelOffset(min(pixel + 3, last), outColumns, stride, width) << 2);
        let low0 = biasLow, low1 = biasLow, low2 = biasLow, low3 = biasLow;
        let high0 = biasHigh, high1 = biasHigh, high2 = biasHigh, high3 = biasHigh;
        let w = packed;
        const rowBytes = <usize>width << 2;
        const nextRow = <usize>(width - field) << 2;
        const nextPlane = <usize>(plane - field * width) << 2;
        if (field == 5) {
          // One loop over the rows of the window: nested loops around this many registers cost a fifth.
          for (let row = 0, left = 5; row < from * 5; row++) {
            let a = v128.load(w), b = v128.load(w, 16), s = splatAt(p0);
            low0 = madd(low0, s, a); high0 = madd(high0, s, b);
            s = splatAt(p1); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
            s = splatAt(p2); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
            s = splatAt(p3); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
            a = v128.load(w, 32); b = v128.load(w, 48); s = splatAt(p0, 4);
            low0 = madd(low0, s, a); high0 = madd(high0, s, b);
            s = splatAt(p1, 4); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
            s = splatAt(p2, 4); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
            s = splatAt(p3, 4); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
            a = v128.load(w, 64); b = v128.load(w, 80); s = splatAt(p0, 8);
            low0 = madd(low0, s, a); high0 = madd(high0, s, b);
            s = splatAt(p1, 8); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
            s = splatAt(p2, 8); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
            s = splatAt(p3, 8); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
            a = v128.load(w, 96); b = v128.load(w, 112); s = splatAt(p0, 12);
            low0 = madd(low0, s, a); high0 = madd(high0, s, b);
            s = splatAt(p1, 12); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
            s = splatAt(p2, 12); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
            s = splatAt(p3, 12); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
            a = v128.load(w, 128); b = v128.load(w, 144); s = splatAt(p0, 16);
            low0 = madd(low0, s, a); high0 = madd(high0, s, b);
            s = splatAt(p1, 16); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
            s = splatAt(p2, 16); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
            s = splatAt(p3, 16); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
            w += 160;
            let next = rowBytes;
            if (--left == 0) { left = 5; next += nextPlane; }
            p0 += next; p1 += next; p2 += next; p3 += next;
          }
        } else {
          for (let c = 0; c < from; c++) {
            for (let ky = 0; ky < field; ky++) {
              for (let kx = 0; kx < field; kx++) {
                const a = v128.load(w), b = v128.load(w, 16);
                let s = splatAt(p0);
                low0 = madd(low0, s, a); high0 = madd(high0, s, b);
                s = splatAt(p1); low1 = madd(low1, s, a); high1 = madd(high1, s, b);
                s = splatAt(p2); low2 = madd(low2, s, a); high2 = madd(high2, s, b);
                s = splatAt(p3); low3 = madd(low3, s, a); high3 = madd(high3, s, b);
                w += 32; p0 += 4; p1 += 4; p2 += 4; p3 += 4;
              }
              p0 += nextRow; p1 += nextRow; p2 += nextRow; p3 += nextRow;
            }
            p0 += nextPlane; p1 += nextPlane; p2 += nextPlane; p3 += nextPlane;
          }
        }
        const to = target + (<usize>pixel << 2);
        const left = min(4, area - pixel);
        storePlanes(to, <usize>area << 2, low0, low1, low2, low3, present, left);
        storePlanes(to + (<usize>area << 4), <usize>area << 2, high0, high1, high2, high3, present - 4, left);
      }
    }
  }
}

/** Where the window of output `pixel` begins in an input plane of this width. */
// @ts-ignore: decorator
@inline
function pixelOffset(pixel: i32, outColumns: i32, stride: i32, width: i32): i32 {
  const y = pixel / outColumns;
  return (y * width + (pixel - y * outColumns)) * stride;
}
