// The program of a step: phases, each a number of tasks that do not depend on each other; between phases everybody waits. A
// batch is cut into shards of fixed size, and every sum over shards or images runs in their order, so the result does not
// depend on who did what. All views are made here, once: running a phase allocates nothing.
import type { AffineMap, Kernels } from "../kernels/contract.ts";
import type { Pass, Views } from "../layers/layer.ts";
import { forwardAndBackward, type LossViews } from "../losses/index.ts";
import { type Range, stateNames, update } from "../optimisers/index.ts";
import { streamKey } from "../random.ts";
import { type Floats, size } from "../shape.ts";
import type { Arena } from "./arena.ts";
import type { Description, TensorPlace } from "./describe.ts";
import { drawUnits, fillMap, MAP_UNITS } from "./distort.ts";
import { openField } from "./elastic.ts";
import { arrayOf, learnedOf, learnedSize, type PlanOptions, shardCount, shardImages, sharesArray } from "./plan.ts";

/** One batch of work. */
export interface Batch {
  training: boolean;
  /** Position in the order of its first image, and how many images. */
  first: number;
  images: number;
  /** Number of this step since the order began, and of all steps of training done before it. */
  index: number;
  step: number;
}

/** Tasks 0…tasks(batch)-1, in any order, by anybody. */
export interface Phase {
  tasks(batch: Batch): number;
  run(task: number, batch: Batch): void;
}

export interface Program {
  readonly training: readonly Phase[];
  readonly evaluation: readonly Phase[];
}

/** Everything a program is bound to. */
export interface Binding {
  readonly description: Description;
  readonly options: PlanOptions;
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** Whose scratch to use. */
  readonly thread: number;
}

type Operation = (pass: Pass, batch: Batch) => void;

/** Gradients of at most this many weights are one task. */
const TASK_WEIGHTS = 5_000;

/** The layer's views of one shard, or of the whole batch. */
const layerViews = (
  { description, options, arena, kernels, thread }: Binding,
  index: number,
  shard: number | "batch",
  shards: Views[],
): Views => {
  const { layer, geometry, tensors, name, spec } = description.layers[index]!;
  const images = shard === "batch" ? options.batch : shardImages(options.batch);
  const slice = (array: string, units: number): Floats => {
    const start = shard === "batch" ? 0 : shard * images * units;
    return arena.floats(array).subarray(start, start + images * units);
  };
  const before = arrayOf(description.layers, index - 1);
  const own = arrayOf(description.layers, index);
  const training = options.optimiser !== null;
  const partialSize = learnedSize(description.layers[index]!);
  const gradient = (tensor: TensorPlace, offset: number): Floats => {
    const [array, start] =
      layer.gradientRows || shard === "batch"
        ? [arena.floats("gradients"), tensor.offset]
        : [arena.floats(`partial.${index}`), shard * partialSize + offset];
    return array.subarray(start, start + tensor.size);
  };
  const learned = training ? learnedOf(description.layers[index]!) : [];
  const buffers = shard === "batch" ? {} : (layer.buffers?.(spec, geometry.input) ?? {});
  return {
    kernels,
    geometry,
    in: slice(`out.${before}`, size(geometry.input)),
    out: slice(`out.${own}`, size(geometry.output)),
    dIn: training && before >= 0 ? slice(`dOut.${before}`, size(geometry.input)) : null,
    dOut: training && own >= 0 ? slice(`dOut.${own}`, size(geometry.output)) : new Float32Array(),
    tensors: Object.fromEntries(
      tensors.map(({ role, kind, offset, size }) => [
        role,
        arena.floats(kind === "statistic" ? "statistics" : "weights").subarray(offset, offset + size),
      ]),
    ),
    gradients: Object.fromEntries(
      learned.map((tensor) => [tensor.role, gradient(tensor, tensor.offset - learned[0]!.offset)]),
    ),
    buffers: Object.fromEntries(
      Object.keys(buffers).map((buffer) => [buffer, arena.floats(`${index}.${buffer}.${shard}`)]),
    ),
    shards,
    scratch: arena.floats(`scratch.${thread}`),
    key: streamKey(options.seed, `dropout/${name}`),
  };
};

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
const lossOperation = ({ description, options, arena, kernels }: Binding, shard: number): Operation => {
  const { net, layers } = description;
  const start = shard * shardImages(options.batch);
  const last = arrayOf(layers, layers.length - 1);
  const views: LossViews = {
    kernels,
    classes: net.classes,
    out: arena.floats(`out.${last}`).subarray(start * net.classes),
    labels: arena.bytes("labels"),
    order: arena.ints("order"),
    losses: arena.floats("losses"),
    answers: arena.bytes("answers"),
    dOut: options.optimiser ? arena.floats(`dOut.${last}`).subarray(start * net.classes) : new Float32Array(),
  };
  return (pass, batch) =>
    forwardAndBackward(net.loss, views, pass.images, batch.first + start, batch.training ? batch.images : 0);
};

