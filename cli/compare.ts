// lenet compare: models side by side on the same test images. The tables go to stdout, the page where --out says.
import { Command } from "commander";
import { writeAtomically } from "../src/files.ts";
import { arithmeticText, learnedIn } from "../src/lab/model/model.ts";
import {
  type Comparison,
  compareModels,
  comparisonPage,
  mixedArithmetic,
} from "../src/lab/report/documents/compare.ts";
import { wilson } from "../src/lab/report/study/statistics.ts";
import type { SubjectOptions } from "../src/lab/report/study/subject.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { withJson, withSubject } from "./options.ts";
import { coloursFor, percent, print, printJson, say } from "./output.ts";

interface Options extends SubjectOptions {
  readonly out?: string;
  readonly json?: true;
}

const examples = `
Examples:
  lenet compare runs/A runs/B                     which is better, and is that more than chance
  lenet compare runs/A runs/B --out compare.html  also their curves, and the digits one reads and the other does not
  lenet compare lenet5 lenet5-1998 lenet1         models that came with the program
  lenet compare runs/A runs/B --json              for a program

McNemar's exact test looks at the images that only one of two models reads: p is how likely so uneven a split is if both
were equally good.`;

const run = async (paths: readonly string[], { out, json, ...options }: Options): Promise<void> => {
  const comparison = await compareModels(paths, options);
  if (out !== undefined) writeAtomically(out, comparisonPage(comparison));
  if (json) printJson(documentOf(comparison, out));
  else print(textOf(comparison));
  if (out !== undefined) say(`Wrote ${out}`);
};

const documentOf = ({ names, studies, pairs }: Comparison, out: string | undefined) => ({
  data: studies[0]!.set.name,
  images: studies[0]!.set.count,
  models: studies.map(({ answers, set, model }, index) => ({
    path: names[index],
    net: model.net.name,
    arithmetic: model.arithmetic,
    learnedIn: learnedIn(model) ?? null,
    misses: answers.wrong.length,
    errorRate: answers.wrong.length / set.count,
    interval: wilson(answers.wrong.length, set.count),
  })),
  pairs: pairs.map(({ one, other, ...pair }) => ({ one: names[one], other: names[other], ...pair })),
  ...(out === undefined ? {} : { page: out }),
});

const textOf = (comparison: Comparison): string => {
  const { names, studies, pairs } = comparison;
  const colours = coloursFor(process.stdout);
  const { set } = studies[0]!;
  const models = studies.map(({ answers, model }, index) => {
    const misses = answers.wrong.length;
    const { low, high } = wilson(misses, set.count);
    const range = `${percent(low)} … ${percent(high)}`;
    const about = [`${index + 1}`, names[index]!, model.net.name, arithmeticText(model)];
    return [...about, `${misses}`, percent(misses / set.count), range];
  });
  const tests = pairs.map(({ one, other, onlyOne, onlyOther, bothWrong, p }) => [
    `${one + 1}, ${other + 1}`,
    `${onlyOne.length}`,
    `${onlyOther.length}`,
    `${bothWrong}`,
    p < 0.001 ? p.toExponential(1) : p.toFixed(3),
  ]);
  const right = "right" as const;
  const mixed = mixedArithmetic(comparison);
  return [
    `${set.name}, ${thousands(set.count)} test images`,
    "",
    colours.bold("Errors, with Wilson's 95 % intervals"),
    alignedTable(
      [["", "model", "net", "arithmetic", "misses", "error", "interval"], ...models],
      ["left", "left", "left", "left", right, right],
    ),
    ...(mixed === null ? [] : [mixed]),
    "",
    colours.bold("McNemar's test"),
    alignedTable(
      [["pair", "only the one reads", "only the other", "neither", "p"], ...tests],
      ["left", right, right, right, right],
    ),
  ].join("\n");
};

/** The command `lenet compare`. */
export function compareCommand(): Command {
  const command = new Command("compare")
    .description("put models side by side on the same test images")
    .argument("<runs...>", "run folders, files of weights or models in models/, two or more")
    .option("--out <file>", "write a page with curves and pictures: compare.html");
  return withJson(withSubject(command)).addHelpText("after", examples).action(run);
}
