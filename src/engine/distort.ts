// Distorted digits for training, made anew at each step: small planar affine maps, as the 1998 paper made them (section III:
// translation, scaling, squeezing, shearing) and a little rotation. The paper gives no ranges; these are ours. A map is a
// hash of the seed, the step and the image's place in the batch: nothing to store, and the same whoever draws it.
import type { AffineMap } from "../kernels/contract.ts";
import { mix } from "../random.ts";

/** How far an image may be distorted; every number is drawn uniformly between minus and plus its range. */
export interface DistortSpec {
  /** Pixels, in both directions. */
  readonly shift: number;
  /** Shares of the size: larger or smaller; wider and flatter or narrower and taller. */
  readonly scale: number;
  readonly squeeze: number;
  /** Columns a row; radians (for small angles). */
  readonly shear: number;
  readonly rotate: number;
}

/** The usual ranges times `strength`: at 1, 1.5 pixels, 10 %, 10 %, 0.15 and 0.15 (9°). */
export const distortion = (strength: number): DistortSpec => ({
  shift: 1.5 * strength,
  scale: 0.1 * strength,
  squeeze: 0.1 * strength,
  shear: 0.15 * strength,
  rotate: 0.15 * strength,
});

/** Draws the map of image `index` of step `step` into `map`. */
export const drawMap = (spec: DistortSpec, key: number, step: number, index: number, map: AffineMap): void => {
  let hash = mix(mix(key + Math.imul(step, 0x9e3779b1)) ^ index);
  const within = (range: number): number => {
    hash = mix(hash + 0x9e3779b9);
    return range * ((hash >>> 8) / 2 ** 23 - 1);
  };
  const scale = 1 + within(spec.scale);
  const squeeze = 1 + within(spec.squeeze);
  const shear = within(spec.shear);
  const angle = within(spec.rotate);
  map.xx = scale * squeeze;
  map.yy = scale / squeeze;
  map.xy = shear - angle * map.yy;
  map.yx = angle * map.xx;
  map.x0 = within(spec.shift);
  map.y0 = within(spec.shift);
};
