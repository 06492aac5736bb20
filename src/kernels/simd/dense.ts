// Dense layers, all three directions, on weights (units, inputs) as they are stored. Forward: lanes are inputs, four units
// share what they read of an image. Backward to the input: lanes are inputs, 16 at a time for two images. Backward to the
// weights: lanes are inputs, four units × eight inputs stay in registers while all images of the batch go by, so each
// gradient is written once and is a sum in the order of the images, whoever computes it.
import { laneSum, laneSums, madd, splatAt } from "./lanes";

/** One output from its sum over whole vectors: adds what is left of the inputs and the bias. */
@inline
function finish(sum: f32, x: usize, w: usize, from: i32, inputs: i32, bias: f32): f32 {
  for (let i = from; i < inputs; i++) sum += load<f32>(x + (<usize>i << 2)) * load<f32>(w + (<usize>i << 2));
  return sum + bias;
}

export function f32_dense_forward(
  images: i32, inputs: i32, units: i32, input: usize, weight: usize, bias: usize, out: usize,
): void {
  const row = <usize>inputs << 2;
  const whole = inputs & ~3;
  const end = <usize>whole << 2;
  let unit = 0;
  for (; unit + 4 <= units; unit += 4) {
    const w0 = weight + <usize>unit * row, w1 = w0 + row, w2 = w1 + row, w3 = w2 + row;
    const biases = v128.load(bias + (<usize>unit << 2));
    let n = 0;
    for (; n + 2 <= images; n += 2) {
      const x = input + <usize>n * row, y = x + row;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let i: usize = 0; i < end; i += 16) {
        const s = v128.load(x + i), t = v128.load(y + i);
        let w = v128.load(w0 + i);
        a0 = madd(a0, s, w); b0 = madd(b0, t, w);
        w = v128.load(w1 + i); a1 = madd(a1, s, w); b1 = madd(b1, t, w);
        w = v128.load(w2 + i); a2 = madd(a2, s, w); b2 = madd(b2, t, w);
        w = v128.load(w3 + i); a3 = madd(a3, s, w); b3 = madd(b3, t, w);
      }
      storeFour(out + (<usize>(n * units + unit) << 2), laneSums(a0, a1, a2, a3), x, w0, row, whole, inputs, biases);
      storeFour(out + (<usize>((n + 1) * units + unit) << 2), laneSums(b0, b1, b2, b3), y, w0, row, whole, inputs, biases);
    }
    if (n < images) {
      const x = input + <usize>n * row;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (let i: usize = 0; i < end; i += 16) {
        const s = v128.load(x + i);
        a0 = madd(a0, s, v128.load(w0 + i)); a1 = madd(a1, s, v128.load(w1 + i));
        a2 = madd(a2, s, v128.load(w2 + i)); a3 = madd(a3, s, v128.load(w3 + i));
      }
      storeFour(out + (<usize>(n * units + unit) << 2), laneSums(a0, a1, a2, a3), x, w0, row, whole, inputs, biases);
    }
  }
  for (; unit < units; unit++) {
    const w = weight + <usize>unit * row;
    for (let n = 0; n < images; n++) {
      const x = input + <usize>n * row;
      let a = f32x4.splat(0);
      for (let i: usize = 0; i < end; i += 16) a = madd(a, v128.load(x + i), v128.load(w + i));
      store<f32>(
        out + (<usize>(n * units + unit) << 2),
        finish(laneSum(a), x, w, whole, inputs, load<f32>(bias + (<usize>unit << 2))),
      );
    }
  }
}

/** Four neighbouring outputs of one image. */
@inline
function storeFour(to: usize, sums: v128, x: usize, w: usize, row: usize, whole: i32, inputs: i32, biases: v128): void {
  if (whole == inputs) {
    v128.store(to, f32x4.add(sums, biases));
  } else {
    store<f32>(to, finish(f32x4.extract_lane(sums, 0), x, w, whole, inputs, f32x4.extract_lane(biases, 0)));
    store<f32>(to, finish(f32x4.extract_lane(sums, 1), x, w + row, whole, inputs, f32x4.extract_lane(biases, 1)), 4);
    store<f32>(to, finish(f32x4.extract_lane(sums, 2), x, w + 2 * row, whole, inputs, f32x4.extract_lane(biases, 2)), 8);
    store<f32>(to, finish(f32x4.extract_lane(sums, 3), x, w + 3 * row, whole, inputs, f32x4.extract_lane(biases, 3)), 12);
  }
}

