// TensorFlow.js, its WebAssembly backend (XNNPACK): inference only. In Node it never starts threads, whatever is asked.
import { fileURLToPath } from "node:url";
import { peer } from "./common.mjs";
import { build } from "./tfjs-net.mjs";

const about = {
  engine: "tfjs-wasm",
  packageName: "@tensorflow/tfjs-backend-wasm",
  cannotTrain: "its WebAssembly backend has no gradient of a convolution with respect to the filter",
};

await peer(about, async (options) => {
  const { default: tf } = await import("@tensorflow/tfjs");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(fileURLToPath(new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url)));
  wasm.setThreadsCount(options.threads);
  tf.enableProdMode();
  if (!(await tf.setBackend("wasm")))
    throw new Error("tfjs-wasm: expected its WebAssembly backend to start, it did not.");
  await tf.ready();
  return { threads: wasm.getThreadsCount(), ...build(tf, options) };
});