const inputOperation = ({ description, options, arena, kernels, thread }: Binding, shard: number): Operation => {
  const { image } = description.net;
  const start = shard * shardImages(options.batch);
  const geometry = { ...image, scale: (image.high - image.low) / 255, offset: image.low };
  const pixels = arena.bytesOrFloats("pixels");
  const order = arena.ints("order");
  const out = arena.floats("out.-1").subarray(start * size(description.input));
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

/** Forward through all layers, and back where the plan trains: cut into phases wherever a layer must know every shard. */
const shardPhases = (binding: Binding, training: boolean): Phase[] => {
  const { description, options } = binding;
  const shards = [...Array(shardCount(options.batch)).keys()];
  const phases: Operation[][][] = [];
  const cut = (): void => void phases.push(shards.map(() => []));
  const each = (make: (shard: number) => Operation): void => {
    for (const shard of shards) phases.at(-1)![shard]!.push(make(shard));
  };
  // A layer that works in place, but on an array that is not to be written over, works on a copy.
  const copies = (index: number): boolean =>
    description.layers[index]!.layer.inPlace && !sharesArray(description.layers, index);
  const views = description.layers.map((_, index) => {
    const peers: Views[] = [];
    for (const shard of shards) peers.push(layerViews(binding, index, shard, peers));
    return peers;
  });
  cut();
  each((shard) => inputOperation(binding, shard));
  for (const [index, { layer, spec }] of description.layers.entries()) {
    if (training && layer.beforeForward) {
      each((shard) => (pass) => layer.beforeForward!(spec, views[index]![shard]!, pass));
      cut();
    }
    if (copies(index)) each((shard) => () => views[index]![shard]!.out.set(views[index]![shard]!.in));
    each((shard) => (pass) => layer.forward(spec, views[index]![shard]!, pass));
  }
  each((shard) => lossOperation(binding, shard));
  if (training)
    for (const [index, { layer, spec }] of [...description.layers.entries()].reverse()) {
      if (arrayOf(description.layers, index) < 0) continue;
      if (layer.beforeBackward) {
        each((shard) => (pass) => layer.beforeBackward!(spec, views[index]![shard]!, pass));
        cut();
      }
      if (copies(index)) each((shard) => () => views[index]![shard]!.dIn?.set(views[index]![shard]!.dOut));
      each((shard) => (pass) => layer.backward(spec, views[index]![shard]!, pass));
    }
  return phases.map((operations) => shardPhase(operations, shardImages(options.batch)));
};

/** Sums the batch's gradients and moves the weights: one task for a small layer, several (by rows) for a large one. */
const updatePhase = (binding: Binding): Phase => {
  const tasks = [
    reportTask(binding),
    ...binding.description.layers.flatMap((_, index) => layerUpdates(binding, index)),
  ];
  return { tasks: () => tasks.length, run: (task, batch) => tasks[task]!(batch) };
};

type Task = (batch: Batch) => void;

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

const layerUpdates = (binding: Binding, index: number): Task[] => {
  const { description, options, kernels, arena } = binding;
  const { layer, spec, geometry, ...place } = description.layers[index]!;
  const learned = learnedOf({ layer, spec, geometry, ...place });
  if (learned.length === 0) return [];
  const capacity = shardImages(options.batch);
  const count = learnedSize({ layer, spec, geometry, ...place });
  const from = learned[0]!.offset;
  const total = arena.floats("gradients").subarray(from, from + count);
  if (!layer.gradientRows) {
    const partial = arena.floats(`partial.${index}`);
    const moves = learned.map((tensor) => moveTask(binding, tensor, 0, tensor.size));
    return [
      (batch) => {
        kernels.addUp(Math.ceil(batch.images / capacity), count, partial, total);
        for (const { absent, offset } of learned)
          for (const [start, end] of absent) total.fill(0, offset - from + start, offset - from + end);
        for (const move of moves) move(batch);
      },
    ];
  }
  const whole = layerViews(binding, index, "batch", []);
  const units = geometry.output.maps;
  // Whole tiles of four units, so that cutting leaves no rows over.
  const rows = Math.max(4, 4 * Math.floor(TASK_WEIGHTS / 4 / (count / units)));
  return Array.from({ length: Math.ceil(units / rows) }, (_, task) => {
    const [first, end] = [task * rows, Math.min(units, (task + 1) * rows)];
    const moves = learned.map((tensor) =>
      moveTask(binding, tensor, (tensor.size / units) * first, (tensor.size / units) * end),
    );
    return (batch: Batch) => {
      layer.gradientRows!(spec, whole, batch.images, first, end);
      for (const move of moves) move(batch);
    };
  });
};

/** Moves elements from…to-1 of a tensor. */
const moveTask = ({ options, arena, kernels }: Binding, tensor: TensorPlace, from: number, to: number): Task => {
  const optimiser = options.optimiser!;
  const rates = arena.doubles("rates");
  const slice = (name: string): Floats => arena.floats(name).subarray(tensor.offset + from, tensor.offset + to);
  const range: Range = {
    weight: slice("weights"),
    gradient: slice("gradients"),
    state: stateNames(optimiser).map(slice),
    decays: tensor.kind === "weight",
  };
  return ({ index, step }) => update(optimiser, kernels, range, rates[index]!, step + 1);
};

/** The whole program, for one thread. */
export const bindProgram = (binding: Binding): Program => ({
  training: binding.options.optimiser ? [...shardPhases(binding, true), updatePhase(binding)] : [],
  evaluation: shardPhases(binding, false),
});
