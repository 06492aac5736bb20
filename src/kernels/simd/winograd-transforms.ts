// The transforms of minimal filtering F(2, 5) (Winograd 1980; Toom-Cook at the points 0, 1, -1, 2, -1/2 and infinity): two
// neighbouring outputs of a filter of five taps from six inputs by six products instead of ten,
//   out = A′ (G weight × B′ in)
// and in two dimensions 36 products instead of 100 for 2×2 outputs. What goes back goes through the same matrices, transposed. These
// points were chosen for their rounding: 2 and -2 are a little cheaper and lose three times as much (docs/kernels.md).
// Each function takes vectors, `step`, `plane` or `row` (the maps of a pixel) bytes apart, whatever their lanes are.
import { madd } from "./lanes";

/** Read from memory once a call: V8 would make a constant anew in every round, by three instructions. */
const FACTORS = memory.data<f32>([-0.5, 2, 1.5]);
@inline
function factor(index: usize): v128 {
  return v128.load_splat<f32>(FACTORS + (index << 2));
}

/** B′: six inputs, `step` apart → six planes. */
@inline
function input(from: usize, step: usize, to: usize, plane: usize, half: v128, two: v128, more: v128): void {
  const d0 = v128.load(from), d1 = v128.load(from + step), d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step), d4 = v128.load(from + 4 * step), d5 = v128.load(from + 5 * step);
  const a = f32x4.sub(d1, d3), b = f32x4.sub(d4, d2);
  v128.store(to, madd(f32x4.add(d0, f32x4.sub(b, d2)), more, a)); to += plane;
  v128.store(to, madd(f32x4.sub(b, f32x4.add(d1, d2)), half, f32x4.add(d2, d3))); to += plane;
  v128.store(to, madd(f32x4.add(a, b), more, f32x4.sub(d2, d3))); to += plane;
  v128.store(to, madd(b, half, a)); to += plane;
  v128.store(to, madd(b, two, a)); to += plane;
  v128.store(to, madd(f32x4.add(d5, f32x4.sub(a, d3)), more, f32x4.sub(d2, d4)));
}

/** B: adds what six planes say of six inputs to those inputs, `step` apart. */
@inline
function inputBack(from: usize, plane: usize, to: usize, step: usize, half: v128, two: v128, more: v128): void {
  const r0 = v128.load(from), r1 = v128.load(from + plane), r2 = v128.load(from + 2 * plane);
  const r3 = v128.load(from + 3 * plane), r4 = v128.load(from + 4 * plane), r5 = v128.load(from + 5 * plane);
  const a = madd(madd(madd(f32x4.add(r2, r5), more, r0), half, r3), two, r4);
  const b = f32x4.sub(f32x4.add(f32x4.add(f32x4.add(r0, r1), f32x4.add(r2, r3)), r4), f32x4.mul(more, r5));
  v128.store(to, f32x4.add(v128.load(to), r0)); to += step;
  v128.store(to, f32x4.add(v128.load(to), f32x4.sub(a, r1))); to += step;
  v128.store(to, f32x4.sub(v128.load(to), madd(f32x4.add(b, r0), more, f32x4.sub(r1, r2)))); to += step;
  v128.store(to, madd(f32x4.sub(v128.load(to), madd(f32x4.add(a, r5), more, r2)), half, r1)); to += step;
  v128.store(to, f32x4.add(v128.load(to), b)); to += step;
  v128.store(to, f32x4.add(v128.load(to), r5));
}

/** Tile rows of lines → as many of six bands. */
export function linesToBands(lines: usize, line: usize, bands: usize, band: usize): void {
  const a = factor(0), b = factor(1), c = factor(2);
  for (const end = bands + band; bands < end; lines += line)
    for (const stop = bands + line; bands < stop; bands += 16, lines += 16) input(lines, line, bands, band, a, b, c);
}

/** Six bands' gradients, added to the lines'. */
export function bandsToLines(bands: usize, band: usize, lines: usize, line: usize): void {
  const a = factor(0), b = factor(1), c = factor(2);
  for (const end = bands + band; bands < end; lines += line)
    for (const stop = bands + line; bands < stop; bands += 16, lines += 16) inputBack(bands, band, lines, line, a, b, c);
}

/** A band → its tiles, six planes. */
export function bandToColumns(
  band: usize, line: usize, row: usize, columns: usize, plane: usize, down: i32, across: i32,
): void {
  const a = factor(0), b = factor(1), c = factor(2);
  const rest = line - 2 * <usize>across * row;
  for (let tile = 0; tile < down * across; tile++, band += tile % across ? row : row + rest)
    for (const stop = columns + row; columns < stop; columns += 16, band += 16) input(band, row, columns, plane, a, b, c);
}

