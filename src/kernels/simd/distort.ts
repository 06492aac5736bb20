// Distorted input: an image read through a small affine map, bilinearly, four pixels of a row at a time. The image is first
// copied into a frame of zeros, and places outside are moved onto the frame, so that reading needs no questions.

/** Ink (rows, columns) of type T → floats in a frame of zeros: one row and column before, two behind. */
function frame<T>(source: usize, target: usize, rows: i32, columns: i32): void {
  const width = columns + 3;
  memory.fill(target, 0, <usize>((rows + 3) * width) << 2);
  for (let y = 0; y < rows; y++) {
    let to = target + (<usize>((y + 1) * width + 1) << 2);
    for (let x = 0; x < columns; x++, source += sizeof<T>(), to += 4) store<f32>(to, <f32>load<T>(source));
  }
}

/** The four vectors of neighbours (even: left, odd: right) of pixels whose pairs begin at these byte offsets. */
@inline
function pairs(base: usize, offsets: v128): v128 {
  const a = v128.load64_zero(base + <usize>i32x4.extract_lane(offsets, 0));
  return v128.load_lane<u64>(base + <usize>i32x4.extract_lane(offsets, 1), a, 1);
}
@inline
function morePairs(base: usize, offsets: v128): v128 {
  const a = v128.load64_zero(base + <usize>i32x4.extract_lane(offsets, 2));
  return v128.load_lane<u64>(base + <usize>i32x4.extract_lane(offsets, 3), a, 1);
}

@inline
function between(from: v128, to: v128, share: v128): v128 {
  return f32x4.add(from, f32x4.mul(f32x4.sub(to, from), share));
}

/**
 * The framed image in the scratch → (rows + 2 padding, columns + 2 padding) floats: the pixel at (x, y) from the middle shows what lies at
 * (xx x + xy y + x0, yx x + yy y + y0) from the middle of the image, and by its numbers in the `field` (0: none) further,
 * as ink × scale + offset. The scratch holds
 * (rows + 3) × (columns + 3) floats.
 */
function read(
  rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, xx: f32, xy: f32, x0: f32, yx: f32, yy: f32, y0: f32,
  field: usize, out: usize, scratch: usize,
): void {
  const width = columns + 3;
  const middleX = <f32>(columns - 1) * 0.5, middleY = <f32>(rows - 1) * 0.5;
  const before = f32x4.splat(-1), lastX = f32x4.splat(<f32>columns), lastY = f32x4.splat(<f32>rows);
  const scales = f32x4.splat(scale), offsets = f32x4.splat(offset);
  // The pixel (-1, -1) of the frame is its first float.
  const base = scratch + (<usize>(width + 1) << 2);
  const plane = <usize>((rows + 2 * padding) * (columns + 2 * padding)) << 2;
  for (let row = -padding; row < rows + padding; row++) {
    const dy = <f32>row - middleY;
    const startX = f32x4.splat(xy * dy + x0 + middleX), startY = f32x4.splat(yy * dy + y0 + middleY);
    for (let column = -padding; column < columns + padding; column += 4) {
      const dx = f32x4.add(f32x4.splat(<f32>column - middleX), f32x4(0, 1, 2, 3));
      let x = f32x4.add(f32x4.mul(f32x4.splat(xx), dx), startX), y = f32x4.add(f32x4.mul(f32x4.splat(yx), dx), startY);
      if (field != 0) {
        x = f32x4.add(x, v128.load(field));
        y = f32x4.add(y, v128.load(field + plane));
        field += <usize>min(4, columns + padding - column) << 2;
      }
      x = f32x4.pmin(f32x4.pmax(x, before), lastX);
      y = f32x4.pmin(f32x4.pmax(y, before), lastY);
      const left = f32x4.floor(x), top = f32x4.floor(y);
      const index = i32x4.add(
        i32x4.mul(i32x4.trunc_sat_f32x4_s(top), i32x4.splat(width)), i32x4.trunc_sat_f32x4_s(left),
      );
      const at = i32x4.shl(index, 2);
      const below = base + (<usize>width << 2);
      const a = pairs(base, at), b = morePairs(base, at), c = pairs(below, at), d = morePairs(below, at);
      const shareX = f32x4.sub(x, left), shareY = f32x4.sub(y, top);
      const upper = between(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7), shareX);
      const lower = between(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7), shareX);
      const value = f32x4.add(f32x4.mul(between(upper, lower, shareY), scales), offsets);
      const left4 = columns + padding - column;
      if (left4 >= 4) {
        v128.store(out, value);
      } else {
        store<f32>(out, f32x4.extract_lane(value, 0));
        if (left4 > 1) store<f32>(out, f32x4.extract_lane(value, 1), 4);
        if (left4 > 2) store<f32>(out, f32x4.extract_lane(value, 2), 8);
      }
      out += <usize>min(4, left4) << 2;
    }
  }
}

/** One image of bytes, or of floats, framed and then read. */
export function u8_distort(
  rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, xx: f32, xy: f32, x0: f32, yx: f32, yy: f32, y0: f32,
  field: usize, source: usize, out: usize, scratch: usize,
): void {
  frame<u8>(source, scratch, rows, columns);
  read(rows, columns, padding, scale, offset, xx, xy, x0, yx, yy, y0, field, out, scratch);
}
export function f32_distort(
  rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, xx: f32, xy: f32, x0: f32, yx: f32, yy: f32, y0: f32,
  field: usize, source: usize, out: usize, scratch: usize,
): void {
  frame<f32>(source, scratch, rows, columns);
  read(rows, columns, padding, scale, offset, xx, xy, x0, yx, yy, y0, field, out, scratch);
}
