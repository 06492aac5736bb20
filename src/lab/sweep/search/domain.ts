// What a parameter of a sweep may be, as a way from [0, 1) to values and back: every method draws or searches there. Knows no
// files and no trainings.
import type { Random } from "../../../random.ts";
import { exp, ln, normalQuantile, normalShare } from "./numbers.ts";

export type Value = string | number | boolean;

/** `step`: values are multiples of it (`whole` numbers between the ends when it is 1), null: any number. */
export type Domain =
  | { readonly kind: "choice"; readonly values: readonly Value[]; readonly shares: readonly number[] }
  | {
      readonly kind: "range";
      readonly scale: Scale;
      readonly low: number;
      readonly high: number;
      readonly step: number | null;
    }
  | {
      readonly kind: "normal";
      readonly scale: Scale;
      /** Of the number itself, or of its logarithm. */
      readonly mean: number;
      readonly spread: number;
      readonly step: number | null;
    };

/** What a search may try. */
export interface Space {
  readonly domains: readonly Domain[];
  /** Whether a cell, a value for each domain, is one that can be tried at all. */
  readonly canTry: (cell: readonly Value[]) => boolean;
}

type Scale = "linear" | "log";

/** Equal chances for each value. */
export const choice = (values: readonly Value[]): Domain => ({
  kind: "choice",
  values,
  shares: values.map(() => 1 / values.length),
});

/** Digits that a drawn number keeps: more would only make names longer, and the last ones mean nothing. */
const DIGITS = 6;

const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));

/** The value at `unit`, in [0, 1): the share of the distribution that lies below it. */
export const valueAt = (domain: Domain, unit: number): Value => {
  if (domain.kind === "choice") {
    let below = 0;
    const index = domain.shares.findIndex((share) => {
      below += share;
      return unit < below;
    });
    return domain.values[index < 0 ? domain.values.length - 1 : index]!;
  }
  const { scale, step } = domain;
  if (domain.kind === "normal") {
    const z = domain.mean + domain.spread * normalQuantile(unit);
    return stepped(scale === "log" ? exp(z) : z, step);
  }
  const { low, high } = domain;
  if (isCount(domain)) return low + Math.floor(unit * (high - low + 1));
  const value = scale === "log" ? exp(ln(low) + unit * (ln(high) - ln(low))) : low + unit * (high - low);
  const [first, last] = step === null ? [low, high] : multiplesIn(low, high, step).map((count) => count * step);
  return Math.min(rounded(last!), Math.max(rounded(first!), stepped(value, step)));
};

/** The first and the last multiple of `step` in a range, in steps; the last is below the first where there is none. */
export const multiplesIn = (low: number, high: number, step: number): readonly [first: number, last: number] => [
  Math.ceil(low / step - 1e-9),
  Math.floor(high / step + 1e-9),
];

/** Whole numbers between whole ends, each as likely as the next. */
const isCount = ({ scale, step, low, high }: Extract<Domain, { kind: "range" }>): boolean =>
  scale === "linear" && step === 1 && Number.isInteger(low) && Number.isInteger(high);

const stepped = (value: number, step: number | null): number =>
  rounded(step === null ? value : Math.round(value / step) * step);

/** Where in [0, 1] a value lies; a choice at its index, from 0. */
export const unitOf = (domain: Domain, value: Value): number => {
  if (domain.kind === "choice") return domain.values.indexOf(value);
  const { scale } = domain;
  const number = value as number;
  if (domain.kind === "normal")
    return normalShare(((scale === "log" ? ln(number) : number) - domain.mean) / domain.spread);
  const { low, high } = domain;
  // The middle of the numbers that become this whole one.
  if (isCount(domain)) return (number - low + 0.5) / (high - low + 1);
  if (scale === "log") return (ln(number) - ln(low)) / (ln(high) - ln(low));
  return (number - low) / (high - low);
};

export const drawValue = (domain: Domain, random: Random): Value => valueAt(domain, random.unit());

/** How many values there are; perhaps without end. */
export const countIn = (domain: Domain): number => {
  if (domain.kind === "choice") return domain.values.length;
  if (domain.kind === "normal" || domain.step === null) return Number.POSITIVE_INFINITY;
  const [first, last] = multiplesIn(domain.low, domain.high, domain.step);
  return last - first + 1;
};

/** Every value, in order; undefined where there is no end of them. */
export const valuesIn = (domain: Domain): readonly Value[] | undefined => {
  if (domain.kind === "choice") return domain.values;
  if (domain.kind === "normal" || domain.step === null) return undefined;
  const { low, high, step } = domain;
  const [first] = multiplesIn(low, high, step);
  return Array.from({ length: countIn(domain) }, (_, index) => rounded((first + index) * step));
};

/** The values a domain's ends come to, or all of a choice: where a value that nothing can take would show. */
export const extremes = (domain: Domain): readonly Value[] =>
  domain.kind === "choice" ? domain.values : [valueAt(domain, 0.001), valueAt(domain, 0.5), valueAt(domain, 0.999)];
