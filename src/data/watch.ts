// Who watches imports: pictures may have to be imported wherever a data set is asked for by its folder, far below those who can
// tell people about it. Without a watcher imports are silent.
import type { Imported } from "./import.ts";

/** Sees imports of pictures go on. */
export interface ImportWatcher {
  /** After every image of the folder or file `place`; `all`: how many there are, null where that is not known before. */
  image(place: string, done: number, all: number | null): void;
  /** At its end, where that came; `kept`: it is kept in the cache, as nobody named a folder for it. */
  end(place: string, imported: Imported, kept: boolean): void;
}

let watcher: ImportWatcher | null = null;

/** Sets the watcher of this process. */
export const watchImports = (one: ImportWatcher): void => {
  watcher = one;
};

export const importWatcher = (): ImportWatcher | null => watcher;
