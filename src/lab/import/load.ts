// Models as files: any file of weights that holds a net's tensors (safetensors, PyTorch, Keras), the folder of a run, or a
// model that came with the package.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../../errors.ts";
import { isFolder, readBytes, writeAtomically } from "../../files.ts";
import type { TensorFile } from "../../formats/safetensors.ts";
import type { Net } from "../../nets/net.ts";
import { closest } from "../../words.ts";
import { createModel, type Model } from "../model/model.ts";
import { encodeModel } from "../model/model-of.ts";
import { MODELS, shippedClaims, shippedNames, shippedPath } from "../model/shipped.ts";
import { versions } from "../run/provenance.ts";
import { checkpointPath, hasBegun, hasCheckpoint, RUNS } from "../run/run-folder.ts";
import { fitted, tensorsIn, type Weights, weightsIn } from "./index.ts";

/**
 * The model in a safetensors file, a PyTorch state dict or a run folder (its best epoch, or the last one where none is known to be
 * best), or, where there is neither, the model of that name that came with the package.
 * `net` is needed where the file does not name a net we know, and must be the one it names.
 * Throws LenetError when there is no such file, when it is damaged, and when its tensors are not this net's.
 */
export const load = (path: string, net?: Net): Model => {
  const file = modelFile(path);
  return modelOf(fitted(readTensors(file), file, { net }), file);
};

/** The same of these and of a Keras file, `.h5` or `.keras`. */
export const loadFile = async (path: string, net?: Net): Promise<Model> => {
  const file = modelFile(path);
  return modelOf(await readWeights(file, net), file);
};

/** The same, `otherwise` being the net of a file that names none. */
export const loadNamed = async (path: string, otherwise?: Net): Promise<Model> => {
  const file = modelFile(path);
  return modelOf(await weightsIn(readBytes(file, WHAT), file, { otherwise }), file);
};

const modelOf = ({ net, tensors, metadata }: Weights, file: string): Model => createModel(net, tensors, metadata, file);

/** The file that `path` stands for. Throws LenetError for a folder without one, and for a name that no shipped model has. */
export const modelFile = (path: string, models = MODELS): string => {
  if (!existsSync(path) && !/[/\\.]/.test(path)) return shippedFile(path, models);
  if (!isFolder(path)) return path;
  for (const name of ["best", "last"] as const) if (hasCheckpoint(path, name)) return checkpointPath(path, name);
  if (hasBegun(path))
    throw new LenetError(
      `${path}: expected a run with a model, got a committee whose members are not all trained. Go on with lenet train --resume ${path}, or name a member: ${join(path, "1")}`,
    );
  throw new LenetError(
    `${path}: expected a safetensors file or the folder of a run, got a folder without checkpoints. Check the name.`,
  );
};

const shippedFile = (name: string, models: string): string => {
  const known = shippedNames(models);
  if (known.includes(name)) return shippedPath(name, models);
  const shipped = known.length > 0 ? ` or a shipped model (${known.join(", ")})` : "";
  throw new LenetError(
    `${name}: expected a safetensors file, the folder of a run${shipped}, got no such file.${closest(name, known) || " Check the name."}`,
  );
};

const WHAT = "a file of weights";

/** Tensors and metadata of a safetensors file or a PyTorch state dict. Throws LenetError. */
export const readTensors = (file: string): TensorFile => tensorsIn(readBytes(file, WHAT), file);

/** Net, tensors and metadata of any file of weights that we read. Throws LenetError. */
export const readWeights = (file: string, net?: Net): Promise<Weights> =>
  weightsIn(readBytes(file, WHAT), file, { net });

/** The bytes of a safetensors file of the model's weights that says which net it is. */
export const weightsFile = (model: Model): Uint8Array => encodeModel(model, { versions: JSON.stringify(versions()) });

/** Writes them to a file. Throws LenetError where that is refused. */
export const save = (model: Model, path: string): void => writeAtomically(path, weightsFile(model));

/** The folder in runs/ whose checkpoint is the newest, or else the shipped LeNet-5. Throws LenetError when there is neither. */
export const usualModel = (models = MODELS): string => {
  const folders = isFolder(RUNS) ? readdirSync(RUNS).map((name) => join(RUNS, name)) : [];
  // A committee that is complete has no last checkpoint of its own.
  const dated = folders
    .flatMap((folder) =>
      (["last", "best"] as const)
        .filter((name) => hasCheckpoint(folder, name))
        .slice(0, 1)
        .map((name) => ({ folder, time: statSync(checkpointPath(folder, name)).mtimeMs })),
    )
    .sort((a, b) => b.time - a.time);
  if (dated[0]) return dated[0].folder;
  const [usual] = Object.keys(shippedClaims);
  if (shippedNames(models).includes(usual!)) return shippedPath(usual!, models);
  throw new LenetError(
    `${RUNS}: expected a run to take the model from, got none. Name a model, or train one: lenet train`,
  );
};
