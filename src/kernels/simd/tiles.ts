// The two loops that convolutions without a way of their own come down to, in every direction: a few rows of sums, kept in eight
// registers, plus products of scattered inputs (an address each row, one table of offsets for all) with rows of packed factors:
//   forward            sums (pixels, maps)      += input[pixel + tap]   × weight (taps, maps)
//   backward to weight sums (taps, maps)        += input[tap + pixel]   × dOut (pixels, maps)
//   backward to input  sums (pixel, neighbours) += dOut[pixel + map]    × weight (maps, neighbours)
// A round costs six loads for eight multiply-adds. One round an iteration, not more: V8 moves all loads of a block to its
// beginning, and more than six would push the sums out of their registers. Both are exported so that the compiler leaves
// them functions of their own: inlined, their pointers would live on the stack, at half the speed (`lenet bench --kernels`).
import { column0, column1, column2, column3, madd } from "./lanes";

/**
 * `count` (even) rows of 16 sums, two at a time: row i, at sums + places[i], += Σ (source + rows[i])[table] × w (16), for the
 * factors from w to end. The two rows of a pair do not overlap. Offsets are in bytes.
 */
export function tile_2x16(
  source: usize, rows: usize, sums: usize, places: usize, count: i32, table: usize, w: usize, end: usize,
): void {
  for (const stop = rows + (<usize>count << 2); rows < stop; rows += 8, places += 8) {
    const p = source + <usize>load<i32>(rows), q = source + <usize>load<i32>(rows, 4);
    const a = sums + <usize>load<i32>(places), b = sums + <usize>load<i32>(places, 4);
    let a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
    let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    for (let f = w, o = table; f < end; f += 64, o += 4) {
      const offset = <usize>load<i32>(o);
      const s = v128.load_splat<f32>(p + offset), t = v128.load_splat<f32>(q + offset);
      const w0 = v128.load(f), w1 = v128.load(f, 16), w2 = v128.load(f, 32), w3 = v128.load(f, 48);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1); a2 = madd(a2, s, w2); a3 = madd(a3, s, w3);
      b0 = madd(b0, t, w0); b1 = madd(b1, t, w1); b2 = madd(b2, t, w2); b3 = madd(b3, t, w3);
    }
    v128.store(a, a0); v128.store(a, a1, 16); v128.store(a, a2, 32); v128.store(a, a3, 48);
    v128.store(b, b0); v128.store(b, b1, 16); v128.store(b, b2, 32); v128.store(b, b3, 48);
  }
}

/** The same for rows of eight sums that lie one after the other, four at a time; `count` is a multiple of four. */
export function tile_4x8(source: usize, rows: usize, sums: usize, count: i32, table: usize, w: usize, end: usize): void {
  for (const stop = rows + (<usize>count << 2); rows < stop; rows += 16, sums += 128) {
    const p = source + <usize>load<i32>(rows), q = source + <usize>load<i32>(rows, 4);
    const r = source + <usize>load<i32>(rows, 8), s = source + <usize>load<i32>(rows, 12);
    let p0 = v128.load(sums), p1 = v128.load(sums, 16), q0 = v128.load(sums, 32), q1 = v128.load(sums, 48);
    let r0 = v128.load(sums, 64), r1 = v128.load(sums, 80), s0 = v128.load(sums, 96), s1 = v128.load(sums, 112);
    for (let f = w, o = table; f < end; f += 32, o += 4) {
      const offset = <usize>load<i32>(o);
      const a = v128.load_splat<f32>(p + offset), b = v128.load_splat<f32>(q + offset);
      const c = v128.load_splat<f32>(r + offset), d = v128.load_splat<f32>(s + offset);
      const w0 = v128.load(f), w1 = v128.load(f, 16);
      p0 = madd(p0, a, w0); p1 = madd(p1, a, w1); q0 = madd(q0, b, w0); q1 = madd(q1, b, w1);
      r0 = madd(r0, c, w0); r1 = madd(r1, c, w1); s0 = madd(s0, d, w0); s1 = madd(s1, d, w1);
    }
    v128.store(sums, p0); v128.store(sums, p1, 16); v128.store(sums, q0, 32); v128.store(sums, q1, 48);
    v128.store(sums, r0, 64); v128.store(sums, r1, 80); v128.store(sums, s0, 96); v128.store(sums, s1, 112);
  }
}

/** Rows of a table of `count`, rounded up to a whole tile. */
@inline
export function whole(count: i32): i32 {
  return (count + 3) & ~3;
}

/** All rows of sums (rows, lanes), one after the other; `lanes` is 8 or 16, `places` counts up in steps of 64. */
export function addProducts(
  source: usize, rows: usize, sums: usize, places: usize, count: i32, table: usize, w: usize, end: usize, lanes: i32,
): void {
  if (lanes == 16) tile_2x16(source, rows, sums, places, whole(count), table, w, end);
  else tile_4x8(source, rows, sums, whole(count), table, w, end);
}

