// Convolutions of few maps over wide images, as C1 is: lanes are columns, so that six maps waste none. Held in registers
// are two maps × 16 columns or three × 12 (forward), or three maps × three taps (backward to the weights). For stride 1.
// As in tiles.ts, the loops are exported only to stay functions of their own.
import { laneSums, madd } from "./lanes";

/** Whether these loops can do it: whole vectors of columns, and at least one tile of them, of maps and of taps. */
export function fitsColumns(maps: i32, taps: i32, stride: i32, outColumns: i32): bool {
  return outColumns >= 16 && (outColumns & 3) == 0 && maps >= 3 && taps >= 3 && stride == 1;
}

/**
 * 16 columns of all rows of two maps, `plane` apart: out = bias + Σ weight × source[offset]. The table holds both biases, then an
 * offset and both weights of each tap, all of them as vectors: a weight spread anew each time costs an instruction more.
 */
export function columns_2x16(source: usize, line: usize, table: usize, end: usize, out: usize, plane: usize, row: usize): void {
  for (const stop = out + plane; out < stop; source += line, out += row) {
    let a0 = v128.load(table), b0 = v128.load(table, 16);
    let a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
    for (let o = table + 32; o < end; o += 48) {
      const p = source + <usize>load<i32>(o);
      const s = v128.load(o, 16), t = v128.load(o, 32);
      const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
      a0 = madd(a0, s, x0); a1 = madd(a1, s, x1); a2 = madd(a2, s, x2); a3 = madd(a3, s, x3);
      b0 = madd(b0, t, x0); b1 = madd(b1, t, x1); b2 = madd(b2, t, x2); b3 = madd(b3, t, x3);
    }
    v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32); v128.store(out, a3, 48);
    const next = out + plane;
    v128.store(next, b0); v128.store(next, b1, 16); v128.store(next, b2, 32); v128.store(next, b3, 48);
  }
}

/** The same for 12 columns of three maps. */
export function columns_3x12(source: usize, line: usize, table: usize, end: usize, out: usize, plane: usize, row: usize): void {
  for (const stop = out + plane; out < stop; source += line, out += row) {
    let a0 = v128.load(table), b0 = v128.load(table, 16), c0 = v128.load(table, 32);
    let a1 = a0, a2 = a0, b1 = b0, b2 = b0, c1 = c0, c2 = c0;
    for (let o = table + 48; o < end; o += 64) {
      const p = source + <usize>load<i32>(o);
      const s = v128.load(o, 16), t = v128.load(o, 32), u = v128.load(o, 48);
      const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32);
      a0 = madd(a0, s, x0); a1 = madd(a1, s, x1); a2 = madd(a2, s, x2);
      b0 = madd(b0, t, x0); b1 = madd(b1, t, x1); b2 = madd(b2, t, x2);
      c0 = madd(c0, u, x0); c1 = madd(c1, u, x1); c2 = madd(c2, u, x2);
    }
    const next = out + plane, last = next + plane;
    v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32);
    v128.store(next, b0); v128.store(next, b1, 16); v128.store(next, b2, 32);
    v128.store(last, c0); v128.store(last, c1, 16); v128.store(last, c2, 32);
  }
}

/** The table of these loops for `maps` maps, from the one that weight and bias (or 0) are of; returns its end. */
function fillTable(offsets: usize, taps: i32, weight: usize, bias: usize, maps: i32, table: usize): usize {
  for (let map = 0; map < maps; map++, table += 16)
    v128.store(table, bias ? v128.load_splat<f32>(bias + (<usize>map << 2)) : f32x4.splat(0));
  for (let tap = 0; tap < taps; tap++, weight += 4) {
    store<i32>(table, load<i32>(offsets + (<usize>tap << 2)));
    table += 16;
    for (let map = 0; map < maps; map++, table += 16) v128.store(table, v128.load_splat<f32>(weight + (<usize>(map * taps) << 2)));
  }
  return table;
}

/**
 * out of all maps and images; what 16 columns leave over goes by 12, if that is what is left. The last columns and maps of either
 * way may overlap the ones before. `offsets` of the taps; `table` is scratch, 16 words a tap and 12.
 */
