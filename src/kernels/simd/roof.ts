// The roof: how many multiplications and additions this core does when nothing but arithmetic is in the way; and whether it
// rounds them once.
import { madd } from "./lanes";

/**
 * Eight sums of products of two factors (read anew each round from the 32 floats at `factors`, so that nothing can be
 * computed once for all) and four vectors that stay in registers: 64 operations a round. Returns a sum of the sums, so
 * that the work is not optimised away.
 */
export function f32_roof(rounds: i32, factors: usize): f32 {
  const w0 = v128.load(factors),
    w1 = v128.load(factors, 16),
    w2 = v128.load(factors, 32),
    w3 = v128.load(factors, 48);
  let a = f32x4.splat(1),
    b = a,
    c = a,
    d = a,
    e = a,
    f = a,
    g = a,
    h = a;
  for (let round = 0; round < rounds; round++) {
    const at = factors + ((<usize>(round & 15)) << 2);
    const s = v128.load_splat<f32>(at),
      t = v128.load_splat<f32>(at, 64);
    a = madd(a, s, w0);
    b = madd(b, t, w0);
    c = madd(c, s, w1);
    d = madd(d, t, w1);
    e = madd(e, s, w2);
    f = madd(f, t, w2);
    g = madd(g, s, w3);
    h = madd(h, t, w3);
  }
  const sum = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h)));
  return f32x4.extract_lane(sum, 0);
}

/** sum + a × b as `madd` computes it: module.ts looks whether it is really fused. */
export function f32_madd(sum: f32, a: f32, b: f32): f32 {
  return f32x4.extract_lane(madd(f32x4.splat(sum), f32x4.splat(a), f32x4.splat(b)), 0);
}
