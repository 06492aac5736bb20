// Small helpers on 128-bit vectors of four float32 lanes. AssemblyScript; all are inlined.

/** Lane k of all four vectors: column k of the 4×4 matrix whose rows are a, b, c, d. */
@inline
export function column0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f32>(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 0, 4, 1, 5), 0, 1, 4, 5);
}
@inline
export function column1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f32>(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 0, 4, 1, 5), 2, 3, 6, 7);
}
@inline
export function column2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 6, 3, 7), v128.shuffle<f32>(c, d, 2, 6, 3, 7), 0, 1, 4, 5);
}
@inline
export function column3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 6, 3, 7), v128.shuffle<f32>(c, d, 2, 6, 3, 7), 2, 3, 6, 7);
}

/** The four sums of lanes of a, b, c, d, each added as (0 + 2) + (1 + 3). */
@inline
export function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const even = f32x4.add(column0(a, b, c, d), column2(a, b, c, d));
  const odd = f32x4.add(column1(a, b, c, d), column3(a, b, c, d));
  return f32x4.add(even, odd);
}

/** The sum of the lanes of a, added as (0 + 2) + (1 + 3). */
@inline
export function laneSum(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2) + (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3))
  );
}

/** sum + a × b: rounded once in the module "fused", twice in "plain". Each is exact, so every machine gives its bits. */
@inline
export function madd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

@inline
export function splatAt(address: usize, offset: usize = 0): v128 {
  return v128.load_splat<f32>(address + offset);
}

/** What comes after the last whole vector, at most three values, goes through this corner of memory in registers. */
@inline
export function loadTail(at: usize, count: i32): v128 {
  let lanes = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (count > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(at, 4));
  if (count > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(at, 8));
  return lanes;
}

@inline
export function storeTail(at: usize, count: i32, lanes: v128): void {
  store<f32>(at, f32x4.extract_lane(lanes, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(lanes, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(lanes, 2), 8);
}
