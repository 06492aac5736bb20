// A thread of a team: binds the program to the shared memory, then walks whenever it is told to. Thread 0 keeps the count.
import { parentPort, workerData } from "node:worker_threads";
import { bindKernels } from "../kernels/load.ts";
import type { Net } from "../nets/net.ts";
import { openArena } from "./arena.ts";
import { CONTROL, together } from "./crew.ts";
import { describe } from "./describe.ts";
import { claimsOf, type PlanOptions } from "./plan.ts";
import { bindProgram } from "./program.ts";
import { type Walk, walk } from "./step.ts";

/** What a worker is born with. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly net: Net;
  readonly options: PlanOptions;
  readonly thread: number;
}

const { module, memory, net, options, thread } = workerData as WorkerData;
const description = describe(net);
const kernels = bindKernels(module, memory);
const arena = openArena(claimsOf(description, options, kernels), memory.buffer);
const program = bindProgram({ description, options, arena, kernels, thread });
const control = arena.ints("control");
const crew = together(control, options.threads);

const report = thread === 0 ? (position: number) => void Atomics.store(control, CONTROL.done, position) : () => {};

parentPort!.on("message", (way: Walk) => parentPort!.postMessage(walk(program, crew, way, report)));
parentPort!.postMessage("ready");
