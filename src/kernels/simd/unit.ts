// What works unit by unit beside the activations: stored ink to input, repeated maps, per-unit biases, dropout.
import { loadTail, storeTail } from "./lanes";
import { f32_add_up } from "./optimise";
import { copyFloats } from "./tiles";

/** Four neighbours of stored ink, bytes or floats, as floats. */
@inline
function inkAt<T>(address: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(address);
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address))));
}

/** Image order[first + i] of `pixels` (T) → image i of out: ink × scale + offset inside a frame of `paddingValue`. */
function pixels<T>(
  images: i32, rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, paddingValue: f32,
  stored: usize, order: usize, first: i32, out: usize,
): void {
  const width = columns + 2 * padding;
  const total = width * (rows + 2 * padding);
  const scales = f32x4.splat(scale), offsets = f32x4.splat(offset), frame = f32x4.splat(paddingValue);
  for (let n = 0; n < images; n++) {
    const source = stored + <usize>load<i32>(order + (<usize>(first + n) << 2)) * <usize>(rows * columns) * sizeof<T>();
    const target = out + (<usize>(n * total) << 2);
    let i = 0;
    if (padding > 0) {
      for (; i + 4 <= total; i += 4) v128.store(target + (<usize>i << 2), frame);
      for (; i < total; i++) store<f32>(target + (<usize>i << 2), paddingValue);
    }
    for (let y = 0; y < rows; y++) {
      const from = source + <usize>(y * columns) * sizeof<T>();
      const to = target + (<usize>((y + padding) * width + padding) << 2);
      let x = 0;
      for (; x + 4 <= columns; x += 4) {
        const values = f32x4.add(f32x4.mul(inkAt<T>(from + <usize>x * sizeof<T>()), scales), offsets);
        v128.store(to + (<usize>x << 2), values);
      }
      for (; x < columns; x++)
        store<f32>(to + (<usize>x << 2), <f32>load<T>(from + <usize>x * sizeof<T>()) * scale + offset);
    }
  }
}
export function u8_pixels(
  images: i32, rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, paddingValue: f32,
  stored: usize, order: usize, first: i32, out: usize,
): void {
  pixels<u8>(images, rows, columns, padding, scale, offset, paddingValue, stored, order, first, out);
}
export function f32_pixels(
  images: i32, rows: i32, columns: i32, padding: i32, scale: f32, offset: f32, paddingValue: f32,
  stored: usize, order: usize, first: i32, out: usize,
): void {
  pixels<f32>(images, rows, columns, padding, scale, offset, paddingValue, stored, order, first, out);
}

/** in (maps, area) → out (maps, times, area). */
export function f32_repeat_forward(maps: i32, area: i32, times: i32, input: usize, out: usize): void {
  const plane = <usize>area << 2;
  for (let copy = 0; copy < maps * times; copy++) copyFloats(input + <usize>(copy / times) * plane, out + <usize>copy * plane, area);
}

/** dOut (maps, times, area), summed over the copies → dIn (maps, area). */
export function f32_repeat_backward(maps: i32, area: i32, times: i32, dOut: usize, dIn: usize): void {
  const plane = <usize>area << 2;
  for (let map = 0; map < maps; map++) f32_add_up(times, area, dOut + <usize>(map * times) * plane, dIn + <usize>map * plane);
}

/** values (n, count) += bias (count). */
export function f32_unit_bias_forward(images: i32, count: i32, bias: usize, values: usize): void {
  for (let n = 0; n < images; n++) {
    let i = 0;
    for (; i + 4 <= count; i += 4, values += 16)
      v128.store(values, f32x4.add(v128.load(values), v128.load(bias + (<usize>i << 2))));
    for (; i < count; i++, values += 4) store<f32>(values, load<f32>(values) + load<f32>(bias + (<usize>i << 2)));
  }
}

/** The hash of random.ts, of four words at once: every input bit moves every output bit. */
@inline
function mix(word: v128): v128 {
  let h = i32x4.mul(v128.xor(word, i32x4.shr_u(word, 16)), i32x4.splat(0x85ebca6b));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** Four values, scaled, or zero where the hash of key and unit falls below the limit. */
@inline
function dropped(values: v128, unit: v128, key: v128, limit: v128, scale: v128): v128 {
  const hash = mix(i32x4.add(mix(v128.xor(unit, key)), key));
  return v128.and(f32x4.mul(values, scale), i32x4.ge_u(hash, limit));
}

/** Zeroes the values whose hash of (key, first + i) falls below `limit`, scales the others. */
export function f32_dropout(key: u32, first: u32, count: i32, limit: u32, scale: f32, values: usize): void {
  const keys = i32x4.splat(key), limits = i32x4.splat(limit), scales = f32x4.splat(scale);
  let unit = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const end = values + (<usize>(count & ~3) << 2), left = count & 3;
  for (; values < end; values += 16, unit = i32x4.add(unit, i32x4.splat(4)))
    v128.store(values, dropped(v128.load(values), unit, keys, limits, scales));
  if (left) storeTail(values, left, dropped(loadTail(values, left), unit, keys, limits, scales));
}
