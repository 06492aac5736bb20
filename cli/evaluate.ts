// lenet evaluate: how a model does on a data set, and what it gets wrong. The result goes to stdout.
import { Command } from "commander";
import type { DataSet } from "../src/data/data-set.ts";
import { loadData } from "../src/data/registry.ts";
import { loadFile, usualModel } from "../src/lab/import/load.ts";
import { classNamesOf } from "../src/lab/model/class-names.ts";
import { evaluate } from "../src/lab/model/evaluate.ts";
import type { Cascade, CommitteeEvaluation, Evaluation } from "../src/lab/model/evaluation.ts";
import { arithmeticText, learnedIn, type Model, trainedOn } from "../src/lab/model/model.ts";
import { recipeOf } from "../src/lab/settings/recipes.ts";
import { oneOf } from "../src/lab/settings/rules.ts";
import { alignedTable, thousands } from "../src/lab/table.ts";
import { netNamed } from "../src/nets/index.ts";
import { confusionText } from "./confusion.ts";
import { wholeFrom, withDataDir, withJson, withThreads } from "./options.ts";
import { coloursFor, percent, print, printJson, say } from "./output.ts";

interface Options {
  readonly net?: string;
  readonly data?: string;
  readonly part: string;
  readonly wrong?: number;
  readonly threads?: number;
  readonly json?: true;
}

const examples = `
Examples:
  lenet evaluate                              the newest run in runs/, on the test images of its data
  lenet evaluate lenet5-1998                  a model that came with the program
  lenet evaluate runs/NAME --wrong 10         and the first ten images it gets wrong
  lenet evaluate net.safetensors --data ./my-digits --part train --json`;

/** A wrong answer: the image's index, its label, the model's answer and outputs. */
interface Wrong {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  readonly outputs: readonly number[];
}

const firstWrong = (model: Model, set: DataSet, { wrong, answers }: Evaluation, most: number): Wrong[] => {
  const area = set.rows * set.columns;
  return wrong.slice(0, most).map((index) => ({
    index,
    label: set.labels[index]!,
    answer: answers[index]!,
    outputs: [...model.outputs(set.images.subarray(index * area, (index + 1) * area))],
  }));
};

const run = async (path: string | undefined, options: Options): Promise<void> => {
  const part = oneOf("--part", options.part, ["test", "train"]);
  const model = await loadFile(path ?? usualModel(), options.net === undefined ? undefined : netNamed(options.net));
  const set = await loadData(options.data ?? trainedOn(model) ?? recipeOf(model.net).data, part);
  const found = await evaluate(model, set, options.threads === undefined ? {} : { threads: options.threads });
  const wrong = firstWrong(model, set, found, options.wrong ?? 0);
  const { loss, accuracy, misses, images, confusion } = found;
  if ((learnedIn(model) ?? model.arithmetic) !== model.arithmetic)
    say(`This machine has not the model's own arithmetic: ${arithmeticText(model)}. The last digits may differ.`);
  const names = set.classNames?.length === model.net.classes ? set.classNames : classNamesOf(model);
  if (options.json)
    return printJson({
      net: model.net.name,
      data: set.name,
      part,
      arithmetic: model.arithmetic,
      loss,
      accuracy,
      misses,
      images,
      classes: classErrors(confusion, names),
      confusion,
      ...(found.committee ? { committee: found.committee } : {}),
      wrong: options.wrong === undefined ? found.wrong : wrong,
    });
  const colours = coloursFor(process.stdout);
  print(
    `${model.net.name} on ${set.name}, ${part}: ${colours.bold(percent(accuracy))}, ${thousands(misses)} misses of ${thousands(images)}, loss ${loss.toFixed(4)}\n`,
  );
  if (found.committee) print(committeeText(found.committee, images));
  print(confusionText(confusion, colours, names));
  if (wrong.length > 0) print(`\n${wrongTable(wrong, names)}`);
};

/** How each member does alone, and how many of them have to be asked. */
const committeeText = ({ members, cascade }: CommitteeEvaluation, images: number): string => {
  const alone = members.map(
    ({ accuracy, misses }, index) =>
      `  member ${index + 1} alone: error ${percent(1 - accuracy)}, ${thousands(misses)} misses`,
  );
  return [...alone, ...(cascade ? [cascadeText(cascade, images)] : []), ""].join("\n");
};

const cascadeText = ({ chosen, nets, misses }: Cascade, images: number): string =>
  `  member 1 alone where its two best outputs are ${chosen.threshold.toPrecision(4)} apart or more, else all: error ${percent(misses / images)}, ${thousands(misses)} misses, ${nets.toFixed(3)} nets called on the average\n  (a threshold chosen on ${thousands(chosen.images)} validation images: the least at which none of them is lost)`;

/** Of each class: images, misses, and the share that was missed. */
const classErrors = (confusion: Evaluation["confusion"], names: readonly string[]) =>
  confusion.map((counts, label) => {
    const images = counts.reduce((sum, count) => sum + count, 0);
    const misses = images - counts[label]!;
    return { label, name: names[label], images, misses, errorRate: images > 0 ? misses / images : 0 };
  });

const wrongTable = (wrong: readonly Wrong[], names: readonly string[]): string =>
  alignedTable(
    [
      ["index", "label", "answer", ...names],
      ...wrong.map(({ index, label, answer, outputs }) => [
        `${index}`,
        names[label]!,
        names[answer]!,
        ...outputs.map((output) => output.toFixed(2)),
      ]),
    ],
    new Array<"right">(3 + wrong[0]!.outputs.length).fill("right"),
  );

/** The command `lenet evaluate`. */
export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("count a model's errors on a data set")
    .argument("[model]", "a run folder, a file of weights or a model in models/ (default: the newest run, or lenet5)")
    .option(
      "--data <name>",
      "a registered data set, or a folder of pictures by class or of IDX files (default: what the model was trained on)",
    )
    .option("--part <part>", "test or train", "test")
    .option("--wrong <n>", "show the first n wrong answers with the last layer's outputs", wholeFrom("--wrong", 1))
    .option("--net <name>", "the net, where the file does not say which");
  return withJson(withThreads(withDataDir(command)))
    .addHelpText("after", examples)
    .action(run);
}
