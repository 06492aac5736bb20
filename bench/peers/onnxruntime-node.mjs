// onnxruntime-node: the native library, its CPU provider, inference only.
import { peer } from "./common.mjs";
import { onnxSession } from "./onnx-session.mjs";

const about = {
  engine: "onnxruntime-node",
  packageName: "onnxruntime-node",
  cannotTrain: "onnxruntime-node runs finished models",
};

await peer(about, async (work) => {
  const { default: ort } = await import("onnxruntime-node");
  const options = { executionProviders: ["cpu"], intraOpNumThreads: work.threads, interOpNumThreads: 1 };
  return await onnxSession(ort, options, work);
});
