// Distorted digits for training, made anew at each step. How far an image may be moved and bent is plain data; kinds of distortion
// have names (lab/settings/distortions.ts). What is drawn is a hash of the seed, the step and the image's place in the batch: nothing to
// store, and the same whoever draws it.
import type { AffineMap } from "../kernels/contract.ts";
import { mix } from "../random.ts";
import type { Floats } from "../shape.ts";

/** How images are bent (Simard et al. 2003): by a field of ±1 a pixel, blurred by a Gaussian of `sigma` pixels, times `alpha`. */
export interface ElasticSpec {
  readonly alpha: number;
  /** At least 1. */
  readonly sigma: number;
}

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
  /** Shifts are whole numbers of pixels. */
  readonly whole?: true;
  readonly elastic?: ElasticSpec;
}

/** The usual ranges times `strength`: at 1, 1.5 pixels, 10 %, 10 %, 0.15 and 0.15 (9°). */
export const distortion = (strength: number): DistortSpec => ({
  shift: 1.5 * strength,
  scale: 0.1 * strength,
  squeeze: 0.1 * strength,
  shear: 0.15 * strength,
  rotate: 0.15 * strength,
});

/** Fills `units` with numbers in [-1, 1), each a multiple of 2⁻²³: those of image `index` of step `step`. */
export const drawUnits = (key: number, step: number, index: number, units: Floats): void => {
  let hash = mix(mix(key + Math.imul(step, 0x9e3779b1)) ^ index);
  for (let i = 0; i < units.length; i++) {
    hash = mix(hash + 0x9e3779b9);
    units[i] = (hash >>> 8) / 2 ** 23 - 1;
  }
};

/** Numbers that `fillMap` takes. */
export const MAP_UNITS = 6;

/** The map that these numbers in [-1, 1) choose. */
export const fillMap = (spec: DistortSpec, units: Floats, map: AffineMap): void => {
  const scale = 1 + spec.scale * units[0]!;
  const squeeze = 1 + spec.squeeze * units[1]!;
  const shear = spec.shear * units[2]!;
  const angle = spec.rotate * units[3]!;
  map.xx = scale * squeeze;
  map.yy = scale / squeeze;
  map.xy = shear - angle * map.yy;
  map.yx = angle * map.xx;
  const { shift } = spec;
  const choices = 2 * shift + 1;
  map.x0 = spec.whole ? Math.floor(((units[4]! + 1) / 2) * choices) - shift : shift * units[4]!;
  map.y0 = spec.whole ? Math.floor(((units[5]! + 1) / 2) * choices) - shift : shift * units[5]!;
};
