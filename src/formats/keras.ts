// Models of Keras 3 as files: `.h5` (all in one HDF5 file) and `.keras` (a zip of a description, and of the weights as HDF5). A
// model is here a list of stock layers, each of which names those it takes its input from. docs/formats.md tells the layout.
import { LenetError } from "../errors.ts";
import { arrayAt, attributeAt, encodeHdf5, groupAt, type Hdf5Group, isHdf5, readHdf5 } from "./hdf5.ts";
import type { Tensor } from "./safetensors.ts";
import { filesIn, isZip, zipOf } from "./zip.ts";

/** A layer as it is written. Shapes are (rows, columns, maps) or (units), without the batch. */
export interface KerasLayer {
  readonly name: string;
  /** The name of its class: `Conv2D`. */
  readonly kind: string;
  /** What its constructor is given, the name left out. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers before it; none for the input. */
  readonly inputs: readonly string[];
  /** Of its output. */
  readonly shape: readonly number[];
  /** Its variables by name, in the order of Keras. */
  readonly variables: Readonly<Record<string, Tensor>>;
}

export interface KerasModel {
  readonly name: string;
  /** Written beside the model, where Keras does not look: which net it is. */
  readonly net: string;
  /** From the input to the output. */
  readonly layers: readonly KerasLayer[];
}

/** What is read of a layer. */
export interface KerasVariables {
  readonly name: string;
  readonly kind: string;
  /** In the order of Keras. */
  readonly variables: readonly Tensor[];
}

export interface KerasFile {
  /** The net, where the file is ours. */
  readonly net: string | null;
  /** Those that have variables, in their order. */
  readonly layers: readonly KerasVariables[];
}

/** The version whose layout this is. */
export const KERAS_VERSION = "3.15.1";
const NET = "lenet_net";
const WEIGHTS = "model.weights.h5";
const CONFIG = "config.json";
const METADATA = "metadata.json";
const damaged = "The file is damaged, or no whole model: save the model again.";

const batched = (shape: readonly number[]): (number | null)[] => [null, ...shape];

/** The layers as Keras describes them; `legacy` as in `.h5` files. */
const layersOf = ({ layers }: KerasModel, legacy: boolean): object[] => {
  const shapes = new Map(layers.map(({ name, shape }) => [name, shape]));
  const input = (name: string): object => ({
    class_name: "__keras_tensor__",
    config: { shape: batched(shapes.get(name)!), dtype: "float32", keras_history: [name, 0, 0] },
  });
  return layers.map(({ name, kind, config, inputs }) => {
    const given = inputs.map(input);
    const first = inputs.map((before) => batched(shapes.get(before)!));
    const build = inputs.length === 0 ? {} : { build_config: { input_shape: first.length > 1 ? first : first[0] } };
    return {
      ...(legacy ? {} : { module: "keras.layers", registered_name: null, ...build }),
      class_name: kind,
      config: { name, ...(kind === "InputLayer" ? {} : { trainable: true }), dtype: "float32", ...config },
      name,
      inbound_nodes: inputs.length === 0 ? [] : [{ args: inputs.length > 1 ? [given] : given, kwargs: {} }],
    };
  });
};

const configOf = (model: KerasModel, legacy: boolean): object => ({
  ...(legacy
    ? {}
    : { module: "keras.src.models.functional", registered_name: "Functional", build_config: { input_shape: null } }),
  class_name: "Functional",
  config: {
    name: model.name,
    trainable: true,
    layers: layersOf(model, legacy),
    input_layers: [[model.layers[0]!.name, 0, 0]],
    output_layers: [[model.layers.at(-1)!.name, 0, 0]],
  },
});

/** The bytes of a `.h5` file. */
export const encodeKerasH5 = (model: KerasModel): Promise<Uint8Array> => {
  const about = { keras_version: KERAS_VERSION, backend: "tensorflow" };
  const groups = model.layers.map(({ name, variables }): [string, Hdf5Group] => [
    name,
    {
      attributes: { weight_names: Object.keys(variables).map((variable) => `${name}/${variable}`) },
      groups: Object.keys(variables).length > 0 ? { [name]: { arrays: variables } } : {},
    },
  ]);
  const weights: Hdf5Group = {
    attributes: { ...about, layer_names: model.layers.map(({ name }) => name) },
    groups: { ...Object.fromEntries(groups), top_level_model_weights: { attributes: { weight_names: [] } } },
  };
  return encodeHdf5({
    attributes: { ...about, model_config: JSON.stringify(configOf(model, true)), [NET]: model.net },
    groups: { model_weights: weights },
  });
};

