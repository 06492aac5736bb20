// Convolutions of few maps over wide images, as C1 is: lanes are columns, so that six maps waste none. Two maps × 16 columns
// (forward), or three maps × three taps (backward to the weights), are held in registers. For stride 1.
// As in tiles.ts, the loops are exported only to stay functions of their own.
import { laneSums, madd } from "./lanes";

/** Whether these loops can do it: whole vectors of columns, and at least one tile of them, of maps and of taps. */
export function fitsColumns(maps: i32, taps: i32, stride: i32, outColumns: i32): bool {
  const whole = outColumns >= 16 && (outColumns & 3) == 0;
  return whole && maps >= 3 && taps >= 3 && stride == 1;
}

/** 16 columns of all rows of two maps: out = bias + Σ weight × source[offset], for entries (offset, weight, weight) of a table. */
export function columns_2x16(
  source: usize, lineBytes: usize, table: usize, tableEnd: usize, bias0: f32, bias1: f32, out0: usize, out1: usize,
  outBytes: usize, outEnd: usize,
): void {
  for (; out0 < outEnd; source += lineBytes, out0 += outBytes, out1 += outBytes) {
    let a0 = f32x4.splat(bias0), b0 = f32x4.splat(bias1);
    let a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
    for (let o = table; o < tableEnd; o += 12) {
      const p = source + <usize>load<i32>(o);
      const s = v128.load_splat<f32>(o, 4), t = v128.load_splat<f32>(o, 8);
      const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
      a0 = madd(a0, s, x0); a1 = madd(a1, s, x1); a2 = madd(a2, s, x2); a3 = madd(a3, s, x3);
      b0 = madd(b0, t, x0); b1 = madd(b1, t, x1); b2 = madd(b2, t, x2); b3 = madd(b3, t, x3);
    }
    v128.store(out0, a0); v128.store(out0, a1, 16); v128.store(out0, a2, 32); v128.store(out0, a3, 48);
    v128.store(out1, b0); v128.store(out1, b1, 16); v128.store(out1, b2, 32); v128.store(out1, b3, 48);
  }
}

/**
 * out of all maps and images; the last tile of columns may overlap the one before, an odd last map is computed with itself.
 * `offsets` of the taps; `table` is scratch, three words a tap.
 */
export function forwardColumns(
  images: i32, input: usize, imageSize: i32, width: i32, offsets: usize, taps: i32, table: usize, weight: usize, bias: usize,
  out: usize, maps: i32, outRows: i32, outColumns: i32,
): void {
  const tableEnd = table + 12 * <usize>taps;
  const plane = <usize>(outRows * outColumns) << 2;
  for (let map = 0; map < maps; map += 2) {
    const other = min(map + 1, maps - 1);
    const bias0 = bias ? load<f32>(bias + (<usize>map << 2)) : 0, bias1 = bias ? load<f32>(bias + (<usize>other << 2)) : 0;
    for (let tap = 0, o = table; tap < taps; tap++, o += 12) {
      store<i32>(o, load<i32>(offsets + (<usize>tap << 2)));
      store<f32>(o, load<f32>(weight + (<usize>(map * taps + tap) << 2)), 4);
      store<f32>(o, load<f32>(weight + (<usize>(other * taps + tap) << 2)), 8);
    }
    for (let n = 0; n < images; n++)
      for (let x = 0; x < outColumns; x += 16) {
        const column = <usize>min(x, outColumns - 16) << 2;
        const first = out + <usize>(n * maps + map) * plane + column;
        columns_2x16(
          input + (<usize>(n * imageSize) << 2) + column, <usize>width << 2, table, tableEnd, bias0, bias1, first,
          out + <usize>(n * maps + other) * plane + column, <usize>outColumns << 2, first + plane,
        );
      }
  }
}

/**
 * Three taps' entries of dWeight of three maps (at d0, mapBytes apart): Σ over images and pixels of dOut (at g0, planes apart)
 * × input at p0, p1, p2. The skips are what lies between the ends of rows and of images and the next.
 */
export function taps_3x3(
  p0: usize, p1: usize, p2: usize, skip: usize, imageSkip: usize, g0: usize, plane: usize, rowBytes: usize,
  gradientBytes: usize, images: i32, d0: usize, mapBytes: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0;
  for (let n = 0; n < images; n++, p0 += imageSkip, p1 += imageSkip, p2 += imageSkip, g0 += gradientBytes) {
    let g = g0, h = g0 + plane, k = h + plane;
    for (const end = h; g < end; p0 += skip, p1 += skip, p2 += skip)
      for (const stop = g + rowBytes; g < stop; g += 16, h += 16, k += 16, p0 += 16, p1 += 16, p2 += 16) {
        const s = v128.load(g), t = v128.load(h), u = v128.load(k);
        const x = v128.load(p0), y = v128.load(p1), z = v128.load(p2);
        a0 = madd(a0, s, x); b0 = madd(b0, t, x); c0 = madd(c0, u, x);
        a1 = madd(a1, s, y); b1 = madd(b1, t, y); c1 = madd(c1, u, y);
        a2 = madd(a2, s, z); b2 = madd(b2, t, z); c2 = madd(c2, u, z);
      }
  }
  storeThree(d0, laneSums(a0, a1, a2, a2));
  storeThree(d0 + mapBytes, laneSums(b0, b1, b2, b2));
  storeThree(d0 + 2 * mapBytes, laneSums(c0, c1, c2, c2));
}

@inline
function storeThree(to: usize, sums: v128): void {
  v128.store64_lane(to, sums, 0);
  v128.store32_lane(to, sums, 2, 8);
}

/** dWeight of all maps over all images; the last three maps and the last three taps may overlap the ones before. */
export function backwardColumns(
  images: i32, input: usize, imageSize: i32, width: i32, offsets: usize, taps: i32, outRows: i32, outColumns: i32, dOut: usize,
  maps: i32, dWeight: usize,
): void {
  const row = <usize>outColumns << 2, plane = <usize>outRows * row, line = <usize>width << 2;
  for (let group = 0; group < maps; group += 3) {
    const map = min(group, maps - 3);
    for (let next = 0; next < taps; next += 3) {
      const tap = min(next, taps - 3);
      const o = offsets + (<usize>tap << 2);
      taps_3x3(
        input + <usize>load<i32>(o), input + <usize>load<i32>(o, 4), input + <usize>load<i32>(o, 8), line - row,
        (<usize>imageSize << 2) - <usize>outRows * line, dOut + <usize>map * plane, plane, row, <usize>maps * plane, images,
        dWeight + (<usize>(map * taps + tap) << 2), <usize>taps << 2,
      );
    }
  }
}
