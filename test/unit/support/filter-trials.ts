// The calls that convolutions by minimal filtering are tried on, and how near they must come. Rounding errors of such an algorithm
// grow with what it adds up on its way, which is more than what the plain sum adds: so their measure is the algorithm itself in
// absolute values, |A′| (|G| |weight| |G′| × |B′| |in| |B|) |A|, written here from its points alone.
import type { Floats, Shape } from "../../../src/shape.ts";
import type { Trial } from "./conformance.ts";
import { backwardCall, type Example, forwardCall, geometry } from "./conv-trials.ts";
import { combinations, upTo } from "./trials.ts";

const POINTS = [0, 1, -1, 2, -0.5];

type Matrix = readonly (readonly number[])[];

/** The coefficients of Π (x - root), lowest first, as many as there are inputs. */
const product = (roots: readonly number[]): number[] => {
  let coefficients = [1, 0, 0, 0, 0, 0];
  for (const root of roots)
    coefficients = coefficients.map((coefficient, power) => (coefficients[power - 1] ?? 0) - root * coefficient);
  return coefficients;
};

const others = (point: number): number[] => POINTS.filter((other) => other !== point);
const powers = (count: number, point: number): number[] => Array.from({ length: count }, (_, power) => point ** power);
const last = (count: number): number[] => Array.from({ length: count }, (_, power) => (power === count - 1 ? 1 : 0));

/** Absolute values of G (6, 5), B′ (6, 6) and A (6, 2), each row a point; the last is infinity. */
const absolute = (matrix: Matrix): Matrix => matrix.map((row) => row.map(Math.abs));
const G = absolute([
  ...POINTS.map((point) => {
    const scale = others(point).reduce((far, other) => far * (point - other), 1);
    return powers(5, point).map((power) => power / scale);
  }),
  last(5),
]);
const B = absolute([...POINTS.map((point) => product(others(point))), product(POINTS)]);
const A = absolute([...POINTS.map((point) => powers(2, point)), last(2)]);

const transposed = (matrix: Matrix): Matrix => matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));

/** matrix × values × matrix′, of a square of values. */
const around = (matrix: Matrix, values: Matrix): Matrix => {
  const sum = (factors: readonly number[], line: (place: number) => number): number =>
    factors.reduce((total, factor, place) => total + factor * line(place), 0);
  const half = matrix.map((factors) => values[0]!.map((_, x) => sum(factors, (y) => values[y]![x]!)));
  return half.map((row) => matrix.map((factors) => sum(factors, (x) => row[x]!)));
};

const times = (a: Matrix, b: Matrix): Matrix => a.map((row, y) => row.map((value, x) => value * b[y]![x]!));

const read = (values: Floats, place: number, side: number, row: number): Matrix =>
  Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => values[place + y * row + x]!));

const add = (values: Floats, place: number, row: number, what: Matrix): void => {
  for (const [y, line] of what.entries())
    for (const [x, value] of line.entries()) values[place + y * row + x]! += value;
};

/** The places in the arrays of each tile of 2×2 outputs of each pair of maps. */
const tilesOf = ({ g: { input, output }, images }: Example): { out: number; in: number; weight: number }[] =>
  combinations(upTo(images), upTo(output.rows / 2), upTo(output.columns / 2), upTo(output.maps), upTo(input.maps)).map(
    ([n, y, x, map, from]) => {
      const at = ({ maps, rows, columns }: Shape, map: number): number =>
        (((n! - 1) * maps + map - 1) * rows + 2 * (y! - 1)) * columns + 2 * (x! - 1);
      return { out: at(output, map!), in: at(input, from!), weight: ((map! - 1) * input.maps + from! - 1) * 25 };
    },
  );

const examples: readonly Example[] = (
  [
    [6, 16, 10, 10, 5],
    [6, 16, 2, 2, 4],
    [6, 16, 2, 4, 8],
    [6, 4, 6, 2, 7],
    [8, 16, 6, 6, 4],
    [12, 8, 2, 6, 6],
    [16, 44, 4, 2, 4],
  ] as const
).map(([from, maps, down, across, images]) => ({
  g: geometry({ field: 5, stride: 1, padding: 0 }, [from, maps], [down, across]),
  images,
}));

/** Rounded operations on the way of one product: three transforms of two passes each, of at most so many. */
const TRANSFORMS = 3 * 2 * 7;

export const filterForwardTrials = (): Trial[] =>
  examples.map((example, number) => {
    const { g } = example;
    const biased = number !== 1;
    return {
      ...forwardCall(example, biased),
      terms: g.input.maps + TRANSFORMS + 1,
      magnitude: (_, a) => {
        const [input, weight, bias, out] = [a.floats("input"), a.floats("weight"), a.floats("bias"), a.floats("out")];
        const area = g.output.rows * g.output.columns;
        for (let unit = 0; unit < out.length; unit++)
          out[unit] = biased ? bias[Math.floor(unit / area) % g.output.maps]! : 0;
        for (const place of tilesOf(example)) {
          const read5 = around(G, read(weight, place.weight, 5, 5));
          const products = times(read5, around(B, read(input, place.in, 6, g.input.columns)));
          add(out, place.out, g.output.columns, around(transposed(A), products));
        }
      },
    };
  });

/** One call, judged by what may be lost on the way of the most terms. */
export const filterBackwardTrials = (): Trial[] =>
  examples.map((example, number) => {
    const { g, images } = example;
    const tiles = (images * g.output.rows * g.output.columns) / 4;
    return {
      ...backwardCall(example, number !== 2),
      terms: Math.max(tiles, g.output.maps) + TRANSFORMS,
      magnitude: (k, a) => {
        const [input, dOut, weight] = [a.floats("input"), a.floats("dOut"), a.floats("weight")];
        const [dIn, dWeight] = [a.floats("dIn"), a.floats("dWeight")];
        k.convBackward(g, images, input, dOut, weight, null, dWeight, a.floats("dBias"), a.floats("scratch"));
        dIn.fill(0);
        dWeight.fill(0);
        for (const place of tilesOf(example)) {
          const gradient = around(A, read(dOut, place.out, 2, g.output.columns));
          const toInput = times(gradient, around(G, read(weight, place.weight, 5, 5)));
          const toWeight = times(gradient, around(B, read(input, place.in, 6, g.input.columns)));
          add(dIn, place.in, g.input.columns, around(transposed(B), toInput));
          add(dWeight, place.weight, 5, around(transposed(G), toWeight));
        }
      },
    };
  });
