// Schedules: the rate of every step, from the highest rate and the step's place in the whole of training.

/**
 * `staged`: each stage lasts some epochs at its own rate; with `fresh` each begins with a velocity of zero, as when a program
 * makes a new optimiser for every stage. `linear` and `cosine`: down to `floor`, a share of the rate. `onecycle`: up for the first `warmup` share, then down to `floor`.
 */
export type ScheduleSpec =
  | { readonly kind: "constant"; readonly rate: number }
  | { readonly kind: "linear"; readonly rate: number; readonly floor: number }
  | { readonly kind: "cosine"; readonly rate: number; readonly floor: number }
  | { readonly kind: "onecycle"; readonly rate: number; readonly floor: number; readonly warmup: number }
  | { readonly kind: "staged"; readonly stages: readonly Stage[]; readonly fresh?: boolean };

export interface Stage {
  readonly epochs: number;
  readonly rate: number;
}

export const scheduleKinds = ["constant", "linear", "cosine", "onecycle", "staged"] as const;

/** The rate of step `step` (from 0) of `steps`, `stepsPerEpoch` of them an epoch. */
export const rateAt = (spec: ScheduleSpec, step: number, steps: number, stepsPerEpoch: number): number => {
  if (spec.kind === "constant") return spec.rate;
  if (spec.kind === "staged") return stageAt(spec.stages, Math.floor(step / stepsPerEpoch)).rate;
  const floor = spec.rate * spec.floor;
  if (spec.kind === "linear") return spec.rate + ((floor - spec.rate) * step) / steps;
  if (spec.kind === "cosine") return between(spec.rate, floor, step / steps);
  const peak = Math.max(1, Math.round(spec.warmup * steps));
  if (step < peak) return between(floor, spec.rate, (step + 1) / peak);
  return between(spec.rate, floor, (step + 1 - peak) / Math.max(1, steps - peak));
};

/** The stage that holds `epoch` (from 0), and which of its epochs that is (from 0); the last stage goes on for ever. */
export const stageAt = (stages: readonly Stage[], epoch: number): { readonly rate: number; readonly epoch: number } => {
  let start = 0;
  for (const { epochs, rate } of stages.slice(0, -1)) {
    if (epoch < start + epochs) return { rate, epoch: epoch - start };
    start += epochs;
  }
  return { rate: stages.at(-1)!.rate, epoch: epoch - start };
};

/** From `start` to `end` along half a cosine, `share` of the way. */
const between = (start: number, end: number, share: number): number =>
  end + (start - end) * 0.5 * (1 + cosine(Math.PI * Math.min(1, share)));

/** cos x for 0 ≤ x ≤ π by its Taylor series around π/2: the same bits on every machine (Math.cos need not be). */
const cosine = (x: number): number => {
  const y = x - Math.PI / 2;
  let term = y;
  let sum = y;
  for (let n = 3; n <= 21; n += 2) {
    term *= (-y * y) / (n * (n - 1));
    sum += term;
  }
  return -sum;
};
