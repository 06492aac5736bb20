// Convolution by a table of connections, as H2 of 1989 has it: each map sees some of the input maps, and only those weights
// are there. Maps in a row that see the same form a group. What the pixels of a group see is laid out as patches (pixels,
// taps), the taps in the order of the weights; then all three directions are products of small matrices as they are stored,
// which dense.ts has: nothing is packed, and nothing is multiplied that no connection asks for.
import { planeSum } from "./conv-backward-weight";
import { f32_dense_backward_input, f32_dense_backward_weight, f32_dense_forward } from "./dense";
import { copyFloats, pad, pixelTable, whole } from "./tiles";

/** The first map after `map` that does not see the same maps as it. */
function endOfGroup(table: usize, seen: i32, maps: i32, map: i32): i32 {
  const bytes = <usize>seen << 2;
  for (let end = map + 1; end < maps; end++)
    for (let at = table + <usize>map * bytes, i: usize = 0; i < bytes; i += 4)
      if (load<f32>(at + i) != load<f32>(table + <usize>end * bytes + i)) return end;
  return maps;
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
    for (let at = corners, to = patches; at < end; at += 4, to += row) {
      const a = from + <usize>load<i32>(at);
      if (field == 5) {
        const b = a + width, c = b + width, d = c + width, e = d + width;
        move4(back, a, to); move1(back, a + 16, to + 16);
        move4(back, b, to + 20); move1(back, b + 16, to + 36);
        move4(back, c, to + 40); move1(back, c + 16, to + 56);
        move4(back, d, to + 60); move1(back, d + 16, to + 76);
        move4(back, e, to + 80); move1(back, e + 16, to + 96);
      } else
        for (let ky: usize = 0, tap = to, line = a; ky < bytes; ky += 4, tap += bytes, line += width)
          for (let k: usize = 0; k < bytes; k += 4) move1(back, line + k, tap + k);
    }
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

/** sums += values. */
function add(count: i32, values: usize, sums: usize): void {
  for (; count >= 4; count -= 4, values += 16, sums += 16) v128.store(sums, f32x4.add(v128.load(sums), v128.load(values)));
  for (; count > 0; count--, values += 4, sums += 4) store<f32>(sums, load<f32>(sums) + load<f32>(values));
}

/**
 * Job 0: out from input, weight and bias (or 0). Job 1: input, which is dIn, from out, which is dOut, and weight. Job 2: weight
 * and bias (or 0), which are dWeight and dBias, from input and out, which is dOut. The scratch holds a table of pixels, a number
 * for each, a padded image, the patches of a group, and the sums of one image.
 */
export function f32_table(
  job: i32, images: i32, from: i32, rows: i32, columns: i32, maps: i32, outRows: i32, outColumns: i32, field: i32,
  stride: i32, padding: i32, paddingValue: f32, seen: i32, table: usize, input: usize, weight: usize, bias: usize, out: usize,
  scratch: usize,
): void {
  const area = outRows * outColumns, taps = seen * field * field;
  const width = columns + 2 * padding, plane = (rows + 2 * padding) * width;
  const line = <usize>width << 2, planeBytes = <usize>plane << 2;
  const corners = scratch, end = corners + (<usize>area << 2), zeros = corners + (<usize>whole(area) << 2);
  const image = zeros + (<usize>area << 2), patches = image + <usize>from * planeBytes;
  const own = patches + (<usize>(area * taps) << 2);
  pixelTable(corners, outRows, outColumns, stride, width);
  for (let at = zeros; at < image; at += 4) store<f32>(at, 0);
  for (let n = 0; n < images; n++) {
    if (job == 1) memory.fill(image, 0, <usize>from * planeBytes);
    else pad(input, image, from, rows, columns, padding, paddingValue);
    for (let map = 0; map < maps; ) {
      const next = endOfGroup(table, seen, maps, map);
      const group = next - map, list = table + (<usize>(map * seen) << 2);
      const w = weight + (<usize>(map * taps) << 2), o = out + (<usize>((n * maps + map) * area) << 2);
      if (job != 1) take_patches(image, list, seen, line, planeBytes, corners, end, field, patches);
      if (job == 0) f32_dense_forward(group, taps, area, w, patches, zeros, o);
      else if (job == 1) {
        // What are biases to a dense layer are sums that nobody looks at.
        f32_dense_backward_weight(group, taps, area, 0, area, w, o, patches, zeros);
        add_patches(image, list, seen, line, planeBytes, corners, end, field, patches);
      } else {
        f32_dense_backward_input(group, taps, area, o, patches, n == 0 ? w : own);
        if (n > 0) add(group * taps, own, w);
      }
      map = next;
    }
    for (let row = 0; row < from * rows; row++, input += <usize>columns << 2)
      if (job == 1) copyFloats(image + (<usize>((row / rows) * plane + ((row % rows) + padding) * width + padding) << 2), input, columns);
  }
  for (let map = 0; bias && map < maps; map++, bias += 4)
    for (let n = 0; n < images; n++) {
      const at = out + (<usize>((n * maps + map) * area) << 2);
      if (job == 2) store<f32>(bias, (n == 0 ? 0 : load<f32>(bias)) + planeSum(at, area));
      else for (let i: usize = 0; i < <usize>area << 2; i += 4) store<f32>(at + i, load<f32>(at + i) + load<f32>(bias));
    }
}
