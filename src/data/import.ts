// Own images made a data set: a folder with a sub-folder for each class, or lines of a CSV file, become 28×28 images, split into
// training and test images, and are written as IDX files with the names of their classes. Knows files; what a picture becomes is
// the business of digit.ts and whole.ts.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../errors.ts";
import { isFolder, makeFolder, readBytes, writeAtomically } from "../files.ts";
import { shuffle, stream } from "../random.ts";
import { LEAST_CLASSES, MOST_CLASSES } from "../shape.ts";
import { CLASSES_FILE, type ClassesFile } from "./classes.ts";
import { CSV_AREA, csvRows } from "./csv.ts";
import type { DataSet } from "./data-set.ts";
import { normaliseDigit } from "./digit.ts";
import { fileName, findFile, sha256 } from "./folder.ts";
import { encodeImages, encodeLabels } from "./idx.ts";
import { decodeImage } from "./image.ts";
import { type PictureFile, picturesIn } from "./picture-files.ts";
import { wholePicture } from "./whole.ts";

type Part = DataSet["part"];

const SIDE = 28;
const parts = ["train", "test"] as const;
const LONGEST_LABEL = 100;

/** The usual share of each class kept apart to test with; every class keeps at least one image to learn from. */
export const TEST_SHARE = 0.15;

/** How images are read. */
export interface ImportSettings {
  /** Share of each class kept apart to test with, where the images do not say which. */
  readonly test: number;
  /** Keeps whole pictures, in place of the ink found in them. */
  readonly whole: boolean;
  /** An image that cannot be read ends it all. */
  readonly strict: boolean;
  /** Called after every image; `all` is null where nobody knows how many there are. */
  readonly onImage?: (done: number, all: number | null) => void;
}

/** An image that was left out, and why. */
export interface Trouble {
  readonly place: string;
  readonly why: string;
}

/** What an import came to. */
export interface Imported {
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<Part, readonly number[]>>;
  readonly troubles: readonly Trouble[];
}

/** One image before it has a number for its class; `part` where it says so itself. */
interface Example {
  readonly label: string;
  readonly pixels: Uint8Array;
  readonly part: Part | null;
}

/** What is read, image by image, and of how many; null where that shows only at the end. */
interface Source {
  readonly count: number | null;
  readonly images: Iterable<Example | Trouble>;
}

/** The images of a folder by class. Throws LenetError where there are none. */
const inFolder = (folder: string, settings: ImportSettings): Source => {
  const files = picturesIn(folder);
  if (files.length === 0)
    throw new LenetError(
      `${folder}: expected a folder with a sub-folder of pictures (PNG, JPEG, WebP) for each class, got no pictures. Put them into sub-folders.`,
    );
  return { count: files.length, images: examplesIn(files, settings) };
};

function* examplesIn(files: readonly PictureFile[], { whole }: ImportSettings): Generator<Example | Trouble> {
  for (const { path, label, part } of files)
    try {
      const picture = decodeImage(readBytes(path, "a picture"), path);
      yield { label, part, pixels: whole ? wholePicture(picture) : normaliseDigit(picture).pixels };
    } catch (thrown) {
      if (!(thrown instanceof LenetError)) throw thrown;
      const why = thrown.message.startsWith(`${path}: `) ? thrown.message.slice(path.length + 2) : thrown.message;
      yield { place: path, why };
    }
}

function* examplesOf(file: string): Generator<Example | Trouble> {
  for (const row of csvRows(readBytes(file, "a CSV file"), file)) {
    if ("trouble" in row) yield { place: row.place, why: row.trouble };
    else if (row.label.length > LONGEST_LABEL)
      yield { place: row.place, why: "expected a short label, got a long one" };
    else yield { label: row.label, pixels: row.pixels, part: null };
  }
}

/** Labels in the order of their numbers where they all are numbers, else of the alphabet. */
const inOrder = (labels: Iterable<string>): string[] => {
  const all = [...labels];
  const numbers = all.every((label) => /^\d+$/.test(label));
  return all.sort((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1));
};

