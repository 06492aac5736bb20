// A model as C99: one source file with its weights, and its header. The functions are those the net needs and no more; all
// memory is static: two buffers that the layers write into by turns, each as large as the largest layer in it.
import { describe, type LayerPlace } from "../../engine/describe.ts";
import { LenetError } from "../../errors.ts";
import { leastWins } from "../../losses/index.ts";
import { size } from "../../shape.ts";
import type { Model } from "../model/model.ts";
import { lenetVersion } from "../run/provenance.ts";
import { functionsFor } from "./c-functions.ts";
import { kernelOf, membersOf, numbersOf, outputMeaning } from "./parts.ts";

/** The source and the header of a model; `name` is that of the files. */
export const cOf = (model: Model, name: string): { readonly source: string; readonly header: string } => {
  const prefix = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^(?=\d)/, "net_");
  return { source: sourceOf(model, name, prefix), header: headerOf(model, name, prefix) };
};

const headerOf = ({ net }: Model, name: string, prefix: string): string => {
  const capital = prefix.toUpperCase();
  const { rows, columns } = net.image;
  return `/* ${net.title} (${net.name}), written by lenet ${lenetVersion()}. */
#ifndef ${capital}_H
#define ${capital}_H

#ifdef __cplusplus
extern "C" {
#endif

#define ${capital}_ROWS ${rows}
#define ${capital}_COLUMNS ${columns}
#define ${capital}_CLASSES ${net.classes}

/*
 * Returns the class of an image of ${rows} rows of ${columns} pixels, 0 (background) to 255 (full ink).
 * Writes ${net.classes} outputs where \`outputs\` is not null: ${outputMeaning(net)}.
 * Allocates nothing; its buffers are static, so only one thread may call it at a time.
 *
 * #include <stdio.h>
 * #include "${name}.h"
 *
 * int main(void) {
 *   static unsigned char pixels[${capital}_ROWS * ${capital}_COLUMNS];
 *   float outputs[${capital}_CLASSES];
 *   printf("%d\\n", ${prefix}_answer(pixels, outputs));
 *   return 0;
 * }
 *
 * cc -std=c99 -O2 main.c ${name}.c -lm
 */
int ${prefix}_answer(const unsigned char *pixels, float *outputs);

#ifdef __cplusplus
}
#endif

#endif
`;
};

const sourceOf = (model: Model, name: string, prefix: string): string => {
  const { net } = model;
  const members = membersOf(model);
  const bodies = members.map((member, index) => memberOf(member, members.length > 1 ? `m${index + 1}_` : ""));
  const code = bodies.map(({ code }) => code).join("\n");
  const description = describe(members[0]!.net);
  const largest = { buffer_a: size(description.input), buffer_b: 1 };
  for (const { needs } of bodies)
    for (const [buffer, units] of needs) largest[buffer] = Math.max(largest[buffer], units);
  const { low, high, rows, columns, padding, paddingValue } = net.image;
  const width = columns + 2 * padding;
  const frame =
    padding > 0 ? `  for (int i = 0; i < ${size(description.input)}; i++) buffer_a[i] = ${float(paddingValue)};\n` : "";
  return `/* ${net.title} (${net.name}), written by lenet ${lenetVersion()}. See ${name}.h. C99, no other dependency. */
#include "${name}.h"
#include <math.h>

static float buffer_a[${largest.buffer_a}];
static float buffer_b[${largest.buffer_b}];

${functionsFor(code)}
${bodies.map(({ constants }) => constants).join("\n")}
static void see(const unsigned char *pixels) {
${frame}  for (int y = 0; y < ${rows}; y++)
    for (int x = 0; x < ${columns}; x++)
      buffer_a[(y + ${padding}) * ${width} + x + ${padding}] = (float)pixels[y * ${columns} + x] / 255.0f * ${float(high - low)} + ${float(low)};
}

${code}
int ${prefix}_answer(const unsigned char *pixels, float *outputs) {
  float sums[${net.classes}] = {0};
${bodies.map(({ call }) => `  see(pixels);\n  add(${net.classes}, ${call}(), sums);`).join("\n")}
  int best = 0;
  for (int k = 0; k < ${net.classes}; k++) {
    if (sums[k] ${leastWins(net.loss) ? "<" : ">"} sums[best]) best = k;
    if (outputs) outputs[k] = sums[k];
  }
  return best;
}
`;
};

type Buffer = "buffer_a" | "buffer_b";

