// What the classes of a model are called: as its own texts say, or the set that it learned from, or else by their numbers.
import { registeredSet } from "../../data/registry.ts";
import { LenetError } from "../../errors.ts";
import { CLASSES } from "../run/set-text.ts";
import { type Model, trainedOn } from "./model.ts";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, label) => `${label}`);

const kept = ({ metadata }: Model): unknown => {
  try {
    return JSON.parse(metadata[CLASSES] ?? "");
  } catch {
    return undefined;
  }
};

/** The set of a model's training, where it is known by name. */
const namesOfSet = (model: Model): readonly string[] | undefined => {
  try {
    return registeredSet(trainedOn(model) ?? "")?.classNames;
  } catch (thrown) {
    // A name with options that this version does not know.
    if (thrown instanceof LenetError) return undefined;
    throw thrown;
  }
};

/** A name for every class of the model. */
export const classNamesOf = (model: Model): readonly string[] => {
  const { classes } = model.net;
  const fits = (names: unknown): names is readonly string[] =>
    Array.isArray(names) && names.length === classes && names.every((name) => typeof name === "string");
  return [kept(model), namesOfSet(model)].find(fits) ?? numbered(classes);
};
