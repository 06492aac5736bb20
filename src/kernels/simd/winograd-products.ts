// The products between the transforms of winograd-transforms.ts: at each of the 36 points a product of matrices over the maps of the
// input, those of the output, and all tiles. Lanes are images, so a weight is one number for all lanes. The loops are short (six
// terms for C3 forward), and each pointer more in them costs: weights are packed in the order in which they are read.
// Exported so that the compiler leaves them functions of their own, as in tiles.ts.
import { madd } from "./lanes";

/**
 * to (tiles, 4 of its row) = from (tiles, terms) × weight (terms, 4), two tiles at a time. `row` and `toRow` are the bytes of a
 * tile; a row of `from` takes as many as its weights.
 */
export function products_four(from: usize, fromEnd: usize, row: usize, weight: usize, to: usize, toRow: usize): void {
  const end = weight + row;
  for (; from < fromEnd; from += row, to += 2 * toRow) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let u = weight; u < end; u += 16, from += 16) {
      const x = v128.load(from), y = v128.load(from + row);
      const u0 = v128.load_splat<f32>(u), u1 = v128.load_splat<f32>(u, 4);
      const u2 = v128.load_splat<f32>(u, 8), u3 = v128.load_splat<f32>(u, 12);
      a0 = madd(a0, x, u0); a1 = madd(a1, x, u1); a2 = madd(a2, x, u2); a3 = madd(a3, x, u3);
      b0 = madd(b0, y, u0); b1 = madd(b1, y, u1); b2 = madd(b2, y, u2); b3 = madd(b3, y, u3);
    }
    v128.store(to, a0); v128.store(to, a1, 16); v128.store(to, a2, 32); v128.store(to, a3, 48);
    const next = to + toRow;
    v128.store(next, b0); v128.store(next, b1, 16); v128.store(next, b2, 32); v128.store(next, b3, 48);
  }
}

/** to (tiles, 3 of its row) = from (tiles, terms) × weight (terms, 4), of which the fourth is not looked at: three tiles at a time. */
export function products_three(from: usize, fromEnd: usize, row: usize, weight: usize, to: usize, toRow: usize): void {
  const end = weight + row;
  for (; from < fromEnd; from += 2 * row, to += 3 * toRow) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0;
    for (let u = weight; u < end; u += 16, from += 16) {
      const x = v128.load(from), y = v128.load(from + row), z = v128.load(from + 2 * row);
      const u0 = v128.load_splat<f32>(u), u1 = v128.load_splat<f32>(u, 4), u2 = v128.load_splat<f32>(u, 8);
      a0 = madd(a0, x, u0); a1 = madd(a1, x, u1); a2 = madd(a2, x, u2);
      b0 = madd(b0, y, u0); b1 = madd(b1, y, u1); b2 = madd(b2, y, u2);
      c0 = madd(c0, z, u0); c1 = madd(c1, z, u1); c2 = madd(c2, z, u2);
    }
    v128.store(to, a0); v128.store(to, a1, 16); v128.store(to, a2, 32);
    let next = to + toRow;
    v128.store(next, b0); v128.store(next, b1, 16); v128.store(next, b2, 32); next += toRow;
    v128.store(next, c0); v128.store(next, c1, 16); v128.store(next, c2, 32);
  }
}

/**
 * sums (inputs, outputs) += Σ over tiles of in (tiles, inputs) × out (tiles, outputs), lane by lane: two inputs and four outputs at
 * a time. `inRow` and `outRow` are the bytes of a tile.
 */
export function products_to_weight(input: usize, inRow: usize, out: usize, outEnd: usize, outRow: usize, sums: usize): void {
  for (const stop = input + inRow; input < stop; input += 32, sums += outRow)
    for (let from = out, end = outEnd; from < out + outRow; from += 64, end += 64, sums += 64) {
      const next = sums + outRow;
      let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
      let b0 = v128.load(next), b1 = v128.load(next, 16), b2 = v128.load(next, 32), b3 = v128.load(next, 48);
      for (let m = from, v = input; m < end; m += outRow, v += inRow) {
        const x = v128.load(v), y = v128.load(v, 16);
        const g0 = v128.load(m), g1 = v128.load(m, 16), g2 = v128.load(m, 32), g3 = v128.load(m, 48);
        a0 = madd(a0, x, g0); a1 = madd(a1, x, g1); a2 = madd(a2, x, g2); a3 = madd(a3, x, g3);
        b0 = madd(b0, y, g0); b1 = madd(b1, y, g1); b2 = madd(b2, y, g2); b3 = madd(b3, y, g3);
      }
      v128.store(sums, a0); v128.store(sums, a1, 16); v128.store(sums, a2, 32); v128.store(sums, a3, 48);
      v128.store(next, b0); v128.store(next, b1, 16); v128.store(next, b2, 32); v128.store(next, b3, 48);
    }
}
