// Every mistake is one sentence with its exit code, without a stack, and leaves alone what was there.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/program.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { encodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";
import { readCheckpoint } from "../../src/lab/run/run-folder.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { smallDisk } from "../unit/support/small-disk.ts";
import { type Ended, lenet } from "./support/lenet.ts";

const small = ["--data", "digits", "--epochs", "2", "--no-report"];
let dir: string;
const path = (name: string): string => join(dir, name);

/** A folder of `count` training images, and as many to test, with what is given in place of the usual files. */
const dataFolder = (name: string, files: Record<string, Uint8Array> = {}, rows = 28, columns = 28): void => {
  const count = 20;
  const images = Uint8Array.from({ length: count * rows * columns }, (_, i) => (i * 7) % 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const usual: Record<string, Uint8Array> = {};
  for (const part of ["train", "t10k"]) {
    usual[`${part}-images-idx3-ubyte`] = encodeImages({ images, count, rows, columns });
    usual[`${part}-labels-idx1-ubyte`] = encodeLabels(labels);
  }
  mkdirSync(path(name));
  for (const [file, bytes] of Object.entries({ ...usual, ...files }))
    if (bytes.length > 0) writeFileSync(join(path(name), file), bytes);
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-mistakes-"));
  await writeDigits(path("digits"), 1_000, 100);
  expect((await lenet(["train", ...small, "--out", "run"], dir)).code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A file of another net: a first layer of 20 maps. */
const otherNet = (): Uint8Array => {
  const { tensors } = readCheckpoint(path("run"), "last");
  const other = new Map<string, Tensor>(tensors);
  other.set("C1.weight", { shape: [20, 1, 5, 5], data: new Float32Array(500) });
  return encodeSafetensors(other, { net: "lenet5" });
};

const images = (rows: number, columns: number): Uint8Array =>
  encodeImages({ images: new Uint8Array(20 * rows * columns), count: 20, rows, columns });

/** Words, exit code, sentence; `prepare` makes what they name. */
const mistakes: [name: string, words: string[], code: number, sentence: string | RegExp, prepare?: () => void][] = [
  ["an unknown command", ["trian"], 2, "lenet: expected a command it knows, got trian. Did you mean train?"],
  [
    "an unknown option",
    ["train", "--epoch", "3"],
    2,
    "lenet train: expected an option it knows, got --epoch. Did you mean --epochs?",
  ],
  [
    "an option without its value",
    ["train", "--rate"],
    2,
    "--rate: expected a value, got none. See: lenet train --help",
  ],
  ["a word too many", ["train", "lenet5", "x"], 2, /^lenet train: too many arguments/],
  [
    "an unknown net",
    ["train", "lenet6"],
    2,
    'net: expected one of lenet5, lenet5-1998, zipcode1989, lenet1, lenet4, boosted-lenet4, tutorial, keras, ablation, linear, mlp, got "lenet6". Did you mean "lenet5"?',
  ],
  [
    "an unknown option of a net",
    ["summary", "zipcode1989:shceme=ring"],
    2,
    'zipcode1989: expected options activation, output, scheme, init, targets, bias, dropout, as in zipcode1989:activation=…, got "shceme=ring". Did you mean "scheme"?',
  ],
  [
    "fresh stages without stages",
    ["train", "--fresh"],
    2,
    "--fresh: expected --stages beside it, got none. Add --stages 2x0.0005,3x0.0002.",
  ],
  ["no epochs", ["train", "--epochs", "0"], 2, '--epochs: expected a whole number from 1, got "0".'],
  ["a batch below 1", ["train", "--batch", "-1"], 2, '--batch: expected a whole number from 1, got "-1".'],
  [
    "a batch that no machine holds",
    ["train", "--batch", "1e9"],
    2,
    "--batch: expected a whole number from 1 to 65536, got 1000000000.",
  ],
  ["a rate that is no number", ["train", "--rate", "abc"], 2, '--rate: expected a number above 0, got "abc".'],
  ["a rate with a letter in it", ["train", "--rate", "0.O1"], 2, '--rate: expected a number above 0, got "0.O1".'],
  ["a negative seed", ["train", "--seed", "-3"], 2, '--seed: expected a whole number from 0, got "-3".'],
  ["no threads", ["train", "--threads", "0"], 2, '--threads: expected a whole number from 1 to 256, got "0".'],
  [
    "an unknown optimiser",
    ["train", "--optimiser", "adem"],
    2,
    '--optimiser: expected one of sgd, momentum, adam, sdlm, got "adem". Did you mean "adam"?',
  ],
  [
    "an unknown schedule",
    ["train", "--schedule", "cosin"],
    2,
    /^--schedule: expected one of .*, got "cosin"\. Did you mean "cosine"\?$/,
  ],
  [
    "momentum for Adam",
    ["train", "--optimiser", "adam", "--momentum", "0.9"],
    2,
    "--momentum: expected the optimiser momentum beside it, got adam. Set --optimiser to momentum.",
  ],
  [
    "stages that are none",
    ["train", "--stages", "2-0.1"],
    2,
    '--stages: expected EPOCHSxRATE,…, such as 2x0.0005,3x0.0002, got "2-0.1".',
  ],
  [
    "a staged schedule without stages",
    ["train", "--schedule", "staged"],
    2,
    "--schedule: expected --stages beside staged, got none. Add --stages 2x0.0005,3x0.0002.",
  ],
  [
    "a rate beside stages",
    ["train", "--stages", "2x0.1", "--rate", "1"],
    2,
    /^--rate: expected to stand in --schedule/,
  ],
  [
    "all images kept for validation",
    ["train", "--limit", "512", "--validation", "512"],
    2,
    "validation: expected fewer than the 512 training images, got 512. Keep some to learn from.",
  ],
  [
    "more images than there are",
    ["train", "--limit", "70000"],
    2,
    "mnist, limit: expected a whole number of images from 1 to 60000, got 70000. Choose another number.",
  ],
  [
    "an unknown data set",
    ["train", "--data", "minst"],
    2,
    'data: expected mnist, fashion-mnist, zipcode or a folder of images, got "minst". Did you mean "mnist"?',
  ],
  [
    "a cut IDX file",
    ["train", "--data", "./cut"],
    2,
    /^cut.train-images-idx3-ubyte: expected 15696 bytes, as its header says \(20×28×28\), got 9000\. It is cut off: fetch it again\.$/,
    () => dataFolder("cut", { "train-images-idx3-ubyte": images(28, 28).slice(0, 9000) }),
  ],
  [
    "a .gz that is none",
    ["train", "--data", "./gz"],
    2,
    /^gz.train-images-idx3-ubyte\.gz: expected gzipped IDX data, got ".*"\. Fetch the file again\.$/,
    () =>
      dataFolder("gz", {
        "train-images-idx3-ubyte": new Uint8Array(),
        "train-images-idx3-ubyte.gz": new TextEncoder().encode("no gzip at all"),
      }),
  ],
  [
    "a .gz of something else",
    ["train", "--data", "./gz2"],
    2,
    /^gz2.train-images-idx3-ubyte\.gz: expected IDX magic 0x00000803 for images, got /,
    () =>
      dataFolder("gz2", {
        "train-images-idx3-ubyte": new Uint8Array(),
        "train-images-idx3-ubyte.gz": gzipSync("a text, and a long one at that"),
      }),
  ],
  [
    "labels of another length",
    ["train", "--data", "./length"],
    2,
    /^length.train-labels-idx1-ubyte: expected 20 labels, one for each image of train-images-idx3-ubyte, got 7\./,
    () => dataFolder("length", { "train-labels-idx1-ubyte": encodeLabels(new Uint8Array(7)) }),
  ],
  [
    "label 10",
    ["train", "--data", "./ten"],
    2,
    /^ten.train-labels-idx1-ubyte: expected labels from 0 to 9, got 10 at index 3\./,
    () =>
      dataFolder("ten", {
        "train-labels-idx1-ubyte": encodeLabels(Uint8Array.from({ length: 20 }, (_, i) => (i === 3 ? 10 : 0))),
      }),
  ],
  [
    "images of another size",
    ["train", "--data", "./narrow"],
    2,
    "lenet5: expected 28×28 images, got 27×28 (narrow, train). Scale the images, or choose another net.",
    () => dataFolder("narrow", {}, 27, 28),
  ],
  [
    "--init of another net",
    ["train", "--data", "digits", "--init", "other.safetensors"],
    2,
    "other.safetensors: expected a tensor C1.weight of shape (6, 1, 5, 5), got (20, 1, 5, 5). Give a file of this net.",
    () => writeFileSync(path("other.safetensors"), otherNet()),
  ],
  [
    "--init without a tensor",
    ["train", "--data", "digits", "--init", "bare.safetensors"],
    2,
    "bare.safetensors: expected a tensor C1.weight of shape (6, 1, 5, 5), got none among its 0 tensors. Give a file of this net.",
    () => writeFileSync(path("bare.safetensors"), encodeSafetensors(new Map(), {})),
  ],
  [
    "a damaged checkpoint",
    ["evaluate", "damaged.safetensors"],
    2,
    /^damaged\.safetensors, tensor "C3.weight": expected .*The file is cut short or damaged: copy it again\.$/,
    () =>
      writeFileSync(path("damaged.safetensors"), readFileSync(join(path("run"), "last.safetensors")).subarray(0, 5000)),
  ],
  [
    "a model that is missing",
    ["evaluate", "nowhere"],
    2,
    /^nowhere: expected a safetensors file, the folder of a run.*, got no such file\. Check the name\.$/,
  ],
  [
    "a folder without a model",
    ["predict", "--model", "empty", "--data", "mnist", "--index", "1"],
    2,
    "empty: expected a safetensors file or the folder of a run, got a folder without checkpoints. Check the name.",
    () => mkdirSync(path("empty")),
  ],
  [
    "an index outside the data",
    ["predict", "--model", "run", "--data", "mnist", "--index", "10000"],
    2,
    "--index: expected a whole number from 0 to 9999, got 10000.",
  ],
  [
    "no picture",
    ["predict", "--model", "run"],
    2,
    "lenet predict: expected a picture, got none. Name PNG, JPEG or WebP files, or --data mnist --index 7.",
  ],
  [
    "no format to write",
    ["export", "run"],
    2,
    /^--to: expected onnx, c, keras, .*, got none\. See: lenet export --help$/,
  ],
  [
    "a format nobody knows",
    ["export", "run", "--to", "kears"],
    2,
    /^--to: expected onnx, c, keras, .*, got "kears"\. Did you mean "keras"\?$/,
  ],
  [
    "a file of another format's ending",
    ["export", "run", "--to", "onnx", "--out", "net.h5"],
    2,
    '--out: expected a name that ends in .onnx, got "net.h5". Change the ending.',
  ],
  [
    "a picture that is none",
    ["predict", "--model", "run", "text.png"],
    2,
    /^text\.png: expected a PNG, JPEG or WebP picture, got a file that begins with 68 65 6c 6c\./,
    () => writeFileSync(path("text.png"), "hello"),
  ],
  [
    "a run folder below a file",
    ["train", ...small, "--out", "text.txt/run"],
    2,
    /^text\.txt.run: expected a place to write to, but part of its path is a file, not a folder\. Choose another place\.$/,
    () => writeFileSync(path("text.txt"), "x"),
  ],
  [
    "a run folder where none can be",
    ["train", ...small, "--out", "/proc/lenet"],
    2,
    /^\/proc\/lenet: expected a place to write to, but /,
  ],
  [
    "a run folder that is taken",
    ["train", ...small, "--out", "run"],
    2,
    "run: already holds a run. Resume it with --resume run, or choose another --out.",
  ],
];

/** What `lenet` does in a process of its own, done in this one, in the folder `dir`. */
const inProcess = async (words: readonly string[]): Promise<Pick<Ended, "code" | "stdout" | "stderr">> => {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  const before = process.cwd();
  try {
    process.chdir(dir);
    const code = await main(words);
    return { code, ...said };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
};

describe("a mistake", () => {
  /** The first of each command is made as people make it; a start takes longer than all the rest. */
  const asProcess = new Set<string | undefined>();

  it.each(mistakes)("such as %s is one sentence.", async (_, words, code, sentence, prepare) => {
    prepare?.();
    const before = readFileSync(join(path("run"), "last.safetensors"));
    const started = asProcess.has(words[0]);
    asProcess.add(words[0]);
    const ended = started ? await inProcess(words) : await lenet(words, dir);
    expect(ended.stderr).toMatch(/^[^\n]*\n$/);
    if (typeof sentence === "string") expect(ended.stderr).toBe(`${sentence}\n`);
    else expect(ended.stderr.trimEnd()).toMatch(sentence);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(readFileSync(join(path("run"), "last.safetensors")).equals(before)).toBe(true);
  });

  it("such as a rate of a million ends with code 1, names step and layer, and leaves the checkpoint before the epoch.", async () => {
    const { code, stderr } = await lenet(["train", ...small, "--rate", "1e6", "--out", "diverged"], dir);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^epoch 1, step \d+: the loss became \S+; largest \|weight\| \S+ in (C1|C3|C5|F6|OUT), rate 1000000\. Try a rate below 100000\.$/,
    );
    expect(stderr).not.toMatch(/^ +at /m);
    const { tensors, metadata } = readCheckpoint(path("diverged"), "last");
    expect(JSON.parse(metadata["position"]!)).toMatchObject({ epoch: 0, image: 0 });
    expect(tensors.get("OUT.weight")!.data.every((weight) => Math.abs(weight) < 1)).toBe(true);
  });

  it("of the world's, such as a full disk, ends with code 1 and leaves a run that can go on.", async ({ skip }) => {
    const disk = smallDisk("1200k");
    if (!disk) return skip("a small disk can only be made where mounting is allowed");
    try {
      const run = join(disk.path, "run");
      const { code, stderr } = await lenet(["train", ...small, "--out", run], dir);
      expect(code).toBe(1);
      expect(stderr.trimEnd().split("\n").at(-1)?.replaceAll(run, "RUN")).toMatch(
        /^RUN.\S+: the disk is full; nothing already written was changed\. Free some space and resume with --resume RUN\.$/,
      );
      expect(readdirSync(run).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      disk.resize("8m");
      expect((await lenet(["train", "--resume", run], dir)).code).toBe(0);
      const bytes = (folder: string) => readFileSync(join(folder, "last.safetensors"));
      expect(bytes(run).equals(bytes(path("run")))).toBe(true);
    } finally {
      disk.remove();
    }
  });

  it("of data that changed since the run began is told before anything is learned.", async () => {
    dataFolder("mine");
    const words = ["train", "--data", "./mine", "--epochs", "2", "--out", "mine-run"];
    expect((await lenet(words, dir)).code).toBe(0);
    rmSync(join(path("mine-run"), "metrics.json"));
    writeFileSync(join(path("mine"), "train-labels-idx1-ubyte"), encodeLabels(new Uint8Array(20)));
    const { code, stderr } = await lenet(["train", "--resume", "mine-run"], dir);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^mine-run: expected the train images it began with \(20 of sha256 .*\), got others \(.*\)\. Bring them back, or start a new run\.\n$/,
    );
  });
});
