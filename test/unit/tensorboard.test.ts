// Event files for TensorBoard, read back record by record.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spriteOf, tsvOf } from "../../src/formats/projector.ts";
import { crc32c } from "../../src/formats/tfevents.ts";
import { type DataSet, decodeImage, loadData, netNamed, type TrainResult, train } from "../../src/index.ts";
import { responsesTo } from "../../src/lab/model/responses.ts";
import { doublesOf, type Field, fieldsIn, recordsIn, textOf } from "./support/events.ts";

let dir: string;
let result: TrainResult;
let test: DataSet;
/** Values by tag, each with the step of its event. */
const values = new Map<string, { step: number; value: Map<number, Field[]> }[]>();

const few = async (part: DataSet["part"], count: number): Promise<DataSet> => {
  const set = await loadData("mnist", part);
  return { ...set, images: set.images.slice(0, count * 784), labels: set.labels.slice(0, count), count };
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-events-"));
  test = await few("test", 60);
  const data = { train: await few("train", 200), test };
  const net = netNamed("lenet5:c1=2,c3=2,c5=4,f6=4,norm=yes");
  const folder = join(dir, "run");
  result = await train(net, { data, epochs: 2, batch: 10, validation: 40, tensorboard: true, out: folder });
  const [name, ...others] = readdirSync(folder).filter((file) => file.startsWith("events.out.tfevents."));
  expect(others).toEqual([]);
  const events = recordsIn(new Uint8Array(readFileSync(join(folder, name!)))).map(fieldsIn);
  expect(textOf(events[0]!.get(3)?.[0])).toBe("brain.Event:2");
  for (const event of events.slice(1)) {
    expect(event.get(1)?.[0]).toBeGreaterThan(1.6e9);
    for (const bytes of fieldsIn(event.get(5)![0] as Uint8Array).get(1)!) {
      const value = fieldsIn(bytes as Uint8Array);
      const tag = textOf(value.get(1)![0]);
      values.set(tag, [...(values.get(tag) ?? []), { step: event.get(2)![0] as number, value }]);
    }
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const scalars = (tag: string): [number, number][] =>
  values.get(tag)!.map(({ step, value }) => [step, value.get(2)![0] as number]);

describe("an event file", () => {
  it("has checksums after Castagnoli.", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  it("holds the scores of each epoch, and of the end.", () => {
    const [first, second] = result.history;
    for (const part of ["train", "validation"] as const) {
      expect(scalars(`loss/${part}`)).toEqual([
        [16, Math.fround(first![part]!.loss)],
        [32, Math.fround(second![part]!.loss)],
      ]);
      expect(scalars(`error/${part}`)[1]).toEqual([32, Math.fround(1 - second![part]!.accuracy)]);
    }
    expect(scalars("loss/test")).toEqual([[32, Math.fround(result.metrics.test!.loss)]]);
  });

  it("holds the loss and the rate of every step.", () => {
    expect(scalars("steps/loss").map(([step]) => step)).toEqual(Array.from({ length: 32 }, (_, step) => step + 1));
    expect(scalars("steps/rate").every(([, rate]) => rate > 0)).toBe(true);
  });

  it("tells how large every tensor and its gradient are after each epoch, as the history does.", () => {
    const [first, second] = result.history.map(({ tensors }) => tensors!);
    expect(Object.keys(first!)).toContain("C1.norm.gamma");
    for (const [name, { value, gradient }] of Object.entries(second!)) {
      expect(scalars(`weights rms/${name}`)[1]).toEqual([32, Math.fround(value.rms)]);
      expect(scalars(`gradients rms/${name}`)[1]).toEqual([32, Math.fround(gradient.rms)]);
      expect(scalars(`gradients largest/${name}`)[1]).toEqual([32, Math.fround(gradient.largest)]);
    }
  });

  it("tells how every tensor is spread after each epoch.", () => {
    const { weights } = result.model;
    for (const name of weights.keys()) expect(values.get(name.replace(".", "/")), name).toHaveLength(2);
    const spread = fieldsIn(values.get("C5/weight")!.at(-1)!.value.get(5)![0] as Uint8Array);
    const [least, most, count, , squares] = [1, 2, 3, 4, 5].map((field) => spread.get(field)![0] as number);
    const [limits, counts] = [doublesOf(spread.get(6)![0]), doublesOf(spread.get(7)![0])];
    expect(count).toBe(200);
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(200);
    expect(limits.at(-1)).toBe(most);
    expect([...limits].sort((a, b) => a - b)).toEqual(limits);
    expect(least).toBeLessThan(most!);
    expect(squares).toBeGreaterThan(0);
  });

  it("shows wrong test images, named by index, label and answer.", () => {
    const wrong = [...values.keys()].filter((tag) => tag.startsWith("wrong/"));
    expect(wrong).toHaveLength(Math.min(32, result.metrics.test!.misses));
    for (const tag of wrong) {
      const [, index, label, answer] = /^wrong\/(\d+)_label_(\d)_predicted_(\d)$/.exec(tag)!.map(Number);
      const pixels = test.images.subarray(index! * 784, (index! + 1) * 784);
      expect(test.labels[index!]).toBe(label);
      expect(result.model.predict(pixels).label).toBe(answer);
      const image = fieldsIn(values.get(tag)![0]!.value.get(4)![0] as Uint8Array);
      expect([1, 2, 3].map((field) => image.get(field)![0])).toEqual([28, 28, 1]);
      expect([...decodeImage(image.get(4)![0] as Uint8Array, tag).grey]).toEqual([...pixels]);
    }
  });

  it("holds the settings, and that the training came to its end.", () => {
    const plugin = (tag: string): Map<number, Field[]> => {
      const metadata = fieldsIn(values.get(tag)![0]!.value.get(9)![0] as Uint8Array);
      const data = fieldsIn(metadata.get(1)![0] as Uint8Array);
      expect(textOf(data.get(1)![0])).toBe("hparams");
      return fieldsIn(data.get(2)![0] as Uint8Array);
    };
    const start = fieldsIn(plugin("_hparams_/session_start_info").get(3)![0] as Uint8Array);
    const settings = Object.fromEntries(
      start.get(1)!.map((entry) => {
        const fields = fieldsIn(entry as Uint8Array);
        const held = fieldsIn(fields.get(2)![0] as Uint8Array);
        return [textOf(fields.get(1)![0]), held.get(2)?.[0] ?? held.get(4)?.[0] ?? textOf(held.get(3)![0])];
      }),
    );
    expect(settings).toMatchObject({ net: result.model.net.name, epochs: 2, batch: 10, "optimiser.kind": "momentum" });
    expect(settings["shuffle"]).toBe(1);
    const end = fieldsIn(plugin("_hparams_/session_end_info").get(4)![0] as Uint8Array);
    expect(end.get(1)).toEqual([1]);
  });
});

describe("the projector's files", () => {
  const read = (name: string): string => readFileSync(join(result.folder!, name), "utf8");
  const rowsOf = (name: string): string[][] =>
    read(name)
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));

  it("are named by the configuration, with the shapes that they have.", () => {
    const config = read("projector_config.pbtxt");
    // A message of protocol buffers as text: fields, and one message in another.
    expect(config.replace(/"[^"]*"/g, '""').replace(/\s+/g, " ")).toBe(
      'embeddings { tensor_name: "" tensor_shape: 60 tensor_shape: 4 tensor_path: "" metadata_path: "" sprite { image_path: "" single_image_dim: 28 single_image_dim: 28 } } ',
    );
    const named = [...config.matchAll(/_path: "([^"]*)"/g)].map(([, name]) => name);
    expect(named).toEqual(["projector/F6.tsv", "projector/metadata.tsv", "projector/sprite.png"]);
    for (const name of named) expect(existsSync(join(result.folder!, name!)), name).toBe(true);
  });

  it("agree row by row: what F6 says, label and answer, and the digit in its cell of the sprite.", () => {
    const numbers = rowsOf("projector/F6.tsv");
    const [head, ...told] = rowsOf("projector/metadata.tsv");
    expect(head).toEqual(["image", "label", "answer", "right"]);
    expect([numbers.length, told.length]).toEqual([60, 60]);
    const [f6] = responsesTo(result.model, test.images, ["F6"]);
    const sprite = decodeImage(readFileSync(join(result.folder!, "projector/sprite.png")), "sprite");
    // Eight by eight, the least square that holds sixty: the projector reads no other shape rightly.
    expect([sprite.width, sprite.height]).toEqual([8 * 28, 8 * 28]);
    for (const [n, [index, label, answer, right]] of told.entries()) {
      const pixels = test.images.subarray(n * 784, (n + 1) * 784);
      expect([index, label]).toEqual([`${n}`, `${test.labels[n]}`]);
      expect(answer).toBe(`${result.model.predict(pixels).label}`);
      expect(right).toBe(label === answer ? "yes" : "no");
      for (let unit = 0; unit < 4; unit++) expect(Number(numbers[n]![unit])).toBeCloseTo(f6!.values[n * 4 + unit]!, 5);
      const cell = Array.from({ length: 784 }, (_, i) => {
        const [y, x] = [Math.floor(n / 8) * 28 + Math.floor(i / 28), (n % 8) * 28 + (i % 28)];
        return sprite.grey[y * 224 + x];
      });
      expect(cell).toEqual([...pixels]);
    }
  });

  it("keep a name with a tab in one cell, and other pictures than square ones apart.", () => {
    expect(tsvOf([["a\tb", 1]])).toBe("a b\t1\n");
    expect(spriteOf([1, 2, 3, 4, 5, 6], 3, 1, 2)).toEqual({
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0),
      width: 4,
      height: 2,
    });
  });
});

it("without a run folder there is no place for one.", async () => {
  const data = { train: await few("train", 10) };
  await expect(train(netNamed("linear"), { data, epochs: 1, tensorboard: true, out: null })).rejects.toThrow(
    "tensorboard: expected a run folder beside it, got none. Name one: out.",
  );
});
