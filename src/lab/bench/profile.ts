// Where the time of a step goes: every layer and direction of any net, on one thread. Kernels are timed where they are called,
// and what a layer does around them by the operations of the program; the whole step is measured beside them, unwatched, so
// that a reader sees what is not accounted for.
import { type Arena, arenaMemory, openArena } from "../../engine/arena.ts";
import { alone } from "../../engine/crew.ts";
import { type Description, describe } from "../../engine/describe.ts";
import { initialise } from "../../engine/initialise.ts";
import { claimsOf } from "../../engine/plan.ts";
import { type Batch, bindProgram, type Program } from "../../engine/program.ts";
import { step } from "../../engine/step.ts";
import type { Watch } from "../../engine/views.ts";
import type { Kernels } from "../../kernels/contract.ts";
import { bindKernels } from "../../kernels/load.ts";
import { type Arithmetic, kernelModule } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { distortionOf } from "../settings/distortions.ts";
import { recipeOf } from "../settings/recipes.ts";
import { fillImages } from "./ours.ts";
import type { Profile, ProfileRow } from "./result.ts";

const SEED = 1;
const RATE = 0.000_1;
const IMAGES = 16;
/** Of one block: long enough for the clock, short enough that some blocks are not interrupted by other programs. */
const BLOCK_MS = 1;
const LEAST_ROUNDS = 4;

/** What of a step a row can be, in the order of the rows. */
const directions = [
  "input",
  "forward",
  "loss",
  "backward to the input",
  "backward to the weights",
  "backward to both",
  "backward",
  "summing gradients",
  "optimiser",
  "around the kernels",
  "counting",
] as const;
type Direction = (typeof directions)[number];

const parts = ["input", "forward", "loss", "backward", "update"] as const;

const directionOf = (part: (typeof parts)[number], kernel: string): Direction => {
  if (/^(?:sgd|momentum|adam|sdlm)/.test(kernel)) return "optimiser";
  if (kernel === "addUp" || kernel === "unitBiasBackward") return "summing gradients";
  if (part === "update") return "backward to the weights";
  if (part !== "backward") return part;
  if (kernel === "convBackwardWeight") return "backward to the weights";
  if (kernel === "convBackward") return "backward to both";
  return /^(?:conv|dense)BackwardInput$/.test(kernel) ? "backward to the input" : "backward";
};

/** Watches a program: milliseconds by layer (those of none come first) and direction. */
const stopwatch = (layers: number) => {
  const spent = new Float64Array((layers + 1) * directions.length);
  // What it costs to read the clock, which every time is less.
  let reading = Infinity;
  for (let i = 0; i < 10_000; i++) reading = Math.min(reading, -(performance.now() - performance.now()));
  let [row, part, inKernels] = [0, 0, 0];
  const watch: Watch = (index, name, run) => {
    const [own, number] = [(index + 1) * directions.length, parts.indexOf(name)];
    const around = own + directions.indexOf(index < 0 && name === "update" ? "counting" : "around the kernels");
    return (...words) => {
      row = own;
      part = number;
      inKernels = 0;
      const start = performance.now();
      run(...words);
      spent[around] += performance.now() - start - inKernels - reading;
    };
  };
  const timed = (kernels: Kernels): Kernels =>
    Object.fromEntries(
      Object.entries(kernels).map(([name, kernel]: [string, (...words: never[]) => unknown]) => {
        const places = parts.map((part) => directions.indexOf(directionOf(part, name)));
        const run = (...words: never[]): unknown => {
          const start = performance.now();
          const result = kernel(...words);
          const ms = performance.now() - start - reading;
          inKernels += ms + 2 * reading;
          spent[row + places[part]!] += ms;
          return result;
        };
        return [name, run];
      }),
    ) as unknown as Kernels;
  return { watch, timed, spent };
};

interface Rig {
  readonly arena: Arena;
  readonly description: Description;
  readonly bare: Program;
  readonly watched: Program;
  readonly spent: Float64Array;
}

const openRig = (net: Net, batch: number, arithmetic: Arithmetic): Rig => {
  const description = describe(net);
  const images = Math.ceil(IMAGES / batch) * batch;
  const { optimiser, distort: bent } = recipeOf(net);
  const distort = distortionOf(bent);
  const options = { batch, threads: 1, optimiser, seed: SEED, distort, images, positions: images };
  const module = kernelModule(arithmetic);
  const unbound = bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = arenaMemory(claims);
  const arena = openArena(claims, memory.buffer);
  const kernels = bindKernels(module, memory);
  fillImages(arena, description);
  initialise(description, SEED, arena);
  arena.doubles("rates").fill(RATE);
  const { watch, timed, spent } = stopwatch(description.layers.length);
  const binding = { description, options, arena, thread: 0 };
  return {
    arena,
    description,
    bare: bindProgram({ ...binding, kernels }),
    watched: bindProgram({ ...binding, kernels: timed(kernels), watch }),
    spent,
  };
};

