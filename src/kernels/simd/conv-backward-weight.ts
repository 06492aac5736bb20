// Convolution, backward to the weights. Lanes are feature maps, rows are taps: the sums of all images stay in one small table
// (taps, maps); the gradient of an image is turned into rows (pixels, maps) once for all taps.
import { backwardColumns, fitsColumns } from "./conv-columns";
import { laneSum } from "./lanes";
import { addProducts, pixelTable, planesToRows, stepTable, tapTable, whole } from "./tiles";

/** Sum of `area` floats: sixteen sums, so that none waits for the one before. */
export function planeSum(plane: usize, area: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  let i = 0;
  for (; i + 16 <= area; i += 16, plane += 64) {
    a = f32x4.add(a, v128.load(plane)); b = f32x4.add(b, v128.load(plane, 16));
    c = f32x4.add(c, v128.load(plane, 32)); d = f32x4.add(d, v128.load(plane, 48));
  }
  for (; i + 4 <= area; i += 4, plane += 16) a = f32x4.add(a, v128.load(plane));
  let sum = laneSum(f32x4.add(f32x4.add(f32x4.add(a, b), c), d));
  for (; i < area; i++, plane += 4) sum += load<f32>(plane);
  return sum;
}

/** dBias (maps): sums over images and pixels. */
export function planeSums(images: i32, maps: i32, area: i32, dOut: usize, dBias: usize): void {
  for (let map = 0; map < maps; map++) {
    let sum: f32 = 0;
    for (let n = 0; n < images; n++) sum += planeSum(dOut + (<usize>((n * maps + map) * area) << 2), area);
    store<f32>(dBias + (<usize>map << 2), sum);
  }
}

/** The general way, for up to 16 maps at a time; `table` holds the taps. What the scratch holds follows the table of pixels. */
function backwardTiles(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, area: i32, taps: i32, input: usize,
  dOut: usize, dWeight: usize, table: usize, pixels: usize,
): void {
  const places = pixels + (<usize>whole(area) << 2);
  const gradient = places + (<usize>whole(taps) << 2);
  const sums = gradient + (<usize>area << 6);
  stepTable(places, whole(taps), 64);
  for (let first = 0; first < maps; first += 16) {
    const present = min(16, maps - first);
    const lanes = present > 8 ? 16 : 8;
    const row = <usize>lanes << 2;
    memory.fill(sums, 0, <usize>whole(taps) * row);
    for (let n = 0; n < images; n++) {
      const source = input + (<usize>(n * from * rows * columns) << 2);
      planesToRows(dOut + (<usize>((n * maps + first) * area) << 2), gradient, present, area, lanes);
      addProducts(source, table, sums, places, taps, pixels, gradient, gradient + <usize>area * row, lanes);
    }
    for (let map = 0; map < present; map++) {
      const lane = sums + (<usize>map << 2);
      const to = dWeight + (<usize>((first + map) * taps) << 2);
      for (let tap = 0; tap < taps; tap++) store<f32>(to + (<usize>tap << 2), load<f32>(lane + <usize>tap * row));
    }
  }
}

/**
 * dWeight (maps, from, field, field) and, unless 0, dBias (maps): sums over the images, which are padded already. The scratch
 * holds tables of taps, pixels and places, one image's gradient of up to 16 maps, and their sums.
 */
export function f32_conv_backward_weight(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  input: usize, dOut: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  const taps = from * field * field, area = outRows * outColumns;
  const pixels = scratch + (<usize>whole(taps) << 2);
  tapTable(scratch, from, field, columns, rows * columns);
  pixelTable(pixels, outRows, outColumns, stride, columns);
  if (fitsColumns(maps, taps, stride, outColumns))
    backwardColumns(
      images, input, from * rows * columns, columns, scratch, taps, outRows, outColumns, dOut, maps, dWeight,
    );
  else backwardTiles(images, from, rows, columns, maps, area, taps, input, dOut, dWeight, scratch, pixels);
  if (dBias) planeSums(images, maps, area, dOut, dBias);
}
