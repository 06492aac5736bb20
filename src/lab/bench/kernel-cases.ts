// Which kernels a step of a net calls, and with what: a shard of images, or the whole batch where a step does it so. The
// arrays are those of a training plan, filled with seeded noise.
import { type Arena, arenaMemory, openArena } from "../../engine/arena.ts";
import { describe, type LayerPlace } from "../../engine/describe.ts";
import { arrayOf, claimsOf, learnedSize, shardCount, shardImages } from "../../engine/plan.ts";
import type { Geometry, Kernels } from "../../kernels/contract.ts";
import { bindKernels } from "../../kernels/load.ts";
import { type Arithmetic, kernelModule } from "../../kernels/module.ts";
import type { LayerSpec } from "../../layers/index.ts";
import { forwardAndBackward, type LossSpec } from "../../losses/index.ts";
import type { Net } from "../../nets/net.ts";
import { type OptimiserSpec, optimiser, stateNames, update } from "../../optimisers/index.ts";
import { stream } from "../../random.ts";
import { type Floats, size } from "../../shape.ts";

/** A kernel and what it is called with. */
export interface KernelCase {
  readonly name: string;
  /** In one call. */
  readonly images: number;
  /** Of one image; 0 for a kernel that is no sum of products. */
  readonly multiplyAdds: number;
  /** Refills what a call would use up. */
  readonly prepare?: () => void;
  readonly run: () => void;
}

const BATCH = 64;
const SHARD = shardImages(BATCH);
const RATE = 0.001;

/** The kernels of one step of training by Adam with batches of 64. */
export const kernelCases = (net: Net, arithmetic: Arithmetic): KernelCase[] => {
  const description = describe(net);
  const { layers } = description;
  const adam = optimiser("adam");
  const options = { batch: BATCH, threads: 1, optimiser: adam, seed: 1, images: BATCH, positions: BATCH };
  const module = kernelModule(arithmetic);
  const unbound = bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const claims = claimsOf(description, options, unbound);
  const memory = arenaMemory(claims);
  const arena = openArena(claims, memory.buffer);
  const kernels = bindKernels(module, memory);
  const random = stream(1, "bench/kernels");
  const noise = (): number => random.unit() - 0.5;
  for (const { name, element } of claims) if (element === "float") fill(arena.floats(name), noise);
  const last = arrayOf(layers, layers.length - 1);
  return [
    ...layers.flatMap((_, index) => layerCases(siteOf(layers, index, arena, kernels))),
    lossCase(net, last, arena, kernels),
    updateCase(adam, arena, kernels),
  ];
};

const fill = (values: Floats, next: () => number): void => {
  for (let i = 0; i < values.length; i++) values[i] = next();
};

/** A layer with its arrays. */
interface Site {
  readonly kernels: Kernels;
  readonly name: string;
  readonly spec: LayerSpec;
  readonly byRows: boolean;
  readonly geometry: Geometry;
  readonly multiplyAdds: number;
  readonly input: Floats;
  readonly out: Floats;
  readonly dOut: Floats;
  /** Null for the first layer. */
  readonly dIn: Floats | null;
  readonly weight: Floats;
  readonly bias: Floats;
  /** Of a layer that has such constants. */
  readonly codes: Floats;
  /** The gradients of all shards, one after the other; or the batch's. */
  readonly gradients: Floats;
  readonly learned: number;
  readonly scratch: Floats;
}

const siteOf = (layers: readonly LayerPlace[], index: number, { floats }: Arena, kernels: Kernels): Site => {
  const place = layers[index]!;
  const { name, spec, layer, geometry, tensors } = place;
  const [before, own] = [arrayOf(layers, index - 1), arrayOf(layers, index)];
  const learned = learnedSize(place);
  const view = (array: string, tensor = tensors[0], length = tensor?.size ?? 0): Floats =>
    floats(array).subarray(tensor?.offset ?? 0, (tensor?.offset ?? 0) + length);
  return {
    kernels,
    name: spec.kind === "activation" ? `${name} after ${layers[own]!.name}` : name,
    spec,
    byRows: layer.gradientRows !== undefined,
    geometry,
    multiplyAdds: layer.census(spec, geometry.input).multiplyAdds,
    input: floats(`out.${before}`),
    out: floats(`out.${own}`),
    dOut: floats(`dOut.${own}`),
    dIn: before < 0 ? null : floats(`dOut.${before}`),
    weight: view("weights", tensors[0]),
    bias: view("weights", tensors[1]),
    codes: spec.kind === "rbf" ? floats(`${index}.codes`) : new Float32Array(),
    gradients: layer.gradientRows ? view("gradients", tensors[0], learned) : floats(`partial.${index}`),
    learned,
    scratch: floats("scratch.0"),
  };
};

const layerCases = (site: Site): KernelCase[] => {
  if (site.byRows) return denseCases(site);
  if (site.spec.kind === "conv") return convCases(site);
  if (site.spec.kind === "activation") return activationCases(site, site.spec.activation);
  if (site.spec.kind === "sumPool") return poolCases(site);
  if (site.spec.kind === "subsample") return subsampleCases(site);
  if (site.spec.kind === "rbf") return rbfCases(site, site.spec.scale);
  return [];
};

const productCase = ({ name, multiplyAdds }: Site, direction: string, images: number, run: () => void): KernelCase => ({
  name: `${name} ${direction}`,
  images,
  multiplyAdds,
  run,
});

const plainCase = (name: string, images: number, run: () => void): KernelCase => ({
  name,
  images,
  multiplyAdds: 0,
  run,
});

const [FORWARD, TO_INPUT, TO_WEIGHTS] = ["forward", "backward to the input", "backward to the weights"];

