// Compiles the kernels, and finds out which of the two arithmetics this machine has. Where their bytes come from is host.ts's
// business.
import { type Arithmetic, arithmetics } from "./arithmetic.ts";
import { kernelBytes, unlockRelaxedSimd } from "./host.ts";

export { type Arithmetic, arithmetics };

const compiled = new Map<Arithmetic, WebAssembly.Module>();

/** The WebAssembly module, compiled once a process. "fused" only where `hasFused()`. */
export const kernelModule = (arithmetic: Arithmetic = usualArithmetic()): WebAssembly.Module => {
  const module = compiled.get(arithmetic) ?? new WebAssembly.Module(kernelBytes(arithmetic));
  compiled.set(arithmetic, module);
  return module;
};

/** Fused where the machine has it: a step takes a third less time (docs/kernels.md). */
export const usualArithmetic = (): Arithmetic => (hasFused() ? "fused" : "plain");

let fused: boolean | undefined;

/** Whether this process can multiply and add with one rounding. Relaxed SIMD only allows it, so it is tried out, once. */
export const hasFused = (): boolean => {
  fused ??= canCompile(kernelBytes("fused")) && roundsOnce(kernelModule("fused"));
  return fused;
};

const canCompile = (bytes: Uint8Array<ArrayBuffer>): boolean => {
  if (WebAssembly.validate(bytes)) return true;
  unlockRelaxedSimd();
  return WebAssembly.validate(bytes);
};

/** (1 + 2⁻¹²)² - (1 + 2⁻¹¹) is 2⁻²⁴; with the product rounded first, nothing is left. */
const roundsOnce = (module: WebAssembly.Module): boolean => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { f32_madd } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const factor = 1 + 2 ** -12;
  return (f32_madd as (sum: number, a: number, b: number) => number)(-(1 + 2 ** -11), factor, factor) === 2 ** -24;
};
