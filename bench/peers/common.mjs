// What every JavaScript peer shares: the arguments, the same seeded images and weights, the timing loop and the one JSON
// line. It knows no engine. pytorch.py repeats these rules in Python; change both together.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const tasks = ["train", "infer"];

/** The ten tensors of the modern LeNet-5, in PyTorch's order (out, in, row, column): 61,706 numbers. */
const shapes = [
  ["C1.weight", [6, 1, 5, 5]],
  ["C1.bias", [6]],
  ["C3.weight", [16, 6, 5, 5]],
  ["C3.bias", [16]],
  ["C5.weight", [120, 16, 5, 5]],
  ["C5.bias", [120]],
  ["F6.weight", [84, 120]],
  ["F6.bias", [84]],
  ["OUT.weight", [10, 84]],
  ["OUT.bias", [10]],
];

export const freeParameters = 61_706;

/** Logits of image 0 under `weights()`, in float64 by plain loops: an engine that misses them does other work. */
const logitsOfImage0 = [
  0.007699, 0.057768, -0.034044, 0.028052, 0.115042, 0.003552, 0.036244, 0.048881, -0.026536, -0.000406,
];

/** How far a logit may be from the one above: all five engines were within 1e-6 of it. */
const tolerance = 1e-5;

/** `count` numbers in [0, 1), multiples of 2⁻²⁴, found by position (the finaliser of MurmurHash3); count ≤ 2²⁴. */
const noise = (streamNumber, count) =>
  Float32Array.from({ length: count }, (_, i) => {
    let h = (streamNumber << 24) | i;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 8) / 2 ** 24;
  });

/** Initial weights by name: `{ shape, values }`, uniform within ±1/√fanIn of the layer. */
export const weights = () => {
  let fanIn = 1;
  const entries = shapes.map(([name, shape], index) => {
    const size = shape.reduce((product, side) => product * side);
    if (shape.length > 1) fanIn = size / shape[0];
    const bound = 1 / Math.sqrt(fanIn);
    return [name, { shape, values: noise(3 + index, size).map((u) => (2 * u - 1) * bound) }];
  });
  return Object.fromEntries(entries);
};

/** About 2,048 images cut into batches: `pixels` (batch × 28 × 28, 0…1) and `labels` (batch, 0…9) of each. */
const batches = (batch) => {
  const count = Math.max(1, Math.floor(2048 / batch));
  const pixels = noise(1, count * batch * 784);
  const labels = Int32Array.from(noise(2, count * batch), (u) => Math.floor(10 * u));
  return Array.from({ length: count }, (_, k) => ({
    pixels: pixels.slice(k * batch * 784, (k + 1) * batch * 784),
    labels: labels.slice(k * batch, (k + 1) * batch),
  }));
};

/** Ends the process too: some engines keep workers alive. */
const print = (report) => {
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
};

const stop = (message, exitCode) => {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
};

const whole = (name, text, most) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    stop(`--${name}: expected a whole number from 1 to ${most}, got "${text}".`, 2);
  }
  return value;
};

const positive = (name, text, most) => {
  const value = Number(text);
  if (!(value > 0 && value <= most)) stop(`--${name}: expected a number above 0, at most ${most}, got "${text}".`, 2);
  return value;
};

const readArguments = () => {
  const options = { threads: "1", task: "train", batch: "64", seconds: "10" };
  try {
    const known = Object.fromEntries(Object.keys(options).map((name) => [name, { type: "string" }]));
    Object.assign(options, parseArgs({ options: known }).values);
  } catch (error) {
    stop(error.message, 2);
  }
  if (!tasks.includes(options.task)) stop(`--task: expected train or infer, got "${options.task}".`, 2);
  return {
    threads: whole("threads", options.threads, 1024),
    task: options.task,
    batch: whole("batch", options.batch, 16_384),
    seconds: positive("seconds", options.seconds, 3600),
  };
};

/** Calls `work` on the first batch for a quarter of the time, twice at least; its first and last answers. */
const warmUp = async (work, seconds) => {
  const start = performance.now();
  const first = await work(0);
  let last;
  do last = await work(0);
  while (performance.now() - start < seconds * 250);
  return { first, last };
};

/** Times blocks of a tenth of `seconds` each (one call at least), three at least: `{ calls, elapsedMs }` of each. */
const measure = async (work, { batchCount, seconds }) => {
  const blocks = [];
  const start = performance.now();
  let k = 0;
  while (blocks.length < 3 || performance.now() - start < seconds * 1000) {
    const blockStart = performance.now();
    let calls = 0;
    let elapsedMs;
    do {
      const answer = work(k);
      if (answer instanceof Promise) await answer;
      k = (k + 1) % batchCount;
      calls++;
      elapsedMs = performance.now() - blockStart;
    } while (elapsedMs < seconds * 100);
    blocks.push({ calls, elapsedMs });
    await new Promise(setImmediate); // lets the engine tidy up, outside the timing
  }
  return blocks;
};

const summary = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  const [minimum, median, maximum] = [sorted[0], middle, sorted.at(-1)].map((value) => Number(value.toPrecision(5)));
  return { minimum, median, maximum };
};

const checkLogits = (engine, logits, expected) => {
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - logits[i])));
  if (!(worst < tolerance)) {
    stop(`${engine}: expected the logits ${expected.join(", ")} for image 0, got ${Array.from(logits).join(", ")}.`, 1);
  }
};

const checkLoss = (engine, first, last) => {
  if (!(last < first))
    stop(`${engine}: expected the loss of one batch to fall by training on it, got ${first}, then ${last}.`, 1);
};

const versionOf = (packageName) =>
  JSON.parse(readFileSync(new URL(`node_modules/${packageName}/package.json`, import.meta.url), "utf8")).version;

/**
 * Runs one peer as the command line asks and prints its JSON line.
 * `about`: engine, packageName, cannotTrain (why, if so), differs (what is not the same work), logits (if they differ too).
 * `build({ threads, batch, batches, weights })` answers with threads (really used), parameters (how many it counts),
 * `train(k)` → the loss of batch k, having stepped; `infer(k)` → the logits of batch k; either may be a promise.
 */
export const peer = async (about, build) => {
  const { engine, packageName, cannotTrain, differs, logits = logitsOfImage0 } = about;
  const { threads, task, batch, seconds } = readArguments();
  if (task === "train" && cannotTrain) return print({ engine, absent: `it cannot train: ${cannotTrain}` });
  const data = batches(batch);
  let built;
  try {
    built = await build({ threads, batch, batches: data, weights: weights() });
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return print({ engine, absent: `${packageName} is not installed: npm ci --prefix bench/peers --ignore-scripts` });
  }
  if (built.parameters !== freeParameters) {
    stop(`${engine}: expected ${freeParameters} free parameters, got ${built.parameters}.`, 1);
  }
  const work = task === "train" ? built.train : built.infer;
  const { first, last } = await warmUp(work, seconds);
  if (task === "train") checkLoss(engine, first, last);
  else checkLogits(engine, first, logits);
  const blocks = await measure(work, { batchCount: data.length, seconds });
  print({
    engine,
    version: versionOf(packageName),
    threads: built.threads,
    task,
    batch,
    imagesPerSecond: summary(blocks.map(({ calls, elapsedMs }) => (calls * batch * 1000) / elapsedMs)),
    microsecondsPerImage: summary(blocks.map(({ calls, elapsedMs }) => (elapsedMs * 1000) / (calls * batch))),
    images: blocks.reduce((sum, { calls }) => sum + calls * batch, 0),
    ...(task === "train" && { loss: { first, last } }),
    ...(differs && { differs }),
  });
};
