// Convolution, forward. Lanes are feature maps, rows are pixels: weights are packed once a call as (taps, maps), the sums of
// one image begin as biases, and are turned into planes at the end.
import { fitsColumns, forwardColumns } from "./conv-columns";
import { addProducts, pixelTable, planesToRows, rowsToPlanes, stepTable, tapTable, whole } from "./tiles";

/** Every row of sums (area, lanes) = the biases. */
function beginWithBiases(biases: usize, sums: usize, area: i32, lanes: i32): void {
  const a = v128.load(biases), b = v128.load(biases, 16), c = v128.load(biases, 32), d = v128.load(biases, 48);
  for (const end = sums + (<usize>(area * lanes) << 2); sums < end; sums += <usize>lanes << 2) {
    v128.store(sums, a); v128.store(sums, b, 16);
    if (lanes == 16) { v128.store(sums, c, 32); v128.store(sums, d, 48); }
  }
}

/**
 * out (n, maps, outRows, outColumns) from input (n, from, rows, columns), which is padded already. `bias` (maps), or 0 for none.
 * The scratch holds 16 biases, tables of taps, pixels and places, the packed weights of up to 16 maps, and one image's sums of
 * them.
 */
export function f32_conv_forward(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  input: usize, weight: usize, bias: usize, out: usize, scratch: usize,
): void {
  const taps = from * field * field, area = outRows * outColumns;
  const table = scratch + 64;
  const pixels = table + (<usize>whole(taps) << 2);
  const places = pixels + (<usize>whole(area) << 2);
  const packed = places + (<usize>whole(area) << 2);
  const sums = packed + (<usize>taps << 6);
  tapTable(table, from, field, columns, rows * columns);
  if (fitsColumns(maps, taps, stride, outColumns)) {
    forwardColumns(
      images, input, from * rows * columns, columns, table, taps, packed, weight, bias, out, maps, outRows, outColumns,
    );
    return;
  }
  pixelTable(pixels, outRows, outColumns, stride, columns);
  stepTable(places, whole(area), 64);
  for (let first = 0; first < maps; first += 16) {
    const present = min(16, maps - first);
    const lanes = present > 8 ? 16 : 8;
    const row = <usize>lanes << 2;
    planesToRows(weight + (<usize>(first * taps) << 2), packed, present, taps, lanes);
    for (let map = 0; map < 16; map++)
      store<f32>(scratch + (<usize>map << 2), bias && map < present ? load<f32>(bias + (<usize>(first + map) << 2)) : 0);
    for (let n = 0; n < images; n++) {
      const source = input + (<usize>(n * from * rows * columns) << 2);
      beginWithBiases(scratch, sums, area, lanes);
      addProducts(source, pixels, sums, places, area, table, packed, packed + <usize>taps * row, lanes);
      rowsToPlanes(sums, out + (<usize>((n * maps + first) * area) << 2), present, area, lanes);
    }
  }
}
