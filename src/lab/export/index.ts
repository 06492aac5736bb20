// Models in the files of other tools: what they can be written as, and the files that come of it. docs/formats.md says what is
// in each.
import { LenetError } from "../../errors.ts";
import { encodeKeras, encodeKerasH5 } from "../../formats/keras.ts";
import { closest } from "../../words.ts";
import { weightsFile } from "../import/load.ts";
import type { Model } from "../model/model.ts";
import { cOf } from "./c.ts";
import { kerasOf } from "./keras.ts";
import { onnxOf } from "./onnx.ts";
import { pageOf } from "./page.ts";

/** One way to write a model down. */
export interface ExportKind {
  /** For whom it is, in a few words. */
  readonly about: string;
  /** Of the file, with its dot. */
  readonly ending: string;
  /** The files by their endings; `name` is that of the file, without folder and ending. Throws LenetError for a net it cannot hold. */
  write(model: Model, name: string): Promise<ReadonlyMap<string, Uint8Array | string>>;
}

export const exportKinds: Readonly<Record<string, ExportKind>> = {
  onnx: {
    about: "ONNX, opset 17: onnxruntime, OpenCV, TensorRT and many more",
    ending: ".onnx",
    write: async (model) => new Map([[".onnx", onnxOf(model)]]),
  },
  c: {
    about: "C99, a source file and its header, no dependency but math.h: micro-controllers",
    ending: ".c",
    write: async (model, name) => {
      const { source, header } = cOf(model, name);
      return new Map([
        [".c", source],
        [".h", header],
      ]);
    },
  },
  keras: {
    about: "Keras 3, one .keras file",
    ending: ".keras",
    write: async (model) => new Map([[".keras", await encodeKeras(kerasOf(model))]]),
  },
  h5: {
    about: "Keras 3, one .h5 file",
    ending: ".h5",
    write: async (model) => new Map([[".h5", await encodeKerasH5(kerasOf(model))]]),
  },
  safetensors: {
    about: "safetensors, under the papers' names: what was read from another tool's file, as one of ours",
    ending: ".safetensors",
    write: async (model) => new Map([[".safetensors", weightsFile(model)]]),
  },
  page: {
    about: "one HTML file: draw a digit, see the answer and every layer, without a network",
    ending: ".html",
    write: async (model, name) => new Map([[".html", await pageOf(model, name)]]),
  },
};

/** The way of this name. Throws LenetError, which offers the nearest. */
export const exportKindNamed = (name: string): ExportKind => {
  const found = Object.hasOwn(exportKinds, name) ? exportKinds[name] : undefined;
  if (found) return found;
  const names = Object.keys(exportKinds);
  throw new LenetError(`--to: expected ${names.join(", ")}, got ${JSON.stringify(name)}.${closest(name, names)}`);
};
