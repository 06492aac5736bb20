// What every exporter asks of a model: its nets, their weights as plain numbers, and what its outputs mean.
import type { LayerPlace } from "../../engine/describe.ts";
import type { LayerSpec } from "../../layers/index.ts";
import { leastWins } from "../../losses/index.ts";
import type { Net } from "../../nets/net.ts";
import { elements } from "../../shape.ts";
import { unfold } from "../model/compact.ts";
import type { Model } from "../model/model.ts";

type ConvSpec = Extract<LayerSpec, { kind: "conv" }>;

/** The models whose outputs are added: of a committee its members, else the model alone. */
export const membersOf = (model: Model): readonly Model[] => model.members ?? [model];

/** The numbers of a tensor, copied: whatever they are written to may not share memory with threads. */
export const numbersOf = ({ weights }: Model, name: string): Float32Array => Float32Array.from(weights.get(name)!.data);

/** A convolution's weights (maps, input maps, field, field), connections that do not exist being zero. */
export const kernelOf = (model: Model, { name, geometry }: LayerPlace, spec: ConvSpec): Float32Array => {
  const held = numbersOf(model, `${name}.weight`);
  if (!spec.compact) return held;
  const all = new Float32Array(elements([spec.maps, geometry.input.maps, spec.field, spec.field]));
  unfold(spec, geometry.input.maps, held, all);
  return all;
};

/** What an output is, in a few words. */
export const outputMeaning = ({ loss }: Net): string => {
  if (loss.kind === "crossEntropy") return "logits, the largest answers; their softmax are probabilities";
  if (leastWins(loss)) return "penalties, distances from the codes of the classes: the least answers";
  if (loss.kind !== "meanSquared") throw new RangeError(`no words for outputs of the loss ${loss.kind}`);
  return `numbers that were taught ${loss.high} for the right class and ${loss.low} for the others: the largest answers`;
};
