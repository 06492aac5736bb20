// The two arithmetics: told apart by what they compute, chosen once, and never mixed silently.
import { describe, expect, it } from "vitest";
import { type arithmetics, hasFused, kernelModule, usualArithmetic } from "../../src/kernels/module.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";

/** sum + a × b in this arithmetic. */
const madd = (arithmetic: (typeof arithmetics)[number], sum: number, a: number, b: number): number => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { f32_madd } = new WebAssembly.Instance(kernelModule(arithmetic), { env: { memory } }).exports;
  return (f32_madd as (sum: number, a: number, b: number) => number)(sum, a, b);
};

const factor = 1 + 2 ** -12;

describe("arithmetic", () => {
  it("plain rounds the product before it is added.", () => {
    expect(madd("plain", -(1 + 2 ** -11), factor, factor)).toBe(0);
  });

  it.runIf(hasFused())("fused rounds once, after the sum.", () => {
    expect(madd("fused", -(1 + 2 ** -11), factor, factor)).toBe(2 ** -24);
    // A float32 fused multiply-add of float32 numbers is what float64 gives, rounded, where float64 is exact.
    for (let i = 1; i < 1_000; i++) {
      const [a, b, sum] = [Math.fround(i / 7), Math.fround(3 / i), Math.fround(-i / 1_000)];
      expect(madd("fused", 0, a, b)).toBe(Math.fround(a * b));
      expect(Math.abs(madd("fused", sum, a, b) - (sum + a * b))).toBeLessThanOrEqual(2 ** -24 * Math.abs(sum + a * b));
    }
  });

  it("is fused by default exactly where the machine has it, and part of the settings of a run.", () => {
    expect(usualArithmetic()).toBe(hasFused() ? "fused" : "plain");
    expect(resolve(lenet5, {}).arithmetic).toBe(usualArithmetic());
    expect(resolve(lenet5, { arithmetic: "plain" }).arithmetic).toBe("plain");
  });

  it("of another name is refused.", () => {
    expect(() => resolve(lenet5, { arithmetic: "fussed" as "fused" })).toThrow(
      'arithmetic: expected one of fused, plain, got "fussed". Did you mean "fused"?',
    );
  });
});
