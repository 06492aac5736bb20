// The products between the transforms of winograd-transforms.ts: for each of the 36 points a small product of matrices over six
// input maps, sixteen output maps and all tiles. Lanes are images, so a weight is one number for all lanes. The numbers of maps
// are constants: with strides in variables there are more pointers than registers, and these loops are short.
// Exported so that the compiler leaves them functions of their own, as in tiles.ts.
import { madd } from "./lanes";

/** Input maps and output maps. */
export const FROM: usize = 6;
export const MAPS: usize = 16;
/** Bytes of the weights of an input map, and of all. */
export const ROW: usize = MAPS << 2;
export const POINT: usize = FROM * ROW;
/** Bytes of their vectors, a tile. */
export const IN_ROW: usize = FROM << 4;
export const OUT_ROW: usize = MAPS << 4;

/**
 * out (6, tiles, 4) = in (6, tiles, 6) × weight (6, 6, 4 of 16): six points' products for four maps, two tiles at a time. `plane`
 * is one point's `in`.
 */
export function products_forward(input: usize, plane: usize, weight: usize, out: usize): void {
  const tiles = plane / IN_ROW;
  for (const stop = weight + 6 * POINT; weight < stop; weight += POINT) {
    const end = weight + POINT;
    for (const outEnd = out + (tiles << 6); out < outEnd; out += 128, input += IN_ROW) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let u = weight; u < end; u += ROW, input += 16) {
        const x = v128.load(input), y = v128.load(input, IN_ROW);
        const u0 = v128.load_splat<f32>(u), u1 = v128.load_splat<f32>(u, 4);
        const u2 = v128.load_splat<f32>(u, 8), u3 = v128.load_splat<f32>(u, 12);
        a0 = madd(a0, x, u0); a1 = madd(a1, x, u1); a2 = madd(a2, x, u2); a3 = madd(a3, x, u3);
        b0 = madd(b0, y, u0); b1 = madd(b1, y, u1); b2 = madd(b2, y, u2); b3 = madd(b3, y, u3);
      }
      v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32); v128.store(out, a3, 48);
      v128.store(out, b0, 64); v128.store(out, b1, 80); v128.store(out, b2, 96); v128.store(out, b3, 112);
    }
  }
}

/** in (tiles, 6) = out (tiles, 16) × weight (6, 16) transposed: three maps of three tiles at a time. */
export function products_to_input(out: usize, weight: usize, input: usize, inEnd: usize): void {
  for (const stop = weight + POINT; weight < stop; weight += 3 * ROW, input += 48, inEnd += 48) {
    const end = weight + ROW;
    for (let v = input, m = out; v < inEnd; v += 3 * IN_ROW, m += 2 * OUT_ROW) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0;
      for (let u = weight; u < end; u += 4, m += 16) {
        const x = v128.load(m), y = v128.load(m, OUT_ROW), z = v128.load(m, 2 * OUT_ROW);
        const u0 = v128.load_splat<f32>(u), u1 = v128.load_splat<f32>(u, ROW), u2 = v128.load_splat<f32>(u, 2 * ROW);
        a0 = madd(a0, x, u0); a1 = madd(a1, x, u1); a2 = madd(a2, x, u2);
        b0 = madd(b0, y, u0); b1 = madd(b1, y, u1); b2 = madd(b2, y, u2);
        c0 = madd(c0, z, u0); c1 = madd(c1, z, u1); c2 = madd(c2, z, u2);
      }
      v128.store(v, a0); v128.store(v, a1, 16); v128.store(v, a2, 32);
      v128.store(v, b0, IN_ROW); v128.store(v, b1, IN_ROW + 16); v128.store(v, b2, IN_ROW + 32);
      v128.store(v, c0, 2 * IN_ROW); v128.store(v, c1, 2 * IN_ROW + 16); v128.store(v, c2, 2 * IN_ROW + 32);
    }
  }
}

/** sums (6, 16) += Σ over tiles of in (tiles, 6) × out (tiles, 16), lane by lane: two input maps, four maps at a time. */
export function products_to_weight(input: usize, out: usize, outEnd: usize, sums: usize): void {
  for (const stop = input + IN_ROW; input < stop; input += 32, sums += OUT_ROW)
    for (let from = out, end = outEnd; from < out + OUT_ROW; from += 64, end += 64, sums += 64) {
      let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
      let b0 = v128.load(sums, OUT_ROW), b1 = v128.load(sums, OUT_ROW + 16);
      let b2 = v128.load(sums, OUT_ROW + 32), b3 = v128.load(sums, OUT_ROW + 48);
      for (let m = from, v = input; m < end; m += OUT_ROW, v += IN_ROW) {
        const x = v128.load(v), y = v128.load(v, 16);
        const g0 = v128.load(m), g1 = v128.load(m, 16), g2 = v128.load(m, 32), g3 = v128.load(m, 48);
        a0 = madd(a0, x, g0); a1 = madd(a1, x, g1); a2 = madd(a2, x, g2); a3 = madd(a3, x, g3);
        b0 = madd(b0, y, g0); b1 = madd(b1, y, g1); b2 = madd(b2, y, g2); b3 = madd(b3, y, g3);
      }
      v128.store(sums, a0); v128.store(sums, a1, 16); v128.store(sums, a2, 32); v128.store(sums, a3, 48);
      v128.store(sums, b0, OUT_ROW); v128.store(sums, b1, OUT_ROW + 16);
      v128.store(sums, b2, OUT_ROW + 32); v128.store(sums, b3, OUT_ROW + 48);
    }
}