/** The last entry of a table, repeated to the end of its last tile: what is computed for those rows is never looked at. */
function repeatLast(end: usize, count: i32): void {
  for (let i = count; i < whole(count); i++, end += 4) store<i32>(end, load<i32>(end - 4));
}

/** Offsets of every tap (map, row, column) from the corner of a window. */
export function tapTable(table: usize, from: i32, field: i32, width: i32, plane: i32): void {
  for (let c = 0; c < from; c++)
    for (let ky = 0; ky < field; ky++)
      for (let kx = 0; kx < field; kx++, table += 4) store<i32>(table, (c * plane + ky * width + kx) << 2);
  repeatLast(table, from * field * field);
}

/** Offsets of the corner of every output pixel's window. */
export function pixelTable(table: usize, outRows: i32, outColumns: i32, stride: i32, width: i32): void {
  for (let y = 0; y < outRows; y++)
    for (let x = 0; x < outColumns; x++, table += 4) store<i32>(table, ((y * width + x) * stride) << 2);
  repeatLast(table, outRows * outColumns);
}

/** 0, step, 2 step, … */
export function stepTable(table: usize, count: i32, step: i32): void {
  for (let i = 0; i < count; i++, table += 4) store<i32>(table, i * step);
}

/** Planes (maps, area) → rows (area, lanes), lanes 8 or 16; lanes without a map are zero. */
export function planesToRows(source: usize, target: usize, maps: i32, area: i32, lanes: i32): void {
  const plane = <usize>area << 2, row = <usize>lanes << 2;
  const zero = f32x4.splat(0);
  for (let map = 0; map < lanes; map += 4) {
    let from = source + <usize>map * plane, to = target + (<usize>map << 2);
    let pixel = 0;
    for (; pixel + 4 <= area; pixel += 4, from += 16, to += 4 * row) {
      const a = map < maps ? v128.load(from) : zero;
      const b = map + 1 < maps ? v128.load(from + plane) : zero;
      const c = map + 2 < maps ? v128.load(from + 2 * plane) : zero;
      const d = map + 3 < maps ? v128.load(from + 3 * plane) : zero;
      v128.store(to, column0(a, b, c, d));
      v128.store(to + row, column1(a, b, c, d));
      v128.store(to + 2 * row, column2(a, b, c, d));
      v128.store(to + 3 * row, column3(a, b, c, d));
    }
    for (; pixel < area; pixel++, from += 4, to += row)
      for (let lane = 0; lane < 4; lane++)
        store<f32>(to + (<usize>lane << 2), map + lane < maps ? load<f32>(from + <usize>lane * plane) : 0);
  }
}

/** Rows (area, lanes) → planes (maps, area). */
export function rowsToPlanes(source: usize, target: usize, maps: i32, area: i32, lanes: i32): void {
  const plane = <usize>area << 2, row = <usize>lanes << 2;
  for (let map = 0; map < maps; map += 4) {
    let from = source + (<usize>map << 2), to = target + <usize>map * plane;
    let pixel = 0;
    for (; pixel + 4 <= area; pixel += 4, from += 4 * row, to += 16) {
      const a = v128.load(from), b = v128.load(from + row), c = v128.load(from + 2 * row), d = v128.load(from + 3 * row);
      v128.store(to, column0(a, b, c, d));
      if (map + 1 < maps) v128.store(to + plane, column1(a, b, c, d));
      if (map + 2 < maps) v128.store(to + 2 * plane, column2(a, b, c, d));
      if (map + 3 < maps) v128.store(to + 3 * plane, column3(a, b, c, d));
    }
    for (; pixel < area; pixel++, from += row, to += 4)
      for (let lane = 0; lane < min(4, maps - map); lane++)
        store<f32>(to + <usize>lane * plane, load<f32>(from + (<usize>lane << 2)));
  }
}

/** Few floats: memory.copy is a call out of WebAssembly. */
@inline
export function copyFloats(from: usize, to: usize, count: i32): void {
  for (; count >= 4; count -= 4, from += 16, to += 16) v128.store(to, v128.load(from));
  for (; count > 0; count--, from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** Copies `maps` planes of rows × columns into the middle of planes widened by `padding`, filled with `value`. */
export function pad(source: usize, target: usize, maps: i32, rows: i32, columns: i32, padding: i32, value: f32): void {
  const width = columns + 2 * padding;
  const end = target + (<usize>(maps * (rows + 2 * padding) * width) << 2);
  const values = f32x4.splat(value);
  let at = target;
  for (; at + 16 <= end; at += 16) v128.store(at, values);
  for (; at < end; at += 4) store<f32>(at, value);
  for (let map = 0; map < maps; map++) {
    let to = target + (<usize>((map * (rows + 2 * padding) + padding) * width + padding) << 2);
    for (let y = 0; y < rows; y++, to += <usize>width << 2, source += <usize>columns << 2) copyFloats(source, to, columns);
  }
}
