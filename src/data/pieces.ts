// The pieces that ink lies in, pixels that touch each other, and the boxes around them. Pure; which pieces are a digit is
// choose.ts's business.
import type { Grid } from "./grid.ts";

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Ink that hangs together. */
export interface Piece {
  readonly box: Box;
  /** Its pixels, as indices of the grid. */
  readonly pixels: Int32Array;
  /** All its ink, in pixels full of ink. */
  readonly mass: number;
  /** The most ink of a pixel. */
  readonly peak: number;
}

export const right = ({ left, width }: Box): number => left + width;
export const bottom = ({ top, height }: Box): number => top + height;
export const longer = ({ width, height }: Box): number => Math.max(width, height);

/** The smallest box around boxes, of which there is at least one. */
export const around = (boxes: readonly Box[]): Box => {
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  return { left, top, width: Math.max(...boxes.map(right)) - left, height: Math.max(...boxes.map(bottom)) - top };
};

/** Pixels between two boxes: 0 where they touch or overlap. */
export const gap = (a: Box, b: Box): number =>
  Math.max(0, a.left - right(b), b.left - right(a), a.top - bottom(b), b.top - bottom(a));

/** Whether the box `inner` lies in `outer`. */
export const inside = (inner: Box, outer: Box): boolean =>
  inner.left >= outer.left && inner.top >= outer.top && right(inner) <= right(outer) && bottom(inner) <= bottom(outer);

/** The pieces of all pixels with more than `threshold`, corners touching too, the one with the most ink first. */
export const piecesOf = ({ width, height, values }: Grid, threshold: number): Piece[] => {
  const seen = new Uint8Array(values.length);
  const waiting = new Int32Array(values.length);
  const pieces: Piece[] = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] || !(values[start]! > threshold)) continue;
    let [count, mass, peak] = [1, 0, 0];
    let [left, top, last, low] = [width, height, 0, 0];
    waiting[0] = start;
    seen[start] = 1;
    for (let next = 0; next < count; next++) {
      const at = waiting[next]!;
      const y = Math.floor(at / width);
      const x = at - y * width;
      left = Math.min(left, x);
      last = Math.max(last, x);
      top = Math.min(top, y);
      low = Math.max(low, y);
      mass += values[at]!;
      peak = Math.max(peak, values[at]!);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (seen[neighbour] || !(values[neighbour]! > threshold)) continue;
          seen[neighbour] = 1;
          waiting[count++] = neighbour;
        }
    }
    const box = { left, top, width: last - left + 1, height: low - top + 1 };
    pieces.push({ box, pixels: waiting.slice(0, count), mass, peak });
  }
  return pieces.sort((a, b) => b.mass - a.mass);
};
