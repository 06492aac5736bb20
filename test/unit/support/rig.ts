// A net on one thread, with any kernels, filled with random numbers: what the tests of layers, engine and gradients stand
// on. It goes through the real engine (describe, claims, arena, program, step); only the kernels are chosen here.
import { type Arena, arenaBytes, arenaMemory, type Claim, openArena } from "../../../src/engine/arena.ts";
import { alone } from "../../../src/engine/crew.ts";
import { type Description, describe } from "../../../src/engine/describe.ts";
import { claimsOf, type PlanOptions } from "../../../src/engine/plan.ts";
import { bindProgram, type Program } from "../../../src/engine/program.ts";
import { step } from "../../../src/engine/step.ts";
import type { Kernels } from "../../../src/kernels/contract.ts";
import { bindKernels } from "../../../src/kernels/load.ts";
import { kernelModule } from "../../../src/kernels/module.ts";
import { reference } from "../../../src/kernels/reference/index.ts";
import type { Net } from "../../../src/nets/net.ts";
import { optimiser, stateNames } from "../../../src/optimisers/index.ts";
import { stream } from "../../../src/random.ts";
import type { Floats } from "../../../src/shape.ts";

export interface Rig {
  readonly description: Description;
  readonly options: PlanOptions;
  readonly arena: Arena;
  readonly program: Program;
  /** One training step on the first `images` images of the order; the mean loss. */
  step(images: number, number?: number): number;
}

/** "float64": the reference kernels on wide floats; "fast": WebAssembly on float32. `dress` may wrap the kernels. */
export type Arithmetic = "float64" | "fast";

interface RigOptions extends Partial<PlanOptions> {
  readonly batch: number;
  readonly arithmetic?: Arithmetic;
  readonly dress?: (kernels: Kernels, opened: { description: Description; arena: Arena }) => Kernels;
}

const plan = ({
  batch,
  threads = 1,
  seed = 1,
  images = batch,
  positions = images,
  // A test looks at what the layers made.
  keep = true,
  ...rest
}: RigOptions): PlanOptions => ({
  batch,
  threads,
  seed,
  images,
  positions,
  keep,
  ...(rest.ink ? { ink: rest.ink } : {}),
  // One that keeps every gradient where a test can read it, also of a single image.
  optimiser: rest.optimiser === undefined ? optimiser("momentum") : rest.optimiser,
});

/** An arena for the net and the kernels that work in it. What a step must write before it reads begins as NaN. */
const open = (description: Description, options: PlanOptions, arithmetic: Arithmetic): [Arena, Kernels] => {
  if (arithmetic === "float64") {
    const claims = claimsOf(description, options, reference);
    const arena = openArena(claims, new ArrayBuffer(arenaBytes(claims, 8)), 8);
    return [poisoned(claims, arena, options), reference];
  }
  const unbound = bindKernels(kernelModule(), new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = arenaMemory(claims);
  return [poisoned(claims, openArena(claims, memory.buffer), options), bindKernels(kernelModule(), memory)];
};

const poisoned = (claims: readonly Claim[], arena: Arena, options: PlanOptions): Arena => {
  const kept = new Set(["weights", "statistics", ...(options.optimiser ? stateNames(options.optimiser) : [])]);
  for (const { name, element } of claims)
    if (element === "float" && !kept.has(name)) arena.floats(name).fill(Number.NaN);
  return arena;
};

/** Numbers in ±range of the stream `name`. */
export const uniform = (name: string, count: number, range = 1): Float64Array => {
  const random = stream(1, name);
  return Float64Array.from({ length: count }, () => (2 * random.unit() - 1) * range);
};

/** Random weights (absent connections zero), pixels and labels; images in their order; every rate 0. */
const fill = ({ net, tensors }: Description, { images, positions }: PlanOptions, arena: Arena): void => {
  for (const { name, kind, role, offset, size, absent } of tensors) {
    if (kind === "statistic") {
      arena.floats("statistics").fill(role === "variance" ? 1 : 0, offset, offset + size);
      continue;
    }
    const values = uniform(name, size, 0.6);
    for (const [from, to] of absent) values.fill(0, from, to);
    const shift = role === "gamma" ? 1 : 0;
    arena.floats("weights").set(
      Array.from(values, (value) => value + shift),
      offset,
    );
  }
  const random = stream(1, "images");
  const pixels = arena.bytesOrFloats("pixels");
  for (let i = 0; i < pixels.length; i++) pixels[i] = random.integer(256);
  const labels = arena.bytes("labels");
  for (let i = 0; i < images; i++) labels[i] = random.integer(net.classes);
  const order = arena.ints("order");
  for (let i = 0; i < positions; i++) order[i] = i % images;
};

/** Opens, fills and binds a net. */
export const rig = (net: Net, given: RigOptions): Rig => {
  const description = describe(net);
  const options = plan(given);
  const [arena, plain] = open(description, options, given.arithmetic ?? "float64");
  fill(description, options, arena);
  const kernels = given.dress?.(plain, { description, arena }) ?? plain;
  const program = bindProgram({ description, options, arena, kernels, thread: 0 });
  const crew = alone();
  return {
    description,
    options,
    arena,
    program,
    step: (images, number = 0) => {
      step(program, { training: true, first: 0, images, index: 0, step: number }, crew);
      return arena.doubles("stepLosses")[0]!;
    },
  };
};

/** A copy of the part of `array` ("weights", "gradients", …) where the tensor `name` lies. */
export const tensorOf = (
  { description, arena }: Pick<Rig, "description" | "arena">,
  array: string,
  name: string,
): Floats => {
  const { offset, size } = description.tensors.find((tensor) => tensor.name === name)!;
  return arena.floats(array).slice(offset, offset + size);
};
