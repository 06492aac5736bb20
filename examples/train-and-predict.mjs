// Trains LeNet-5 on 2,000 digits for two epochs, asks it about one it has never seen, keeps it in a file and takes it from
// there again. Run: node examples/train-and-predict.mjs
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, lenet5, load, loadData, predict, save, train } from "lenet";

const { model, metrics } = await train(lenet5, {
  limit: 2000,
  epochs: 2,
  out: null,
  onEvent: (event) => {
    if (event.kind === "epoch") console.log(`epoch ${event.record.epoch}: loss ${event.record.train.loss.toFixed(3)}`);
  },
});
console.log(`trained: ${metrics.test.misses} misses of ${metrics.test.images} test images`);

const test = await loadData("mnist", "test");
const seven = test.images.subarray(0, 28 * 28);
const { label, probabilities } = predict(model, seven);
console.log(
  `the first test image is a ${label}, says the net, and is ${(probabilities[label] * 100).toFixed(0)} % sure`,
);

const folder = mkdtempSync(join(tmpdir(), "lenet-example-"));
const file = join(folder, "small.safetensors");
save(model, file);
const again = load(file);
const { misses } = await evaluate(again, test);
console.log(`loaded again: ${misses} misses, ${misses === metrics.test.misses ? "the same" : "not the same"}`);
rmSync(folder, { recursive: true });
