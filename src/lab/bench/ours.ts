// Our own contenders: training by a team of threads, and inference on the calling thread as `Model` does it. The images are
// seeded noise and already in memory, as they are for the peers; each measurement begins with the initial weights.
import type { Arena } from "../../engine/arena.ts";
import { type Description, describe } from "../../engine/describe.ts";
import { openForward } from "../../engine/forward.ts";
import { initialise } from "../../engine/initialise.ts";
import { startTeam } from "../../engine/team.ts";
import { type Arithmetic, kernelModule } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { optimiser, stateNames } from "../../optimisers/index.ts";
import { stream } from "../../random.ts";
import { measure } from "./timing.ts";

export type Task = "train" | "infer";

/** One way of doing one kind of work, ready to be timed again and again. */
export interface Contender {
  readonly threads: number;
  /** Images a second of the blocks of `seconds` of work. */
  measure(seconds: number): Promise<number[]>;
  end(): Promise<void>;
}

/** Images in memory, as the peers have. */
const IMAGES = 2_048;
/** Images between two looks at the clock: enough that waking the threads costs nothing. */
const WALK = 512;
const SEED = 1;
const RATE = 0.001;

/**
 * Operations of one image: two for each multiply-add. Training computes every layer's output, the gradient of its weights,
 * and, but for the first layer, the gradient of its input.
 */
export const operationsOf = (net: Net, task: Task): number =>
  describe(net).layers.reduce((sum, { layer, spec, geometry }, index) => {
    const directions = task === "infer" ? 1 : index === 0 ? 2 : 3;
    return sum + 2 * directions * layer.census(spec, geometry.input).multiplyAdds;
  }, 0);

/** Training with Adam. Throws LenetError when the memory is not to be had. */
export const trainer = async (net: Net, batch: number, threads: number, arithmetic: Arithmetic): Promise<Contender> => {
  const adam = optimiser("adam");
  const images = Math.ceil(IMAGES / batch) * batch;
  const team = await startTeam(kernelModule(arithmetic), net, {
    batch,
    threads,
    optimiser: adam,
    seed: SEED,
    images,
    positions: images,
  });
  const { arena, description } = team;
  fillImages(arena, description);
  arena.doubles("rates").fill(RATE);
  let position = 0;
  let step = 0;
  const walk = async (): Promise<number> => {
    const to = Math.min(images, position + Math.ceil(WALK / batch) * batch);
    // The step of position 0, so that the corrections of Adam's first steps go on from walk to walk.
    await team.walk({ training: true, from: position, to, batch, step: step - position / batch });
    const done = to - position;
    step += Math.ceil(done / batch);
    position = to === images ? 0 : to;
    return done;
  };
  return {
    threads,
    measure: async (seconds) => {
      initialise(description, SEED, arena);
      for (const state of stateNames(adam)) arena.floats(state).fill(0);
      position = 0;
      step = 0;
      const rates = await measure(walk, seconds);
      checkLoss(arena.doubles("stepLosses")[0]!);
      return rates;
    },
    end: () => team.end(),
  };
};

/** A loss that is no number would mean that something else was timed than learning. */
const checkLoss = (loss: number): void => {
  if (!(loss > 0 && loss < 10)) throw new Error(`bench: expected a loss between 0 and 10 while training, got ${loss}`);
};

/** Inference on the calling thread; each batch is copied to where the net looks at it. */
export const answerer = (net: Net, batch: number, arithmetic: Arithmetic): Contender => {
  const forward = openForward(kernelModule(arithmetic), net, batch);
  initialise(forward.description, SEED, forward.arena);
  const bytes = forward.pixels.length;
  const batches = Math.ceil(IMAGES / batch);
  const pixels = noise(batches * bytes, 256);
  let k = 0;
  const run = (): number => {
    forward.pixels.set(pixels.subarray(k * bytes, (k + 1) * bytes));
    forward.run(batch);
    k = (k + 1) % batches;
    return batch;
  };
  return { threads: 1, measure: (seconds) => measure(run, seconds), end: async () => {} };
};

/** As many seeded bytes 0…below-1. */
const noise = (count: number, below: number): Uint8Array => {
  const random = stream(SEED, "bench");
  return Uint8Array.from({ length: count }, () => random.integer(below));
};

/** Fills the arena with images and labels of seeded noise, in the order of their places. */
export const fillImages = (arena: Arena, { net }: Description): void => {
  const [pixels, labels, order] = [arena.bytes("pixels"), arena.bytes("labels"), arena.ints("order")];
  pixels.set(noise(pixels.length, 256));
  labels.set(noise(labels.length, net.classes));
  for (let i = 0; i < order.length; i++) order[i] = i;
};
