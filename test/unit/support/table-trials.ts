// The calls the convolutions by a table of connections are tried on: those of the others, with some of the connections.
import type { Geometry } from "../../../src/kernels/contract.ts";
import { stream } from "../../../src/random.ts";
import { size } from "../../../src/shape.ts";
import type { Trial } from "./conformance.ts";
import { convExamples } from "./conv-trials.ts";
import { describeShape, floats } from "./trials.ts";

interface Example {
  readonly g: Geometry;
  readonly images: number;
  readonly seen: number;
  readonly table: Float32Array;
}

/** Each map sees what the one before it sees, or other maps, in any order. */
const tableOf = ({ input, output }: Geometry, seen: number, random: ReturnType<typeof stream>): Float32Array => {
  let own: number[] = [];
  const rows = Array.from({ length: output.maps }, (_, map) => {
    if (map === 0 || random.integer(2) === 0)
      own = Array.from({ length: input.maps }, (_, from) => ({ from, key: random.unit() }))
        .sort((a, b) => a.key - b.key)
        .slice(0, seen)
        .map(({ from }) => from);
    return own;
  });
  return Float32Array.from(rows.flat());
};

const examples = (): Example[] => {
  const random = stream(1, "table-trials");
  return convExamples().map(({ g, images }) => {
    const seen = 1 + random.integer(g.input.maps);
    return { g, images, seen, table: tableOf(g, seen, random) };
  });
};

const label = (job: string, { g, images, seen }: Example): string =>
  `${job} ${images} × ${describeShape(g.input)} → ${describeShape(g.output)}, ${seen} seen, field ${g.field}, stride ${g.stride}, padding ${g.padding}`;

const weights = ({ g: { output, field }, seen }: Example): number => output.maps * seen * field ** 2;

export const tableForwardTrials = (): Trial[] =>
  examples().map((example, number) => {
    const { g, images, seen, table } = example;
    const reads = { input: floats("input", images * size(g.input)), weight: floats("weight", weights(example)) };
    return {
      label: label("convForward", example),
      reads: { ...reads, table, bias: floats("bias", g.output.maps) },
      writes: { out: images * size(g.output) },
      scratch: (k) => k.convScratch({ ...g, seen }, images),
      call: (k, { floats }) => {
        const bias = number % 2 === 0 ? floats("bias") : null;
        const [input, weight, out] = [floats("input"), floats("weight"), floats("out")];
        k.convForward({ ...g, seen, table: floats("table") }, images, input, weight, bias, out, floats("scratch"));
      },
      terms: seen * g.field ** 2 + 1,
    };
  });

export const tableBackwardInputTrials = (): Trial[] =>
  examples().map((example) => {
    const { g, images, seen, table } = example;
    const reads = { dOut: floats("dOut", images * size(g.output)), weight: floats("weight", weights(example)) };
    return {
      label: label("convBackwardInput", example),
      reads: { ...reads, table },
      writes: { dIn: images * size(g.input) },
      scratch: (k) => k.convScratch({ ...g, seen }, images),
      call: (k, { floats }) => {
        const [dOut, weight, dIn] = [floats("dOut"), floats("weight"), floats("dIn")];
        k.convBackwardInput({ ...g, seen, table: floats("table") }, images, dOut, weight, dIn, floats("scratch"));
      },
      terms: g.output.maps * g.field ** 2,
    };
  });

export const tableBackwardWeightTrials = (): Trial[] =>
  examples().map((example, number) => {
    const { g, images, seen, table } = example;
    const reads = { input: floats("input", images * size(g.input)), dOut: floats("dOut", images * size(g.output)) };
    return {
      label: label("convBackwardWeight", example),
      reads: { ...reads, table },
      writes: { dWeight: weights(example), dBias: g.output.maps },
      scratch: (k) => k.convScratch({ ...g, seen }, images),
      call: (k, { floats }) => {
        const dBias = number % 2 === 0 ? floats("dBias") : null;
        const [input, dOut, dWeight] = [floats("input"), floats("dOut"), floats("dWeight")];
        k.convBackwardWeight(
          { ...g, seen, table: floats("table") },
          images,
          input,
          dOut,
          dWeight,
          dBias,
          floats("scratch"),
        );
      },
      terms: images * g.output.rows * g.output.columns,
    };
  });
