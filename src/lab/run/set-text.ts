// What a model keeps of the set that it learned from, as texts beside its weights. Knows no data sets.
import type { DataSet } from "../../data/data-set.ts";

/** What a model should know of its set. */
export type AboutSet = Pick<DataSet, "classNames" | "pictures">;

/** Under this name a model's texts keep the names of its classes (class-names.ts reads them). */
export const CLASSES = "classes";
/** And under this one how pictures became its images (digit-for.ts). */
export const PICTURES = "pictures";

/** The texts to keep: names of classes where numbers do not say as much, and how pictures are shown where that is known. */
export const setText = ({ classNames, pictures }: AboutSet): Record<string, string> => ({
  ...(classNames === undefined || classNames.every((name, label) => name === `${label}`)
    ? {}
    : { [CLASSES]: JSON.stringify(classNames) }),
  ...(pictures === undefined ? {} : { [PICTURES]: pictures }),
});
