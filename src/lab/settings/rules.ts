// What a setting may be, whether it comes as a number from a program or as text from a command line. `place` is how the
// user spells the setting: rate, --rate.
import { LenetError } from "../../errors.ts";
import { closest } from "../../words.ts";

/** Numbers as people write them: 64, .5, 1e-3; not 0x40, not an empty text. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const toNumber = (given: unknown): number => {
  if (typeof given === "string") return isNumber(given) ? Number(given) : Number.NaN;
  return typeof given === "number" ? given : Number.NaN;
};

/** Whether a text is a number as people write them. */
export const isNumber = (text: string): boolean => NUMBER.test(text.trim());

const shown = (given: unknown): string => (typeof given === "string" ? JSON.stringify(given) : String(given));

const numberThat = (place: string, given: unknown, rule: string, holds: (value: number) => boolean): number => {
  const value = toNumber(given);
  if (Number.isFinite(value) && holds(value)) return value;
  throw new LenetError(`${place}: expected ${rule}, got ${shown(given)}.`);
};

/** A number above 0. Throws LenetError, here and below. */
export const aboveZero = (place: string, given: unknown): number =>
  numberThat(place, given, "a number above 0", (value) => value > 0);

/** A number from 0. */
export const fromZero = (place: string, given: unknown): number =>
  numberThat(place, given, "a number from 0", (value) => value >= 0);

/** A number from 0 up to but not including 1. */
export const share = (place: string, given: unknown): number =>
  numberThat(place, given, "a number from 0 up to but not including 1", (value) => value >= 0 && value < 1);

/** A whole number from `least` to `most`. */
export const whole = (place: string, given: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number => {
  const rule =
    most < Number.MAX_SAFE_INTEGER ? `a whole number from ${least} to ${most}` : `a whole number from ${least}`;
  return numberThat(place, given, rule, (value) => Number.isSafeInteger(value) && value >= least && value <= most);
};

/** One of some words. */
export const oneOf = <Word extends string>(place: string, given: unknown, words: readonly Word[]): Word => {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  const hint = typeof given === "string" ? closest(given, words) : "";
  throw new LenetError(`${place}: expected one of ${words.join(", ")}, got ${shown(given)}.${hint}`);
};
