// TensorFlow.js, its plain JavaScript backend: the only one that trains convolutions outside a browser.
import { peer } from "./common.mjs";
import { build } from "./tfjs-net.mjs";

await peer({ engine: "tfjs-cpu", packageName: "@tensorflow/tfjs" }, async (options) => {
  const { default: tf } = await import("@tensorflow/tfjs");
  tf.enableProdMode(); // no checks of arguments; no advertisement on the console
  await tf.setBackend("cpu");
  await tf.ready();
  return { threads: 1, ...build(tf, options) };
});
