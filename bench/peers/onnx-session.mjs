// Inference with an ONNX runtime, whichever: the file made, the session opened, the images as its tensors.
import { onnxModel } from "./onnx-model.mjs";

/** What `peer` (common.mjs) asks of an engine; `ort` is the runtime's module, `options` those of a session. */
export const onnxSession = async (ort, options, { threads, batch, batches, weights }) => {
  const session = await ort.InferenceSession.create(onnxModel(weights, batch), {
    graphOptimizationLevel: "all",
    ...options,
  });
  const feeds = batches.map(({ pixels }) => ({ images: new ort.Tensor("float32", pixels, [batch, 1, 28, 28]) }));
  return {
    threads,
    // A runtime does not count parameters; the session read these from the file, shapes checked.
    parameters: Object.values(weights).reduce((sum, { values }) => sum + values.length, 0),
    infer: async (k) => (await session.run(feeds[k])).OUT.data,
  };
};
