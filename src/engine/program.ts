// The program of a step: phases, each a number of tasks that do not depend on each other; between phases everybody waits. A
// batch is cut into shards of fixed size, and every sum over shards or images runs in their order, so the result does not
// depend on who did what. All views are made here, once: running a phase allocates nothing.
import type { AffineMap } from "../kernels/contract.ts";
import type { Pass, Views } from "../layers/layer.ts";
import { forwardAndBackward } from "../losses/index.ts";
import { type Range, stateNames, stepsOuter, update, updateOuter } from "../optimisers/index.ts";
import { streamKey } from "../random.ts";
import type { Floats } from "../shape.ts";
import { backOperation, squaredRows, startOperation } from "./curvature.ts";
import type { TensorPlace } from "./describe.ts";
import { drawUnits, fillMap, MAP_UNITS } from "./distort.ts";
import { openField } from "./elastic.ts";
import { arrayOf, hasPartial, learnedOf, learnedSize, shardCount, shardImages, sharesArray } from "./plan.ts";
import { type Batch, type Binding, layerViews, lossViews, type Operation, type Task, type Watch } from "./views.ts";

export type { Batch } from "./views.ts";

/** Tasks 0…tasks(batch)-1, in any order, by anybody. */
export interface Phase {
  tasks(batch: Batch): number;
  run(task: number, batch: Batch): void;
}

export interface Program {
  readonly training: readonly Phase[];
  readonly evaluation: readonly Phase[];
  /** Measures the curvature; empty where the optimiser asks for none. */
  readonly curvature: readonly Phase[];
}

/** Gradients of at most this many weights are one task. */
const TASK_WEIGHTS = 5_000;

const unseen: Watch = (_, __, run) => run;

/** One phase that runs these operations, `operations[shard]`, on every shard that has images. */
const shardPhase = (operations: readonly (readonly Operation[])[], capacity: number): Phase => {
  const pass: Pass = { training: false, step: 0, batchImages: 0, shardImages: capacity, shard: 0, images: 0 };
  return {
    tasks: (batch) => Math.ceil(batch.images / capacity),
    run: (shard, batch) => {
      pass.training = batch.training;
      pass.step = batch.step;
      pass.batchImages = batch.images;
      pass.shard = shard;
      pass.images = Math.min(capacity, batch.images - shard * capacity);
      for (const operation of operations[shard]!) operation(pass, batch);
    },
  };
};

/** The loss of one shard and, in training, its gradient. */
const lossOperation = (binding: Binding, shard: number): Operation => {
  const { net } = binding.description;
  const start = shard * shardImages(binding.options.batch);
  const views = lossViews(binding, shard);
  return (pass, batch) =>
    forwardAndBackward(net.loss, views, pass.images, batch.first + start, batch.training ? batch.images : 0);
};

const inputOperation = (binding: Binding, shard: number): Operation => {
  const { description, options, arena, kernels, thread } = binding;
  const { image } = description.net;
  const start = shard * shardImages(options.batch);
  const geometry = { ...image, scale: (image.high - image.low) / 255, offset: image.low };
  const pixels = arena.bytesOrFloats("pixels");
  const order = arena.ints("order");
  const out = layerViews(binding, 0, shard, []).in;
  const { distort } = options;
  const scratch = arena.floats(`scratch.${thread}`);
  const key = streamKey(options.seed, "distort");
  const fieldKey = streamKey(options.seed, "distort/field");
  const map: AffineMap = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
  const units = new Float64Array(MAP_UNITS);
  const { rows, columns } = description.input;
  const field = distort?.elastic
    ? openField(distort.elastic, rows, columns, arena.floats(`field.${thread}`), kernels)
    : null;
  return (pass, batch) => {
    if (!distort || !batch.training)
      return kernels.pixels(geometry, pass.images, pixels, order, batch.first + start, out);
    for (let slot = 0; slot < pass.images; slot++) {
      drawUnits(key, batch.step, start + slot, units);
      fillMap(distort, units, map);
      field?.draw(fieldKey, batch.step, start + slot);
      kernels.distort(
        geometry,
        map,
        field?.values ?? null,
        pixels,
        order[batch.first + start + slot]!,
        out,
        slot,
        scratch,
      );
    }
  };
};

/** Of every layer in every shard. */
const shardViews = (binding: Binding): Views[][] =>
  binding.description.layers.map((_, index) => {
    const peers: Views[] = [];
    for (let shard = 0; shard < shardCount(binding.options.batch); shard++)
      peers.push(layerViews(binding, index, shard, peers));
    return peers;
  });

