// Holds exported files against the nets they are from, on many test digits: ONNX by onnxruntime-web, C by the C compiler, Keras files
// by Keras itself, where a Python with Keras 3 and JAX is named. For every shipped model, or those given.
// Run: node scripts/ready.mjs && node scripts/check-exports.mjs [--digits 1000] [--python python3] [runs and models …]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ort from "onnxruntime-web";
import { load, loadData } from "../dist/src/index.js";
import { exportKinds } from "../dist/src/lab/export/index.js";
import { shippedNames } from "../dist/src/lab/model/shipped.js";

/** The options and models asked for; another option ends the program with what there is. */
const asked = () => {
  try {
    const options = { digits: { type: "string", default: "1000" }, python: { type: "string" } };
    return parseArgs({ options, allowPositionals: true });
  } catch {
    console.error(
      "check-exports: expected [--digits 1000] [--python python3] [runs and models …]. Leave out the rest.",
    );
    process.exit(2);
  }
};
const { values, positionals } = asked();
const most = Number(values.digits);
const BATCH = 250;
ort.env.wasm.numThreads = 1;

const dir = mkdtempSync(join(tmpdir(), "lenet-exports-"));

/** Outputs of the file in onnxruntime. */
const byOnnx = async (model, pixels, count) => {
  const bytes = (await exportKinds.onnx.write(model, "net")).get(".onnx");
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const { rows, columns } = model.net.image;
  const outputs = [];
  for (let first = 0; first < count; first += BATCH) {
    const some = pixels.slice(first * rows * columns, (first + BATCH) * rows * columns);
    const image = new ort.Tensor(
      "float32",
      Float32Array.from(some, (pixel) => pixel / 255),
      [some.length / (rows * columns), 1, rows, columns],
    );
    outputs.push(...(await session.run({ image })).outputs.data);
  }
  await session.release();
  return outputs;
};

const floatsIn = ({ buffer, byteOffset, length }) => [
  ...new Float32Array(buffer.slice(byteOffset, byteOffset + length)),
];

const main = `#include <stdio.h>
#include "net.h"
int main(void) {
  static unsigned char pixels[NET_ROWS * NET_COLUMNS];
  float outputs[NET_CLASSES];
  while (fread(pixels, 1, sizeof pixels, stdin) == sizeof pixels) {
    net_answer(pixels, outputs);
    fwrite(outputs, sizeof(float), NET_CLASSES, stdout);
  }
  return 0;
}
`;

/** Outputs of the compiled C source. */
const byC = async (model, pixels) => {
  for (const [ending, text] of await exportKinds.c.write(model, "net")) writeFileSync(join(dir, `net${ending}`), text);
  writeFileSync(join(dir, "main.c"), main);
  const flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2"];
  execFileSync("cc", [...flags, "main.c", "net.c", "-o", "net", "-lm"], { cwd: dir });
  return floatsIn(execFileSync(join(dir, "net"), { input: pixels, maxBuffer: 2 ** 26 }));
};

/** Outputs of the file in Keras. */
const byKeras = (kind) => async (model, pixels) => {
  const [[ending, bytes]] = await exportKinds[kind].write(model, "net");
  writeFileSync(join(dir, `net${ending}`), bytes);
  const input = new Uint8Array(Float32Array.from(pixels, (pixel) => pixel / 255).buffer);
  const script = fileURLToPath(new URL("check-keras.py", import.meta.url));
  return floatsIn(execFileSync(values.python, [script, join(dir, `net${ending}`)], { input, maxBuffer: 2 ** 26 }));
};

const judges = {
  onnx: byOnnx,
  c: byC,
  ...(values.python ? { keras: byKeras("keras"), h5: byKeras("h5") } : {}),
};

/** Float32 in another order of sums; Keras works with whatever its backend takes for fast. */
const bounds = { onnx: 1e-5, c: 1e-5, keras: 2e-5, h5: 2e-5 };

/** The largest difference, by the size of the digit's largest output where that is above 1, and how many answers differ. */
const compared = (theirs, ours, { classes, loss }) => {
  let farthest = 0;
  let differ = 0;
  const sign = loss.kind.startsWith("penalty") ? -1 : 1;
  const best = (outputs, n) => {
    const some = [...outputs.slice(n * classes, (n + 1) * classes)].map((output) => sign * output);
    return some.indexOf(Math.max(...some));
  };
  for (let n = 0; n * classes < ours.length; n++) {
    const some = [...ours.slice(n * classes, (n + 1) * classes)];
    const size = Math.max(1, ...some.map(Math.abs));
    some.forEach((output, k) => {
      farthest = Math.max(farthest, Math.abs(theirs[n * classes + k] - output) / size);
    });
    differ += Number(best(theirs, n) !== best(ours, n));
  }
  return { farthest, differ };
};

for (const name of positionals.length > 0 ? positionals : shippedNames()) {
  const model = load(name);
  const { rows, columns } = model.net.image;
  const set = await loadData(rows === 28 ? "mnist" : `mnist:size=${rows}`, "test");
  const count = Math.min(most, set.count);
  const pixels = Uint8Array.from(set.images.subarray(0, count * rows * columns), Math.round);
  const ours = model.outputs(pixels);
  for (const [kind, judge] of Object.entries(judges)) {
    const { farthest, differ } = compared(await judge(model, pixels, count), ours, model.net);
    const faulty = !(farthest < bounds[kind]) || differ > 0;
    if (faulty) process.exitCode = 1;
    process.stdout.write(
      `${name}, ${kind}: ${count} digits, farthest ${farthest.toExponential(1)}, ${differ} answers differ${faulty ? "  ✗" : ""}\n`,
    );
  }
}
rmSync(dir, { recursive: true });
