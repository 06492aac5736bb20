// The variables of a Keras model as the tensors of a net. Layers are taken in their order, not by their names, so that files that
// others wrote are read as ours are: the n-th that has variables is the n-th of the net that has tensors.
import { describe, type LayerPlace } from "../../engine/describe.ts";
import { LenetError } from "../../errors.ts";
import type { KerasFile, KerasVariables } from "../../formats/keras.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import type { LayerSpec } from "../../layers/index.ts";
import type { Net } from "../../nets/net.ts";
import { elements, size } from "../../shape.ts";
import { fold } from "../model/compact.ts";
import { transposed } from "../model/transpose.ts";

type Tensors = Map<string, Tensor>;

/** Layers that wait to be read. */
interface Queue {
  readonly layers: readonly KerasVariables[];
  readonly place: string;
  next: number;
}

/**
 * The tensors of this net from a Keras file; `place` names it in messages. Throws LenetError, naming the layer, where there is another
 * number of layers, where one has other shapes, and where weights that must be equal are not.
 */
export const tensorsFromKeras = (net: Net, { layers }: KerasFile, place: string): Tensors => {
  const count = net.committee?.size ?? 1;
  const parts = Array.from({ length: count }, (_, member): Tensors => {
    // A committee's members stand side by side.
    const own = layers.filter((_, index) => index % count === member);
    return tensorsOfOne(net.committee?.member ?? net, { layers: own, place, next: 0 });
  });
  const prefix = (member: number): string => (net.committee ? `${member + 1}.` : "");
  return new Map(parts.flatMap((part, member) => [...part].map(([name, tensor]) => [prefix(member) + name, tensor])));
};

const tensorsOfOne = (net: Net, queue: Queue): Tensors => {
  const tensors: Tensors = new Map();
  for (const layer of describe(net).layers) readLayer(tensors, layer, queue);
  const left = queue.layers[queue.next];
  if (left)
    throw new LenetError(
      `${queue.place}: expected ${queue.next} layers with weights, as ${net.name} has, got ${queue.layers.length}, the next being ${left.name}. Name the net it is of: --net NAME.`,
    );
  return tensors;
};

/** The next layer's variables, which must have one of the shapes given for each. */
const take = (queue: Queue, layer: string, ...wanted: readonly (readonly (readonly number[])[])[]): Tensor[] => {
  const found = queue.layers[queue.next];
  const shown = wanted.map(([first]) => `(${first!.join(", ")})`).join(" and ");
  const place = `${queue.place}, ${layer}`;
  if (!found)
    throw new LenetError(`${place}: expected weights of shapes ${shown}, got no more layers. Give a file of this net.`);
  const { name, variables } = found;
  const fits =
    variables.length === wanted.length &&
    variables.every(({ shape }, index) => wanted[index]!.some((one) => `${one}` === `${shape}`));
  if (!fits)
    throw new LenetError(
      `${place}: expected weights of shapes ${shown}, got ${variables.map(({ shape }) => `(${shape.join(", ")})`).join(" and ")} in the layer ${name}. Give a file of this net.`,
    );
  queue.next++;
  return [...variables];
};

const readLayer = (tensors: Tensors, layer: LayerPlace, queue: Queue): void => {
  const { name, spec, geometry } = layer;
  const { maps } = geometry.input;
  const put = (role: string, data: Tensor["data"]): void => {
    const { shape } = layer.tensors.find((tensor) => tensor.role === role)!;
    tensors.set(`${name}.${role}`, { shape, data });
  };
  switch (spec.kind) {
    case "batchNorm": {
      const variables = take(queue, name, [[maps]], [[maps]], [[maps]], [[maps]]);
      for (const [index, role] of ["gamma", "beta", "mean", "variance"].entries()) put(role, variables[index]!.data);
      break;
    }
    case "conv":
      readConv(layer, spec, queue, put);
      break;
    case "dense": {
      const [kernel, bias] = take(queue, name, [[size(geometry.input), spec.units]], [[spec.units]]);
      put("weight", mapsFirst(layer, kernel!));
      put("bias", bias!.data);
      break;
    }
    case "rbf":
      checkCodes(name, spec, queue);
      break;
    case "repeat": {
      const [ones] = take(queue, name, [[1, 1, maps, spec.times]]);
      if (ones!.data.some((value) => value !== 1)) throw refusal(queue, name, "weights of 1, which only repeat a map");
      break;
    }
    case "subsample": {
      const [kernel, bias] = take(queue, name, [[spec.field, spec.field, maps, 1]], [[maps]]);
      if (kernel!.data.some((value, index) => value !== kernel!.data[index % maps]))
        throw refusal(queue, name, "one coefficient for all inputs of a unit");
      put("coefficient", kernel!.data.slice(0, maps));
      put("bias", bias!.data);
      break;
    }
  }
};

const refusal = ({ place }: Queue, layer: string, rule: string): LenetError =>
  new LenetError(`${place}, ${layer}: expected ${rule}, got others. The file was taught as another net: choose that.`);

/** A kernel whose inputs run through maps last, (rows, columns, maps, out), as (out, maps, rows, columns). */
const mapsFirst = ({ geometry: { input } }: LayerPlace, { shape, data }: Tensor): Float32Array =>
  transposed({ shape: [input.rows, input.columns, input.maps, shape.at(-1)!], data }, [3, 2, 0, 1]);

const readConv = (
  layer: LayerPlace,
  spec: Extract<LayerSpec, { kind: "conv" }>,
  queue: Queue,
  put: (role: string, data: Tensor["data"]) => void,
): void => {
  const { name, geometry } = layer;
  const { maps, field, biasPer } = spec;
  const { input, output } = geometry;
  const kernels = [[field, field, input.maps, maps]];
  // What covers all of its input may be a dense layer.
  if (output.rows === 1 && output.columns === 1) kernels.push([size(input), maps]);
  const [kernel, bias] = take(queue, name, kernels, ...(biasPer === "map" ? [[[maps]]] : []));
  const weights = transposed({ shape: kernels[0]!, data: kernel!.data }, [3, 2, 0, 1]);
  put("weight", spec.compact ? folded(spec, weights, input.maps) : weights);
  if (bias) {
    put("bias", bias.data);
    return;
  }
  const sides = [output.rows, output.columns, maps];
  const [same, units] = take(queue, `${name}, bias`, [[maps, maps]], [sides]);
  if (same!.data.some((value, index) => value !== (index % (maps + 1) === 0 ? 1 : 0)))
    throw refusal(queue, name, "a bias for each unit");
  put("bias", transposed(units!, [2, 0, 1]));
};

const folded = (spec: Extract<LayerSpec, { kind: "conv" }>, all: Float32Array, maps: number): Float32Array => {
  const compact = new Float32Array(elements([spec.maps, spec.from![0]!.length, spec.field, spec.field]));
  fold(spec, maps, all, compact);
  return compact;
};

const checkCodes = (name: string, { codes }: Extract<LayerSpec, { kind: "rbf" }>, queue: Queue): void => {
  const shape = [codes[0]!.length, codes.length];
  const [ones, turned] = take(queue, name, [shape], [shape]);
  const differs = ones!.data.some((value) => value !== 1);
  const moved = turned!.data.some((value, i) => value !== -codes[i % codes.length]![Math.floor(i / codes.length)]!);
  if (differs || moved) throw refusal(queue, name, "the codes of the classes");
};
