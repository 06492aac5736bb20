// Sub-sampling: squares of one map summed, times its coefficient, plus its bias; and back. Two by two squares four at a time,
// other sizes in plain loops.
import { laneSum } from "./lanes";
import { squareSum, squareSums, storeSquare, storeSquares } from "./squares";

export function f32_subsample_forward(
  images: i32, maps: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, coefficient: usize,
  bias: usize, input: usize, out: usize,
): void {
  const row = <usize>columns << 2;
  for (let plane = 0; plane < images * maps; plane++) {
    const at = <usize>(plane % maps) << 2;
    const factor = load<f32>(coefficient + at), shift = load<f32>(bias + at);
    const factors = f32x4.splat(factor), shifts = f32x4.splat(shift);
    for (let y = 0; y < outRows; y++) {
      const from = input + <usize>(plane * rows + y * field) * row;
      let x = 0;
      if (field == 2)
        for (; x + 4 <= outColumns; x += 4, out += 16)
          v128.store(out, f32x4.add(f32x4.mul(factors, squareSums(from + (<usize>x << 3), row)), shifts));
      for (; x < outColumns; x++, out += 4)
        store<f32>(out, factor * squareSum(from + (<usize>(x * field) << 2), row, field) + shift);
    }
  }
}

/** dIn may be 0: the gradients of coefficient and bias alone. Their sums go from image to image, map by map. */
export function f32_subsample_backward(
  images: i32, maps: i32, rows: i32, columns: i32, outRows: i32, outColumns: i32, field: i32, squared: bool,
  coefficient: usize, input: usize, dOut: usize, dIn: usize, dCoefficient: usize, dBias: usize,
): void {
  const row = <usize>columns << 2;
  const over = outRows * field < rows || outColumns * field < columns;
  if (dIn && over) memory.fill(dIn, 0, <usize>(images * maps * rows) * row);
  for (let map = 0; map < maps; map++) {
    let factor = load<f32>(coefficient + (<usize>map << 2));
    if (squared) factor *= factor;
    const factors = f32x4.splat(factor);
    let products = f32x4.splat(0), gradients = products;
    let product: f32 = 0, gradient: f32 = 0;
    for (let plane = map; plane < images * maps; plane += maps)
      for (let y = 0; y < outRows; y++) {
        const start = <usize>(plane * rows + y * field) * row;
        let from = dOut + (<usize>((plane * outRows + y) * outColumns) << 2);
        let x = 0;
        if (field == 2)
          for (; x + 4 <= outColumns; x += 4, from += 16) {
            const at = start + (<usize>x << 3);
            const g = v128.load(from);
            let sums = squareSums(input + at, row);
            if (squared) sums = f32x4.mul(sums, sums);
            products = f32x4.add(products, f32x4.mul(g, sums));
            gradients = f32x4.add(gradients, g);
            if (dIn) storeSquares(dIn + at, row, f32x4.mul(factors, g));
          }
        for (; x < outColumns; x++, from += 4) {
          const at = start + (<usize>(x * field) << 2);
          const g = load<f32>(from);
          let sum = squareSum(input + at, row, field);
          if (squared) sum *= sum;
          product += g * sum;
          gradient += g;
          if (dIn) storeSquare(dIn + at, row, field, factor * g);
        }
      }
    store<f32>(dCoefficient + (<usize>map << 2), laneSum(products) + product);
    store<f32>(dBias + (<usize>map << 2), laneSum(gradients) + gradient);
  }
}
