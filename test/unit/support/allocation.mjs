// Prints the bytes one training step leaves on the heap, once compiled. Run by allocation.ts in a process of its own, with --expose-gc and
// room for 64 MB before the first collection, so that everything allocated is still there to be counted.
import { arenaMemory, openArena } from "../../../dist/src/engine/arena.js";
import { alone } from "../../../dist/src/engine/crew.js";
import { describe } from "../../../dist/src/engine/describe.js";
import { claimsOf } from "../../../dist/src/engine/plan.js";
import { bindProgram } from "../../../dist/src/engine/program.js";
import { walk } from "../../../dist/src/engine/step.js";
import { bindKernels } from "../../../dist/src/kernels/load.js";
import { kernelModule } from "../../../dist/src/kernels/module.js";
import { distortionOf } from "../../../dist/src/lab/settings/distortions.js";
import {
  averagePool,
  batchNorm,
  conv,
  dense,
  dropout,
  maxPool,
  relu,
  subsample,
  tanh,
} from "../../../dist/src/layers/index.js";
import { image, net } from "../../../dist/src/nets/net.js";
import { optimiser } from "../../../dist/src/optimisers/index.js";

const STEPS = 2_000;

const [kind, distort, batch = "4"] = process.argv.slice(2);
const BATCH = Number(batch);
/** SDLM has no curvature of norms and dropout. */
const curved = ({ kind: layer }) => kind !== "sdlm" || !["batchNorm", "dropout"].includes(layer);

const layers = [
  conv("C1", { maps: 2, field: 3, padding: 1 }),
  tanh(),
  batchNorm("N"),
  subsample("S1", { field: 1 }),
  averagePool("S2", { field: 2 }),
  conv("C3", { maps: 3, field: 2, biasPer: "unit", from: [[0], [1], [0, 1]] }),
  conv("C4", {
    maps: 3,
    field: 1,
    from: [
      [0, 1],
      [0, 1],
      [1, 2],
    ],
    compact: true,
  }),
  maxPool("S4", { field: 3 }),
  dense("F", { units: 8 }),
  relu(),
  dropout("D", 0.5),
  dense("OUT", { units: 10 }),
];
const tiny = net("tiny", "", image(8, 8), layers.filter(curved));

const options = {
  batch: BATCH,
  threads: 1,
  optimiser: optimiser(kind),
  seed: 1,
  distort: distort && distortionOf(distort),
  images: BATCH,
  positions: STEPS * BATCH,
};
const description = describe(tiny);
const claims = claimsOf(description, options, bindKernels(kernelModule(), arenaMemory([])));
const memory = arenaMemory(claims);
const arena = openArena(claims, memory.buffer);
const kernels = bindKernels(kernelModule(), memory);
const program = bindProgram({ description, options, arena, kernels, thread: 0 });
arena.floats("weights").forEach((_, i, weights) => {
  weights[i] = ((i * 37) % 21) / 21 - 0.5;
});
arena.doubles("rates").fill(0.01);

const crew = alone();
const way = { training: true, from: 0, to: STEPS * BATCH, batch: BATCH, step: 0 };
let position = 0;
const onStep = (reached) => {
  position = reached;
};
/** Bytes a step of one walk; walks leave more until the compiler has settled. */
const measure = () => {
  gc();
  const before = process.memoryUsage().heapUsed;
  walk(program, crew, way, onStep);
  return (process.memoryUsage().heapUsed - before) / STEPS;
};
let settled = measure();
for (let walks = 1; walks < 60 && settled > 1; walks++) settled = Math.min(settled, measure());
process.stdout.write(`${settled} ${position}\n`);
