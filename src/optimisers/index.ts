// Optimisers: how a weight moves, given its gradient. Each works on any range of weights by itself; its state is one or more
// vectors as long as the weights, kept in the arena and saved with a run.
import type { Kernels } from "../kernels/contract.ts";
import type { Floats } from "../shape.ts";

/** `decay` (decoupled weight decay) is applied to weights, never to biases. */
export type OptimiserSpec =
  | { readonly kind: "sgd"; readonly decay: number }
  | { readonly kind: "momentum"; readonly decay: number; readonly momentum: number }
  | {
      readonly kind: "adam";
      readonly decay: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    }
  | SdlmSpec;

/**
 * Stochastic diagonal Levenberg-Marquardt (1998, App. C): each weight has a rate of its own, rate / (mu + h), where h is the mean
 * curvature of the error in that weight over the first `patterns` images of an epoch, measured before it begins.
 */
export interface SdlmSpec {
  readonly kind: "sdlm";
  readonly decay: number;
  readonly mu: number;
  readonly patterns: number;
}

export const optimiserKinds = ["sgd", "momentum", "adam", "sdlm"] as const;

/** Adam as published by Kingma & Ba 2015: β₁ .9, β₂ .999, ε 1e-8; momentum .9; SDLM as in 1998: µ .02, 500 patterns. */
export const optimiser = (kind: OptimiserSpec["kind"], { decay = 0, momentum = 0.9 } = {}): OptimiserSpec => {
  if (kind === "sgd") return { kind, decay };
  if (kind === "momentum") return { kind, decay, momentum };
  if (kind === "sdlm") return { kind, decay, mu: 0.02, patterns: 500 };
  return { kind, decay, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
};

/** Names of the state vectors. */
export const stateNames = ({ kind }: OptimiserSpec): readonly string[] =>
  ({ sgd: [], momentum: ["velocity"], adam: ["mean", "square"], sdlm: ["curvature"] })[kind];

/** A range of weights with its gradients and state. */
export interface Range {
  readonly weight: Floats;
  readonly gradient: Floats;
  readonly state: readonly Floats[];
  /** Whether decay applies here. */
  readonly decays: boolean;
}

/** Moves the range once; `step` counts from 1. */
export const update = (spec: OptimiserSpec, kernels: Kernels, range: Range, rate: number, step: number): void => {
  const { weight, gradient, state } = range;
  const decay = range.decays ? spec.decay : 0;
  const count = weight.length;
  if (spec.kind === "sgd") kernels.sgd(count, rate, decay, weight, gradient);
  else if (spec.kind === "momentum") kernels.momentum(count, rate, decay, spec.momentum, weight, gradient, state[0]!);
  else if (spec.kind === "sdlm") kernels.sdlm(count, rate, decay, spec.mu, weight, gradient, state[0]!);
  else {
    const { beta1, beta2, epsilon } = spec;
    const rate1 = rate / (1 - power(beta1, step));
    const scale2 = 1 / Math.sqrt(1 - power(beta2, step));
    kernels.adam(count, rate, decay, beta1, beta2, epsilon, rate1, scale2, weight, gradient, state[0]!, state[1]!);
  }
};

/** Whether `updateOuter` teaches by batches of this size: one image, and an optimiser that keeps nothing of a gradient. */
export const stepsOuter = ({ kind }: OptimiserSpec, batch: number): boolean =>
  batch === 1 && (kind === "sgd" || kind === "sdlm");

/** Moves rows of a dense layer's weights by one image, whose gradient is range.gradient (a number a row) × input. */
export const updateOuter = (spec: OptimiserSpec, kernels: Kernels, range: Range, input: Floats, rate: number): void => {
  const { weight, gradient, state } = range;
  const mu = spec.kind === "sdlm" ? spec.mu : 0;
  kernels.outerStep(input.length, gradient.length, rate, spec.decay, mu, input, gradient, weight, state[0] ?? null);
};

/** baseⁿ by squaring: multiplications only, so every machine gives the same bits (Math.pow need not). */
const power = (base: number, n: number): number => {
  let result = 1;
  for (let factor = base, left = n; left > 0; left = Math.floor(left / 2), factor *= factor)
    if (left % 2 === 1) result *= factor;
  return result;
};
