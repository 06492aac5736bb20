// A figure as a file: SVG, PNG or its data as CSV, by the ending of the name; and pictures of single images into a folder.
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { csvOf, type Figure, plainSvgOf, svgOf } from "../../../charts/figure.ts";
import { encodePng } from "../../../data/png.ts";
import { LenetError } from "../../../errors.ts";
import { makeFolder, writeAtomically } from "../../../files.ts";
import type { Study } from "../study/study.ts";
import { imageAt } from "../study/subject.ts";

/** Pixels of a PNG for each of the figure. */
const ZOOM = 2;

/** The figure as a PNG. Words are set in the machine's sans-serif: other machines, other letters. */
export const pngOf = (figure: Figure): Uint8Array =>
  new Resvg(plainSvgOf(figure), {
    fitTo: { mode: "zoom", value: ZOOM },
    font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  })
    .render()
    .asPng();

const makers: Readonly<Record<string, (figure: Figure) => Uint8Array | string>> = {
  svg: svgOf,
  png: pngOf,
  csv: ({ table }) => csvOf(table),
};

/** Writes the figure to `out`. Throws LenetError for another ending than svg, png and csv. */
export const writeFigure = (figure: Figure, out: string): void => {
  const ending = /\.(\w+)$/.exec(out)?.[1]?.toLowerCase() ?? "";
  const make = Object.hasOwn(makers, ending) ? makers[ending] : undefined;
  if (!make)
    throw new LenetError(`--out: expected a name that ends in .svg, .png or .csv, got ${JSON.stringify(out)}.`);
  writeAtomically(out, make(figure));
};

/**
 * Writes each wrongly answered image as a PNG of its own pixels, ink white, into the folder `out`:
 * incorrect_247_label_4_predicted_2.png is test image 247. Gives the number of files.
 */
export const writeMistakes = (study: Study, out: string): number => {
  const { answers, wrong } = study.answers;
  const { rows, columns, labels } = study.set;
  makeFolder(out);
  for (const n of wrong) {
    const name = `incorrect_${n}_label_${labels[n]}_predicted_${answers[n]}.png`;
    const grey = Uint8Array.from(imageAt(study, n), Math.round);
    writeAtomically(join(out, name), encodePng(grey, columns, rows));
  }
  return wrong.length;
};
