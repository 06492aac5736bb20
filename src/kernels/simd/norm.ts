// Batch normalisation. Sums run in float64, four lanes of them: a single sum would wait for each of its additions.

/** The sum of lanes, as (0 + 2) + (1 + 3) of the values they were made of. */
@inline
function sumOf(low: v128, high: v128): f64 {
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

@inline
function lowOf(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}
@inline
function highOf(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
}

/** Per map: mean (maps) and sum of squared deviations (maps) over n images of `area` pixels. */
export function f32_norm_moments(images: i32, maps: i32, area: i32, input: usize, mean: usize, deviation: usize): void {
  const image = (<usize>(maps * area)) << 2;
  const fours = area & ~3;
  for (let map = 0; map < maps; map++) {
    const plane = input + ((<usize>(map * area)) << 2);
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let sum: f64 = 0;
    for (let n = 0; n < images; n++) {
      const from = plane + <usize>n * image;
      for (let i = 0; i < fours; i += 4) {
        const four = v128.load(from + ((<usize>i) << 2));
        low = f64x2.add(low, lowOf(four));
        high = f64x2.add(high, highOf(four));
      }
      for (let i = fours; i < area; i++) sum += <f64>load<f32>(from + ((<usize>i) << 2));
    }
    const centre = (sum + sumOf(low, high)) / <f64>(images * area);
    const centres = f64x2.splat(centre);
    low = f64x2.splat(0);
    high = f64x2.splat(0);
    sum = 0;
    for (let n = 0; n < images; n++) {
      const from = plane + <usize>n * image;
      for (let i = 0; i < fours; i += 4) {
        const four = v128.load(from + ((<usize>i) << 2));
        const first = f64x2.sub(lowOf(four), centres), second = f64x2.sub(highOf(four), centres);
        low = f64x2.add(low, f64x2.mul(first, first));
        high = f64x2.add(high, f64x2.mul(second, second));
      }
      for (let i = fours; i < area; i++) {
        const distance = <f64>load<f32>(from + ((<usize>i) << 2)) - centre;
        sum += distance * distance;
      }
    }
    store<f32>(mean + ((<usize>map) << 2), <f32>centre);
    store<f32>(deviation + ((<usize>map) << 2), <f32>(sum + sumOf(low, high)));
  }
}

export function f32_norm_forward(
  images: i32, maps: i32, area: i32, input: usize, mean: usize, inverse: usize, gamma: usize, beta: usize,
  out: usize,
): void {
  const fours = area & ~3;
  for (let n = 0; n < images; n++)
    for (let map = 0; map < maps; map++) {
      const at = (<usize>map) << 2;
      const centre = load<f32>(mean + at);
      const factor = load<f32>(inverse + at) * load<f32>(gamma + at);
      const shift = load<f32>(beta + at);
      const centres = f32x4.splat(centre), factors = f32x4.splat(factor), shifts = f32x4.splat(shift);
      for (let i = 0; i < fours; i += 4, input += 16, out += 16)
        v128.store(out, f32x4.add(f32x4.mul(f32x4.sub(v128.load(input), centres), factors), shifts));
      for (let i = fours; i < area; i++, input += 4, out += 4)
        store<f32>(out, (load<f32>(input) - centre) * factor + shift);
    }
}

export function f32_norm_backward_sums(
  images: i32, maps: i32, area: i32, input: usize, dOut: usize, mean: usize, inverse: usize, dGamma: usize,
  dBeta: usize,
): void {
  const image = (<usize>(maps * area)) << 2;
  const fours = area & ~3;
  for (let map = 0; map < maps; map++) {
    const plane = (<usize>(map * area)) << 2;
    const centre = <f64>load<f32>(mean + ((<usize>map) << 2));
    const centres = f64x2.splat(centre);
    let gammaLow = f64x2.splat(0), gammaHigh = f64x2.splat(0), betaLow = f64x2.splat(0), betaHigh = f64x2.splat(0);
    let gammaSum: f64 = 0;
    let betaSum: f64 = 0;
    for (let n = 0; n < images; n++) {
      const from = <usize>n * image + plane;
      for (let i = 0; i < fours; i += 4) {
        const at = from + ((<usize>i) << 2);
        const gradients = v128.load(dOut + at), values = v128.load(input + at);
        const low = lowOf(gradients), high = highOf(gradients);
        gammaLow = f64x2.add(gammaLow, f64x2.mul(low, f64x2.sub(lowOf(values), centres)));
        gammaHigh = f64x2.add(gammaHigh, f64x2.mul(high, f64x2.sub(highOf(values), centres)));
        betaLow = f64x2.add(betaLow, low);
        betaHigh = f64x2.add(betaHigh, high);
      }
      for (let i = fours; i < area; i++) {
        const at = from + ((<usize>i) << 2);
        const gradient = <f64>load<f32>(dOut + at);
        gammaSum += gradient * (<f64>load<f32>(input + at) - centre);
        betaSum += gradient;
      }
    }
    gammaSum += sumOf(gammaLow, gammaHigh);
    betaSum += sumOf(betaLow, betaHigh);
    store<f32>(dGamma + ((<usize>map) << 2), <f32>(gammaSum * <f64>load<f32>(inverse + ((<usize>map) << 2))));
    store<f32>(dBeta + ((<usize>map) << 2), <f32>betaSum);
  }
}

export function f32_norm_backward_input(
  images: i32, maps: i32, area: i32, count: f32, input: usize, dOut: usize, mean: usize, inverse: usize,
  gamma: usize, dGamma: usize, dBeta: usize, dIn: usize,
): void {
  const fours = area & ~3;
  for (let n = 0; n < images; n++)
    for (let map = 0; map < maps; map++) {
      const at = (<usize>map) << 2;
      const centre = load<f32>(mean + at);
      const scale = load<f32>(inverse + at);
      const factor = load<f32>(gamma + at) * scale;
      const betaShare = load<f32>(dBeta + at) / count;
      const gammaShare = (load<f32>(dGamma + at) / count) * scale;
      const centres = f32x4.splat(centre), factors = f32x4.splat(factor);
      const betaShares = f32x4.splat(betaShare), gammaShares = f32x4.splat(gammaShare);
      for (let i = 0; i < fours; i += 4, input += 16, dOut += 16, dIn += 16) {
        const bent = f32x4.mul(f32x4.sub(v128.load(input), centres), gammaShares);
        v128.store(dIn, f32x4.mul(factors, f32x4.sub(f32x4.sub(v128.load(dOut), betaShares), bent)));
      }
      for (let i = fours; i < area; i++, input += 4, dOut += 4, dIn += 4)
        store<f32>(dIn, factor * (load<f32>(dOut) - betaShare - (load<f32>(input) - centre) * gammaShare));
    }
}
