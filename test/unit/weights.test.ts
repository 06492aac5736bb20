// Weights in files of other tools: what PyTorch and Keras wrote (test/fixtures/weights) answers here as it did there, what we write
// for Keras is read back bit for bit, and everything that is no file of a net's weights is one sentence.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load, loadFile, type Model, netNamed, train } from "../../src/index.ts";
import { exportKinds } from "../../src/lab/export/index.ts";
import { committee, digitsFor, random } from "./support/models.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/weights/${name}`, import.meta.url));
const small = netNamed("lenet5:activation=relu,pool=max,norm=yes,c1=2,c3=3,c5=4,f6=5");

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-weights-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The images that the fixtures' scripts made: their outputs stand beside them. */
const images = Uint8Array.from({ length: 4 * 784 }, (_, i) => ((i % 784) * (Math.floor(i / 784) + 3) * 7) % 256);
const wanted = (name: string): number[] => (JSON.parse(readFileSync(fixture(name), "utf8")) as number[][]).flat();

/** The farthest that the model's outputs lie from those in the file. */
const farthest = (model: Model, name: string): number => {
  const outputs = model.outputs(images);
  return Math.max(...wanted(name).map((output, index) => Math.abs(output - outputs[index]!)));
};

/** Nets that have every kind of layer together. */
const written: [string, () => Model][] = [
  ...["lenet1", "lenet5-1998", "zipcode1989", "tutorial"].map((name): [string, () => Model] => [
    name,
    () => load(name),
  ]),
  ["a committee", () => random(committee())],
  ...[
    "boosted-lenet4",
    "lenet5:activation=relu,pool=max,norm=yes,dropout=0.5,c1=3,c3=5,c5=7,f6=9",
    "lenet4:c5=five",
    "zipcode1989:output=sigmoid,scheme=ring",
    "mlp:hidden=12,second=11,side=20",
  ].map((name): [string, () => Model] => [name, () => random(netNamed(name))]),
];

const messageOf = async (read: () => unknown): Promise<string> => {
  try {
    await read();
  } catch (thrown) {
    expect((thrown as Error).name).toBe("LenetError");
    return (thrown as Error).message;
  }
  return "no error";
};

describe("a PyTorch file", () => {
  it.each([
    ["torch.pt", 1e-6],
    ["torch-checkpoint.pt", 1e-6],
    ["torch-turned.pt", 1e-6],
    ["torch-half.pt", 2e-3],
  ])("%s answers here as in PyTorch.", async (name, bound) => {
    expect(farthest(load(fixture(name), small), "torch.json")).toBeLessThan(bound);
    expect(farthest(await loadFile(fixture(name), small), "torch.json")).toBeLessThan(bound);
  });

  it("that names no net needs one, and must be of it.", async () => {
    expect(await messageOf(() => load(fixture("torch.pt")))).toBe(
      `${fixture("torch.pt")}: expected metadata that names the net, got none. Name the net: load(file, net), or --net NAME.`,
    );
    expect(await messageOf(() => load(fixture("torch.pt"), netNamed("lenet5")))).toBe(
      `${fixture("torch.pt")}: expected a tensor C1.weight of shape (6, 1, 5, 5), got none among its 25 tensors. Give a file of this net.`,
    );
  });

  it("of a whole module, or from before 1.6, is refused, and says how to save it.", async () => {
    expect(await messageOf(() => load(fixture("torch-module.pt"), small))).toBe(
      `${fixture("torch-module.pt")}: expected a state dict, tensors by name, got "torch.nn.modules.container.Sequential" in it, which is not read. Save model.state_dict().`,
    );
    expect(await messageOf(() => load(fixture("torch-old.pt"), small))).toBe(
      `${fixture("torch-old.pt")}: expected a file saved by PyTorch 1.6 or newer, got an older one. Load it there and save it again.`,
    );
  });

  it("begins a training.", async () => {
    const set = { name: "none", rows: 28, columns: 28, classes: 10, count: 4, labels: new Uint8Array(4), images };
    const part = { ...set, part: "train", sha256: { images: "", labels: "" } } as const;
    const settings = { data: { train: part }, epochs: 1, rate: 1e-9, batch: 4, out: null, validation: 0 };
    const { model } = await train(small, { ...settings, init: fixture("torch.pt") });
    const weights = load(fixture("torch.pt"), small).weights;
    for (const name of ["C1.weight", "OUT.bias"])
      for (const [i, value] of model.weights.get(name)!.data.entries())
        expect(value).toBeCloseTo(weights.get(name)!.data[i]!, 6);
  });
});

describe("a Keras file", () => {
  it.each(["keras.keras", "keras.h5"])("%s answers here as in Keras.", async (name) => {
    expect(farthest(await loadFile(fixture(name), small), "keras.json")).toBeLessThan(1e-6);
  });

  it("of weights alone is refused, and one is not read by what cannot wait.", async () => {
    expect(await messageOf(() => loadFile(fixture("keras.weights.h5"), small))).toBe(
      `${fixture("keras.weights.h5")}: expected a model_config and model_weights, got a file without. The file is damaged, or no whole model: save the model again.`,
    );
    expect(await messageOf(() => load(fixture("keras.keras"), small))).toBe(
      `${fixture("keras.keras")}: expected a file that is read at once, got one of Keras. In a program: await loadFile(…).`,
    );
  });

  it("of another net names the layer that does not fit.", async () => {
    expect(await messageOf(() => loadFile(fixture("keras.h5"), netNamed("lenet1")))).toBe(
      `${fixture("keras.h5")}, H1: expected weights of shapes (5, 5, 1, 4) and (4), got (5, 5, 1, 2) and (2) in the layer conv2d. Give a file of this net.`,
    );
    expect(
      await messageOf(() => loadFile(fixture("keras.h5"), netNamed("lenet5:norm=yes,c1=2,c3=3,c5=4,f6=6"))),
    ).toMatch(/, F6: expected weights of shapes \(4, 6\) and \(6\), got \(4, 5\) and \(5\) in the layer dense_1\. /);
  });

  it.each(written)("of %s is read back bit for bit.", async (name, make) => {
    const model = make();
    const file = join(dir, "net");
    for (const kind of ["keras", "h5", "safetensors"]) {
      const [[, bytes]] = [...(await exportKinds[kind]!.write(model, "net"))] as [[string, Uint8Array]];
      writeFileSync(file, bytes);
      const again = await loadFile(file, name === "a committee" ? model.net : undefined);
      expect(again.net.name).toBe(model.net.name);
      expect([...again.weights.keys()]).toEqual([...model.weights.keys()]);
      for (const [tensor, { data }] of model.weights)
        expect(
          again.weights.get(tensor)!.data.every((value, i) => Object.is(value, data[i])),
          tensor,
        ).toBe(true);
      if (kind === "keras" && ["lenet1", "boosted-lenet4"].includes(name)) {
        const some = await digitsFor(model.net, 3);
        expect(again.outputs(some)).toEqual(model.outputs(some));
      }
    }
  });

  it("whose connections grew where the net has none is refused.", async () => {
    const model = random(netNamed("lenet1"));
    model.weights.get("H3.weight")!.data.fill(1);
    writeFileSync(join(dir, "grown"), (await exportKinds["h5"]!.write(model, "net")).get(".h5")!);
    expect(await messageOf(() => loadFile(join(dir, "grown")))).toBe(
      `${join(dir, "grown")}, H3.weight: expected zeros for connections that lenet1 does not have, got others. Choose the net it was taught as.`,
    );
  });
});
