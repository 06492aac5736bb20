// The pictures that lenet predict was asked about: files, and the picture files of folders; what was seen in each, and the steps
// of it as pictures.
import { readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type Page, type Reading, readPage } from "../src/data/digit.ts";
import { decodeImage, encodePng, type GreyImage, PICTURE_ENDINGS } from "../src/data/image.ts";
import { stepPictures, stepSheet } from "../src/data/steps.ts";
import { wholePage } from "../src/data/whole.ts";
import { LenetError } from "../src/errors.ts";
import { isFolder, makeFolder, readBytes, writeAtomically } from "../src/files.ts";
import type { Ink } from "../src/shape.ts";

/** The files themselves, and those of folders that end as pictures do, in alphabetical order. Throws LenetError. */
export const pictureFiles = (places: readonly string[]): string[] =>
  places.flatMap((place) => {
    if (!isFolder(place)) return [place];
    const files = readdirSync(place).filter((name) => PICTURE_ENDINGS.includes(extname(name).toLowerCase()));
    if (files.length > 0) return files.sort().map((name) => join(place, name));
    throw new LenetError(`${place}: expected a folder with PNG, JPEG or WebP pictures, got none. Name another.`);
  });

/** How a picture is looked at: for ink, of one digit or of several (undefined: as it seems), or as a whole. */
export interface Looking extends Reading {
  readonly sheet?: boolean;
  readonly whole?: boolean;
}

/** What there is in a picture. Throws LenetError where it cannot be read, and where it has no ink. */
export const look = (file: string, { whole, sheet, ...reading }: Looking): { picture: GreyImage; page: Page } => {
  const picture = decodeImage(readBytes(file, "a PNG, JPEG or WebP picture"), file);
  try {
    return { picture, page: whole ? wholePage(picture) : readPage(picture, reading, sheet) };
  } catch (thrown) {
    if (thrown instanceof LenetError) throw new LenetError(thrown.message.replace(/^picture:/, `${file}:`));
    throw thrown;
  }
};

/** Writes what was done to a picture into `dir`: a PNG a step, and one of all. Throws LenetError where that is refused. */
export const explain = (
  dir: string,
  file: string,
  { picture, page }: ReturnType<typeof look>,
  seen: readonly Ink[],
  side: number,
): void => {
  makeFolder(dir);
  const name = basename(file).replaceAll(".", "-");
  const steps = stepPictures(picture, page, seen, side);
  const write = (what: string, { grey, width, height }: GreyImage): void =>
    writeAtomically(join(dir, `${name}-${what}.png`), encodePng(grey, width, height));
  for (const [index, step] of steps.entries()) write(`${index + 1}-${step.name}`, step.picture);
  write("steps", stepSheet(steps));
};
