// The kinds of distortion by name, with options (`elastic:alpha=20`), and what a setting comes to. How images are then distorted
// is engine/distort.ts.
import { type DistortSpec, distortion } from "../../engine/distort.ts";
import { LenetError } from "../../errors.ts";
import { nameWith, type OptionRule, type OptionRules, readOptions, splitName } from "../../named.ts";
import { closest } from "../../words.ts";

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
