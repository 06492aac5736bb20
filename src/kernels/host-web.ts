// What the kernels need of their surroundings, in a browser: the compiled bytes, which are part of the program there, so that
// nobody has to wait for them.
import { fused, plain } from "./bytes.js";
import type * as node from "./host.ts";

const texts = { plain, fused };

export const kernelBytes: typeof node.kernelBytes = (arithmetic) =>
  Uint8Array.from(atob(texts[arithmetic]), (letter) => letter.charCodeAt(0));

/** A browser has it or not. */
export const unlockRelaxedSimd: typeof node.unlockRelaxedSimd = () => {};
