// ONNX files, judged by onnxruntime: what it makes of them is what the net says.
import ort from "onnxruntime-web";
import { describe, expect, it } from "vitest";
import { exportKindNamed } from "../../src/lab/export/index.ts";
import { onnxOf } from "../../src/lab/export/onnx.ts";
import { digitsFor, models } from "./support/models.ts";

ort.env.wasm.numThreads = 1;

const DIGITS = 30;

/** What onnxruntime makes of the model in these bytes: its outputs for images in 0…1, `batch` at once, and its answers. */
const judge = async (bytes: Uint8Array, ink: Float32Array, side: number, batch: number) => {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  expect([session.inputNames, session.outputNames]).toEqual([["image"], ["outputs", "label"]]);
  const [outputs, labels]: [number[], number[]] = [[], []];
  for (let first = 0; first < ink.length; first += batch * side * side) {
    const some = ink.slice(first, first + batch * side * side);
    const feeds = { image: new ort.Tensor("float32", some, [some.length / side ** 2, 1, side, side]) };
    const results = await session.run(feeds);
    outputs.push(...(results["outputs"]!.data as Float32Array));
    labels.push(...[...(results["label"]!.data as BigInt64Array)].map(Number));
  }
  await session.release();
  return { outputs, labels };
};

/** The largest difference, by the size of the number where that is above 1 (penalties are). */
const farthest = (theirs: readonly number[], ours: Float32Array): number =>
  Math.max(...theirs.map((output, index) => Math.abs(output - ours[index]!) / Math.max(1, Math.abs(output))));

describe("an ONNX file", () => {
  it.each(models())("of %s answers in onnxruntime as the net does, alone and in batches.", async (_, model) => {
    const images = await digitsFor(model.net, DIGITS);
    const { rows, columns } = model.net.image;
    const area = rows * columns;
    const bytes = onnxOf(model);
    const ink = Float32Array.from(images, (pixel) => pixel / 255);
    const ours = model.outputs(images);
    const together = await judge(bytes, ink, rows, 16);
    const alone = await judge(bytes, ink.subarray(0, 3 * area), rows, 1);
    expect(together.outputs).toHaveLength(ours.length);
    expect(farthest(together.outputs, ours)).toBeLessThan(1e-5);
    // Outputs of different digits differ by far more than the bound.
    expect(Math.max(...ours) - Math.min(...ours)).toBeGreaterThan(0.1);
    expect(farthest(alone.outputs, ours)).toBeLessThan(1e-5);
    const answers = Array.from({ length: DIGITS }, (_, n) => model.predict(images.subarray(n * area, (n + 1) * area)));
    expect(together.labels).toEqual(answers.map(({ label }) => label));
  });

  it("holds no more than the weights, a few numbers and the graph.", () => {
    const [, model] = models().find(([name]) => name === "lenet5")!;
    const weights = [...model.weights.values()].reduce((sum, { data }) => sum + data.length * 4, 0);
    const { length } = onnxOf(model);
    expect(length).toBeGreaterThan(weights);
    expect(length).toBeLessThan(weights + 3_000);
  });
});

it("a format nobody knows is refused, and the nearest one offered.", () => {
  expect(() => exportKindNamed("onx")).toThrow(/^--to: expected onnx.*, got "onx"\. Did you mean "onnx"\?$/);
});
