// The roof: how many multiplications and additions this core does when nothing but arithmetic is in the way.

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
    a = f32x4.add(a, f32x4.mul(s, w0));
    b = f32x4.add(b, f32x4.mul(t, w0));
    c = f32x4.add(c, f32x4.mul(s, w1));
    d = f32x4.add(d, f32x4.mul(t, w1));
    e = f32x4.add(e, f32x4.mul(s, w2));
    f = f32x4.add(f, f32x4.mul(t, w2));
    g = f32x4.add(g, f32x4.mul(s, w3));
    h = f32x4.add(h, f32x4.mul(t, w3));
  }
  const sum = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h)));
  return f32x4.extract_lane(sum, 0);
}
