// Convolution by a table of connections, as H2 of 1989 has it: each map sees some of the input maps, and only those weights
// are there. Maps in a row that see the same form a group. What the pixels of a group see is laid out once as patches
// (pixels, taps), the taps in the order of the weights; then all three directions are products of small matrices as they are
// stored, which dense.ts has: nothing is packed, and nothing is multiplied that no connection asks for.
import { planeSum } from "./conv-backward-weight";
import { f32_dense_backward_input, f32_dense_backward_weight, f32_dense_forward } from "./dense";
import { copyFloats, pad, pixelTable, whole } from "./tiles";

/** The first map after `map` that does not see the same maps as it. */
function endOfGroup(table: usize, seen: i32, maps: i32, map: i32): i32 {
  const bytes = <usize>seen << 2;
  let end = map + 1;
  for (; end < maps; end++)
    for (let i: usize = 0; i < bytes; i += 4)
      if (load<f32>(table + <usize>end * bytes + i) != load<f32>(table + <usize>map * bytes + i)) return end;
  return end;
}

/** sums += values. */
function add(count: i32, values: usize, sums: usize): void {
  for (; count >= 4; count -= 4, values += 16, sums += 16) v128.store(sums, f32x4.add(v128.load(sums), v128.load(values)));
  for (; count > 0; count--, values += 4, sums += 4) store<f32>(sums, load<f32>(sums) + load<f32>(values));
}

/** A float, and four, copied from `line` or (`back`) added to them. */
@inline
function move1(back: bool, line: usize, tap: usize): void {
  if (back) store<f32>(line, load<f32>(line) + load<f32>(tap));
  else store<f32>(tap, load<f32>(line));
}
@inline
function move4(back: bool, line: usize, tap: usize): void {
  if (back) v128.store(line, f32x4.add(v128.load(line), v128.load(tap)));
  else v128.store(tap, v128.load(line));
}

/**
 * The patches of the `seen` maps in `list`, from planes of a padded image; `corners` says where each pixel's window begins.
 * Fields of five, the papers', are written out: short loops inside a loop end where the processor does not expect it.
 */
@inline
function walk(
  back: bool, image: usize, list: usize, seen: i32, width: usize, plane: usize, corners: usize, end: usize, field: i32,
  patches: usize,
): void {
  const bytes = <usize>field << 2;
  const row = <usize>seen * bytes * <usize>field;
  for (let i = 0; i < seen; i++, list += 4, patches += bytes * <usize>field) {
    const from = image + <usize>load<f32>(list) * plane;
    let to = patches;
    if (field == 5)
      for (let at = corners; at < end; at += 4, to += row) {
        const line = from + <usize>load<i32>(at);
        move4(back, line, to); move1(back, line + 16, to + 16);
        move4(back, line + width, to + 20); move1(back, line + width + 16, to + 36);
        move4(back, line + 2 * width, to + 40); move1(back, line + 2 * width + 16, to + 56);
        move4(back, line + 3 * width, to + 60); move1(back, line + 3 * width + 16, to + 76);
        move4(back, line + 4 * width, to + 80); move1(back, line + 4 * width + 16, to + 96);
      }
    else
      for (let at = corners; at < end; at += 4, to += row)
        for (let ky = 0; ky < field; ky++)
          for (let k: usize = 0; k < bytes; k += 4)
            move1(back, from + <usize>load<i32>(at) + <usize>ky * width + k, to + <usize>ky * bytes + k);
  }
}

/** Both are functions of their own, so that their loops keep their pointers in registers. */
export function take_patches(
  image: usize, list: usize, seen: i32, width: usize, plane: usize, corners: usize, end: usize, field: i32, patches: usize,
): void {
  walk(false, image, list, seen, width, plane, corners, end, field, patches);
}
export function add_patches(
  image: usize, list: usize, seen: i32, width: usize, plane: usize, corners: usize, end: usize, field: i32, patches: usize,
): void {
  walk(true, image, list, seen, width, plane, corners, end, field, patches);
}

