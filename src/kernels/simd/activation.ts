// Activations in place, four units at a time; derivatives are computed from the output.
import { loadTail, madd, storeTail } from "./lanes";

/** Beyond ±9.02 tanh is ±1 in float32. */
const LIMIT: f32 = 9.02;

/**
 * tanh of four lanes: x P(x²) / Q(x²), fitted on ±9.02 by iteratively reweighted least squares for the smallest relative
 * error (2.1e-8 before rounding, 4e-7 in float32). Only + - × ÷, so every machine gives the same bits. NaN stays NaN.
 */
@inline
function tanh4(a: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(a, f32x4.splat(LIMIT)), f32x4.splat(-LIMIT));
  const z = f32x4.mul(x, x);
  let p = madd(f32x4.splat(2.0583358998131487e-5), z, f32x4.splat(1.3318907342651338e-8));
  p = madd(f32x4.splat(0.003494027079376731), z, p);
  p = madd(f32x4.splat(0.13379711664286098), z, p);
  p = madd(f32x4.splat(0.9999999790354266), z, p);
  let q = madd(f32x4.splat(0.0003283080618623867), z, f32x4.splat(7.761950898152917e-7));
  q = madd(f32x4.splat(0.025871044786753585), z, q);
  q = madd(f32x4.splat(0.46713026910597816), z, q);
  q = madd(f32x4.splat(1), z, q);
  const y = f32x4.div(f32x4.mul(x, p), q);
  return f32x4.pmax(f32x4.pmin(y, f32x4.splat(1)), f32x4.splat(-1));
}

/** values = amplitude × tanh(slope × values) + shift: tanh, squash, and the sigmoid as ½ tanh(a/2) + ½. */
export function f32_tanh_forward(count: i32, amplitude: f32, slope: f32, shift: f32, values: usize): void {
  const amplitudes = f32x4.splat(amplitude), slopes = f32x4.splat(slope), shifts = f32x4.splat(shift);
  const end = values + (<usize>(count & ~3) << 2), left = count & 3;
  let at = values;
  // For tanh itself: multiplying by one and adding to zero would take a fifth of the time.
  if (amplitude == 1 && slope == 1 && shift == 0) for (; at < end; at += 16) v128.store(at, tanh4(v128.load(at)));
  for (; at < end; at += 16) {
    const y = tanh4(f32x4.mul(slopes, v128.load(at)));
    v128.store(at, madd(shifts, amplitudes, y));
  }
  if (left) storeTail(at, left, madd(shifts, amplitudes, tanh4(f32x4.mul(slopes, loadTail(at, left)))));
}

/** gradient ×= steepness × (y - low) × (high - y): the derivative of a tanh that runs from low to high, from its value y. */
export function f32_tanh_backward(count: i32, steepness: f32, low: f32, high: f32, values: usize, gradient: usize): void {
  const steep = f32x4.splat(steepness), lows = f32x4.splat(low), highs = f32x4.splat(high);
  const end = values + (<usize>(count & ~3) << 2), left = count & 3;
  for (; values < end; values += 16, gradient += 16)
    v128.store(gradient, f32x4.mul(v128.load(gradient), slopeAt(v128.load(values), steep, lows, highs)));
  if (left)
    storeTail(gradient, left, f32x4.mul(loadTail(gradient, left), slopeAt(loadTail(values, left), steep, lows, highs)));
}

@inline
function slopeAt(y: v128, steepness: v128, low: v128, high: v128): v128 {
  return f32x4.mul(steepness, f32x4.mul(f32x4.sub(y, low), f32x4.sub(high, y)));
}

export function f32_relu_forward(count: i32, values: usize): void {
  const zero = f32x4.splat(0);
  const end = values + (<usize>(count & ~3) << 2), left = count & 3;
  for (; values < end; values += 16) v128.store(values, f32x4.pmax(v128.load(values), zero));
  if (left) storeTail(values, left, f32x4.pmax(loadTail(values, left), zero));
}

export function f32_relu_backward(count: i32, values: usize, gradient: usize): void {
  const zero = f32x4.splat(0);
  const end = values + (<usize>(count & ~3) << 2), left = count & 3;
  for (; values < end; values += 16, gradient += 16)
    v128.store(gradient, v128.and(v128.load(gradient), f32x4.gt(v128.load(values), zero)));
  if (left) storeTail(gradient, left, v128.and(loadTail(gradient, left), f32x4.gt(loadTail(values, left), zero)));
}
