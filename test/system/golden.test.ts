// What the command line trains, against numbers computed by somebody else (test/fixtures/golden/README.md): the golden file is
// the beginning, and what lies in the run folder at the end must be what the file says.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";
import { lenet } from "./support/lenet.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-golden-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const tensorsOf = (file: string): ReadonlyMap<string, Tensor> => decodeSafetensors(readFileSync(file), file).tensors;

it.each([
  ["tutorial", "tutorial.momentum", "--limit 3200 --batch 64 --optimiser sgd --rate .0005 --momentum .9", 5e-4],
  ["keras:mean=0", "keras.sgd", "--limit 1600 --batch 32 --optimiser sgd --rate .01", 5e-4],
  ["ablation", "ablation-relu-norm.adam", "--limit 1600 --batch 32 --optimiser adam --rate .01", 5e-3],
  ["zipcode1989", "zipcode1989.sgd", "--limit 200 --batch 1 --optimiser sgd --rate .03", 5e-4],
])("lenet train %s, begun with %s, ends within the bound.", async (net, golden, recipe, bound) => {
  const file = fileURLToPath(new URL(`../fixtures/golden/${golden}.safetensors`, import.meta.url));
  const words = [...recipe.split(" "), "--no-shuffle", "--validation", "0", "--epochs", "1", "--no-report"];
  const { code, stderr } = await lenet(["train", net, "--init", file, ...words, "--out", golden], dir);
  expect([code, stderr.includes("1 epochs in")]).toEqual([0, true]);
  const [got, wanted] = [tensorsOf(join(dir, golden, "last.safetensors")), tensorsOf(file)];
  const finals = [...wanted].filter(([name]) => name.startsWith("final."));
  expect(finals.length).toBeGreaterThan(0);
  for (const [name, { shape, data }] of finals) {
    const own = got.get(name.slice("final.".length))!;
    expect([name, own.shape]).toEqual([name, shape]);
    const furthest = Math.max(...Array.from(data, (value, i) => Math.abs(Number(own.data[i]) - Number(value))));
    expect([name, furthest <= bound, furthest]).toEqual([name, true, furthest]);
  }
});
