// Who watches imports: pictures may have to be imported wherever a data set is asked for by its folder, far below those who can
// tell people about it. Without a watcher imports are silent.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Imported } from "./import.ts";

/** Sees imports of pictures go on. */
export interface ImportWatcher {
  /** After every image of the folder or file `place`; `all`: how many there are, null where that is not known before. */
  image(place: string, done: number, all: number | null): void;
  /** At its end, where that came; `kept`: it is kept in the cache, as nobody named a folder for it. */
  end(place: string, imported: Imported, kept: boolean): void;
}

const watchers = new AsyncLocalStorage<ImportWatcher>();

/** Does `act`; `watcher` sees the imports that it comes to, also those after it has waited for something, and no others. */
export const watchImports = <Result>(watcher: ImportWatcher, act: () => Result): Result => watchers.run(watcher, act);

/** Who watches what is being done. */
export const importWatcher = (): ImportWatcher | undefined => watchers.getStore();
