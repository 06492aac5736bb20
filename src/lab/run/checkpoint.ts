// A checkpoint: everything a training needs to go on as if it had never stopped, as tensors and texts. Weights and
// statistics stand under their own names, so that any reader of safetensors finds a net in it; the rest has a prefix. There
// is no state of random streams: a stream is found by its name (random.ts).
import type { Arena } from "../../engine/arena.ts";
import type { Description, TensorPlace } from "../../engine/describe.ts";
import { tensorView } from "../../engine/tensors.ts";
import { LenetError } from "../../errors.ts";
import type { Tensor, TensorFile } from "../../formats/safetensors.ts";
import { type OptimiserSpec, stateNames } from "../../optimisers/index.ts";
import type { Settings } from "../settings/defaults.ts";
import type { Position } from "../training/events.ts";
import { type AboutSet, setText } from "./set-text.ts";
import { fillTensors, tensorNamed, tensorViews } from "./tensors.ts";

/** What a checkpoint is taken of, or put back into. */
export interface Trained {
  readonly description: Description;
  readonly arena: Arena;
  readonly settings: Settings;
  /** Training images. */
  readonly images: number;
  /** What is kept with the weights of the set that they learned from. */
  readonly learnedFrom: AboutSet;
}

/** The losses and misses of the unfinished epoch, a number a step. */
const LOSSES = "epoch.losses";
const MISSES = "epoch.misses";

/** The state as it is now: views of the arena, to be encoded before anything moves. */
export const checkpointOf = (trained: Trained, position: Position, versions: object): TensorFile => {
  const { description, arena, settings, learnedFrom } = trained;
  const tensors = tensorViews(description, arena);
  for (const { name, place, array } of stateTensors(description, settings.optimiser))
    tensors.set(name, { shape: place.shape, data: tensorView(arena, place, array) });
  const steps = Math.ceil(position.image / settings.batch);
  if (steps > 0) for (const [name, data] of stepTensors(arena, steps)) tensors.set(name, { shape: [steps], data });
  const metadata = {
    net: description.net.name,
    settings: JSON.stringify(settings),
    position: JSON.stringify(position),
    versions: JSON.stringify(versions),
    ...setText(learnedFrom),
  };
  return { tensors, metadata };
};

/** Puts a checkpoint back; `place` names it in errors. Throws LenetError when it is not one of this training. */
export const restore = (trained: Trained, { tensors, metadata }: TensorFile, place: string): Position => {
  const { description, arena, settings } = trained;
  if (metadata["settings"] !== JSON.stringify(settings))
    throw new LenetError(
      `${place}: expected a checkpoint of the settings in config.json, got one of others. Restore both from one copy, or start a new run.`,
    );
  const position = positionIn(metadata, trained, place);
  fillTensors(description, arena, tensors, place);
  for (const { name, place: tensor, array } of stateTensors(description, settings.optimiser))
    tensorView(arena, tensor, array).set(tensorNamed(tensors, name, tensor.shape, place).data);
  const steps = Math.ceil(position.image / settings.batch);
  if (steps > 0)
    for (const [name, data] of stepTensors(arena, steps)) data.set(tensorNamed(tensors, name, [steps], place).data);
  return position;
};

const stateTensors = (
  { tensors }: Description,
  optimiser: OptimiserSpec,
): { name: string; place: TensorPlace; array: string }[] =>
  stateNames(optimiser).flatMap((array) =>
    tensors
      .filter(({ kind }) => kind !== "statistic")
      .map((place) => ({ name: `optimiser.${array}.${place.name}`, place, array })),
  );

const stepTensors = (arena: Arena, steps: number): [string, Extract<Tensor["data"], Float64Array | Int32Array>][] => [
  [LOSSES, arena.doubles("stepLosses").subarray(0, steps)],
  [MISSES, arena.ints("stepMisses").subarray(0, steps)],
];

const positionIn = (metadata: TensorFile["metadata"], { settings, images }: Trained, place: string): Position => {
  const position = parse(metadata["position"]);
  const { epoch, image, step, elapsedMs } = position;
  const counts = [epoch, image, step].every((count) => Number.isSafeInteger(count) && count! >= 0);
  const reachable =
    epoch! <= settings.epochs && image! <= images && (image! % settings.batch === 0 || image === images);
  if (!counts || !reachable || !Number.isFinite(elapsedMs))
    throw new LenetError(
      `${place}: expected the position of a training of ${settings.epochs} epochs of ${images} images, got ${metadata["position"]}. Restore the file from a copy, or start a new run.`,
    );
  return position as Position;
};

const parse = (text: string | undefined): Partial<Position> => {
  try {
    return Object(JSON.parse(text ?? ""));
  } catch {
    return {};
  }
};