/** The weights of one net, and the function that runs it: from buffer_a, to the buffer it returns. */
const memberOf = (model: Model, prefix: string) => {
  const constants: string[] = [];
  const lines: string[] = [];
  const hold = (name: string, values: Float32Array): string => {
    const constant = prefix + name.replaceAll(".", "_");
    constants.push(`static const float ${constant}[${values.length}] = {\n${rowsOf(values)}};\n`);
    return constant;
  };
  const needs: [Buffer, number][] = [];
  let [from, to]: Buffer[] = ["buffer_a", "buffer_b"];
  for (const place of describe(model.net).layers) {
    if (place.spec.kind === "dropout") continue;
    const inPlace = place.spec.kind === "activation" || place.spec.kind === "batchNorm";
    lines.push(`  ${callOf(model, place, from!, inPlace ? from! : to!, hold)};`);
    if (inPlace) continue;
    [from, to] = [to, from];
    needs.push([from!, size(place.geometry.output)]);
  }
  const call = `${prefix}run`;
  const code = `static const float *${call}(void) {\n${lines.join("\n")}\n  return ${from};\n}\n`;
  return { constants: constants.join("\n"), code, call, needs };
};

const callOf = (
  model: Model,
  place: LayerPlace,
  from: string,
  to: string,
  hold: (name: string, values: Float32Array) => string,
): string => {
  const { name, spec, geometry } = place;
  const { input, output } = geometry;
  const tensor = (role: string): string => hold(`${name}.${role}`, numbersOf(model, `${name}.${role}`));
  const square = `${input.maps}, ${input.rows}, ${input.columns}, ${geometry.field}`;
  switch (spec.kind) {
    case "activation":
      return `${spec.activation === "tanh" ? "hyperbolic" : spec.activation}(${size(output)}, ${to})`;
    case "batchNorm": {
      const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map((role) =>
        numbersOf(model, `${name}.${role}`),
      );
      const scale = gamma!.map((value, map) => value / Math.sqrt(variance![map]! + spec.epsilon));
      const shift = beta!.map((value, map) => value - mean![map]! * scale[map]!);
      return `scale(${input.maps}, ${input.rows * input.columns}, ${hold(`${name}.scale`, scale)}, ${hold(`${name}.shift`, shift)}, ${to})`;
    }
    case "conv": {
      const kernel = hold(`${name}.weight`, kernelOf(model, place, spec));
      const window = `${spec.stride}, ${spec.padding}, ${float(spec.paddingValue)}`;
      const sides = `${output.maps}, ${output.rows}, ${output.columns}`;
      return `convolve(${square}, ${window}, ${kernel}, ${tensor("bias")}, ${spec.biasPer === "unit" ? 1 : 0}, ${sides}, ${from}, ${to})`;
    }
    case "dense":
      return `join(${size(input)}, ${spec.units}, ${tensor("weight")}, ${tensor("bias")}, ${from}, ${to})`;
    case "dropout":
      throw new RangeError(`${name}: a layer that does nothing has no call`);
    case "maxPool":
      return `largest(${square}, ${from}, ${to})`;
    case "rbf": {
      const codes = hold(`${name}.codes`, Float32Array.from(spec.codes.flat()));
      return `distances(${size(input)}, ${output.maps}, ${float(spec.scale)}, ${codes}, ${from}, ${to})`;
    }
    case "repeat":
      return `repeat(${input.maps}, ${spec.times}, ${input.rows * input.columns}, ${from}, ${to})`;
    case "subsample":
      return `subsample(${square}, ${tensor("coefficient")}, ${tensor("bias")}, ${from}, ${to})`;
    case "sumPool":
      return `pool(${square}, ${float(spec.average ? 1 / spec.field ** 2 : 1)}, ${from}, ${to})`;
  }
};

const PER_ROW = 10;

const rowsOf = (values: Float32Array): string => {
  const rows: string[] = [];
  for (let first = 0; first < values.length; first += PER_ROW)
    rows.push(`  ${[...values.subarray(first, first + PER_ROW)].map(float).join(", ")},\n`);
  return rows.join("");
};

/** The shortest decimal that a compiler reads back as this float32, such as `0.1f`. */
export const float = (value: number): string => {
  const wanted = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = wanted.toPrecision(digits);
    if (Math.fround(Number(text)) === wanted) return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  }
  throw new LenetError(`weights: expected finite numbers, got ${value}. Train again, at a smaller rate.`);
};
