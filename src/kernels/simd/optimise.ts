// Sums of gradients and the optimisers, four weights at a time. Each weight is updated on its own, so ranges can be cut
// anywhere: the lanes left at the end follow the same operations in the same order.

/** total (count) = the sum of `parts` rows of `count`, first row first. */
export function f32_add_up(parts: i32, count: i32, rows: usize, total: usize): void {
  const row = (<usize>count) << 2;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    let at = rows + ((<usize>i) << 2);
    let sum = v128.load(at);
    for (let part = 1; part < parts; part++) {
      at += row;
      sum = f32x4.add(sum, v128.load(at));
    }
    v128.store(total + ((<usize>i) << 2), sum);
  }
  for (; i < count; i++) {
    let at = rows + ((<usize>i) << 2);
    let sum = load<f32>(at);
    for (let part = 1; part < parts; part++) {
      at += row;
      sum += load<f32>(at);
    }
    store<f32>(total + ((<usize>i) << 2), sum);
  }
}

/** weight -= rate × (momentum × velocity + gradient + decay × weight); plain SGD has no velocity (address 0). */
export function f32_sgd(
  count: i32, rate: f32, decay: f32, momentum: f32, weight: usize, gradient: usize, velocity: usize,
): void {
  const rates = f32x4.splat(rate), decays = f32x4.splat(decay), momenta = f32x4.splat(momentum);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    let step = v128.load(gradient + at);
    if (velocity) {
      step = f32x4.add(f32x4.mul(momenta, v128.load(velocity + at)), step);
      v128.store(velocity + at, step);
    }
    const w = v128.load(weight + at);
    v128.store(weight + at, f32x4.sub(w, f32x4.mul(rates, f32x4.add(step, f32x4.mul(decays, w)))));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    let step = load<f32>(gradient + at);
    if (velocity) {
      step = momentum * load<f32>(velocity + at) + step;
      store<f32>(velocity + at, step);
    }
    const w = load<f32>(weight + at);
    store<f32>(weight + at, w - rate * (step + decay * w));
  }
}

/** out = values². */
export function f32_square(count: i32, values: usize, out: usize): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, values += 16, out += 16) {
    const value = v128.load(values);
    v128.store(out, f32x4.mul(value, value));
  }
  for (; i < count; i++, values += 4, out += 4) store<f32>(out, load<f32>(values) * load<f32>(values));
}

/** weight -= rate / (mu + curvature) × (gradient + decay × weight). */
export function f32_sdlm(
  count: i32, rate: f32, decay: f32, mu: f32, weight: usize, gradient: usize, curvature: usize,
): void {
  const rates = f32x4.splat(rate), decays = f32x4.splat(decay), mus = f32x4.splat(mu);
  const end = weight + (<usize>(count & ~3) << 2);
  for (; weight < end; weight += 16, gradient += 16, curvature += 16) {
    const w = v128.load(weight);
    const own = f32x4.div(rates, f32x4.add(mus, v128.load(curvature)));
    const step = f32x4.add(v128.load(gradient), f32x4.mul(decays, w));
    v128.store(weight, f32x4.sub(w, f32x4.mul(own, step)));
  }
  for (let left = count & 3; left > 0; left--, weight += 4, gradient += 4, curvature += 4) {
    const w = load<f32>(weight);
    store<f32>(weight, w - (rate / (mu + load<f32>(curvature))) * (load<f32>(gradient) + decay * w));
  }
}

/** weight -= own × (dOut × input + decay × weight), own = rate or, where there is a curvature, rate / (mu + curvature). */
export function f32_outer_step(
  inputs: i32, units: i32, rate: f32, decay: f32, mu: f32, input: usize, dOut: usize, weight: usize, curvature: usize,
): void {
  const rates = f32x4.splat(rate), decays = f32x4.splat(decay), mus = f32x4.splat(mu);
  const whole = input + (<usize>(inputs & ~3) << 2), end = input + (<usize>inputs << 2);
  let w = weight, h = curvature;
  for (let unit = 0; unit < units; unit++, dOut += 4) {
    const g = load<f32>(dOut);
    const gradients = f32x4.splat(g);
    let x = input;
    for (; x < whole; x += 16, w += 16, h += 16) {
      const old = v128.load(w);
      const step = f32x4.add(f32x4.mul(gradients, v128.load(x)), f32x4.mul(decays, old));
      const own = curvature ? f32x4.div(rates, f32x4.add(mus, v128.load(h))) : rates;
      v128.store(w, f32x4.sub(old, f32x4.mul(own, step)));
    }
    for (; x < end; x += 4, w += 4, h += 4) {
      const old = load<f32>(w);
      const own = curvature ? rate / (mu + load<f32>(h)) : rate;
      store<f32>(w, old - own * (g * load<f32>(x) + decay * old));
    }
  }
}

/** Adam; `shrink` = rate × decay, `one1` = 1 - β₁, `one2` = 1 - β₂ (float32 would lose digits of them), `rate1` and `scale2` hold the corrections of the first steps. */
export function f32_adam(
  count: i32, shrink: f32, beta1: f32, one1: f32, beta2: f32, one2: f32, epsilon: f32, rate1: f32, scale2: f32,
  weight: usize, gradient: usize, mean: usize, square: usize,
): void {
  const shrinks = f32x4.splat(shrink), betas1 = f32x4.splat(beta1), betas2 = f32x4.splat(beta2);
  const ones1 = f32x4.splat(one1), ones2 = f32x4.splat(one2);
  const epsilons = f32x4.splat(epsilon), rates1 = f32x4.splat(rate1), scales2 = f32x4.splat(scale2);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    const m = f32x4.add(f32x4.mul(betas1, v128.load(mean + at)), f32x4.mul(ones1, g));
    const v = f32x4.add(f32x4.mul(betas2, v128.load(square + at)), f32x4.mul(f32x4.mul(ones2, g), g));
    v128.store(mean + at, m);
    v128.store(square + at, v);
    const w = v128.load(weight + at);
    const step = f32x4.div(f32x4.mul(rates1, m), f32x4.add(f32x4.mul(f32x4.sqrt(v), scales2), epsilons));
    v128.store(weight + at, f32x4.sub(w, f32x4.add(f32x4.mul(shrinks, w), step)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    const m = beta1 * load<f32>(mean + at) + one1 * g;
    const v = beta2 * load<f32>(square + at) + one2 * g * g;
    store<f32>(mean + at, m);
    store<f32>(square + at, v);
    const w = load<f32>(weight + at);
    store<f32>(weight + at, w - (shrink * w + (rate1 * m) / (sqrt<f32>(v) * scale2 + epsilon)));
  }
}