const gather = (
  place: string,
  settings: ImportSettings,
): { examples: Example[]; troubles: Trouble[]; classes: string[] } => {
  const examples: Example[] = [];
  const troubles: Trouble[] = [];
  const classes = new Set<string>();
  const { count, images } = isFolder(place) ? inFolder(place, settings) : { count: null, images: examplesOf(place) };
  for (const one of images) {
    if ("why" in one) {
      if (settings.strict) throw new LenetError(`${one.place}: ${one.why}${one.why.endsWith(".") ? "" : "."}`);
      troubles.push(one);
    } else {
      classes.add(one.label);
      examples.push(one);
    }
    if (classes.size > MOST_CLASSES)
      throw new LenetError(`${place}: expected at most ${MOST_CLASSES} classes, got more. Leave some out.`);
    settings.onImage?.(examples.length + troubles.length, count);
  }
  if (classes.size < LEAST_CLASSES) {
    const [first] = troubles;
    const why = first ? ` Left out: ${troubles.length}, the first ${first.place}: ${first.why}` : "";
    throw new LenetError(
      `${place}: expected images of ${LEAST_CLASSES} to ${MOST_CLASSES} classes, got ${classes.size}. Give more.${why}`,
    );
  }
  return { examples, troubles, classes: inOrder(classes) };
};

/** The examples in an order that has all classes everywhere, each with its part. */
const assign = (examples: readonly Example[], classes: readonly string[], test: number): Record<Part, Example[]> => {
  const assigned: Record<Part, Example[]> = { train: [], test: [] };
  for (const label of classes) {
    const own = examples.filter((example) => example.label === label);
    const order = Int32Array.from(own, (_, index) => index);
    shuffle(order, stream(1, `import/${label}`));
    const apart = Math.min(own.length - 1, Math.round(own.length * test));
    for (const [place, index] of order.entries()) {
      const example = own[index]!;
      assigned[example.part ?? (place < apart ? "test" : "train")].push(example);
    }
  }
  for (const part of parts) {
    const order = Int32Array.from(assigned[part], (_, index) => index);
    shuffle(order, stream(1, `import/order/${part}`));
    assigned[part] = Array.from(order, (index) => assigned[part][index]!);
  }
  return assigned;
};

/** The two files of a part by name, and how many images of each class are in it. */
const filesOf = (part: Part, examples: readonly Example[], classes: readonly string[]) => {
  const images = new Uint8Array(examples.length * CSV_AREA);
  const labels = Uint8Array.from(examples, ({ label }) => classes.indexOf(label));
  for (const [index, { pixels }] of examples.entries()) images.set(pixels, index * CSV_AREA);
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) counts[label]++;
  const files: [string, Uint8Array][] = [
    [fileName(part, "images"), encodeImages({ images, count: examples.length, rows: SIDE, columns: SIDE })],
    [fileName(part, "labels"), encodeLabels(labels)],
  ];
  return { files: examples.length > 0 ? files : [], counts };
};

/**
 * Makes a data set in the folder `out` of a folder of images by class (in sub-folders; or in train and test, and sub-folders of
 * these) or of a CSV file. The same images give the same files. Throws LenetError, and has then written nothing, or, where the
 * disk refused, no file that is not whole.
 */
export const importImages = (place: string, out: string, settings: ImportSettings): Imported => {
  for (const part of parts)
    if (findFile(out, part, "images") !== undefined || existsSync(join(out, CLASSES_FILE)))
      throw new LenetError(`${out}: already holds a data set. Choose another --out.`);
  const { examples, troubles, classes } = gather(place, settings);
  const assigned = assign(examples, classes, settings.test);
  const [train, test] = parts.map((part) => filesOf(part, assigned[part], classes));
  const empty = train!.counts.indexOf(0);
  if (empty >= 0)
    throw new LenetError(`${place}: expected images of class ${classes[empty]} to learn from, got none. Add some.`);
  const files = [...train!.files, ...test!.files];
  const hashes = Object.fromEntries(files.map(([name, bytes]) => [name, sha256(bytes)]));
  makeFolder(out);
  for (const [name, bytes] of files) writeAtomically(join(out, name), bytes);
  const pictures = settings.whole ? ("whole" as const) : ("ink" as const);
  const about: ClassesFile = { classes, ...(isFolder(place) ? { pictures } : {}), sha256: hashes };
  writeAtomically(join(out, CLASSES_FILE), `${JSON.stringify(about, null, 2)}\n`);
  return { classes, counts: { train: train!.counts, test: test!.counts }, troubles };
};
