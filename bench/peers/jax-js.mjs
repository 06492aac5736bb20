// jax-js: kernels it writes itself, in WebAssembly; the whole training step, Adam included, is one jit function. In Node it
// computes on one thread: its pool wants a global Worker, which Node has not. A convolution is a product of the weights
// and the image's 5×5 patches, maps outermost: 3.8 ms an image in training and 1.5 in inference (batch 64), where its own
// `lax.conv` takes 12.1 and 2.8. Every function owns, and frees, its arguments; hence the `.ref` before all but a last use.
import { peer } from "./common.mjs";

const about = { engine: "jax-js", packageName: "@jax-js/jax" };

const adam = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

await peer(about, async ({ batch, batches, weights }) => {
  const jax = await import("@jax-js/jax");
  const { numpy: np, nn, tree } = jax;
  await jax.init("wasm");
  jax.defaultDevice("wasm");

  const pool = (x, maps, side) => np.tanh(x.reshape([maps, batch, side / 2, 2, side / 2, 2]).mean([3, 5]));
  const patches = (x, maps, side) => {
    const shifted = [];
    for (let y = 0; y < 5; y++) {
      for (let column = 0; column < 5; column++) {
        shifted.push(x.ref.slice([], [], [y, y + side], [column, column + side]));
      }
    }
    x.dispose();
    return np.stack(shifted, 1).reshape([maps * 25, batch * side * side]);
  };
  const conv = (x, weight, bias, side) => {
    const [outMaps, inMaps] = weight.shape;
    const sums = np.dot(weight.reshape([outMaps, inMaps * 25]), patches(x, inMaps, side));
    return np.tanh(sums.add(bias.reshape([outMaps, 1])));
  };
  const dense = (x, weight, bias) => np.dot(x, weight.transpose()).add(bias);
  const forward = (p, images) => {
    const padded = np.pad(images, [
      [0, 0],
      [0, 0],
      [2, 2],
      [2, 2],
    ]);
    const s2 = pool(conv(padded, p["C1.weight"], p["C1.bias"], 28), 6, 28);
    const s4 = pool(conv(s2, p["C3.weight"], p["C3.bias"], 10), 16, 10);
    const c5 = np.tanh(
      dense(s4.transpose([1, 0, 2, 3]).reshape([batch, 400]), p["C5.weight"].reshape([120, 400]), p["C5.bias"]),
    );
    const f6 = np.tanh(dense(c5, p["F6.weight"], p["F6.bias"]));
    return dense(f6, p["OUT.weight"], p["OUT.bias"]);
  };
  const loss = (p, images, targets) =>
    nn
      .logSoftmax(forward(p, images))
      .mul(targets)
      .sum()
      .mul(-1 / batch);

  const update = (p, g, m, v, mean, variance) => {
    const nextM = m.mul(adam.beta1).add(g.ref.mul(1 - adam.beta1));
    const nextV = v.mul(adam.beta2).add(np.square(g).mul(1 - adam.beta2));
    const size = np.sqrt(nextV.ref.div(variance)).add(adam.epsilon);
    return { p: p.sub(nextM.ref.div(mean).div(size).mul(adam.rate)), m: nextM, v: nextV };
  };
  // power1, power2: beta1 and beta2 to the power of the step's number, for Adam's correction of its first steps.
  const step = jax.jit(({ p, m, v, power1, power2 }, images, targets) => {
    const [value, gradients] = jax.valueAndGrad(loss)(tree.ref(p), images, targets);
    const next1 = power1.mul(adam.beta1);
    const next2 = power2.mul(adam.beta2);
    const state = { p: {}, m: {}, v: {}, power1: next1.ref, power2: next2.ref };
    const mean = np.subtract(1, next1);
    const variance = np.subtract(1, next2);
    for (const name of Object.keys(p)) {
      const updated = update(p[name], gradients[name], m[name], v[name], mean.ref, variance.ref);
      for (const part of ["p", "m", "v"]) state[part][name] = updated[part];
    }
    mean.dispose();
    variance.dispose();
    return { value, state };
  });
  const infer = jax.jit(forward);

  const arrays = (make) => Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, make(weight)]));
  const zeros = ({ shape }) => np.zeros(shape);
  let state = {
    p: arrays(({ shape, values }) => np.array(values).reshape(shape)),
    m: arrays(zeros),
    v: arrays(zeros),
    power1: np.array(1),
    power2: np.array(1),
  };
  const digits = batches.map(({ pixels, labels }) => ({
    images: np.array(pixels).reshape([1, batch, 28, 28]),
    targets: nn.oneHot(np.array(labels, { dtype: np.int32 }), 10),
  }));
  return {
    threads: 1,
    parameters: tree.leaves(state.p).reduce((sum, { size }) => sum + size, 0),
    train: (k) => {
      const result = step(state, digits[k].images.ref, digits[k].targets.ref);
      state = result.state;
      return result.value.dataSync()[0];
    },
    infer: (k) => infer(tree.ref(state.p), digits[k].images.ref).dataSync(),
  };
});
