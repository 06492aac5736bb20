// Batch normalisation. Sums run in float64, in the order of the images: two passes over few values cost little here.

/** Per map: mean (maps) and sum of squared deviations (maps) over n images of `area` pixels. */
export function f32_norm_moments(images: i32, maps: i32, area: i32, input: usize, mean: usize, deviation: usize): void {
  const image = (<usize>(maps * area)) << 2;
  for (let map = 0; map < maps; map++) {
    const plane = input + ((<usize>(map * area)) << 2);
    let sum: f64 = 0;
    for (let n = 0; n < images; n++)
      for (let i = 0; i < area; i++) sum += <f64>load<f32>(plane + <usize>n * image + ((<usize>i) << 2));
    const centre = sum / <f64>(images * area);
    let squares: f64 = 0;
    for (let n = 0; n < images; n++)
      for (let i = 0; i < area; i++) {
        const distance = <f64>load<f32>(plane + <usize>n * image + ((<usize>i) << 2)) - centre;
        squares += distance * distance;
      }
    store<f32>(mean + ((<usize>map) << 2), <f32>centre);
    store<f32>(deviation + ((<usize>map) << 2), <f32>squares);
  }
}

export function f32_norm_forward(
  images: i32, maps: i32, area: i32, input: usize, mean: usize, inverse: usize, gamma: usize, beta: usize,
  out: usize,
): void {
  for (let n = 0; n < images; n++)
    for (let map = 0; map < maps; map++) {
      const at = (<usize>map) << 2;
      const centre = load<f32>(mean + at);
      const factor = load<f32>(inverse + at) * load<f32>(gamma + at);
      const shift = load<f32>(beta + at);
      for (let i = 0; i < area; i++, input += 4, out += 4)
        store<f32>(out, (load<f32>(input) - centre) * factor + shift);
    }
}

export function f32_norm_backward_sums(
  images: i32, maps: i32, area: i32, input: usize, dOut: usize, mean: usize, inverse: usize, dGamma: usize,
  dBeta: usize,
): void {
  const image = (<usize>(maps * area)) << 2;
  for (let map = 0; map < maps; map++) {
    const plane = (<usize>(map * area)) << 2;
    const centre = <f64>load<f32>(mean + ((<usize>map) << 2));
    let gammaSum: f64 = 0;
    let betaSum: f64 = 0;
    for (let n = 0; n < images; n++)
      for (let i = 0; i < area; i++) {
        const at = <usize>n * image + plane + ((<usize>i) << 2);
        const gradient = <f64>load<f32>(dOut + at);
        gammaSum += gradient * (<f64>load<f32>(input + at) - centre);
        betaSum += gradient;
      }
    store<f32>(dGamma + ((<usize>map) << 2), <f32>(gammaSum * <f64>load<f32>(inverse + ((<usize>map) << 2))));
    store<f32>(dBeta + ((<usize>map) << 2), <f32>betaSum);
  }
}

export function f32_norm_backward_input(
  images: i32, maps: i32, area: i32, count: f32, input: usize, dOut: usize, mean: usize, inverse: usize,
  gamma: usize, dGamma: usize, dBeta: usize, dIn: usize,
): void {
  for (let n = 0; n < images; n++)
    for (let map = 0; map < maps; map++) {
      const at = (<usize>map) << 2;
      const centre = load<f32>(mean + at);
      const scale = load<f32>(inverse + at);
      const factor = load<f32>(gamma + at) * scale;
      const betaShare = load<f32>(dBeta + at) / count;
      const gammaShare = (load<f32>(dGamma + at) / count) * scale;
      for (let i = 0; i < area; i++, input += 4, dOut += 4, dIn += 4)
        store<f32>(dIn, factor * (load<f32>(dOut) - betaShare - (load<f32>(input) - centre) * gammaShare));
    }
}
