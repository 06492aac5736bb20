// How curved the error is in each weight, for the optimiser SDLM (1998, App. C): the diagonal of the Gauss-Newton approximation,
// carried back layer by layer as gradients are. Sums over images go into the optimiser's state "curvature". What a layer does
// stands in the layer; phases and shards: program.ts.
import type { Views } from "../layers/layer.ts";
import { curvatureOf } from "../losses/index.ts";
import { size } from "../shape.ts";
import { shardImages } from "./plan.ts";
import { type Binding, lossViews, type Operation } from "./views.ts";

/** The views with input, tensors and padding squared; `square` squares what there is of `images` images. */
const squaredViews = (
  { arena, thread, kernels }: Binding,
  v: Views,
): { squared: Views; square: (images: number) => void } => {
  const squares = arena.floats(`squares.${thread}`);
  const [inputs, count] = [size(v.geometry.input), v.in.length];
  let end = count;
  const pairs = Object.entries(v.tensors).map(([role, from]) => {
    end += from.length;
    return { role, from, to: squares.subarray(end - from.length, end) };
  });
  const geometry = { ...v.geometry, paddingValue: v.geometry.paddingValue ** 2 };
  const tensors = Object.fromEntries(pairs.map(({ role, to }) => [role, to]));
  const squared = { ...v, geometry, in: squares.subarray(0, count), tensors };
  const square = (images: number): void => {
    kernels.square(images * inputs, v.in, squared.in);
    for (const { from, to } of pairs) kernels.square(from.length, from, to);
  };
  return { squared, square };
};

/** Where the recursion begins, in one shard. */
export const startOperation = (binding: Binding, shard: number): Operation => {
  const { loss } = binding.description.net;
  const start = shard * shardImages(binding.options.batch);
  const views = lossViews(binding, shard);
  return (pass, batch) => curvatureOf(loss, views, pass.images, batch.first + start, batch.share!);
};

/** A step of it: back through one layer, in one shard. */
export const backOperation = (binding: Binding, index: number, v: Views): Operation => {
  const { layer, spec } = binding.description.layers[index]!;
  const { squared, square } = squaredViews(binding, v);
  return (pass) => {
    square(pass.images);
    layer.curvature!(spec, v, squared, pass);
  };
};

/** Rows from…to-1 of the sums of a layer with many weights, over the whole batch. */
export const squaredRows = (
  binding: Binding,
  index: number,
  whole: Views,
): ((images: number, from: number, to: number) => void) => {
  const { layer, spec } = binding.description.layers[index]!;
  const { squared, square } = squaredViews(binding, { ...whole, tensors: {} });
  return (images, from, to) => {
    square(images);
    layer.gradientRows!(spec, squared, images, from, to);
  };
};