export function columnsToBand(
  columns: usize, plane: usize, band: usize, line: usize, row: usize, down: i32, across: i32,
): void {
  const a = factor(0), b = factor(1), c = factor(2);
  const rest = line - 2 * <usize>across * row;
  for (let tile = 0; tile < down * across; tile++, band += tile % across ? row : row + rest)
    for (const stop = columns + row; columns < stop; columns += 16, band += 16) inputBack(columns, plane, band, row, a, b, c);
}

/**
 * A, but for its first and last row, which say what already is there: from the gradients of two outputs, four planes. `count`
 * vectors each, all planes one after the other.
 */
export function transformGradient(first: usize, second: usize, to: usize, count: i32): void {
  const plane = <usize>count << 4;
  const minus = factor(0), twice = factor(1);
  for (const end = first + plane; first < end; first += 16, second += 16, to += 16) {
    const a = v128.load(first), b = v128.load(second);
    v128.store(to, f32x4.add(a, b)); v128.store(to + plane, f32x4.sub(a, b));
    v128.store(to + 2 * plane, madd(a, twice, b)); v128.store(to + 3 * plane, madd(a, minus, b));
  }
}

/** A′: six planes, one after the other, `count` vectors each → two. */
export function transformOutput(from: usize, to: usize, count: i32): void {
  const plane = <usize>count << 4;
  const minus = factor(0), twice = factor(1);
  for (const end = from + plane; from < end; from += 16, to += 16) {
    const m0 = v128.load(from), m1 = v128.load(from + plane), m2 = v128.load(from + 2 * plane);
    const m3 = v128.load(from + 3 * plane), m4 = v128.load(from + 4 * plane), m5 = v128.load(from + 5 * plane);
    v128.store(to, f32x4.add(f32x4.add(m0, f32x4.add(m1, m2)), f32x4.add(m3, m4)));
    v128.store(to + plane, madd(madd(f32x4.add(f32x4.sub(m1, m2), m5), twice, m3), minus, m4));
  }
}

@inline
function times(sum: v128, factor: f32, a: v128): v128 {
  return madd(sum, f32x4.splat(factor), a);
}

/** G: five weights → six. */
export function transformWeight(from: usize, step: usize, to: usize, plane: usize): void {
  const g0 = v128.load(from), g1 = v128.load(from + step), g2 = v128.load(from + 2 * step);
  const g3 = v128.load(from + 3 * step), g4 = v128.load(from + 4 * step);
  const even = f32x4.add(f32x4.add(g0, g4), g2), odd = f32x4.add(g1, g3);
  v128.store(to, g0);
  v128.store(to + plane, f32x4.mul(f32x4.add(even, odd), f32x4.splat(-1.0 / 3)));
  v128.store(to + 2 * plane, f32x4.mul(f32x4.sub(even, odd), f32x4.splat(1.0 / 3)));
  const at2 = times(times(times(times(g0, 2, g1), 4, g2), 8, g3), 16, g4);
  const atHalf = times(times(times(times(g4, -2, g3), 4, g2), -8, g1), 16, g0);
  v128.store(to + 3 * plane, f32x4.mul(at2, f32x4.splat(1.0 / 15)));
  v128.store(to + 4 * plane, f32x4.mul(atHalf, f32x4.splat(-1.0 / 15)));
  v128.store(to + 5 * plane, g4);
}

/** G′: six → five. */
export function transformWeightBack(from: usize, plane: usize, to: usize, step: usize): void {
  const u1 = f32x4.mul(v128.load(from + plane), f32x4.splat(-1.0 / 3));
  const u2 = f32x4.mul(v128.load(from + 2 * plane), f32x4.splat(1.0 / 3));
  const u3 = f32x4.mul(v128.load(from + 3 * plane), f32x4.splat(1.0 / 15));
  const u4 = f32x4.mul(v128.load(from + 4 * plane), f32x4.splat(-1.0 / 15));
  const even = f32x4.add(u1, u2), odd = f32x4.sub(u1, u2);
  v128.store(to, times(f32x4.add(f32x4.add(v128.load(from), even), u3), 16, u4));
  v128.store(to + step, times(times(odd, 2, u3), -8, u4));
  v128.store(to + 2 * step, times(times(even, 4, u3), 4, u4));
  v128.store(to + 3 * step, times(times(odd, 8, u3), -2, u4));
  v128.store(to + 4 * step, times(f32x4.add(f32x4.add(v128.load(from + 5 * plane), even), u4), 16, u3));
}
