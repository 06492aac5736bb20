// One thread of a team, wherever it runs: binds the program to the memory that all share, then walks whenever it is told to.
// Thread 0 keeps the count.
import { bindKernels } from "../kernels/load.ts";
import type { Net } from "../nets/net.ts";
import { openArena } from "./arena.ts";
import { CONTROL, together } from "./crew.ts";
import { describe } from "./describe.ts";
import { claimsOf, type PlanOptions } from "./plan.ts";
import { bindProgram } from "./program.ts";
import { type Walk, walkTo } from "./step.ts";

/** What a thread is born with. */
export interface Birth {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly net: Net;
  readonly options: PlanOptions;
  readonly thread: number;
  /** There are more threads than cores. */
  readonly crowded: boolean;
}

/** Walks positions from…to-1 of a way; gives the position it came to. */
export type Walker = (way: Walk, from?: number, to?: number) => number;

export const bindThread = ({ module, memory, net, options, thread, crowded }: Birth): Walker => {
  const description = describe(net);
  const kernels = bindKernels(module, memory);
  const arena = openArena(claimsOf(description, options, kernels), memory.buffer);
  const program = bindProgram({ description, options, arena, kernels, thread });
  const control = arena.ints("control");
  const crew = together(control, options.threads, crowded);
  const report = thread === 0 ? (position: number) => void Atomics.store(control, CONTROL.done, position) : () => {};
  return (way, from = way.from, to = way.to) => walkTo(program, crew, way, from, to, report);
};