/** Steps until a block's time is over; milliseconds a step. */
const block = (program: Program, batch: Batch, images: number): number => {
  const crew = alone();
  const start = performance.now();
  let steps = 0;
  let elapsed: number;
  do {
    // The clock is looked at once an order of images, so that looking costs nothing.
    for (batch.first = 0, batch.index = 0; batch.first < images; batch.first += batch.images, batch.index++) {
      step(program, batch, crew);
      batch.step++;
      steps++;
    }
    elapsed = performance.now() - start;
  } while (elapsed < BLOCK_MS);
  return elapsed / steps;
};

/** Profiles steps of the net's own recipe for `seconds`; `roof` in operations a second. Throws LenetError when the memory is not to be had. */
export const profileOf = (net: Net, batch: number, arithmetic: Arithmetic, seconds: number, roof: number): Profile => {
  const { description, bare, watched, spent, arena } = openRig(net, batch, arithmetic);
  const images = arena.ints("order").length;
  const pass: Batch = { training: true, first: 0, images: batch, index: 0, step: 0 };
  let [whole, least] = [Infinity, Infinity];
  let times: Float64Array = spent;
  const start = performance.now();
  // The first rounds are a warm-up: their times are not the best.
  for (let round = 0; round < LEAST_ROUNDS || performance.now() - start < seconds * 1000; round++) {
    whole = Math.min(whole, block(bare, pass, images));
    spent.fill(0);
    const before = pass.step;
    const ms = block(watched, pass, images);
    if (ms >= least) continue;
    least = ms;
    times = spent.map((sum) => sum / (pass.step - before));
  }
  const rows = rowsOf(description, times, (1000 * whole) / batch, batch, roof);
  return {
    net: net.name,
    batch,
    optimiser: recipeOf(net).optimiser.kind,
    microsecondsPerImage: (1000 * whole) / batch,
    accountedFor: rows.reduce((sum, row) => sum + row.microsecondsPerImage, 0),
    ...speed(
      rows.reduce((sum, row) => sum + row.multiplyAdds, 0),
      (1000 * whole) / batch,
      roof,
    ),
    rows,
  };
};

const speed = (multiplyAdds: number, microseconds: number, roof: number) => {
  const gflops = multiplyAdds === 0 ? null : (2 * multiplyAdds) / microseconds / 1000;
  return { gflops, shareOfRoof: gflops === null ? null : (gflops * 1e9) / roof };
};

const rowsOf = (
  { layers }: Description,
  times: Float64Array,
  whole: number,
  batch: number,
  roof: number,
): ProfileRow[] =>
  [...layers.keys(), -1].flatMap((index) =>
    directions.flatMap((direction): ProfileRow[] => {
      const ms = times[(index + 1) * directions.length + directions.indexOf(direction)]!;
      if (ms === 0) return [];
      const microsecondsPerImage = (1000 * ms) / batch;
      // Nobody asks for the gradient of the images.
      const ways = direction === "backward to both" && index > 0 ? 2 : 1;
      const multiplyAdds = /^forward|weights$|both$|to the input$/.test(direction)
        ? ways * productsOf(layers[index])
        : 0;
      const name = nameOf(layers, index);
      return [
        {
          layer: name,
          direction: index === 0 && direction === "backward to both" ? "backward to the weights" : direction,
          microsecondsPerImage,
          multiplyAdds,
          ...speed(multiplyAdds, microsecondsPerImage, roof),
          shareOfStep: microsecondsPerImage / whole,
        },
      ];
    }),
  );

/** Multiply-adds of one direction, of layers that are sums of products. */
const productsOf = (place: Description["layers"][number] | undefined): number =>
  place && /^(?:conv|dense|rbf)$/.test(place.spec.kind)
    ? place.layer.census(place.spec, place.geometry.input).multiplyAdds
    : 0;

/** Activations have no name of their own: `tanh after C1`. */
const nameOf = (layers: Description["layers"], index: number): string => {
  if (index < 0) return "";
  const { name, spec } = layers[index]!;
  return "name" in spec || index === 0 ? name : `${name} after ${layers[index - 1]!.name}`;
};
