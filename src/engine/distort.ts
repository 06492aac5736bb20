// Distorted digits for training, made anew at each step. A kind of distortion has a name with options (`elastic:alpha=20`);
// what it does is plain data: how far an image may be moved and bent. What is drawn is a hash of the seed, the step and the
// image's place in the batch: nothing to store, and the same whoever draws it.
import { LenetError } from "../errors.ts";
import type { AffineMap } from "../kernels/contract.ts";
import { nameWith, type OptionRule, type OptionRules, readOptions, splitName } from "../named.ts";
import { mix } from "../random.ts";
import type { Floats } from "../shape.ts";
import { closest } from "../words.ts";

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

const none = distortion(0);
const strength: OptionRule & { usual: number } = { least: 0, most: 10, usual: 1, meaning: "times the usual ranges" };

/** A kind of distortion: its options, and what they come to. */
interface Kind {
  readonly meaning: string;
  readonly rules: OptionRules;
  readonly spec: (options: Readonly<Record<string, number>>) => DistortSpec;
}

/** The kinds by name, for `--distort` and its like. A number alone is the strength of `affine`. */
export const distortKinds: Readonly<Record<string, Kind>> = {
  affine: {
    meaning: "shifted, scaled, squeezed, sheared and turned a little",
    rules: { strength },
    spec: ({ strength }) => distortion(strength!),
  },
  paper: {
    // The paper gives no ranges (1998, III.A): these are those of affine, an assumption.
    meaning: "as in 1998, section III: shifted, scaled, squeezed and sheared, not turned",
    rules: { strength },
    spec: ({ strength }) => ({ ...distortion(strength!), rotate: 0 }),
  },
  elastic: {
    meaning: "bent by a smooth random field (Simard et al. 2003), on top of affine",
    rules: {
      alpha: { least: 0, most: 1_000, usual: 34, meaning: "how far, as in the paper: the scale of the field" },
      sigma: { least: 1, most: 100, usual: 4, meaning: "how smoothly: pixels of the Gaussian" },
      affine: strength,
    },
    spec: ({ alpha, sigma, affine }) => ({
      ...distortion(affine!),
      ...(alpha! > 0 ? { elastic: { alpha: alpha!, sigma: sigma! } } : {}),
    }),
  },
  shift: {
    meaning: "moved by whole pixels in x and y",
    rules: { pixels: { least: 0, most: 16, usual: 1, meaning: "at most so many" } },
    spec: ({ pixels }) => ({ ...none, shift: pixels!, whole: true }),
  },
};

const readKind = (place: string, text: string): { name: string; spec: DistortSpec } => {
  const { name, options } = splitName(text);
  const kind = Object.hasOwn(distortKinds, name) ? distortKinds[name] : undefined;
  const known = Object.keys(distortKinds);
  if (!kind)
    throw new LenetError(
      `${place}: expected a number from 0, or ${known.join(", ")}, got ${JSON.stringify(text)}.${closest(name, known)}`,
    );
  const values = readOptions(name, kind.rules, options) as Readonly<Record<string, number>>;
  if (name === "shift" && !Number.isInteger(values["pixels"]))
    throw new LenetError(`${place}: expected a whole number of pixels, got ${values["pixels"]}.`);
  return { name: nameWith(name, kind.rules, values), spec: kind.spec(values) };
};

/** The shortest spelling of a kind with options. `place` is how the user spells the setting. Throws LenetError. */
export const distortName = (place: string, text: string): string => readKind(place, text).name;

/** What a setting says: a strength, or a kind with options; undefined where it says that nothing is distorted. */
export const distortionOf = (distort: number | string): DistortSpec | undefined => {
  const spec = typeof distort === "number" ? distortion(distort) : readKind("distort", distort).spec;
  const { shift, scale, squeeze, shear, rotate, elastic } = spec;
  return [shift, scale, squeeze, shear, rotate].some((range) => range !== 0) || elastic ? spec : undefined;
};

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
