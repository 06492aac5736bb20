// One step: all phases of a program on one batch. No clock, no randomness, no console, no state of its own: it writes only
// into the arena. Same bits in, same bits out.
import type { Crew } from "./crew.ts";
import type { Batch, Program } from "./program.ts";

/** Forward, loss, backward, update; where the batch is not for training, forward and loss, or the measuring of curvature. */
export const step = (program: Program, batch: Batch, crew: Crew): void => {
  const phases = program[batch.training ? "training" : batch.share === undefined ? "evaluation" : "curvature"];
  for (const phase of phases) {
    const tasks = phase.tasks(batch);
    for (let task = crew.take(); task < tasks; task = crew.take()) phase.run(task, batch);
    crew.meet();
  }
};

/** A walk through positions from…to-1 of the order, a batch at a time. */
export interface Walk {
  readonly training: boolean;
  /** Not training, but measuring the mean curvature over all images of the walk, which begins at 0. */
  readonly curvature?: boolean;
  readonly from: number;
  readonly to: number;
  readonly batch: number;
  /** Steps of training done before position 0 of the order. */
  readonly step: number;
}

/** Walks until the end or until asked to stop; returns the position it came to. `onStep` hears the position after each step. */
export const walk = (program: Program, crew: Crew, way: Walk, onStep: (position: number) => void): number =>
  walkTo(program, crew, way, way.from, way.to, onStep);

/** The same of positions from…to-1 alone, a part of the way; `from` is where a batch begins. */
export const walkTo = (
  program: Program,
  crew: Crew,
  way: Walk,
  from: number,
  to: number,
  onStep: (position: number) => void,
): number => {
  const batch: Batch = { training: way.training, first: 0, images: 0, index: 0, step: 0 };
  if (way.curvature) batch.share = 1 / way.to;
  let position = from;
  while (position < to && !crew.stopping()) {
    batch.first = position;
    batch.images = Math.min(way.batch, to - position);
    batch.index = Math.floor(position / way.batch);
    batch.step = way.step + batch.index;
    step(program, batch, crew);
    position += batch.images;
    onStep(position);
  }
  return position;
};
