// Finds the compiled kernels beside this file. Node only: a page fetches the same bytes.
import { readFileSync } from "node:fs";

let compiled: WebAssembly.Module | undefined;

/** The WebAssembly module, compiled once a process. */
export const kernelModule = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("./kernels.wasm", import.meta.url)));
  return compiled;
};
