// What a sweep's parameter is in our words: an option of the net, or a setting of the training. The names that W&B users give
// them are understood too.
import { LenetError } from "../../../errors.ts";
import { type OptionRule, type OptionRules, readOptions, splitName } from "../../../named.ts";
import { netNamed, nets } from "../../../nets/index.ts";
import { closest } from "../../../words.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import type { Value } from "../search/domain.ts";

/** Settings of a training that a sweep may vary or fix. */
const settings = [
  "net",
  "data",
  "rate",
  "batch",
  "optimiser",
  "momentum",
  "mu",
  "patterns",
  "decay",
  "schedule",
  "epochs",
  "distort",
  "validation",
  "limit",
  "shuffle",
  "arithmetic",
  "init",
  "seed",
] as const satisfies readonly ("net" | keyof TrainSettings)[];
type Setting = (typeof settings)[number];

/** Names in use elsewhere, for ours. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    learning_rate: "rate",
    lr: "rate",
    batch_size: "batch",
    batchsize: "batch",
    optimizer: "optimiser",
    optim: "optimiser",
    weight_decay: "decay",
    wd: "decay",
    dataset: "data",
    model: "net",
    architecture: "net",
    num_epochs: "epochs",
    random_seed: "seed",
    scheduler: "schedule",
    activation_function: "activation",
    batch_norm: "norm",
    batchnorm: "norm",
    batch_normalization: "norm",
    batch_normalisation: "norm",
    dropout_rate: "dropout",
    drop_rate: "dropout",
  }),
);

export type Target =
  | { readonly kind: "setting"; readonly setting: Setting }
  | { readonly kind: "option"; readonly option: string; readonly rule: OptionRule };

/** The options that all of these nets have. */
const optionsOf = (netNames: readonly string[]): OptionRules => {
  const families = netNames.map((name) => nets.find((family) => family.name === splitName(name).name)!);
  const [first, ...others] = families;
  return Object.fromEntries(
    Object.entries(first!.rules).filter(([option]) => others.every(({ rules }) => option in rules)),
  );
};

/**
 * What the parameter at this path is, for these nets: `["optimizer", "lr"]` is the rate, `["optimizer", "name"]` the optimiser.
 * Throws LenetError, which lists what there is.
 */
export const targetOf = (path: readonly string[], netNames: readonly string[]): Target => {
  const rules = optionsOf(netNames);
  const last = path.at(-1)!;
  const named = ["name", "type", "kind"].includes(last) && path.length > 1 ? path.at(-2)! : last;
  for (const name of [named, aliases.get(named.toLowerCase().replaceAll(/[ -]/g, "_")) ?? named]) {
    if (Object.hasOwn(rules, name)) return { kind: "option", option: name, rule: rules[name]! };
    const setting = settings.find((one) => one === name);
    if (setting) return { kind: "setting", setting };
  }
  const known = [...Object.keys(rules), ...settings];
  throw new LenetError(
    `parameters: expected an option of ${netNames.join(", ")} or a setting of a training (${known.join(", ")}), got ${JSON.stringify(path.join("."))}.${closest(named, [...known, ...aliases.keys()])}`,
  );
};

/** A value of the file as this target takes it: true is yes where yes is a word of the option. Throws LenetError. */
export const valueFor = (target: Target, value: Value): Value => {
  if (target.kind === "option") {
    const { option, rule } = target;
    const word = typeof value === "boolean" ? (value ? "yes" : "no") : value;
    const read = readOptions("net", { [option]: rule }, `${option}=${word}`)[option]!;
    return read;
  }
  const { setting } = target;
  if (setting === "net") return netNamed(`${value}`).name;
  if (["data", "init"].includes(setting) && typeof value !== "string")
    throw new LenetError(`${setting}: expected a text, got ${value}. Put it in quotes.`);
  if (setting === "shuffle" && typeof value !== "boolean")
    throw new LenetError(`shuffle: expected true or false, got ${JSON.stringify(value)}.`);
  if (["optimiser", "schedule", "arithmetic"].includes(setting)) return `${value}`.toLowerCase();
  return value;
};

/** Values by target, as a net and the settings to train it with; `base` is the net where none is among them. Throws LenetError. */
export const trainingOf = (
  base: string,
  values: readonly (readonly [Target, Value])[],
): { readonly net: string; readonly settings: TrainSettings } => {
  let name = base;
  const options: string[] = [];
  const chosen: [Setting, Value][] = [];
  for (const [target, value] of values) {
    if (target.kind === "option") options.push(`${target.option}=${value}`);
    else if (target.setting === "net") name = `${value}`;
    else chosen.push([target.setting, value]);
  }
  const own = splitName(name);
  const text = [...(own.options ? [own.options] : []), ...options].join();
  const net = netNamed(text === "" ? own.name : `${own.name}:${text}`).name;
  return { net, settings: Object.fromEntries(chosen) as TrainSettings };
};
