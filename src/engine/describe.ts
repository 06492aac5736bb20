// A net, measured: the shape after every layer and the place of every tensor. Shapes are checked here, once; nothing after
// this checks them again.
import { LenetError } from "../errors.ts";
import type { Geometry } from "../kernels/contract.ts";
import { type LayerSpec, layerFor } from "../layers/index.ts";
import { type Layer, type ParameterSpec, square } from "../layers/layer.ts";
import type { Net } from "../nets/net.ts";
import { elements, formatShape, type Shape, size } from "../shape.ts";

/** A tensor and where it lies: `offset` floats into all weights, or (a statistic) into all statistics. */
export interface TensorPlace extends ParameterSpec {
  /** `C1.weight`. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface LayerPlace {
  /** The paper's name, or the kind of layer where it has none. */
  readonly name: string;
  readonly spec: LayerSpec;
  readonly layer: Layer<LayerSpec>;
  readonly geometry: Geometry;
  readonly tensors: readonly TensorPlace[];
}

export interface Description {
  readonly net: Net;
  readonly input: Shape;
  readonly layers: readonly LayerPlace[];
  readonly tensors: readonly TensorPlace[];
  /** Floats that are learned, and floats that are measured. */
  readonly weights: number;
  readonly statistics: number;
}

/** What the net is shown: one map, the stored image in its frame. */
export const inputShape = ({ image }: Net): Shape => ({
  maps: 1,
  rows: image.rows + 2 * image.padding,
  columns: image.columns + 2 * image.padding,
});

/** Throws LenetError when a layer cannot stand on the one before it, or the last does not give one output a class. */
export const describe = (net: Net): Description => {
  const layers: LayerPlace[] = [];
  let weights = 0;
  let statistics = 0;
  let shape = inputShape(net);
  for (const spec of net.layers) {
    const layer = layerFor(spec, shape);
    const output = layer.outputShape(spec, shape);
    const name = "name" in spec ? spec.name : spec.activation;
    if ("name" in spec && layers.some((other) => other.name === name))
      throw new LenetError(`${name}: expected a name of its own for each layer, got this one twice.`);
    const tensors: TensorPlace[] = [];
    for (const parameter of layer.parameters(spec, shape)) {
      const measured = parameter.kind === "statistic";
      const place = { ...parameter, name: `${name}.${parameter.role}`, size: elements(parameter.shape) };
      tensors.push({ ...place, offset: measured ? statistics : weights });
      if (measured) statistics += place.size;
      else weights += place.size;
    }
    const window = layer.window(spec) ?? square(1, 1);
    layers.push({ name, spec, layer, geometry: { input: shape, output, ...window }, tensors });
    shape = output;
  }
  if (size(shape) !== net.classes)
    throw new LenetError(
      `${net.name}: expected ${net.classes} outputs, one a class, got ${formatShape(shape)}. Change the last layer.`,
    );
  return {
    net,
    input: inputShape(net),
    layers,
    tensors: layers.flatMap(({ tensors }) => tensors),
    weights,
    statistics,
  };
};
