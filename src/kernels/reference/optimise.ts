// Sums of gradients and the optimisers' updates in plain loops.
import type { Kernels } from "../contract.ts";

export const addUp: Kernels["addUp"] = (parts, count, rows, total) => {
  for (let i = 0; i < count; i++) {
    let sum = rows[i]!;
    for (let part = 1; part < parts; part++) sum += rows[part * count + i]!;
    total[i] = sum;
  }
};

export const square: Kernels["square"] = (count, values, out) => {
  for (let i = 0; i < count; i++) out[i] = values[i]! * values[i]!;
};

export const sgd: Kernels["sgd"] = (count, rate, decay, weight, gradient) => {
  for (let i = 0; i < count; i++) weight[i]! -= rate * (gradient[i]! + decay * weight[i]!);
};

export const momentum: Kernels["momentum"] = (count, rate, decay, momentum, weight, gradient, velocity) => {
  for (let i = 0; i < count; i++) {
    velocity[i] = momentum * velocity[i]! + gradient[i]!;
    weight[i]! -= rate * (velocity[i]! + decay * weight[i]!);
  }
};

export const sdlm: Kernels["sdlm"] = (count, rate, decay, mu, weight, gradient, curvature) => {
  for (let i = 0; i < count; i++) weight[i]! -= (rate / (mu + curvature[i]!)) * (gradient[i]! + decay * weight[i]!);
};

export const outerStep: Kernels["outerStep"] = (inputs, units, rate, decay, mu, input, dOut, weight, curvature) => {
  for (let i = 0; i < units * inputs; i++) {
    const own = curvature ? rate / (mu + curvature[i]!) : rate;
    weight[i]! -= own * (dOut[Math.floor(i / inputs)]! * input[i % inputs]! + decay * weight[i]!);
  }
};

export const adam: Kernels["adam"] = (
  count,
  rate,
  decay,
  beta1,
  beta2,
  epsilon,
  rate1,
  scale2,
  weight,
  gradient,
  mean,
  square,
) => {
  for (let i = 0; i < count; i++) {
    const g = gradient[i]!;
    mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
    square[i] = beta2 * square[i]! + (1 - beta2) * g * g;
    weight[i]! -= rate * decay * weight[i]! + (rate1 * mean[i]!) / (Math.sqrt(square[i]!) * scale2 + epsilon);
  }
};
