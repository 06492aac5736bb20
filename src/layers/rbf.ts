// Euclidean radial basis functions (1998, II.B): each class has a fixed code, and the output of a class is a penalty, how far
// the input lies from that code. The least penalty answers. Nothing is learned here; the codes are drawn in src/nets.
import { LenetError } from "../errors.ts";
import { formatShape, type Shape, size } from "../shape.ts";
import { type Census, type Pass, pointwise, type Views } from "./layer.ts";

export interface RbfSpec {
  readonly kind: "rbf";
  readonly name: string;
  /** Classes × inputs. */
  readonly codes: readonly (readonly number[])[];
  readonly scale: number;
}

/**
 * penalty = scale × Σ (in - code)². Equation 7 prints the whole squared distance (scale 1); the authors' own code takes half of
 * it, whose curvature is 1, and so do we unless told otherwise.
 */
export const rbf = (name: string, { codes, scale = 0.5 }: Pick<RbfSpec, "codes"> & { scale?: number }): RbfSpec => ({
  kind: "rbf",
  name,
  codes,
  scale,
});

export const outputShape = ({ name, codes, scale }: RbfSpec, input: Shape): Shape => {
  const wrong = codes.find((code) => code.length !== size(input));
  if (wrong)
    throw new LenetError(
      `${name}: expected codes of ${size(input)} numbers, one for each unit of ${formatShape(input)}, got one of ${wrong.length}.`,
    );
  if (!(scale > 0)) throw new LenetError(`${name}: expected a scale above 0, got ${scale}.`);
  return { maps: codes.length, rows: 1, columns: 1 };
};

export const { parameters } = pointwise;

/** Each class is joined to each input by a number that is fixed: 840 connections, no parameter. */
export const census = ({ codes }: RbfSpec, input: Shape): Census => ({
  connections: codes.length * size(input),
  multiplyAdds: codes.length * size(input),
});

export const window = (): null => null;
export const inPlace = false;

export const constants = ({ codes }: RbfSpec): Record<string, readonly number[]> => ({ codes: codes.flat() });

export const forward = ({ scale }: RbfSpec, v: Views, pass: Pass): void => {
  const { input, output } = v.geometry;
  v.kernels.rbfForward(pass.images, size(input), output.maps, scale, v.in, v.constants["codes"]!, v.out);
};

/** Of out = scale × Σ (in - code)². */
export const backward = ({ scale }: RbfSpec, v: Views, pass: Pass): void => {
  const { input, output } = v.geometry;
  if (v.dIn)
    v.kernels.rbfBackward(pass.images, size(input), output.maps, scale, v.in, v.constants["codes"]!, v.dOut, v.dIn);
};

/**
 * A penalty is the curved part itself: d²E/din² = Σ dE/dout × 2 scale, the same for every input (1 for half the squared
 * distance). dOut holds dE/dout here, as losses of penalties begin the recursion.
 */
export const curvature = ({ scale }: RbfSpec, v: Views, _: Views, pass: Pass): void => {
  if (!v.dIn) return;
  const inputs = size(v.geometry.input);
  const classes = v.geometry.output.maps;
  for (let n = 0; n < pass.images; n++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += v.dOut[n * classes + k]!;
    v.dIn.fill(2 * scale * sum, n * inputs, (n + 1) * inputs);
  }
};