export function f32_dense_backward_input(
  images: i32, inputs: i32, units: i32, dOut: usize, weight: usize, dIn: usize,
): void {
  const row = <usize>inputs << 2;
  const gradientRow = <usize>units << 2;
  for (let n = 0; n < images; n += 2) {
    // The last image of an odd number is computed twice, into the same place.
    const second = min(n + 1, images - 1);
    const g = dOut + <usize>n * gradientRow, h = dOut + <usize>second * gradientRow;
    const x = dIn + <usize>n * row, y = dIn + <usize>second * row;
    let i = 0;
    for (; i + 16 <= inputs; i += 16) {
      const at = <usize>i << 2;
      let w = weight + at;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let unit: usize = 0; unit < gradientRow; unit += 4, w += row) {
        const s = splatAt(g + unit), t = splatAt(h + unit);
        const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48);
        a0 = madd(a0, s, w0); a1 = madd(a1, s, w1); a2 = madd(a2, s, w2); a3 = madd(a3, s, w3);
        b0 = madd(b0, t, w0); b1 = madd(b1, t, w1); b2 = madd(b2, t, w2); b3 = madd(b3, t, w3);
      }
      v128.store(x + at, a0); v128.store(x + at, a1, 16); v128.store(x + at, a2, 32); v128.store(x + at, a3, 48);
      v128.store(y + at, b0); v128.store(y + at, b1, 16); v128.store(y + at, b2, 32); v128.store(y + at, b3, 48);
    }
    for (; i + 4 <= inputs; i += 4) {
      const at = <usize>i << 2;
      let w = weight + at;
      let a = f32x4.splat(0), b = a;
      for (let unit: usize = 0; unit < gradientRow; unit += 4, w += row) {
        a = madd(a, splatAt(g + unit), v128.load(w));
        b = madd(b, splatAt(h + unit), v128.load(w));
      }
      v128.store(x + at, a); v128.store(y + at, b);
    }
    for (; i < inputs; i++) {
      const at = <usize>i << 2;
      let w = weight + at;
      let a: f32 = 0, b: f32 = 0;
      for (let unit: usize = 0; unit < gradientRow; unit += 4, w += row) {
        a += load<f32>(g + unit) * load<f32>(w);
        b += load<f32>(h + unit) * load<f32>(w);
      }
      store<f32>(x + at, a); store<f32>(y + at, b);
    }
  }
}

export function f32_dense_backward_weight(
  images: i32, inputs: i32, units: i32, from: i32, to: i32, input: usize, dOut: usize, dWeight: usize, dBias: usize,
): void {
  const row = <usize>inputs << 2;
  const gradientRow = <usize>units << 2;
  const end = input + <usize>images * row;
  let unit = from;
  for (; unit + 4 <= to; unit += 4) {
    const gradient = dOut + (<usize>unit << 2);
    const d0 = dWeight + <usize>unit * row, d1 = d0 + row, d2 = d1 + row, d3 = d2 + row;
    let i = 0;
    for (; i + 8 <= inputs; i += 8) {
      const at = <usize>i << 2;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      let g = gradient;
      for (let x = input + at; x < end; x += row, g += gradientRow) {
        const s = v128.load(x), t = v128.load(x, 16);
        let w = splatAt(g);
        a0 = madd(a0, w, s); b0 = madd(b0, w, t);
        w = splatAt(g, 4); a1 = madd(a1, w, s); b1 = madd(b1, w, t);
        w = splatAt(g, 8); a2 = madd(a2, w, s); b2 = madd(b2, w, t);
        w = splatAt(g, 12); a3 = madd(a3, w, s); b3 = madd(b3, w, t);
      }
      v128.store(d0 + at, a0); v128.store(d0 + at, b0, 16); v128.store(d1 + at, a1); v128.store(d1 + at, b1, 16);
      v128.store(d2 + at, a2); v128.store(d2 + at, b2, 16); v128.store(d3 + at, a3); v128.store(d3 + at, b3, 16);
    }
    for (let k = unit; k < unit + 4; k++) weightRowFrom(i, k, inputs, row, gradientRow, input, end, dOut, dWeight);
    let sums = f32x4.splat(0);
    for (let n = 0, g = gradient; n < images; n++, g += gradientRow) sums = f32x4.add(sums, v128.load(g));
    v128.store(dBias + (<usize>unit << 2), sums);
  }
  for (; unit < to; unit++) {
    weightRowFrom(0, unit, inputs, row, gradientRow, input, end, dOut, dWeight);
    let sum: f32 = 0;
    for (let n = 0, g = dOut + (<usize>unit << 2); n < images; n++, g += gradientRow) sum += load<f32>(g);
    store<f32>(dBias + (<usize>unit << 2), sum);
  }
}

/** One unit's dWeight from input `i` on: what is left beside the tiles. */
function weightRowFrom(
  i: i32, unit: i32, inputs: i32, row: usize, gradientRow: usize, input: usize, end: usize, dOut: usize, dWeight: usize,
): void {
  const gradient = dOut + (<usize>unit << 2);
  const to = dWeight + <usize>unit * row;
  for (; i + 4 <= inputs; i += 4) {
    let sums = f32x4.splat(0);
    for (let x = input + (<usize>i << 2), g = gradient; x < end; x += row, g += gradientRow)
      sums = madd(sums, splatAt(g), v128.load(x));
    v128.store(to + (<usize>i << 2), sums);
  }
  for (; i < inputs; i++) {
    let sum: f32 = 0;
    for (let x = input + (<usize>i << 2), g = gradient; x < end; x += row, g += gradientRow)
      sum += load<f32>(g) * load<f32>(x);
    store<f32>(to + (<usize>i << 2), sum);
  }
}
