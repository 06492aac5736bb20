// Convolution: units of one map share one field × field set of weights. Options cover the family: stride and a padding value
// (1989), a table of connections (C3 of 1998), a bias for each unit instead of each map (1989).
import { LenetError } from "../errors.ts";
import type { Geometry, Kernels } from "../kernels/contract.ts";
import { formatShape, type Shape } from "../shape.ts";
import * as dense from "./dense.ts";
import { type Census, learned, type ParameterSpec, type Pass, type Views, type Window } from "./layer.ts";

/** `from[map]`: the input maps that feature map sees; without a table it sees all. */
export type ConnectionTable = readonly (readonly number[])[];

export interface ConvSpec {
  readonly kind: "conv";
  readonly name: string;
  readonly maps: number;
  readonly field: number;
  readonly stride: number;
  readonly padding: number;
  readonly paddingValue: number;
  readonly biasPer: "map" | "unit";
  readonly from: ConnectionTable | null;
  /** The tensor holds the connections of the table alone, (maps, maps seen, field, field), as 1989 counts H2. */
  readonly compact: boolean;
}

type Options = Pick<ConvSpec, "maps" | "field"> & Partial<Omit<ConvSpec, "kind" | "name">>;

/** `maps` feature maps whose units see field × field squares, `stride` apart. */
export const conv = (name: string, options: Options): ConvSpec => ({
  kind: "conv",
  name,
  stride: 1,
  padding: 0,
  paddingValue: 0,
  biasPer: "map",
  from: null,
  compact: false,
  ...options,
});

export const outputShape = (spec: ConvSpec, input: Shape): Shape => {
  const side = (length: number): number => Math.floor((length + 2 * spec.padding - spec.field) / spec.stride) + 1;
  const output = { maps: spec.maps, rows: side(input.rows), columns: side(input.columns) };
  if (output.rows < 1 || output.columns < 1)
    throw new LenetError(
      `${spec.name}: expected an input of at least ${spec.field}×${spec.field}, got ${formatShape(input)}. Use a smaller field or more padding.`,
    );
  checkTable(spec, input);
  return output;
};

const checkTable = ({ name, from, maps, compact }: ConvSpec, input: Shape): void => {
  const seen = new Set(from?.map((seen) => seen.length));
  if (compact && seen.size !== 1)
    throw new LenetError(
      `${name}: expected a table that joins every map to equally many, for a compact tensor, got ${[...seen].join(", ") || "none"}.`,
    );
  if (!from) return;
  if (from.length !== maps)
    throw new LenetError(
      `${name}: expected a connection table of ${maps} columns, one per feature map, got ${from.length}.`,
    );
  for (const maps of from)
    if (new Set(maps).size < maps.length)
      throw new LenetError(`${name}: expected each input map once in a connection, got ${maps.join(", ")}.`);
  for (const map of from.flat())
    if (!Number.isInteger(map) || map < 0 || map >= input.maps)
      throw new LenetError(`${name}: expected connections to input maps 0…${input.maps - 1}, got ${map}.`);
};

export const parameters = (spec: ConvSpec, input: Shape): readonly ParameterSpec[] => {
  const { rows, columns } = outputShape(spec, input);
  const seen = (map: number): readonly number[] => spec.from?.[map] ?? [...Array(input.maps).keys()];
  const maps = [...Array(spec.maps).keys()];
  const fanIn = maps.map((map) => seen(map).length * spec.field ** 2);
  const area = spec.field ** 2;
  const absent = (spec.from ?? []).flatMap((sees, map) =>
    [...Array(input.maps).keys()]
      .filter((from) => !sees.includes(from))
      .map((from): [number, number] => [(map * input.maps + from) * area, (map * input.maps + from + 1) * area]),
  );
  const biasShape = spec.biasPer === "map" ? [spec.maps] : [spec.maps, rows, columns];
  const held = spec.compact ? seen(0).length : input.maps;
  const weight = learned(
    "weight",
    "weight",
    [spec.maps, held, spec.field, spec.field],
    fanIn,
    spec.compact ? [] : absent,
  );
  return [{ ...weight, fanOut: spec.maps * area }, learned("bias", "bias", biasShape, fanIn)];
};

export const census = (spec: ConvSpec, input: Shape): Census => {
  const { rows, columns } = outputShape(spec, input);
  const links = spec.from ? spec.from.flat().length : spec.maps * input.maps;
  const multiplyAdds = rows * columns * links * spec.field ** 2;
  return { multiplyAdds, connections: multiplyAdds + rows * columns * spec.maps };
};

export const window = ({ field, stride, padding, paddingValue, compact, from }: ConvSpec): Window => ({
  field,
  stride,
  padding,
  paddingValue,
  ...(compact ? { seen: from![0]!.length } : {}),
});

export const inPlace = false;

export const scratch = (geometry: Geometry, images: number, kernels: Kernels): number =>
  kernels.convScratch(geometry, images);

/** Of a compact tensor: which input maps each map sees, in a row; part of the geometry that the kernels are given. */
export const constants = ({ compact, from }: ConvSpec): Record<string, readonly number[]> =>
  compact ? { table: from!.flat() } : {};

export const forward = (spec: ConvSpec, v: Views, pass: Pass): void => {
  const { weight, bias } = v.tensors;
  const shared = spec.biasPer === "map" ? bias! : null;
  v.kernels.convForward(v.geometry, pass.images, v.in, weight!, shared, v.out, v.scratch);
  if (!shared) v.kernels.unitBiasForward(pass.images, bias!.length, bias!, v.out);
};

export const backward = (spec: ConvSpec, v: Views, pass: Pass): void => {
  const dBias = v.gradients["bias"]!;
  const shared = spec.biasPer === "map" ? dBias : null;
  const weight = v.tensors["weight"]!;
  const dWeight = v.gradients["weight"]!;
  v.kernels.convBackward(v.geometry, pass.images, v.in, v.dOut, weight, v.dIn, dWeight, shared, v.scratch);
  if (!shared) v.kernels.unitBiasBackward(pass.images, dBias.length, v.dOut, dBias);
};

export const curvature = (spec: ConvSpec, _: Views, squared: Views, pass: Pass): void => backward(spec, squared, pass);

/** A convolution that covers its whole input, as C5 does, is a dense layer under its own name, and works as one. */
export const coversInput = (spec: ConvSpec, input: Shape): boolean =>
  input.rows === spec.field && input.columns === spec.field && spec.padding === 0 && spec.from === null;

export const whole = {
  outputShape,
  parameters: (spec: ConvSpec, input: Shape): readonly ParameterSpec[] =>
    parameters(spec, input).map((tensor) => (tensor.fanOut ? { ...tensor, fanOut: spec.maps } : tensor)),
  census,
  window,
  inPlace,
  forward: dense.forward,
  backward: dense.backward,
  gradientRows: dense.gradientRows,
  curvature: dense.curvature,
};
