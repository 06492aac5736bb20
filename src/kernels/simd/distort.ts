// Distorted input: an image read through a small affine map, bilinearly, one pixel at a time.

/** The byte at (x, y), 0 outside the image. */
// @ts-ignore: decorator
@inline
function byteAt(source: usize, x: i32, y: i32, rows: i32, columns: i32): f32 {
  return <u32>x < <u32>columns && <u32>y < <u32>rows ? <f32>load<u8>(source + <usize>(y * columns + x)) : 0;
}

/**
 * One image of bytes → (rows + 2 padding, columns + 2 padding) floats: the pixel at (x, y) from the middle of the frame shows
 * what lies at (xx x + xy y + x0, yx x + yy y + y0) from the middle of the image, as byte × scale + offset.
 */
export function f32_distort(
  rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, xx: f32, xy: f32, x0: f32, yx: f32, yy: f32, y0: f32,
  source: usize, out: usize,
): void {
  const middleX = <f32>(columns - 1) * 0.5, middleY = <f32>(rows - 1) * 0.5;
  for (let row = -padding; row < rows + padding; row++) {
    const dy = <f32>row - middleY;
    for (let column = -padding; column < columns + padding; column++, out += 4) {
      const dx = <f32>column - middleX;
      const x = xx * dx + xy * dy + x0 + middleX, y = yx * dx + yy * dy + y0 + middleY;
      const left = floor<f32>(x), top = floor<f32>(y);
      const i = <i32>left, j = <i32>top;
      if (i < -1 || i >= columns || j < -1 || j >= rows) {
        store<f32>(out, offset);
        continue;
      }
      const a = x - left, b = y - top;
      const upper = byteAt(source, i, j, rows, columns) * (1 - a) + byteAt(source, i + 1, j, rows, columns) * a;
      const lower = byteAt(source, i, j + 1, rows, columns) * (1 - a) + byteAt(source, i + 1, j + 1, rows, columns) * a;
      store<f32>(out, (upper * (1 - b) + lower * b) * scale + offset);
    }
  }
}
