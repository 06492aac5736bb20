// Names with options, as nets and data sets are called by: `ablation:activation=tanh,dropout=0.5`. One text says all, so that
// a command line, a config file, a checkpoint and a claim can all carry it. Knows neither nets nor data.
import { LenetError } from "./errors.ts";
import { closest } from "./words.ts";

/** What an option may be: one of some words, or a number from `least` to `most` (ends included), perhaps a whole one. The first word, or `usual`, is the default. */
export type OptionRule =
  | { readonly words: readonly [string, ...string[]]; readonly meaning: string }
  | {
      readonly least: number;
      readonly most: number;
      readonly usual: number;
      readonly whole?: true;
      readonly meaning: string;
    };

export type OptionRules = Readonly<Record<string, OptionRule>>;

/** A value for every rule. */
export type OptionsOf<Rules extends OptionRules> = {
  readonly [Key in keyof Rules]: Rules[Key] extends { readonly words: readonly (infer Word)[] } ? Word : number;
};

/** `name` and the text of its options, the latter "" where there is none. */
export const splitName = (text: string): { readonly name: string; readonly options: string } => {
  const colon = text.indexOf(":");
  return colon < 0 ? { name: text, options: "" } : { name: text.slice(0, colon), options: text.slice(colon + 1) };
};

/** The options in `text`, and the default of every other. `place` (a name) stands first in errors. Throws LenetError. */
export const readOptions = <Rules extends OptionRules>(place: string, rules: Rules, text: string): OptionsOf<Rules> => {
  const values: Record<string, string | number> = {};
  for (const [key, rule] of Object.entries(rules)) values[key] = usual(rule);
  for (const part of text === "" ? [] : text.split(",")) {
    const [key = "", value = "", more] = part.split("=");
    const rule = rules[key];
    if (!rule || more !== undefined) {
      const known = Object.keys(rules);
      const rest = known.length > 0 ? `options ${known.join(", ")}, as in ${place}:${known[0]}=…` : "no options";
      throw new LenetError(`${place}: expected ${rest}, got ${JSON.stringify(part)}.${closest(key, known)}`);
    }
    values[key] = readValue(`${place}, ${key}`, rule, value);
  }
  return values as OptionsOf<Rules>;
};

/** The shortest text that reads back as these options: those that are not the default, in the order of the rules. */
export const nameWith = <Rules extends OptionRules>(name: string, rules: Rules, options: OptionsOf<Rules>): string => {
  const said = Object.entries(rules).filter(([key, rule]) => options[key] !== usual(rule));
  return said.length === 0 ? name : `${name}:${said.map(([key]) => `${key}=${options[key]}`).join(",")}`;
};

const usual = (rule: OptionRule): string | number => ("words" in rule ? rule.words[0] : rule.usual);

const readValue = (place: string, rule: OptionRule, text: string): string | number => {
  if ("words" in rule) {
    if (rule.words.includes(text)) return text;
    throw new LenetError(
      `${place}: expected ${rule.words.join(" or ")}, got ${JSON.stringify(text)}.${closest(text, rule.words)}`,
    );
  }
  const value = Number(text);
  const fits = value >= rule.least && value <= rule.most && (!rule.whole || Number.isInteger(value));
  if (text.trim() !== "" && fits) return value;
  const kind = rule.whole ? "whole number" : "number";
  throw new LenetError(`${place}: expected a ${kind} from ${rule.least} to ${rule.most}, got ${JSON.stringify(text)}.`);
};
