// The names of classes as a text that is kept with a model (class-names.ts reads it). Knows no data sets.

/** Under this name a model's texts keep the names of its classes. */
export const CLASSES = "classes";

/** The names as texts to keep with a model; nothing where numbers say as much. */
export const classText = (names: readonly string[] | undefined): Record<string, string> =>
  names === undefined || names.every((name, label) => name === `${label}`) ? {} : { [CLASSES]: JSON.stringify(names) };
