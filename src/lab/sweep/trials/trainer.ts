// What a cell trains: its net and settings, with images to choose by where its recipe keeps none, and where the data is from.
import { LenetError } from "../../../errors.ts";
import { netNamed } from "../../../nets/index.ts";
import { checkSet, type Origins, originOf } from "../../model/fit.ts";
import { recipeOf } from "../../settings/recipes.ts";
import { chooseArithmetic, resolve, type TrainSettings } from "../../settings/settings.ts";
import { loadParts } from "../../training/images.ts";
import { placed } from "../file/parameters.ts";
import { LEAST_IMAGES, parameterOf, type Sweep, trainingIn } from "../file/sweep.ts";
import { extremes, type Value } from "../search/domain.ts";
import type { Origin } from "./folder.ts";

/** Images kept apart where a recipe keeps none: a sweep has to choose by some. */
const VALIDATION = 5_000;

/** What a cell trains, ready to be handed on. */
export interface Training {
  readonly net: string;
  readonly settings: TrainSettings & { readonly data: string; readonly epochs: number };
}

/** Trainings of cells, and where their data is from. */
export interface Trainer {
  of(cell: readonly Value[]): Training;
  readonly data: Origin["data"];
}

/**
 * Looks at the data that a sweep uses, and at whether its nets can. All is trained in one `arithmetic`, where the sweep itself
 * names none. Throws LenetError.
 */
export const trainerOf = async (
  sweep: Sweep,
  arithmetic = chooseArithmetic("arithmetic", undefined),
): Promise<Trainer> => {
  const data: Record<string, Origins> = {};
  for (const cell of probes(sweep)) {
    const { net, settings } = withData(sweep, cell);
    if (data[settings.data]) continue;
    const parts = await loadParts(settings.data).catch((thrown) => {
      throw placed(parameterOf(sweep, "data")?.place, thrown);
    });
    checkSet(netNamed(net), parts.train);
    data[settings.data] = { train: originOf(parts.train), test: parts.test ? originOf(parts.test) : null };
  }
  return {
    data,
    of: (cell) => {
      const { net, settings } = withData(sweep, cell);
      const count = Math.min(settings.limit ?? Number.POSITIVE_INFINITY, data[settings.data]!.train.count);
      const kept = recipeOf(netNamed(net)).validation > 0 ? undefined : Math.min(VALIDATION, Math.floor(count / 10));
      const validation = settings.validation ?? kept;
      if (count < LEAST_IMAGES)
        throw new LenetError(
          `${settings.data}: expected at least ${LEAST_IMAGES} training images, some of them to choose by, got ${count}. Take a larger set.`,
        );
      const whole = { arithmetic, ...settings, ...(validation === undefined ? {} : { validation }) };
      return { net, settings: { ...whole, epochs: resolve(netNamed(net), whole).epochs } };
    },
  };
};

const withData = (sweep: Sweep, cell: readonly Value[]) => {
  const { net, settings } = trainingIn(sweep, cell);
  return {
    net,
    settings: { ...settings, data: (settings.data as string | undefined) ?? recipeOf(netNamed(net)).data },
  };
};

/** Cells that together have every value of the net and of the data. */
const probes = ({ parameters }: Sweep): (readonly Value[])[] => {
  const first = parameters.map(({ domain }) => extremes(domain)[0]!);
  return parameters.reduce<(readonly Value[])[]>(
    (cells, { domain, target }, index) =>
      target.kind === "setting" && ["net", "data"].includes(target.setting)
        ? cells.flatMap((cell) => extremes(domain).map((value) => cell.with(index, value)))
        : cells,
    [first],
  );
};