/** The scratch holds a table of pixels, zeros for each, a padded image and the patches of a group. */
export function f32_table_forward(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, paddingValue: f32, seen: i32, table: usize, input: usize, weight: usize, bias: usize, out: usize,
  scratch: usize,
): void {
  const area = outRows * outColumns, taps = seen * field * field;
  const width = columns + 2 * padding, plane = (rows + 2 * padding) * width;
  const corners = scratch, cornersEnd = corners + (<usize>area << 2), zeros = corners + (<usize>whole(area) << 2);
  const image = zeros + (<usize>area << 2), patches = image + (<usize>(from * plane) << 2);
  pixelTable(corners, outRows, outColumns, stride, width);
  memory.fill(zeros, 0, <usize>area << 2);
  for (let n = 0; n < images; n++, input += <usize>(from * rows * columns) << 2) {
    pad(input, image, from, rows, columns, padding, paddingValue);
    for (let map = 0; map < maps; ) {
      const end = endOfGroup(table, seen, maps, map);
      take_patches(image, table + (<usize>(map * seen) << 2), seen, <usize>width << 2, <usize>plane << 2, corners, cornersEnd, field, patches);
      const to = out + (<usize>((n * maps + map) * area) << 2);
      f32_dense_forward(end - map, taps, area, weight + (<usize>(map * taps) << 2), patches, zeros, to);
      for (let i = 0; bias && i < (end - map) * area; i++)
        store<f32>(to + (<usize>i << 2), load<f32>(to + (<usize>i << 2)) + load<f32>(bias + (<usize>(map + i / area) << 2)));
      map = end;
    }
  }
}

/** The scratch holds a table of pixels, a padded image and the patches of a group, and of several images the gradient of one. */
export function f32_table_backward_weight(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, paddingValue: f32, seen: i32, table: usize, input: usize, dOut: usize, dWeight: usize, dBias: usize,
  scratch: usize,
): void {
  const area = outRows * outColumns, taps = seen * field * field;
  const width = columns + 2 * padding, plane = (rows + 2 * padding) * width;
  const corners = scratch, cornersEnd = corners + (<usize>area << 2);
  const image = corners + (<usize>whole(area) << 2), patches = image + (<usize>(from * plane) << 2);
  const own = patches + (<usize>(area * taps) << 2);
  pixelTable(corners, outRows, outColumns, stride, width);
  for (let n = 0; n < images; n++, input += <usize>(from * rows * columns) << 2) {
    pad(input, image, from, rows, columns, padding, paddingValue);
    for (let map = 0; map < maps; ) {
      const end = endOfGroup(table, seen, maps, map);
      take_patches(image, table + (<usize>(map * seen) << 2), seen, <usize>width << 2, <usize>plane << 2, corners, cornersEnd, field, patches);
      const sums = dWeight + (<usize>(map * taps) << 2);
      const gradient = dOut + (<usize>((n * maps + map) * area) << 2);
      f32_dense_backward_input(end - map, taps, area, gradient, patches, n == 0 ? sums : own);
      if (n > 0) add((end - map) * taps, own, sums);
      map = end;
    }
  }
  for (let map = 0; dBias && map < maps; map++) {
    let sum: f32 = 0;
    for (let n = 0; n < images; n++) sum += planeSum(dOut + (<usize>((n * maps + map) * area) << 2), area);
    store<f32>(dBias + (<usize>map << 2), sum);
  }
}

/** The scratch holds a table of pixels, room for sums nobody looks at, a padded image and the patches of a group. */
export function f32_table_backward_input(
  images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32, stride: i32,
  padding: i32, seen: i32, table: usize, dOut: usize, weight: usize, dIn: usize, scratch: usize,
): void {
  const area = outRows * outColumns, taps = seen * field * field;
  const width = columns + 2 * padding, plane = (rows + 2 * padding) * width;
  const corners = scratch, cornersEnd = corners + (<usize>area << 2), zeros = corners + (<usize>whole(area) << 2);
  const image = zeros + (<usize>area << 2), patches = image + (<usize>(from * plane) << 2);
  pixelTable(corners, outRows, outColumns, stride, width);
  for (let n = 0; n < images; n++) {
    memory.fill(image, 0, <usize>(from * plane) << 2);
    for (let map = 0; map < maps; ) {
      const end = endOfGroup(table, seen, maps, map);
      const gradient = dOut + (<usize>((n * maps + map) * area) << 2);
      const w = weight + (<usize>(map * taps) << 2);
      f32_dense_backward_weight(end - map, taps, area, 0, area, w, gradient, patches, zeros);
      add_patches(image, table + (<usize>(map * seen) << 2), seen, <usize>width << 2, <usize>plane << 2, corners, cornersEnd, field, patches);
      map = end;
    }
    for (let row = 0; row < from * rows; row++, dIn += <usize>columns << 2) {
      const line = (row / rows) * plane + ((row % rows) + padding) * width + padding;
      copyFloats(image + (<usize>line << 2), dIn, columns);
    }
  }
}
