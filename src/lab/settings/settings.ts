// The settings of a training: what may be given, and the complete and checked plain data it comes to. Resolving what is
// already resolved changes nothing, which is how a run is resumed.

import type { DataSet } from "../../data/data-set.ts";
import { isHandwritten } from "../../data/names.ts";
import { LenetError } from "../../errors.ts";
import { type Arithmetic, arithmetics, hasFused, usualArithmetic } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { type OptimiserSpec, optimiserKinds } from "../../optimisers/index.ts";
import { type ScheduleSpec, scheduleKinds } from "../../optimisers/schedule.ts";
import type { Model } from "../model/model.ts";
import type { TrainEvent } from "../training/events.ts";
import { plainly, plainRate, VALIDATION_SHARE } from "./defaults.ts";
import { distortName } from "./distortions.ts";
import { FLOOR, type Recipe, recipeOf, WARMUP } from "./recipes.ts";
import { aboveZero, fromZero, isNumber, oneOf, share, whole } from "./rules.ts";

/** A data set in two parts. */
export interface DataParts {
  readonly train: DataSet;
  readonly test?: DataSet;
}

/** What `train` may be told; everything has a default (recipes.ts), or does nothing where it is left out. */
export interface TrainSettings {
  /** A registered name, a folder of IDX files or of pictures by class, or the images themselves. Default: the recipe's. */
  readonly data?: string | DataParts;
  readonly epochs?: number;
  /** Images in a step; the last step of an epoch takes what is left. */
  readonly batch?: number;
  /** With its usual constants, or with yours. */
  readonly optimiser?: OptimiserSpec["kind"] | OptimiserSpec;
  /** The learning rate, or the highest one of a schedule. */
  readonly rate?: number;
  /** Share of the velocity that a step keeps; "sgd" with a momentum is the optimiser "momentum". */
  readonly momentum?: number;
  /** What SDLM adds to every curvature, and the images it measures it over; for the optimiser "sdlm" alone. */
  readonly mu?: number;
  readonly patterns?: number;
  /** Decoupled weight decay, per step and unit of rate; biases are left alone. */
  readonly decay?: number;
  /** Of the rate. Default: the recipe's; but constant, without decay and distortion, when a rate or an optimiser is given. */
  readonly schedule?: Exclude<ScheduleSpec["kind"], "staged"> | ScheduleSpec;
  /** How products are added up. Default: fused where this machine can, else plain. */
  readonly arithmetic?: Arithmetic;
  /** 0…2⁵³-1. The same seed, data, arithmetic and settings give the same weights, bit for bit, whatever the threads. */
  readonly seed?: number;
  /** Default: as many as there are cores. */
  readonly threads?: number;
  /** The last so many training images choose the best epoch; 0: none, and the last epoch is the best. Default: the
   * recipe's number, but at most a tenth of the images. */
  readonly validation?: number;
  readonly shuffle?: boolean;
  /** How training images are distorted, anew each time: a strength (0: not at all), or a kind with options, `elastic:alpha=20`. */
  readonly distort?: number | string;
  /** Scores the test images after every epoch too, for a curve; nothing is chosen by them. */
  readonly watchTest?: boolean;
  /** Only the first so many training images; validation images are taken from these. */
  readonly limit?: number;
  /** Weights to begin from: a model, a run folder or a file of weights (safetensors, PyTorch, Keras). */
  readonly init?: Model | string;
  /** Folder of the run; null: none is written. Default: a new one in runs/. */
  readonly out?: string | null;
  /** Folder of a run to go on with: its settings hold, and only threads may be given beside it. */
  readonly resume?: string;
  /** Ends the training after the step under way; the run can be resumed. */
  readonly signal?: AbortSignal;
  /** An event "log" after every so many steps. Default: none. */
  readonly logEvery?: number;
  /** Writes an event file for TensorBoard into the run folder. Default: no. */
  readonly tensorboard?: boolean;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** How the user writes a setting. */
type Spell = (setting: string) => string;

/** As resolved before the images are known. */
export type Intended = Omit<Recipe, "data" | "validation"> & {
  readonly arithmetic: Arithmetic;
  readonly watchTest: boolean;
  readonly validation: number | undefined;
  readonly limit: number | null;
};

/** More images in one step than any machine has room for. */
const LARGEST_BATCH = 65_536;
const MOST_EPOCHS = 100_000;

/**
 * The settings that are given, checked, and the net's recipe for the others. `spell` tells how the user writes a setting.
 * Throws LenetError.
 */
export const resolve = (net: Net, given: TrainSettings, spell: Spell = (setting) => setting): Intended => {
  const recipe = baseRecipe(net, given, spell);
  const chosen = chooseOptimiser(recipe, given, spell);
  return {
    arithmetic: chooseArithmetic(spell("arithmetic"), given.arithmetic),
    epochs: whole(spell("epochs"), given.epochs ?? recipe.epochs, 1, MOST_EPOCHS),
    batch: whole(spell("batch"), given.batch ?? recipe.batch, 1, LARGEST_BATCH),
    optimiser: chosen,
    schedule: chooseSchedule(recipe, given, chosen, spell),
    seed: whole(spell("seed"), given.seed ?? recipe.seed, 0),
    validation: given.validation === undefined ? undefined : whole(spell("validation"), given.validation, 0),
    shuffle: given.shuffle ?? recipe.shuffle,
    distort: readDistort(spell("distort"), given.distort ?? recipe.distort),
    watchTest: given.watchTest ?? false,
    limit: given.limit === undefined || given.limit === null ? null : whole(spell("limit"), given.limit, 1),
  };
};

/** The arithmetic that was asked for, or the usual one. Throws LenetError for one this machine has not. */
export const chooseArithmetic = (place: string, given: Arithmetic | undefined): Arithmetic => {
  if (given === undefined) return usualArithmetic();
  const arithmetic = oneOf(place, given, arithmetics);
  if (arithmetic === "plain" || hasFused()) return arithmetic;
  throw new LenetError(
    `${place}: expected plain on this machine, which has no fused multiply-add in WebAssembly, got fused. Use plain, or another machine.`,
  );
};

/** Throws LenetError where this machine has not got the arithmetic in which `place` began; `remedy` is the other thing to do. */
export const sameArithmetic = (place: string, began: Arithmetic | undefined, remedy: string): void => {
  if (began === "fused" && !hasFused())
    throw new LenetError(
      `${place}: expected a machine with fused multiply-add, in which it began, got one without. Go on there, or ${remedy}.`,
    );
};

/** A strength as a number, also where it was typed; a kind in its shortest spelling. Throws LenetError. */
export const readDistort = (place: string, given: number | string): number | string =>
  typeof given === "string" && !isNumber(given) ? distortName(place, given) : fromZero(place, given);

/**
 * The net's recipe, but without distortion for images that no hand has written; and whoever brings an optimiser or a rate means just that, not the recipe around it. A committee cannot do
 * without its distortion.
 */
const baseRecipe = (net: Net, { optimiser: wanted, rate, momentum, data }: TrainSettings, spell: Spell): Recipe => {
  const handwritten = typeof data !== "string" || isHandwritten(data);
  const recipe = handwritten || net.committee ? recipeOf(net) : { ...recipeOf(net), distort: 0 };
  const given = typeof wanted === "object" ? wanted.kind : wanted;
  const named = given === undefined ? recipe.optimiser.kind : oneOf(spell("optimiser"), given, optimiserKinds);
  const kind = named === "sgd" && momentum !== undefined ? "momentum" : named;
  if (given === undefined && rate === undefined && kind === named) return recipe;
  return { ...plainly(recipe, kind), ...(net.committee ? { distort: recipe.distort } : {}) };
};

const refuseBeside = (spell: Spell, setting: string, value: unknown, other: string): void => {
  if (value === undefined) return;
  throw new LenetError(
    `${spell(setting)}: expected to stand in ${spell(other)} or beside its name, got both. Leave one out.`,
  );
};

/** Settings of one optimiser alone. */
const owners = { momentum: "momentum", mu: "sdlm", patterns: "sdlm" } as const;

const chooseOptimiser = (recipe: Recipe, given: TrainSettings, spell: Spell): OptimiserSpec => {
  const { optimiser: wanted, decay } = given;
  if (typeof wanted === "object") {
    for (const setting of [...settingsOf(given), "decay"] as const)
      refuseBeside(spell, setting, given[setting], "optimiser");
    return checkOptimiser(wanted, spell);
  }
  const { kind } = recipe.optimiser;
  for (const setting of settingsOf(given))
    if (kind !== owners[setting])
      throw new LenetError(
        `${spell(setting)}: expected the optimiser ${owners[setting]} beside it, got ${kind}. Set ${spell("optimiser")} to ${owners[setting]}.`,
      );
  const own = Object.fromEntries(settingsOf(given).map((setting) => [setting, given[setting]]));
  return checkOptimiser({ ...recipe.optimiser, ...(decay === undefined ? {} : { decay }), ...own }, spell);
};

const settingsOf = (given: TrainSettings): (keyof typeof owners)[] =>
  (Object.keys(owners) as (keyof typeof owners)[]).filter((setting) => given[setting] !== undefined);

const checkOptimiser = (spec: OptimiserSpec, spell: Spell): OptimiserSpec => {
  fromZero(spell("decay"), spec.decay);
  if (spec.kind === "momentum") share(spell("momentum"), spec.momentum);
  if (spec.kind === "sdlm") {
    aboveZero(spell("mu"), spec.mu);
    whole(spell("patterns"), spec.patterns, 1);
  }
  if (spec.kind === "adam") {
    share(spell("beta1"), spec.beta1);
    share(spell("beta2"), spec.beta2);
    aboveZero(spell("epsilon"), spec.epsilon);
  }
  return spec;
};

const chooseSchedule = (recipe: Recipe, given: TrainSettings, chosen: OptimiserSpec, spell: Spell): ScheduleSpec => {
  const { schedule: wanted } = given;
  if (typeof wanted === "object") {
    refuseBeside(spell, "rate", given.rate, "schedule");
    return checkSchedule(wanted, chosen, spell);
  }
  const usual = recipe.schedule;
  const kind = wanted === undefined ? usual.kind : oneOf(spell("schedule"), wanted, scheduleKinds);
  if (kind === "staged") {
    if (kind === usual.kind && given.rate === undefined) return usual;
    throw new LenetError(`${spell("schedule")}: expected stages for a staged schedule, got none. Give the stages.`);
  }
  const peak = usual.kind === "staged" || (kind === "constant" && kind !== usual.kind) ? plainRate(chosen.kind) : usual;
  const rate = given.rate ?? peak.rate;
  if (kind === "constant") return checkSchedule({ kind, rate }, chosen, spell);
  if (kind === "cosine" || kind === "linear")
    return checkSchedule({ floor: FLOOR, ...(usual.kind === kind ? usual : {}), kind, rate }, chosen, spell);
  return checkSchedule(
    { floor: FLOOR, warmup: WARMUP, ...(usual.kind === kind ? usual : {}), kind, rate },
    chosen,
    spell,
  );
};

const checkSchedule = (spec: ScheduleSpec, { kind }: OptimiserSpec, spell: Spell): ScheduleSpec => {
  oneOf(spell("schedule"), spec.kind, scheduleKinds);
  if (spec.kind === "staged") {
    if (spec.stages.length === 0)
      throw new LenetError(`${spell("stages")}: expected at least one stage of epochs at a rate, got none.`);
    for (const { epochs, rate } of spec.stages) {
      whole(spell("stages"), epochs, 1);
      aboveZero(spell("stages"), rate);
    }
    if (spec.fresh && kind !== "momentum")
      throw new LenetError(
        `${spell("fresh")}: expected the optimiser momentum beside it, got ${kind}. Set ${spell("optimiser")} to momentum.`,
      );
    return spec;
  }
  aboveZero(spell("rate"), spec.rate);
  if (spec.kind !== "constant") share(spell("floor"), spec.floor);
  if (spec.kind === "onecycle") share(spell("warmup"), spec.warmup);
  return spec;
};

/** How many of `images` training images are kept apart for validation. Throws LenetError when none would be left to learn from. */
export const validationCount = (intended: Intended, recipe: Recipe, images: number): number => {
  const { validation } = intended;
  if (validation === undefined) return Math.min(recipe.validation, Math.floor(images * VALIDATION_SHARE));
  if (validation < images) return validation;
  throw new LenetError(
    `validation: expected fewer than the ${images} training images, got ${validation}. Keep some to learn from.`,
  );
};