/** The bytes of a `.keras` file. */
export const encodeKeras = async (model: KerasModel): Promise<Uint8Array> => {
  const groups = placesOf(model.layers).map(({ place, layer: { name, variables } }): [string, Hdf5Group] => {
    const arrays = Object.fromEntries(Object.values(variables).map((tensor, index) => [`${index}`, tensor]));
    return [place, { groups: { vars: { attributes: { name }, arrays } } }];
  });
  const text = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return zipOf({
    [METADATA]: text({ keras_version: KERAS_VERSION, [NET]: model.net }),
    [CONFIG]: text({ ...configOf(model, false), compile_config: {} }),
    [WEIGHTS]: await encodeHdf5({ groups: { layers: { groups: Object.fromEntries(groups) }, vars: {} } }),
  });
};

/** Where Keras looks for a layer's variables: its class in small letters, numbered where there are several. */
const placesOf = <Layer extends { readonly kind: string }>(layers: readonly Layer[]) => {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    const kind = layer.kind
      .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .toLowerCase();
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return { place: count === 0 ? kind : `${kind}_${count}`, layer };
  });
};

/** Whether these bytes are one of the two; of a zip archive, whether it holds what Keras puts there. */
export const isKeras = (bytes: Uint8Array, place: string): boolean =>
  isHdf5(bytes) || (isZip(bytes) && filesIn(bytes, place).has(CONFIG));

/** The variables of a model saved by Keras 3 (or by us); `place` names the file in messages. Throws LenetError. */
export const decodeKeras = async (bytes: Uint8Array, place: string): Promise<KerasFile> =>
  isZip(bytes) ? decodeArchive(bytes, place) : decodeH5(await readHdf5(bytes, place), place);

const decodeArchive = async (bytes: Uint8Array, place: string): Promise<KerasFile> => {
  const files = filesIn(bytes, place);
  const [config, weights] = [objectIn(files.get(CONFIG), `${place}, ${CONFIG}`), files.get(WEIGHTS)];
  if (weights === undefined) throw new LenetError(`${place}: expected a file ${WEIGHTS} in it, got none. ${damaged}`);
  const { [NET]: net } = objectIn(files.get(METADATA), `${place}, ${METADATA}`);
  const layers = layersIn(config, `${place}, ${CONFIG}`);
  // A Sequential does not count its input.
  const counted = layers.filter(({ kind }) => kind !== "InputLayer");
  const root = await readHdf5(weights, `${place}, ${WEIGHTS}`);
  const found = placesOf(counted).map(({ place: name, layer }) => ({
    ...layer,
    variables: numbered(root, `layers/${name}/vars`),
  }));
  return { net: typeof net === "string" ? net : null, layers: found.filter(({ variables }) => variables.length > 0) };
};

/** The arrays `0`, `1`, … of a group. */
const numbered = (root: Hdf5Group, path: string): Tensor[] => {
  const found: Tensor[] = [];
  const next = (): Tensor | undefined => arrayAt(root, `${path}/${found.length}`);
  for (let tensor = next(); tensor; tensor = next()) found.push(tensor);
  return found;
};

const decodeH5 = (root: Hdf5Group, place: string): KerasFile => {
  const group = groupAt(root, "model_weights");
  const [text, names, net] = [
    attributeAt(root, "model_config"),
    attributeAt(group, "layer_names"),
    attributeAt(root, NET),
  ];
  if (typeof text !== "string" || group === undefined || typeof names !== "object")
    throw new LenetError(`${place}: expected a model_config and model_weights, got a file without. ${damaged}`);
  const kinds = new Map(layersIn(parsed(text, place), place).map(({ name, kind }) => [name, kind]));
  const layers = names.map((name) => {
    const inner = groupAt(group, name);
    const variables = [attributeAt(inner, "weight_names") ?? []].flat().map((path) => {
      const tensor = arrayAt(inner!, path);
      if (tensor === undefined) throw new LenetError(`${place}: expected the weights ${path}, got none. ${damaged}`);
      return tensor;
    });
    return { name, kind: kinds.get(name) ?? "", variables };
  });
  return { net: typeof net === "string" ? net : null, layers: layers.filter(({ variables }) => variables.length > 0) };
};

/** Names and classes of a model's layers. Throws LenetError for models within the model. */
const layersIn = ({ config }: Record<string, unknown>, place: string): { name: string; kind: string }[] => {
  const { layers } = Object(config);
  if (!Array.isArray(layers))
    throw new LenetError(`${place}: expected a Sequential or Functional model, got something else. ${damaged}`);
  return layers.map((layer: unknown) => {
    const { class_name: kind, config } = Object(layer);
    const { name, layers: inner } = Object(config);
    if (typeof kind !== "string" || typeof name !== "string")
      throw new LenetError(`${place}: expected a class and a name for each layer, got none. ${damaged}`);
    if (inner !== undefined)
      throw new LenetError(
        `${place}, ${name}: expected a layer, got a model in the model. Save the layers in one model.`,
      );
    return { name, kind };
  });
};

const objectIn = (bytes: Uint8Array | undefined, place: string): Record<string, unknown> =>
  parsed(new TextDecoder().decode(bytes ?? new Uint8Array()), place);

const parsed = (text: string, place: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new LenetError(`${place}: expected JSON, got something else. ${damaged}`);
  }
};
