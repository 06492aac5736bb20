// convnetjs: plain JavaScript loops, one image at a time. It pools only by maximum, computes in float64 and has no Adam;
// its own MNIST example trains with adadelta, and so do we. The line says so in `differs`.
import { peer } from "./common.mjs";

const about = {
  engine: "convnetjs",
  packageName: "convnetjs",
  differs: "max pooling for average pooling, float64 for float32, adadelta for Adam: convnetjs has no other",
  // As in common.mjs, with max pooling.
  logits: [0.01954, 0.06941, -0.005683, 0.023175, 0.133426, 0.012002, 0.031779, 0.051936, -0.022115, -0.013094],
};

const layers = [
  { type: "input", out_sx: 28, out_sy: 28, out_depth: 1 },
  { type: "conv", sx: 5, filters: 6, pad: 2, activation: "tanh" },
  { type: "pool", sx: 2, stride: 2 },
  { type: "tanh" },
  { type: "conv", sx: 5, filters: 16, activation: "tanh" },
  { type: "pool", sx: 2, stride: 2 },
  { type: "tanh" },
  { type: "fc", num_neurons: 120, activation: "tanh" },
  { type: "fc", num_neurons: 84, activation: "tanh" },
  { type: "softmax", num_classes: 10 },
];

/** Copies one layer's weights, (out, in, row, column), into its filters, whose numbers lie (row, column, in). */
const fill = (layer, weight, bias, [inMaps, side]) => {
  const square = side * side;
  layer.filters.forEach((filter, unit) => {
    for (let map = 0; map < inMaps; map++) {
      for (let i = 0; i < square; i++) filter.w[i * inMaps + map] = weight.values[(unit * inMaps + map) * square + i];
    }
  });
  layer.biases.w.set(bias.values);
};

await peer(about, async ({ batch, batches, weights }) => {
  const { default: convnet } = await import("convnetjs");
  const net = new convnet.Net();
  net.makeLayers(layers);
  const filled = net.layers.filter((layer) => layer.filters);
  const geometry = { C1: [1, 5], C3: [6, 5], C5: [16, 5], F6: [120, 1], OUT: [84, 1] };
  Object.entries(geometry).forEach(([name, shape], i) => {
    fill(filled[i], weights[`${name}.weight`], weights[`${name}.bias`], shape);
  });
  const trainer = new convnet.Trainer(net, { method: "adadelta", batch_size: batch });
  const digits = batches.map(({ pixels, labels }) =>
    Array.from(labels, (label, i) => {
      const volume = new convnet.Vol(28, 28, 1, 0);
      volume.w.set(pixels.subarray(i * 784, (i + 1) * 784));
      return { volume, label };
    }),
  );
  return {
    threads: 1,
    parameters: net.getParamsAndGrads().reduce((sum, { params }) => sum + params.length, 0),
    train: (k) => digits[k].reduce((sum, { volume, label }) => sum + trainer.train(volume, label).loss, 0) / batch,
    infer: (k) => {
      const logits = digits[k].map(({ volume }) => {
        net.forward(volume);
        return net.layers.at(-1).in_act.w; // what enters the softmax
      });
      return logits[0];
    },
  };
});
