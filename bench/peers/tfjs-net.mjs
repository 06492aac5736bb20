// The modern LeNet-5 in TensorFlow.js operations, for whichever backend is set. Images lie (image, row, column, map), as
// TensorFlow.js keeps them; it does not know which backend computes.

const square = (tensor) => tensor.transpose([2, 3, 1, 0]); // (out, in, row, column) → (row, column, in, out)

/** `{ parameters, train(k), infer(k) }` of common.mjs. */
export const build = (tf, { batches, weights }) => {
  const tensor = (name) => tf.tensor(weights[name].values, weights[name].shape);
  const variables = tf.tidy(() =>
    Object.fromEntries(
      Object.entries({
        c1: square(tensor("C1.weight")),
        c1Bias: tensor("C1.bias"),
        c3: square(tensor("C3.weight")),
        c3Bias: tensor("C3.bias"),
        c5: square(tensor("C5.weight")).reshape([400, 120]),
        c5Bias: tensor("C5.bias"),
        f6: tensor("F6.weight").transpose(),
        f6Bias: tensor("F6.bias"),
        out: tensor("OUT.weight").transpose(),
        outBias: tensor("OUT.bias"),
      }).map(([name, value]) => [name, tf.variable(value)]),
    ),
  );
  const v = variables;
  const pool = (x) => tf.tanh(tf.avgPool(x, 2, 2, "valid"));
  const conv = (x, filter, bias, pad) => tf.tanh(tf.fused.conv2d({ x, filter, bias, strides: 1, pad }));
  const dense = (a, b, bias) => tf.fused.matMul({ a, b, bias });
  const forward = (images) => {
    const s2 = pool(conv(images, v.c1, v.c1Bias, 2));
    const s4 = pool(conv(s2, v.c3, v.c3Bias, "valid"));
    const c5 = tf.tanh(dense(s4.reshape([-1, 400]), v.c5, v.c5Bias));
    return dense(tf.tanh(dense(c5, v.f6, v.f6Bias)), v.out, v.outBias);
  };
  const digits = batches.map(({ pixels, labels }) => ({
    images: tf.tensor4d(pixels, [labels.length, 28, 28, 1]),
    targets: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat()),
  }));
  const adam = tf.train.adam(0.001);
  return {
    parameters: Object.values(variables).reduce((sum, { size }) => sum + size, 0),
    train: (k) => {
      const { images, targets } = digits[k];
      const loss = adam.minimize(() => tf.losses.softmaxCrossEntropy(targets, forward(images)), true);
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    },
    infer: (k) => tf.tidy(() => forward(digits[k].images).dataSync()),
  };
};
