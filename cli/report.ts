// lenet report: everything that can be seen of a run, in one HTML file. What was written goes to stdout.
import { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { isFolder } from "../src/files.ts";
import { usualModel } from "../src/lab/import/load.ts";
import { writeReport } from "../src/lab/report/documents/report.ts";
import type { SubjectOptions } from "../src/lab/report/study/subject.ts";
import { thousands } from "../src/lab/table.ts";
import { withJson, withSubject } from "./options.ts";
import { percent, print, printJson, say } from "./output.ts";

interface Options extends SubjectOptions {
  readonly out?: string;
  readonly json?: true;
}

const examples = `
Examples:
  lenet report                                   the newest run in runs/, into its report.html
  lenet report runs/NAME                         that run
  lenet report lenet5-1998 --out a.html          a model that came with the program
  lenet report theirs.keras --out c.html         any file of weights; --net NAME where it does not say of which net
  lenet report runs/NAME --data ./my-digits --out b.html    on other test images

The page holds everything: no network, no script. It shows curves, confusions, every mistake with all outputs, rejection
and reliability, kernels and feature maps, saliency, and how the net bears shifted, turned, scaled and noisy images.`;

const run = async (path: string | undefined, { json, ...options }: Options): Promise<void> => {
  const model = path ?? usualModel();
  if (options.out === undefined && !isFolder(model))
    throw new LenetError(
      `--out: expected a name for the report, as ${model} is no run folder, got none. Add --out report.html.`,
    );
  const progress = process.stderr.isTTY
    ? (title: string, done: number, all: number): void => {
        process.stderr.write(`\r\x1b[K${done}/${all}  ${title} …`);
      }
    : undefined;
  const written = await writeReport(model, { ...options, ...(progress ? { onChapter: progress } : {}) });
  if (progress) process.stderr.write("\r\x1b[K");
  if (json) return printJson(written);
  const { misses, images, bytes } = written;
  say(
    `${percent(misses / images)} error, ${thousands(misses)} of ${thousands(images)}; ${(bytes / 1e6).toFixed(1)} MB`,
  );
  print(written.path);
};

/** The command `lenet report`. */
export function reportCommand(): Command {
  const command = new Command("report")
    .description("show everything about a run in one HTML file")
    .argument("[run]", "a run folder, a file of weights or a model in models/ (default: the newest run)")
    .option("--out <file>", "where to write (default: report.html in the run folder)");
  return withJson(withSubject(command)).addHelpText("after", examples).action(run);
}
