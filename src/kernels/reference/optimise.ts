// Sums of gradients and the optimisers' updates in plain loops.
import type { Floats } from "../../shape.ts";

export const addUp = (parts: number, count: number, rows: Floats, total: Floats): void => {
  for (let i = 0; i < count; i++) {
    let sum = rows[i]!;
    for (let part = 1; part < parts; part++) sum += rows[part * count + i]!;
    total[i] = sum;
  }
};

export const square = (count: number, values: Floats, out: Floats): void => {
  for (let i = 0; i < count; i++) out[i] = values[i]! * values[i]!;
};

export const sgd = (count: number, rate: number, decay: number, weight: Floats, gradient: Floats): void => {
  for (let i = 0; i < count; i++) weight[i]! -= rate * (gradient[i]! + decay * weight[i]!);
};

export const momentum = (
  count: number,
  rate: number,
  decay: number,
  momentum: number,
  weight: Floats,
  gradient: Floats,
  velocity: Floats,
): void => {
  for (let i = 0; i < count; i++) {
    velocity[i] = momentum * velocity[i]! + gradient[i]!;
    weight[i]! -= rate * (velocity[i]! + decay * weight[i]!);
  }
};

export const sdlm = (
  count: number,
  rate: number,
  decay: number,
  mu: number,
  weight: Floats,
  gradient: Floats,
  curvature: Floats,
): void => {
  for (let i = 0; i < count; i++) weight[i]! -= (rate / (mu + curvature[i]!)) * (gradient[i]! + decay * weight[i]!);
};

export const adam = (
  count: number,
  rate: number,
  decay: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  rate1: number,
  scale2: number,
  weight: Floats,
  gradient: Floats,
  mean: Floats,
  square: Floats,
): void => {
  for (let i = 0; i < count; i++) {
    const g = gradient[i]!;
    mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
    square[i] = beta2 * square[i]! + (1 - beta2) * g * g;
    weight[i]! -= rate * decay * weight[i]! + (rate1 * mean[i]!) / (Math.sqrt(square[i]!) * scale2 + epsilon);
  }
};
