// lenet sweep report: the answer of a sweep as a page, with its numbers and figures beside it.
import { Command } from "commander";
import { analyse } from "../src/lab/sweep/analysis.ts";
import { documentOf, writeReport } from "../src/lab/sweep/report.ts";
import { readResults } from "../src/lab/sweep/results.ts";
import { withJson } from "./options.ts";
import { printJson, say } from "./output.ts";

interface Options {
  readonly json?: true;
}

const run = (dir: string, { json }: Options): void => {
  const page = writeReport(dir);
  if (json) {
    const results = readResults(dir);
    printJson({ page, ...documentOf(results), analysis: analyse(results) });
  }
  say(`Wrote ${page}, and beside it results.csv, results.json and figures/`);
};

const more = `
The page holds a ranking, learning curves, what matters and by how much, which differences are noise, and the cost. It needs no
network, and may be made while the sweep still runs.

Example:
  lenet sweep report runs/NAME`;

/** The command `lenet sweep report`. */
export function sweepReportCommand(): Command {
  const command = new Command("report")
    .description("write report.html, results.csv, results.json and figures into a sweep's folder")
    .argument("<dir>", "folder of the sweep")
    .addHelpText("after", more);
  // The command above has --json too, and takes it.
  return withJson(command).action((dir: string, _: Options, self: Command) => run(dir, self.optsWithGlobals()));
}