/** Forward through all layers and, for training or curvature, back: cut into phases wherever a layer must know every shard. */
const shardPhases = (binding: Binding, job: keyof Program, views: readonly (readonly Views[])[]): Phase[] => {
  const { description, options } = binding;
  const training = job === "training";
  const shards = [...Array(shardCount(options.batch)).keys()];
  const phases: Operation[][][] = [];
  const cut = (): void => void phases.push(shards.map(() => []));
  const { watch = unseen } = binding;
  const each = (part: Parameters<Watch>[1], index: number, make: (shard: number) => Operation): void => {
    for (const shard of shards) phases.at(-1)![shard]!.push(watch(index, part, make(shard)));
  };
  // A layer that works in place, but on an array that is not to be written over, works on a copy.
  const copies = (index: number): boolean =>
    description.layers[index]!.layer.inPlace && !sharesArray(description.layers, index);
  cut();
  each("input", -1, (shard) => inputOperation(binding, shard));
  for (const [index, { layer, spec }] of description.layers.entries()) {
    if (training && layer.beforeForward) {
      each("forward", index, (shard) => (pass) => layer.beforeForward!(spec, views[index]![shard]!, pass));
      cut();
    }
    if (copies(index)) each("forward", index, (shard) => () => views[index]![shard]!.out.set(views[index]![shard]!.in));
    each("forward", index, (shard) => (pass) => layer.forward(spec, views[index]![shard]!, pass));
  }
  each("loss", -1, (shard) => (job === "curvature" ? startOperation : lossOperation)(binding, shard));
  if (job !== "evaluation")
    for (const [index, { layer, spec }] of [...description.layers.entries()].reverse()) {
      if (arrayOf(description.layers, index) < 0) continue;
      if (training && layer.beforeBackward) {
        each("backward", index, (shard) => (pass) => layer.beforeBackward!(spec, views[index]![shard]!, pass));
        cut();
      }
      if (copies(index))
        each("backward", index, (shard) => () => views[index]![shard]!.dIn?.set(views[index]![shard]!.dOut));
      each("backward", index, (shard) => {
        const v = views[index]![shard]!;
        return training ? (pass) => layer.backward(spec, v, pass) : backOperation(binding, index, v);
      });
    }
  return phases.map((operations) => shardPhase(operations, shardImages(options.batch)));
};

/**
 * Sums the batch's gradients and moves the weights; or sums what the shards found of the curvature, and adds it to the mean:
 * one task for a small layer, several (by rows) for a large one.
 */
const updatePhase = (binding: Binding, job: "training" | "curvature"): Phase => {
  const { watch = unseen, description } = binding;
  const tasks = [
    ...(job === "training" ? [watch(-1, "update", reportTask(binding))] : []),
    ...description.layers.flatMap((_, index) =>
      layerUpdates(binding, index, job).map((task) => watch(index, "update", task)),
    ),
  ];
  return { tasks: () => tasks.length, run: (task, batch) => tasks[task]!(batch) };
};

/** The step's loss and misses, added in the order of the images. */
const reportTask = ({ arena }: Binding): Task => {
  const [losses, answers, order, labels] = [
    arena.floats("losses"),
    arena.bytes("answers"),
    arena.ints("order"),
    arena.bytes("labels"),
  ];
  const [stepLosses, stepMisses] = [arena.doubles("stepLosses"), arena.ints("stepMisses")];
  return ({ first, images, index }) => {
    let loss = 0;
    let misses = 0;
    for (let position = first; position < first + images; position++) {
      loss += losses[position]!;
      if (answers[position] !== labels[order[position]!]) misses++;
    }
    stepLosses[index] = loss / images;
    stepMisses[index] = misses;
  };
};

