// lenet figure: one figure of a run by itself, as SVG, PNG or CSV; without --out the SVG goes to stdout.
import { Command } from "commander";
import type { Figure } from "../src/charts/figure.ts";
import { svgOf } from "../src/charts/figure.ts";
import { LenetError } from "../src/errors.ts";
import { usualModel } from "../src/lab/import/load.ts";
import { writeFigure, writeMistakes } from "../src/lab/report/documents/export-figure.ts";
import { architectureFigure } from "../src/lab/report/figures/architecture.ts";
import { ARCHITECTURE, figureMakers } from "../src/lab/report/figures/chapters.ts";
import { type Study, studyOf } from "../src/lab/report/study/study.ts";
import { openSubject, type SubjectOptions } from "../src/lab/report/study/subject.ts";
import { splitName } from "../src/named.ts";
import { netNamed, nets } from "../src/nets/index.ts";
import { closest } from "../src/words.ts";
import { withSubject } from "./options.ts";
import { say } from "./output.ts";

interface Options extends SubjectOptions {
  readonly out?: string;
}

const MISTAKES = "wrong";

const names = (): string => {
  const widest = Math.max(...figureMakers.map(({ name }) => name.length));
  return figureMakers.map(({ name, about }) => `  ${name.padEnd(widest)}  ${about}`).join("\n");
};

const examples = (): string => `
Figures:
${names()}

Examples:
  lenet figure confusion runs/NAME --out confusion.svg
  lenet figure embedding lenet5 --out plane.png          a model that came with the program
  lenet figure rejection runs/NAME --out rejection.csv   the numbers behind a figure
  lenet figure architecture lenet5-1998 --out fig2.svg   of a net, trained or not
  lenet figure wrong runs/NAME --out mistakes            a folder: incorrect_247_label_4_predicted_2.png, …`;

const study = async (path: string | undefined, options: Options): Promise<Study> =>
  studyOf(await openSubject(path ?? usualModel(), options));

const figureOf = async (name: string, path: string | undefined, options: Options): Promise<Figure> => {
  if (name === ARCHITECTURE && path !== undefined && nets.some((net) => net.name === splitName(path).name))
    return architectureFigure(netNamed(path));
  const seen = await study(path, options);
  const figure = figureMakers.find((maker) => maker.name === name)!.make(seen);
  if (typeof figure !== "string") return figure;
  throw new LenetError(`${name}: expected a run that has this figure, got one that has not. ${figure}`);
};

const run = async (name: string, path: string | undefined, options: Options): Promise<void> => {
  const known = figureMakers.map((maker) => maker.name);
  if (!known.includes(name))
    throw new LenetError(
      `lenet figure: expected the name of a figure, got ${name}.${closest(name, known) || " See: lenet figure --help"}`,
    );
  const { out } = options;
  if (name === MISTAKES && out !== undefined && !/\.\w+$/.test(out)) {
    say(`Wrote ${writeMistakes(await study(path, options), out)} pictures into ${out}`);
    return;
  }
  const figure = await figureOf(name, path, options);
  if (out === undefined) {
    process.stdout.write(svgOf(figure));
    return;
  }
  writeFigure(figure, out);
  say(`Wrote ${out}`);
};

/** The command `lenet figure`. */
export function figureCommand(): Command {
  const command = new Command("figure")
    .description("write one figure of a run as SVG, PNG or CSV")
    .argument("<name>", "which figure; below is a list")
    .argument("[run]", "a run folder, a file of weights or a model in models/ (default: the newest run)")
    .option("--out <file>", "a name that ends in .svg, .png or .csv (default: SVG to stdout)");
  return withSubject(command).addHelpText("after", examples()).action(run);
}
