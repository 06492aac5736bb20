// lenet sweep report: the answer of a sweep as a page, with its numbers and figures beside it, or as a Markdown document.
import { join } from "node:path";
import { Command } from "commander";
import { analyse } from "../src/lab/sweep/answer/analysis.ts";
import { writeMarkdown } from "../src/lab/sweep/answer/markdown.ts";
import { documentOf, writeReport } from "../src/lab/sweep/answer/report.ts";
import { at, atBest, readAnswer } from "../src/lab/sweep/answer/results.ts";
import { withJson } from "./options.ts";
import { printJson, say } from "./output.ts";

interface Options {
  readonly at?: string;
  readonly atBest?: string;
  readonly markdown?: string;
  readonly json?: true;
}

const run = (dir: string, { at: place, atBest: parameter, markdown, json }: Options): void => {
  const all = place === undefined ? readAnswer(dir) : at(readAnswer(dir), place);
  const results = parameter === undefined ? all : atBest(all, parameter);
  if (markdown !== undefined) writeMarkdown(results, markdown);
  // A part of the answer does not take the place of the whole.
  const part = [
    ...(place === undefined ? [] : ["at", place]),
    ...(parameter === undefined ? [] : ["at-best", parameter]),
  ];
  const page =
    markdown === undefined ? writeReport(join(dir, part.join("-").replace(/[^\w.=-]+/g, "-")), results) : null;
  if (json) printJson({ page: page ?? markdown, ...documentOf(results), analysis: analyse(results) });
  say(page === null ? `Wrote ${markdown}` : `Wrote ${page}, and beside it results.csv, results.json and figures/`);
};

const more = `
The page holds a ranking, learning curves, what matters and by how much, which differences are noise, and the cost. It needs no
network, and may be made while the sweep still runs. With --at or --at-best it is written into a folder of its own within the sweep's.

Examples:
  lenet sweep report runs/NAME
  lenet sweep report runs/NAME --at learning_rate=0.01       the cells with this rate alone
  lenet sweep report runs/NAME --at-best learning_rate       every other parameter at the rate that suits it best
  lenet sweep report runs/NAME --markdown docs/study.md      a document instead of the page`;

/** The command `lenet sweep report`. */
export function sweepReportCommand(): Command {
  const command = new Command("report")
    .description("write report.html, results.csv, results.json and figures into a sweep's folder")
    .argument("<dir>", "folder of the sweep")
    .option("--at <parameter=value>", "keep the cells where a parameter has this value")
    .option(
      "--at-best <parameter>",
      "of cells that differ in this parameter alone keep the best, by the validation images",
    )
    .option("--markdown <file>", "write a Markdown document, its figures in a folder beside it, instead")
    .addHelpText("after", more);
  // The command above has --json too, and takes it.
  return withJson(command).action((dir: string, _: Options, self: Command) => run(dir, self.optsWithGlobals()));
}
