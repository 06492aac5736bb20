// Losses. Ten numbers an image: scalar float64, so that the loss is known to its last digit.

/** eˣ: 2ᵏ times the Taylor series of the rest, |rest| ≤ ½ ln 2; relative error below 1e-14. Only + × and rounding. */
function exponential(x: f64): f64 {
  if (x < -700) return 0;
  const k = nearest<f64>(x * 1.4426950408889634);
  const rest = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum: f64 = 1;
  for (let n = 13; n > 0; n--) sum = 1 + (rest / <f64>n) * sum;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** ln x for x ≥ 1: the series of artanh on the mantissa, brought between √½ and √2. */
function logarithm(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<u64>(x);
  let k = <i32>(bits >> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    k += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let n = 21; n > 0; n -= 2) sum = 1.0 / <f64>n + square * sum;
  return 2 * s * sum + <f64>k * 0.6931471805599453;
}

@inline
function largest(values: usize, count: i32): i32 {
  let best = 0;
  for (let i = 1; i < count; i++)
    if (load<f32>(values + (<usize>i << 2)) > load<f32>(values + (<usize>best << 2))) best = i;
  return best;
}

@inline
function smallest(values: usize, count: i32): i32 {
  let best = 0;
  for (let i = 1; i < count; i++)
    if (load<f32>(values + (<usize>i << 2)) < load<f32>(values + (<usize>best << 2))) best = i;
  return best;
}

@inline
function labelOf(labels: usize, order: usize, position: i32): i32 {
  return load<u8>(labels + <usize>load<i32>(order + (<usize>position << 2)));
}

/** Σ exp(values - top). */
@inline
function exponentialSum(values: usize, classes: i32, top: f64): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < classes; k++) sum += exponential(<f64>load<f32>(values + (<usize>k << 2)) - top);
  return sum;
}

export function f32_softmax(images: i32, classes: i32, values: usize): void {
  for (let n = 0; n < images; n++, values += <usize>classes << 2) {
    const top = <f64>load<f32>(values + (<usize>largest(values, classes) << 2));
    const sum = exponentialSum(values, classes, top);
    for (let k = 0; k < classes; k++) {
      const at = values + (<usize>k << 2);
      store<f32>(at, <f32>(exponential(<f64>load<f32>(at) - top) / sum));
    }
  }
}

/** dOut may be 0: the loss alone. */
export function f32_cross_entropy(
  images: i32, classes: i32, scale: f32, logits: usize, labels: usize, order: usize, first: i32, losses: usize,
  answers: usize, dOut: usize,
): void {
  for (let n = 0; n < images; n++, logits += <usize>classes << 2) {
    const label = labelOf(labels, order, first + n);
    const answer = largest(logits, classes);
    const top = <f64>load<f32>(logits + (<usize>answer << 2));
    const sum = exponentialSum(logits, classes, top);
    store<f32>(
      losses + (<usize>(first + n) << 2),
      <f32>(logarithm(sum) - (<f64>load<f32>(logits + (<usize>label << 2)) - top)),
    );
    store<u8>(answers + <usize>(first + n), <u8>answer);
    if (!dOut) continue;
    for (let k = 0; k < classes; k++, dOut += 4) {
      const probability = exponential(<f64>load<f32>(logits + (<usize>k << 2)) - top) / sum;
      store<f32>(dOut, <f32>(probability - (k == label ? 1.0 : 0.0)) * scale);
    }
  }
}

/** dOut may be 0: the loss alone. */
export function f32_mean_squared(
  images: i32, classes: i32, low: f32, high: f32, scale: f32, out: usize, labels: usize, order: usize, first: i32,
  losses: usize, answers: usize, dOut: usize,
): void {
  for (let n = 0; n < images; n++, out += <usize>classes << 2) {
    const label = labelOf(labels, order, first + n);
    let sum: f64 = 0;
    for (let k = 0; k < classes; k++) {
      const difference = load<f32>(out + (<usize>k << 2)) - (k == label ? high : low);
      sum += <f64>difference * <f64>difference;
      if (dOut) {
        store<f32>(dOut, ((2 * difference) / <f32>classes) * scale);
        dOut += 4;
      }
    }
    store<f32>(losses + (<usize>(first + n) << 2), <f32>(sum / <f64>classes));
    store<u8>(answers + <usize>(first + n), <u8>largest(out, classes));
  }
}

/** Penalties: the label's alone or, with `rivals`, against those of all classes and of rubbish. dOut may be 0. */
export function f32_penalties(
  images: i32, classes: i32, rivals: bool, rubbish: f64, scale: f32, out: usize, labels: usize, order: usize, first: i32,
  losses: usize, answers: usize, dOut: usize,
): void {
  for (let n = 0; n < images; n++, out += <usize>classes << 2) {
    const label = labelOf(labels, order, first + n);
    const answer = smallest(out, classes);
    store<u8>(answers + <usize>(first + n), <u8>answer);
    let loss = <f64>load<f32>(out + (<usize>label << 2));
    // Everything is counted from the least penalty, so that one exponential is 1 and none is too large.
    const least = min(rubbish, <f64>load<f32>(out + (<usize>answer << 2)));
    let sum: f64 = 0;
    if (rivals) {
      sum = exponential(least - rubbish);
      for (let k = 0; k < classes; k++) sum += exponential(least - <f64>load<f32>(out + (<usize>k << 2)));
      loss += logarithm(sum) - least;
    }
    store<f32>(losses + (<usize>(first + n) << 2), <f32>loss);
    if (!dOut) continue;
    for (let k = 0; k < classes; k++, dOut += 4) {
      const posterior = rivals ? exponential(least - <f64>load<f32>(out + (<usize>k << 2))) / sum : 0;
      store<f32>(dOut, <f32>((k == label ? 1.0 : 0.0) - posterior) * scale);
    }
  }
}
