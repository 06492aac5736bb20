// Distances from fixed codes, four inputs at a time.
import { laneSum, madd } from "./lanes";

export function f32_rbf_forward(
  images: i32, inputs: i32, classes: i32, scale: f32, input: usize, codes: usize, out: usize,
): void {
  const row = <usize>inputs << 2;
  for (let n = 0; n < images; n++, input += row)
    for (let k = 0, code = codes; k < classes; k++, code += row, out += 4) {
      let sum0 = f32x4.splat(0), sum1 = sum0;
      let i = 0;
      for (; i + 8 <= inputs; i += 8) {
        const at = <usize>i << 2;
        const a = f32x4.sub(v128.load(input + at), v128.load(code + at));
        const b = f32x4.sub(v128.load(input + at, 16), v128.load(code + at, 16));
        sum0 = madd(sum0, a, a);
        sum1 = madd(sum1, b, b);
      }
      let sum = laneSum(f32x4.add(sum0, sum1));
      for (; i < inputs; i++) {
        const difference = load<f32>(input + (<usize>i << 2)) - load<f32>(code + (<usize>i << 2));
        sum += difference * difference;
      }
      store<f32>(out, scale * sum);
    }
}

export function f32_rbf_backward(
  images: i32, inputs: i32, classes: i32, scale: f32, input: usize, codes: usize, dOut: usize, dIn: usize,
): void {
  const row = <usize>inputs << 2;
  const twice: f32 = <f32>2 * scale, factors = f32x4.splat(twice);
  for (let n = 0; n < images; n++, dOut += <usize>classes << 2) {
    let i = 0;
    for (; i + 4 <= inputs; i += 4, input += 16, dIn += 16) {
      const x = v128.load(input);
      let sum = f32x4.splat(0);
      for (let k = 0, code = codes + (<usize>i << 2); k < classes; k++, code += row)
        sum = madd(sum, v128.load_splat<f32>(dOut + (<usize>k << 2)), f32x4.sub(x, v128.load(code)));
      v128.store(dIn, f32x4.mul(factors, sum));
    }
    for (; i < inputs; i++, input += 4, dIn += 4) {
      let sum: f32 = 0;
      for (let k = 0, code = codes + (<usize>i << 2); k < classes; k++, code += row)
        sum += load<f32>(dOut + (<usize>k << 2)) * (load<f32>(input) - load<f32>(code));
      store<f32>(dIn, twice * sum);
    }
  }
}
