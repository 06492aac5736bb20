// What the names of data sets mean, wherever their files are: aliases, and the options on sets of 28×28 images. Pure.
import { nameWith, readOptions, splitName } from "../named.ts";
import { type Derivation, derivations } from "./derive.ts";

/** Sets of 28×28 images: options on their names make other sets of them (derive.ts). */
const wholeSets = ["mnist", "fashion-mnist"];

/** Short names for sets with options. */
const aliases: Readonly<Record<string, string>> = { "mnist-1989": "mnist:sample=1989,size=16" };

/** Whether options may be written after this name. */
export const isWhole = (name: string): boolean => wholeSets.includes(name);

/** The name without its alias. */
export const unaliased = (name: string): string => {
  const asked = splitName(name);
  const alias = aliases[asked.name];
  return alias === undefined ? name : [alias, ...(asked.options ? [asked.options] : [])].join();
};

/** Known sets that no hand has written. */
const notWritten = ["fashion-mnist"];

/** Whether a set's images may be handwriting: of an unknown one they may. */
export const isHandwritten = (name: string): boolean => !notWritten.includes(splitName(unaliased(name)).name);

/** A folder with options after its name, `./letters:size=16`; a path may have colons of its own. */
export const splitFolder = (text: string): { readonly folder: string; readonly options: string } => {
  const [, folder = text, options = ""] = /^(.+):(\w+=[^/\\:]*)$/.exec(text) ?? [];
  return { folder, options };
};

/** What the options of a data set's name come to; undefined where it has none. Throws LenetError for options it cannot have. */
export const derivationOf = (given: string): Derivation | undefined => {
  const known = splitName(unaliased(given));
  const { name, options } = isWhole(known.name) ? known : { name: "folder", ...splitFolder(given) };
  if (options === "") return undefined;
  const read = readOptions(name, derivations, options);
  return nameWith(name, derivations, read) === name ? undefined : read;
};
