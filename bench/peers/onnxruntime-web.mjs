// onnxruntime-web: its WebAssembly provider, with threads, inference only.
import { peer } from "./common.mjs";
import { onnxModel } from "./onnx-model.mjs";

const about = {
  engine: "onnxruntime-web",
  packageName: "onnxruntime-web",
  cannotTrain: "onnxruntime-web runs finished models",
};

await peer(about, async ({ threads, batch, batches, weights }) => {
  const { default: ort } = await import("onnxruntime-web");
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(onnxModel(weights, batch), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const feeds = batches.map(({ pixels }) => ({ images: new ort.Tensor("float32", pixels, [batch, 1, 28, 28]) }));
  return {
    threads: ort.env.wasm.numThreads,
    // The runtime does not count parameters; the session read these from the file, shapes checked.
    parameters: Object.values(weights).reduce((sum, { values }) => sum + values.length, 0),
    infer: async (k) => (await session.run(feeds[k])).OUT.data,
  };
});