export function forwardColumns(
  images: i32, input: usize, imageSize: i32, width: i32, offsets: usize, taps: i32, table: usize, weight: usize, bias: usize,
  out: usize, maps: i32, outRows: i32, outColumns: i32,
): void {
  const plane = <usize>(outRows * outColumns) << 2, line = <usize>width << 2, row = <usize>outColumns << 2;
  const wide = (outColumns & 15) == 12 ? outColumns - 12 : outColumns;
  for (let together = 2; together <= 3; together++) {
    const begin = together == 2 ? 0 : wide, stop = together == 2 ? wide : outColumns, tile = together == 2 ? 16 : 12;
    for (let group = 0; group < maps && begin < stop; group += together) {
      const map = min(group, maps - together);
      const biases = bias ? bias + (<usize>map << 2) : 0;
      const end = fillTable(offsets, taps, weight + (<usize>(map * taps) << 2), biases, together, table);
      for (let n = 0; n < images; n++)
        for (let x = begin; x < stop; x += tile) {
          const column = <usize>min(x, stop - tile) << 2;
          const source = input + (<usize>(n * imageSize) << 2) + column, to = out + <usize>(n * maps + map) * plane + column;
          if (together == 2) columns_2x16(source, line, table, end, to, plane, row);
          else columns_3x12(source, line, table, end, to, plane, row);
        }
    }
  }
}

/**
 * Three taps' entries of dWeight of three maps (at d0, mapBytes apart): Σ over images and pixels of dOut (at g0, planes apart)
 * × input at p0, p1, p2, whose lines are `line` apart. The skip is what lies between the end of an image's last row and the next.
 * Four rounds an iteration: each ends where a row may end, with all sums in use, so V8 cannot mix one's loads with another's.
 */
export function taps_3x3(
  p0: usize, p1: usize, p2: usize, line: usize, imageSkip: usize, g0: usize, plane: usize, row: usize, gradientBytes: usize,
  images: i32, d0: usize, mapBytes: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0;
  for (let n = 0; n < images; n++, p0 += imageSkip, p1 += imageSkip, p2 += imageSkip, g0 += gradientBytes) {
    let g = g0, h = g0 + plane, k = h + plane;
    for (const end = h; g < end; p0 += line, p1 += line, p2 += line, g += row, h += row, k += row)
      for (let at: usize = 0; at < row; at += 64) {
        const s0 = v128.load(g + at), t0 = v128.load(h + at), u0 = v128.load(k + at);
        const x0 = v128.load(p0 + at), y0 = v128.load(p1 + at), z0 = v128.load(p2 + at);
        a0 = madd(a0, s0, x0); b0 = madd(b0, t0, x0); c0 = madd(c0, u0, x0); a1 = madd(a1, s0, y0); b1 = madd(b1, t0, y0);
        c1 = madd(c1, u0, y0); a2 = madd(a2, s0, z0); b2 = madd(b2, t0, z0); c2 = madd(c2, u0, z0);
        if (at + 16 == row) break;
        const s1 = v128.load(g + at, 16), t1 = v128.load(h + at, 16), u1 = v128.load(k + at, 16);
        const x1 = v128.load(p0 + at, 16), y1 = v128.load(p1 + at, 16), z1 = v128.load(p2 + at, 16);
        a0 = madd(a0, s1, x1); b0 = madd(b0, t1, x1); c0 = madd(c0, u1, x1); a1 = madd(a1, s1, y1); b1 = madd(b1, t1, y1);
        c1 = madd(c1, u1, y1); a2 = madd(a2, s1, z1); b2 = madd(b2, t1, z1); c2 = madd(c2, u1, z1);
        if (at + 32 == row) break;
        const s2 = v128.load(g + at, 32), t2 = v128.load(h + at, 32), u2 = v128.load(k + at, 32);
        const x2 = v128.load(p0 + at, 32), y2 = v128.load(p1 + at, 32), z2 = v128.load(p2 + at, 32);
        a0 = madd(a0, s2, x2); b0 = madd(b0, t2, x2); c0 = madd(c0, u2, x2); a1 = madd(a1, s2, y2); b1 = madd(b1, t2, y2);
        c1 = madd(c1, u2, y2); a2 = madd(a2, s2, z2); b2 = madd(b2, t2, z2); c2 = madd(c2, u2, z2);
        if (at + 48 == row) break;
        const s3 = v128.load(g + at, 48), t3 = v128.load(h + at, 48), u3 = v128.load(k + at, 48);
        const x3 = v128.load(p0 + at, 48), y3 = v128.load(p1 + at, 48), z3 = v128.load(p2 + at, 48);
        a0 = madd(a0, s3, x3); b0 = madd(b0, t3, x3); c0 = madd(c0, u3, x3); a1 = madd(a1, s3, y3); b1 = madd(b1, t3, y3);
        c1 = madd(c1, u3, y3); a2 = madd(a2, s3, z3); b2 = madd(b2, t3, z3); c2 = madd(c2, u3, z3);
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
        input + <usize>load<i32>(o), input + <usize>load<i32>(o, 4), input + <usize>load<i32>(o, 8), line,
        (<usize>imageSize << 2) - <usize>outRows * line, dOut + <usize>map * plane, plane, row, <usize>maps * plane, images,
        dWeight + (<usize>(map * taps + tap) << 2), <usize>taps << 2,
      );
    }
  }
}
