// What the kernels need of their surroundings, in Node: the compiled bytes, which lie beside this file. In a browser
// host-web.ts takes this file's place (the field "browser" of package.json says so to bundlers).
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Arithmetic } from "./arithmetic.ts";

/** The WebAssembly module of this arithmetic. */
export const kernelBytes = (arithmetic: Arithmetic): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`./kernels-${arithmetic}.wasm`, import.meta.url)));

/** Asks for relaxed SIMD, which came with V8 11.4, where it waits behind a flag: in Node 20, which has 11.3. */
export const unlockRelaxedSimd = (): void => {
  if (Number.parseInt(process.versions.v8, 10) === 11) setFlagsFromString("--experimental-wasm-relaxed-simd");
};
