// Convolutions of few maps over wide images, as C1 is: lanes are columns, so that six maps waste none. Two maps × 16 columns
// (forward), or two maps × four taps (backward to the weights), are held in eight registers. For stride 1 without padding.
// As in tiles.ts, the loops are exported only to stay functions of their own.
import { laneSums, madd } from "./lanes";

/** Whether these loops can do it: whole vectors of columns, and at least one tile of them. */
export function fitsColumns(maps: i32, stride: i32, padding: i32, outColumns: i32): bool {
  return maps <= 8 && stride == 1 && padding == 0 && outColumns >= 16 && (outColumns & 3) == 0;
}

/** 16 columns of all rows of two maps: out = bias + Σ weight × source[table]. */
export function columns_2x16(
  source: usize, lineBytes: usize, table: usize, tableEnd: usize, w0: usize, w1: usize, bias0: f32, bias1: f32,
  out0: usize, out1: usize, outBytes: usize, outRows: i32,
): void {
  for (let y = 0; y < outRows; y++, source += lineBytes, out0 += outBytes, out1 += outBytes) {
    let a0 = f32x4.splat(bias0), b0 = f32x4.splat(bias1);
    let a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
    for (let o = table, v = w0, w = w1; o < tableEnd; o += 4, v += 4, w += 4) {
      const p = source + <usize>load<i32>(o);
      const s = v128.load_splat<f32>(v), t = v128.load_splat<f32>(w);
      const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
      a0 = madd(a0, s, x0); a1 = madd(a1, s, x1); a2 = madd(a2, s, x2); a3 = madd(a3, s, x3);
      b0 = madd(b0, t, x0); b1 = madd(b1, t, x1); b2 = madd(b2, t, x2); b3 = madd(b3, t, x3);
    }
    v128.store(out0, a0); v128.store(out0, a1, 16); v128.store(out0, a2, 32); v128.store(out0, a3, 48);
    v128.store(out1, b0); v128.store(out1, b1, 16); v128.store(out1, b2, 32); v128.store(out1, b3, 48);
  }
}

/** All maps of one image; the last tile of columns may overlap the one before, an odd last map is computed with itself. */
export function forwardColumns(
  source: usize, width: i32, table: usize, taps: i32, weight: usize, bias: usize, out: usize, maps: i32, outRows: i32,
  outColumns: i32,
): void {
  const tableEnd = table + (<usize>taps << 2);
  for (let map = 0; map < maps; map += 2) {
    const other = min(map + 1, maps - 1);
    const bias0 = bias ? load<f32>(bias + (<usize>map << 2)) : 0, bias1 = bias ? load<f32>(bias + (<usize>other << 2)) : 0;
    for (let x = 0; x < outColumns; x += 16) {
      const column = <usize>min(x, outColumns - 16) << 2;
      columns_2x16(
        source + column, <usize>width << 2, table, tableEnd, weight + (<usize>(map * taps) << 2),
        weight + (<usize>(other * taps) << 2), bias0, bias1, out + (<usize>(map * outRows * outColumns) << 2) + column,
        out + (<usize>(other * outRows * outColumns) << 2) + column, <usize>outColumns << 2, outRows,
      );
    }
  }
}

/**
 * Four neighbouring entries of dWeight of two maps (at d0 and d1): Σ over images and pixels of dOut (at g0, g1) × input, read at
 * source + tap + pixels[every fourth].
 */
export function taps_4x2(
  source: usize, imageBytes: usize, taps: usize, pixels: usize, area: i32, g0: usize, g1: usize, gradientBytes: usize,
  images: i32, d0: usize, d1: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let n = 0; n < images; n++, source += imageBytes, g0 += gradientBytes, g1 += gradientBytes) {
    const p0 = source + <usize>load<i32>(taps), p1 = source + <usize>load<i32>(taps, 4);
    const p2 = source + <usize>load<i32>(taps, 8), p3 = source + <usize>load<i32>(taps, 12);
    for (let o = pixels, g = g0, h = g1, end = g0 + (<usize>area << 2); g < end; o += 16, g += 16, h += 16) {
      const offset = <usize>load<i32>(o);
      const s = v128.load(g), t = v128.load(h);
      const x0 = v128.load(p0 + offset), x1 = v128.load(p1 + offset);
      const x2 = v128.load(p2 + offset), x3 = v128.load(p3 + offset);
      a0 = madd(a0, s, x0); a1 = madd(a1, s, x1); a2 = madd(a2, s, x2); a3 = madd(a3, s, x3);
      b0 = madd(b0, t, x0); b1 = madd(b1, t, x1); b2 = madd(b2, t, x2); b3 = madd(b3, t, x3);
    }
  }
  v128.store(d0, laneSums(a0, a1, a2, a3));
  v128.store(d1, laneSums(b0, b1, b2, b3));
}

/** dWeight of all maps over all images; the last four taps may overlap the ones before. There are at least four. */
export function backwardColumns(
  images: i32, input: usize, imageSize: i32, table: usize, taps: i32, pixels: usize, area: i32, dOut: usize, maps: i32,
  dWeight: usize,
): void {
  const plane = <usize>area << 2;
  for (let map = 0; map < maps; map += 2) {
    const other = min(map + 1, maps - 1);
    for (let group = 0; group < taps; group += 4) {
      const tap = min(group, taps - 4);
      taps_4x2(
        input, <usize>imageSize << 2, table + (<usize>tap << 2), pixels, area, dOut + <usize>map * plane,
        dOut + <usize>other * plane, <usize>maps * plane, images, dWeight + (<usize>(map * taps + tap) << 2),
        dWeight + (<usize>(other * taps + tap) << 2),
      );
    }
  }
}
