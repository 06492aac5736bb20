// onnxruntime-web: its WebAssembly provider, with threads, inference only.
import { peer } from "./common.mjs";
import { onnxSession } from "./onnx-session.mjs";

const about = {
  engine: "onnxruntime-web",
  packageName: "onnxruntime-web",
  cannotTrain: "onnxruntime-web runs finished models",
};

await peer(about, async (work) => {
  const { default: ort } = await import("onnxruntime-web");
  ort.env.wasm.numThreads = work.threads;
  const session = await onnxSession(ort, { executionProviders: ["wasm"] }, work);
  return { ...session, threads: ort.env.wasm.numThreads };
});