const denseCases = (site: Site): KernelCase[] => {
  const { kernels, geometry, input, out, dOut, dIn, weight, bias, gradients } = site;
  const inputs = size(geometry.input);
  const units = size(geometry.output);
  const [dWeight, dBias] = [gradients.subarray(0, weight.length), gradients.subarray(weight.length)];
  const cases = [
    productCase(site, FORWARD, SHARD, () => kernels.denseForward(SHARD, inputs, units, input, weight, bias, out)),
    productCase(site, TO_WEIGHTS, BATCH, () =>
      kernels.denseBackwardWeight(BATCH, inputs, units, 0, units, input, dOut, dWeight, dBias),
    ),
  ];
  if (!dIn) return cases;
  const toInput = (): void => kernels.denseBackwardInput(SHARD, inputs, units, dOut, weight, dIn);
  return [...cases, productCase(site, TO_INPUT, SHARD, toInput)];
};

const convCases = (site: Site): KernelCase[] => {
  const { kernels, geometry, input, out, dOut, dIn, weight, bias, gradients, learned, scratch } = site;
  const [dWeight, dBias] = [gradients.subarray(0, weight.length), gradients.subarray(weight.length, learned)];
  const total = gradients.subarray(0, learned);
  const backward = (): void => kernels.convBackward(geometry, SHARD, input, dOut, weight, dIn, dWeight, dBias, scratch);
  const cases = [
    productCase(site, FORWARD, SHARD, () => kernels.convForward(geometry, SHARD, input, weight, bias, out, scratch)),
    dIn
      ? { ...productCase(site, "backward", SHARD, backward), multiplyAdds: 2 * site.multiplyAdds }
      : productCase(site, TO_WEIGHTS, SHARD, backward),
  ];
  const add = (): void => kernels.addUp(shardCount(BATCH), learned, gradients, total);
  return [...cases, { ...plainCase(`${site.name} adding shards`, BATCH, add), prepare: () => void gradients.fill(0) }];
};

const activationCases = (
  { kernels, name, geometry, out, dOut }: Site,
  activation: Parameters<Kernels["activate"]>[0],
): KernelCase[] => {
  const count = SHARD * size(geometry.output);
  return [
    plainCase(`${name}, forward`, SHARD, () => kernels.activate(activation, count, out)),
    {
      ...plainCase(`${name}, backward`, SHARD, () => kernels.activateBackward(activation, count, out, dOut)),
      // Outputs of zero, where tanh's derivative is one: otherwise the gradient would fade away from call to call.
      prepare: () => void out.fill(0),
    },
  ];
};

const poolCases = ({ kernels, name, geometry, input, out, dOut, dIn }: Site): KernelCase[] => {
  const scale = 1 / geometry.field ** 2;
  const cases = [plainCase(`${name} forward`, SHARD, () => kernels.sumPoolForward(geometry, SHARD, scale, input, out))];
  if (!dIn) return cases;
  const backward = (): void => kernels.sumPoolBackward(geometry, SHARD, scale, dOut, dIn);
  return [...cases, plainCase(`${name} backward`, SHARD, backward)];
};

const subsampleCases = ({
  kernels,
  name,
  geometry,
  input,
  out,
  dOut,
  dIn,
  weight,
  bias,
  gradients,
}: Site): KernelCase[] => {
  const [dCoefficient, dBias] = [gradients.subarray(0, weight.length), gradients.subarray(weight.length)];
  const forward = (): void => kernels.subsampleForward(geometry, SHARD, weight, bias, input, out);
  const backward = (): void =>
    kernels.subsampleBackward(geometry, SHARD, false, weight, input, dOut, dIn, dCoefficient, dBias);
  return [plainCase(`${name} forward`, SHARD, forward), plainCase(`${name} backward`, SHARD, backward)];
};

const rbfCases = (site: Site, scale: number): KernelCase[] => {
  const { kernels, geometry, input, out, dOut, dIn, codes } = site;
  const [inputs, classes] = [size(geometry.input), size(geometry.output)];
  const forward = (): void => kernels.rbfForward(SHARD, inputs, classes, scale, input, codes, out);
  const cases = [productCase(site, FORWARD, SHARD, forward)];
  if (!dIn) return cases;
  const toInput = (): void => kernels.rbfBackward(SHARD, inputs, classes, scale, input, codes, dOut, dIn);
  return [...cases, productCase(site, TO_INPUT, SHARD, toInput)];
};

const lossNames: Record<LossSpec["kind"], string> = {
  crossEntropy: "softmax, cross-entropy",
  meanSquared: "mean squared error",
  penalty: "penalty, eq. 8",
  penaltyMap: "penalties, eq. 9",
};

const lossCase = (
  { classes, loss }: Net,
  last: number,
  { floats, bytes, ints }: Arena,
  kernels: Kernels,
): KernelCase => {
  const [labels, order, losses, answers] = [bytes("labels"), ints("order"), floats("losses"), bytes("answers")];
  const views = {
    kernels,
    classes,
    out: floats(`out.${last}`),
    labels,
    order,
    losses,
    answers,
    dOut: floats(`dOut.${last}`),
  };
  return plainCase(lossNames[loss.kind], SHARD, () => forwardAndBackward(loss, views, SHARD, 0, BATCH));
};

const updateCase = (spec: OptimiserSpec, { floats }: Arena, kernels: Kernels): KernelCase => {
  const state = stateNames(spec).map(floats);
  for (const values of state) values.fill(0);
  const range = { weight: floats("weights"), gradient: floats("gradients"), state, decays: false };
  let step = 0;
  return plainCase(spec.kind, BATCH, () => update(spec, kernels, range, RATE, ++step));
};
