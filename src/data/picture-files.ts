// Which files of a folder are pictures, and of which class: a sub-folder a class; or train and test, and sub-folders of these.
import { extname, join } from "node:path";
import { isFolder, namesIn } from "../files.ts";
import type { DataSet } from "./data-set.ts";
import { PICTURE_ENDINGS } from "./image.ts";

type Part = DataSet["part"];
const parts = ["train", "test"] as const;

/** A file, the name of its class, and the part it is for where its folder says so. */
export interface PictureFile {
  readonly path: string;
  readonly label: string;
  readonly part: Part | null;
}

/** What other systems leave among the files begins with a dot. */
const shown = (folder: string): string[] =>
  namesIn(folder, "a folder of pictures")
    .filter((name) => !name.startsWith("."))
    .sort();

const foldersIn = (folder: string): string[] => shown(folder).filter((name) => isFolder(join(folder, name)));

const isPicture = (name: string): boolean => PICTURE_ENDINGS.includes(extname(name).toLowerCase());

/** The folders that hold a sub-folder a class, each with the part it is for: train and test, or the folder itself. */
const rootsOf = (folder: string): { root: string; part: Part | null }[] => {
  const inside = foldersIn(folder);
  if (inside.length === 2 && parts.every((part) => inside.includes(part)))
    return parts.map((part) => ({ root: join(folder, part), part }));
  return [{ root: folder, part: null }];
};

/** All pictures, part by part, class by class, in the order of their names. Throws LenetError where a folder may not be read. */
export const picturesIn = (folder: string): PictureFile[] =>
  rootsOf(folder).flatMap(({ root, part }) =>
    foldersIn(root).flatMap((label) =>
      shown(join(root, label))
        .filter(isPicture)
        .map((name) => ({ path: join(root, label, name), label, part })),
    ),
  );

/** Whether pictures lie in the folder itself, where no name of a class is. */
export const hasLoosePictures = (folder: string): boolean => shown(folder).some(isPicture);
