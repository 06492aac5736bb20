// The float64 algebra under the baselines, against what can be worked out by hand or is known in closed form.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dot, factorise, solve } from "../../src/baselines/cholesky.ts";
import { jacobi, leadingEigenvectors } from "../../src/baselines/eigen.ts";
import { expMinus } from "../../src/baselines/exponential.ts";
import { stream } from "../../src/random.ts";

const near = (got: ArrayLike<number>, wanted: readonly number[], bound = 1e-9): void => {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(got[i]! - value), `element ${i}`).toBeLessThan(bound);
};

/** I − 2 u uᵀ / |u|²: orthonormal rows, known without any algorithm. */
const reflection = (n: number): number[][] => {
  const u = Array.from({ length: n }, (_, i) => 1 + (i % 5));
  const square = u.reduce((sum, x) => sum + x * x, 0);
  return u.map((a, i) => u.map((b, j) => (i === j ? 1 : 0) - (2 * a * b) / square));
};

/** Σ value × vector vectorᵀ. */
const matrixWith = (values: readonly number[], vectors: readonly (readonly number[])[]): Float64Array => {
  const n = vectors[0]!.length;
  const matrix = new Float64Array(n * n);
  for (const [k, value] of values.entries())
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) matrix[i * n + j]! += value * vectors[k]![i]! * vectors[k]![j]!;
  return matrix;
};

const largestPositive = (vector: readonly number[]): number[] => {
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return vector.map((x) => (largest < 0 ? -x : x));
};

describe("cholesky", () => {
  it("factorises 4 2 / 2 3 into 2 / 1 √2, and solves with it.", () => {
    const matrix = Float64Array.of(4, 99, 2, 3);
    factorise(matrix, 2);
    near(matrix, [2, 99, 1, Math.SQRT2], 1e-15);
    const x = Float64Array.of(8, 8);
    solve(matrix, 2, x);
    near(x, [1, 2], 1e-14);
  });

  it("finds x again from A x, whatever positive definite A.", () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 7 * 8, maxLength: 7 * 8 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 7 }), (numbers, n) => {
        const a = Float64Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = i === j ? 1 : 0;
          for (let k = 0; k < n; k++) sum += numbers[i * n + k]! * numbers[j * n + k]!;
          return sum;
        });
        const x = numbers.slice(0, n);
        const b = Float64Array.from(x, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0));
        factorise(a, n);
        solve(a, n, b);
        near(b, x, 1e-12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("refuses a matrix that is not positive definite.", () => {
    expect(() => factorise(Float64Array.of(1, 2, 2, 1), 2)).toThrow("positive definite");
    expect(() => factorise(Float64Array.of(Number.NaN), 1)).toThrow("positive definite");
  });

  it("adds up products from any place, of any number.", () => {
    const [a, b] = [Float64Array.from({ length: 20 }, (_, i) => i), Float64Array.from({ length: 20 }, (_, i) => i * i)];
    for (let count = 0; count < 12; count++) {
      let wanted = 0;
      for (let i = 0; i < count; i++) wanted += a[i + 3]! * b[i + 5]!;
      expect(dot(a, 3, b, 5, count)).toBe(wanted);
    }
  });
});

describe("eigenvectors", () => {
  it("of 2 1 / 1 2 are (1, 1) and (1, -1), by Jacobi.", () => {
    const { values, vectors } = jacobi(Float64Array.of(2, 1, 1, 2), 2);
    near(values, [3, 1]);
    near(vectors.map(Math.abs), [Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2]);
    expect(vectors[2]! * vectors[3]!).toBeLessThan(0);
  });

  it("of a chain of springs have the values 2 − 2 cos(kπ/(n+1)), by Jacobi.", () => {
    const n = 20;
    const chain = Float64Array.from({ length: n * n }, (_, at) => {
      const apart = Math.abs(Math.floor(at / n) - (at % n));
      return apart === 0 ? 2 : apart === 1 ? -1 : 0;
    });
    const wanted = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)));
    near(jacobi(chain, n).values, wanted);
  });

  it("that lead a large matrix are found, in their order and with their largest element positive.", () => {
    const rows = reflection(60);
    const values = rows.map((_, k) => 100 * 0.9 ** k);
    const found = leadingEigenvectors(matrixWith(values, rows), 60, 4, stream(1, "test"));
    near(found.values, values.slice(0, 4));
    near(found.vectors, rows.slice(0, 4).flatMap(largestPositive), 1e-8);
  });

  it("are orthonormal where the matrix has fewer than are asked for.", () => {
    const rows = reflection(30);
    const { values, vectors } = leadingEigenvectors(matrixWith([5, 2], rows), 30, 4, stream(1, "test"));
    near(values, [5, 2, 0, 0]);
    near(vectors.subarray(0, 60), rows.slice(0, 2).flatMap(largestPositive));
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(dot(vectors, i * 30, vectors, j * 30, 30)).toBeCloseTo(i === j ? 1 : 0, 12);
  });
});

describe("expMinus", () => {
  it("is e to the minus x, to 13 digits.", () => {
    for (const x of [0, 1e-9, 0.3465, 0.3466, 1, 2, 10, 100, 700, 745]) {
      const wanted = Math.exp(-x);
      expect(Math.abs(expMinus(x) - wanted), `${x}`).toBeLessThanOrEqual(1e-13 * wanted + Number.MIN_VALUE);
    }
    expect(expMinus(0)).toBe(1);
    expect(expMinus(1e6)).toBe(0);
    expect(expMinus(Number.POSITIVE_INFINITY)).toBe(0);
  });
});
