// Matrix products with the kernels of the nets, in a memory of their own: a dense layer's forward is rows times rows, and its
// gradient by the weights is a Gram matrix. Blocks are small enough to stay in the cache. Knows no images.
import { arenaMemory, type Claim, openArena } from "../engine/arena.ts";
import type { Kernels } from "../kernels/contract.ts";
import { bindKernels } from "../kernels/load.ts";

/** Rows in a block. */
export const BLOCK = 64;

/** Two matrices to write into, and their product. */
export interface Products {
  /** (BLOCK, width) */
  readonly left: Float32Array;
  /** (others, width) */
  readonly right: Float32Array;
  /** (others) */
  readonly bias: Float32Array;
  /** (BLOCK, others) */
  readonly out: Float32Array;
  /** out (rows, count) = left · rightᵀ + bias, for the first `rows` rows of left and the first `count` (default: all) of right. */
  multiply(rows: number, count?: number): void;
}

/** Rows to write into, and the sum of their outer products. */
export interface Gram {
  /** (BLOCK, width) */
  readonly rows: Float32Array;
  /** (width, width) */
  readonly gram: Float32Array;
  /** (width) */
  readonly sums: Float32Array;
  /** gram = rowsᵀ · rows and sums = the sum of the rows, for the first `count` of them; overwrites. */
  multiply(count: number): void;
}

const open = (
  module: WebAssembly.Module,
  lengths: Readonly<Record<string, number>>,
): [Kernels, (name: string) => Float32Array] => {
  const claims = Object.entries(lengths).map(([name, length]): Claim => ({ name, element: "float", length }));
  const memory = arenaMemory(claims);
  const arena = openArena(claims, memory.buffer);
  return [bindKernels(module, memory), (name) => arena.floats(name) as Float32Array];
};

export const openProducts = (module: WebAssembly.Module, width: number, others: number): Products => {
  const [kernels, array] = open(module, {
    left: BLOCK * width,
    right: others * width,
    bias: others,
    out: BLOCK * others,
  });
  const [left, right, bias, out] = [array("left"), array("right"), array("bias"), array("out")];
  return {
    left,
    right,
    bias,
    out,
    multiply: (rows, count = others) => kernels.denseForward(rows, width, count, left, right, bias, out),
  };
};

export const openGram = (module: WebAssembly.Module, width: number): Gram => {
  const [kernels, array] = open(module, { rows: BLOCK * width, gram: width * width, sums: width });
  const [rows, gram, sums] = [array("rows"), array("gram"), array("sums")];
  return {
    rows,
    gram,
    sums,
    multiply: (count) => kernels.denseBackwardWeight(count, width, width, 0, width, rows, rows, gram, sums),
  };
};