const layerUpdates = (binding: Binding, index: number, job: "training" | "curvature"): Task[] => {
  const finish = job === "training" ? moveTask : meanTask;
  const { description, options, kernels, arena } = binding;
  const { layer, spec, geometry, ...place } = description.layers[index]!;
  const learned = learnedOf({ layer, spec, geometry, ...place });
  if (learned.length === 0) return [];
  const capacity = shardImages(options.batch);
  const count = learnedSize({ layer, spec, geometry, ...place });
  const from = learned[0]!.offset;
  const total = arena.floats("gradients").subarray(from, from + count);
  if (!layer.gradientRows) {
    const partial = hasPartial(description.layers[index]!, options.batch) ? arena.floats(`partial.${index}`) : null;
    const moves = learned.map((tensor) => finish(binding, tensor, 0, tensor.size));
    return [
      (batch) => {
        if (partial) kernels.addUp(Math.ceil(batch.images / capacity), count, partial, total);
        for (const { absent, offset } of learned)
          for (const [start, end] of absent) total.fill(0, offset - from + start, offset - from + end);
        for (const move of moves) move(batch);
      },
    ];
  }
  const whole = layerViews(binding, index, "batch", []);
  const sumRows =
    job === "curvature"
      ? squaredRows(binding, index, whole)
      : (images: number, first: number, end: number): void => layer.gradientRows!(spec, whole, images, first, end);
  const units = geometry.output.maps;
  const outer = job === "training" && stepsOuter(options.optimiser!, options.batch);
  // Whole tiles of four units, so that cutting leaves no rows over.
  const rows = Math.max(4, 4 * Math.floor(TASK_WEIGHTS / 4 / (count / units)));
  return Array.from({ length: Math.ceil(units / rows) }, (_, task) => {
    const [first, end] = [task * rows, Math.min(units, (task + 1) * rows)];
    if (outer) return outerTask(binding, learned, whole, [first, end]);
    const moves = learned.map((tensor) =>
      finish(binding, tensor, (tensor.size / units) * first, (tensor.size / units) * end),
    );
    return (batch: Batch) => {
      sumRows(batch.images, first, end);
      for (const move of moves) move(batch);
    };
  });
};

/** Elements from…to-1 of a tensor, with these gradients. */
const rangeOf = (
  { options, arena }: Binding,
  { offset, kind }: TensorPlace,
  [from, to]: readonly [number, number],
  gradient = arena.floats("gradients").subarray(offset + from, offset + to),
): Range => {
  const slice = (name: string): Floats => arena.floats(name).subarray(offset + from, offset + to);
  const state = stateNames(options.optimiser!).map(slice);
  return { weight: slice("weights"), gradient, state, decays: kind === "weight" };
};

/** Moves elements from…to-1 of a tensor. */
const moveTask = (binding: Binding, tensor: TensorPlace, from: number, to: number): Task => {
  const optimiser = binding.options.optimiser!;
  const rates = binding.arena.doubles("rates");
  const range = rangeOf(binding, tensor, [from, to]);
  return ({ index, step }) => update(optimiser, binding.kernels, range, rates[index]!, step + 1);
};

/** Moves rows from…to-1 of a dense layer by one image: each weight by dOut × in, without the way over its gradient. */
const outerTask = (
  binding: Binding,
  [weight, bias]: readonly TensorPlace[],
  views: Views,
  [from, to]: readonly [number, number],
): Task => {
  const optimiser = binding.options.optimiser!;
  const rates = binding.arena.doubles("rates");
  const dOut = views.dOut.subarray(from, to);
  const inputs = views.in.length;
  const weights = rangeOf(binding, weight!, [from * inputs, to * inputs], dOut);
  const biases = rangeOf(binding, bias!, [from, to], dOut);
  return ({ index, step }) => {
    updateOuter(optimiser, binding.kernels, weights, views.in, rates[index]!);
    update(optimiser, binding.kernels, biases, rates[index]!, step + 1);
  };
};

/** Adds the batch's sums of elements from…to-1 of a tensor to their mean curvature, which the first batch begins anew. */
const meanTask = ({ arena, kernels }: Binding, tensor: TensorPlace, from: number, to: number): Task => {
  const slice = (name: string): Floats => arena.floats(name).subarray(tensor.offset + from, tensor.offset + to);
  const [curvature, sums] = [slice("curvature"), slice("gradients")];
  return ({ first }) => {
    if (first === 0) curvature.fill(0);
    // A step of rate -1 adds.
    kernels.sgd(curvature.length, -1, 0, curvature, sums);
  };
};

/** Numbers that layers read and nobody writes: every thread writes the same ones before any of them works. */
const fillConstants = ({ description, arena }: Binding): void => {
  for (const [index, { layer, spec, geometry }] of description.layers.entries())
    for (const [name, values] of Object.entries(layer.constants?.(spec, geometry.input) ?? {}))
      arena.floats(`${index}.${name}`).set(values);
};

/** The whole program, for one thread. */
export const bindProgram = (binding: Binding): Program => {
  const { optimiser } = binding.options;
  fillConstants(binding);
  const views = shardViews(binding);
  const phases = (job: "training" | "curvature"): Phase[] => [
    ...shardPhases(binding, job, views),
    updatePhase(binding, job),
  ];
  return {
    training: optimiser ? phases("training") : [],
    evaluation: shardPhases(binding, "evaluation", views),
    curvature: optimiser?.kind === "sdlm" ? phases("curvature") : [],
  };
};
