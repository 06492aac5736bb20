// What a net is made of, counted as the papers count it: a line a layer, and beside it what somebody published. Pure: it
// reads the net's description and writes nothing.
import { describe, type LayerPlace, type TensorPlace } from "../engine/describe.ts";
import type { LayerSpec } from "../layers/index.ts";
import type { Committee, Net } from "../nets/net.ts";
import { type Shape, size } from "../shape.ts";

export interface Counts {
  /** Numbers that are learned; connections that do not exist have none. */
  readonly parameters: number;
  /** One for each weight used and for each bias, over all units. */
  readonly connections: number;
}

/** Published counts beside ours; null where nobody printed that one. */
export interface Comparison {
  readonly parameters: number | null;
  readonly connections: number | null;
  readonly agrees: boolean;
  /** Where the counts differ, why; null where nobody has found out. */
  readonly slip: string | null;
}

export interface SummaryLine extends Counts {
  readonly name: string;
  /** `conv 5×5, tanh`: the layer, and the layers without parameters that work on its units one by one. */
  readonly what: string;
  readonly output: Shape;
  readonly multiplyAdds: number;
  /** Rows and columns of the net's input (its frame included) that one unit sees. */
  readonly receptiveField: readonly [rows: number, columns: number];
  readonly published: Comparison | null;
}

export interface Summary {
  readonly net: string;
  readonly title: string;
  readonly input: Shape;
  readonly lines: readonly SummaryLine[];
  readonly total: Counts & { readonly multiplyAdds: number; readonly published: Comparison | null };
  /** The input's and every layer's, and the published number; null where nobody printed it. */
  readonly units: { readonly ours: number; readonly published: number | null };
  /** Where the published counts stand; null where there are none. */
  readonly source: string | null;
}

/** The net, layer by layer; a committee member by member. Throws LenetError as `describe` does. */
export const summarise = (net: Net): Summary => {
  const { input, layers } = describe(net);
  const { committee, published } = net;
  const lines = committee ? linesOfMembers(committee) : linesOfLayers(net, layers, input);
  const sum = (of: "parameters" | "connections" | "multiplyAdds"): number =>
    lines.reduce((total, line) => total + line[of], 0);
  const counts = { parameters: sum("parameters"), connections: sum("connections") };
  const total = { ...counts, multiplyAdds: sum("multiplyAdds"), published: compare(net, "total", counts) };
  const computed = unitsOf(layers) * (committee?.size ?? 1);
  const units = { ours: size(input) + computed, published: published?.units ?? null };
  return { net: net.name, title: net.title, input, lines, total, units, source: published?.source ?? null };
};

const linesOfMembers = ({ member, size }: Committee): SummaryLine[] => {
  const { total, lines, title, net } = summarise(member);
  const { output, receptiveField } = lines.at(-1)!;
  const what = `${title} (${net})`;
  return Array.from({ length: size }, (_, index) => ({
    ...total,
    name: `${index + 1}`,
    what,
    output,
    receptiveField,
    published: null,
  }));
};

const linesOfLayers = (net: Net, layers: readonly LayerPlace[], input: Shape): SummaryLine[] => {
  const fields = receptiveFields(layers, input);
  const lines: SummaryLine[] = [];
  for (const [index, { name, spec, layer, geometry, tensors }] of layers.entries()) {
    const last = lines.at(-1);
    if (last && isCompanion(spec)) {
      lines[lines.length - 1] = { ...last, what: `${last.what}, ${whatIs(spec)}` };
      continue;
    }
    const { connections, multiplyAdds } = layer.census(spec, geometry.input);
    const counts = { parameters: tensors.reduce((sum, tensor) => sum + freeParameters(tensor), 0), connections };
    lines.push({
      name,
      what: whatIs(spec),
      output: geometry.output,
      ...counts,
      multiplyAdds,
      receptiveField: fields[index]!,
      published: compare(net, name, counts),
    });
  }
  return lines;
};

/** Whether a layer without parameters works on the units of the one before it, and is told together with it. */
export const isCompanion = ({ kind }: LayerSpec): boolean => ["activation", "dropout", "repeat"].includes(kind);

/** Units that are computed, as the papers count them: what is computed from a unit alone, such as its activation, is the unit itself. */
const unitsOf = (layers: readonly LayerPlace[]): number =>
  layers
    .filter(({ spec }) => !["activation", "batchNorm", "dropout", "repeat"].includes(spec.kind))
    .reduce((sum, { geometry }) => sum + size(geometry.output), 0);

const freeParameters = ({ kind, size, absent }: TensorPlace): number =>
  kind === "statistic" ? 0 : absent.reduce((left, [from, to]) => left - (to - from), size);

/** Ours beside what was published for this layer, or for the total. */
const compare = ({ published }: Net, name: string, ours: Counts): Comparison | null => {
  const theirs = name === "total" ? published : published?.layers[name];
  if (!published || !theirs) return null;
  const { parameters = null, connections = null } = theirs;
  const agrees =
    (parameters ?? ours.parameters) === ours.parameters && (connections ?? ours.connections) === ours.connections;
  return { parameters, connections, agrees, slip: agrees ? null : (published.slips[name] ?? null) };
};

/** Going from layer to layer: a window of `field` units that lie `apart` pixels from each other widens what was seen. */
const receptiveFields = (layers: readonly LayerPlace[], input: Shape): (readonly [number, number])[] => {
  const whole = [input.rows, input.columns] as const;
  let side = 1;
  let apart = 1;
  return layers.map(({ layer, spec }) => {
    const window = layer.window(spec);
    if (window === null) side = Number.POSITIVE_INFINITY;
    else {
      side += (window.field - 1) * apart;
      apart *= window.stride;
    }
    return [Math.min(side, whole[0]), Math.min(side, whole[1])] as const;
  });
};

/** The layer in a few words. */
const whatIs = (spec: LayerSpec): string => {
  switch (spec.kind) {
    case "activation":
      return spec.activation;
    case "batchNorm":
      return "batch norm";
    case "conv": {
      const stride = spec.stride === 1 ? "" : ` by ${spec.stride}`;
      const bias = spec.biasPer === "unit" ? ", a bias a unit" : "";
      return `conv ${square(spec.field)}${stride}${spec.from ? ", by table" : ""}${bias}`;
    }
    case "dense":
      return "dense";
    case "dropout":
      return `dropout ${spec.probability}`;
    case "maxPool":
      return `max pool ${square(spec.field)}`;
    case "rbf":
      return "distances from fixed codes";
    case "repeat":
      return `each map ${spec.times} times`;
    case "subsample":
      return `sub-sampling ${square(spec.field)}`;
    case "sumPool":
      return `${spec.average ? "average" : "sum"} pool ${square(spec.field)}`;
  }
};

const square = (side: number): string => `${side}×${side}`;
