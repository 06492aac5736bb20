// lenet predict: which digits pictures show, how sure the model is, and whether it should be believed. Answers go to stdout.
import { Command } from "commander";
import type { Digit } from "../src/data/digit.ts";
import { loadData } from "../src/data/registry.ts";
import { LenetError } from "../src/errors.ts";
import { loadFile, usualModel } from "../src/lab/import/load.ts";
import { classNamesOf } from "../src/lab/model/class-names.ts";
import { picturesOf, shownTo } from "../src/lab/model/digit-for.ts";
import { doubtOf } from "../src/lab/model/doubt.ts";
import type { Model, Prediction } from "../src/lab/model/model.ts";
import { oneOf, whole } from "../src/lab/settings/rules.ts";
import { netNamed } from "../src/nets/index.ts";
import type { Ink } from "../src/shape.ts";
import { halfBlocks } from "./half-blocks.ts";
import { wholeFrom, withDataDir, withJson } from "./options.ts";
import { coloursFor, percent, print, printJson, say } from "./output.ts";
import { explain, type Looking, look, pictureFiles } from "./pictures.ts";

interface Options extends Looking {
  readonly model?: string;
  readonly net?: string;
  readonly data?: string;
  readonly index?: number;
  readonly part: string;
  readonly explain?: string;
  readonly show?: true;
  readonly json?: true;
}

/** One digit, and what the model said. */
interface Answered {
  readonly prediction: Prediction;
  /** Why it may be wrong, or null. */
  readonly doubt: string | null;
  /** Where it was found in a picture. */
  readonly digit?: Digit;
  /** What it is, where that is known. */
  readonly label?: number;
}

/** One picture, or one image of a data set: its digits line by line. */
interface Asked {
  readonly name: string;
  readonly lines: readonly (readonly Answered[])[];
}

const BAR = 30;

const examples = `
Examples:
  lenet predict digit.png                          ask the newest run in runs/, or the shipped lenet5
  lenet predict --model lenet5-1998 digit.png      ask a model that came with the program
  lenet predict --model runs/NAME a.png b.jpg      ask that run about two pictures
  lenet predict ./scans --json                     all pictures of a folder, for a program
  lenet predict sheet.jpg --sheet                  several digits, in boxes or in a row: line by line, from left to right
  lenet predict photo.jpg --explain steps          what was done to the picture, as pictures in the folder steps
  lenet predict --data mnist --index 7 --show      a test image, and what it looks like

A picture may be of any size, dark on light or light on dark, in uneven light. An answer is in doubt where the two best lie
near to each other, or where there is more ink beside the digit than in it: then it is probably no digit. A model that learned
from whole pictures (lenet data import --whole, fashion-mnist) is shown whole pictures; --whole and --no-whole decide otherwise.`;

const answerFor = (model: Model, pixels: Ink, digit?: Digit, label?: number): Answered => {
  const prediction = model.predict(pixels);
  return { prediction, doubt: doubtOf(model.net, prediction, digit?.steps), digit, label };
};

/** What the model says about a picture file. Throws LenetError. */
const askPicture = (model: Model, file: string, { deslant, sheet, whole, explain: dir }: Options): Asked => {
  const seen = look(file, { deslant, sheet, whole });
  const lines = seen.page.lines.map((line) => line.map((digit) => answerFor(model, shownTo(model, digit), digit)));
  const pixels = lines.flat().map(({ prediction }) => prediction.pixels);
  if (dir !== undefined) explain(dir, file, seen, pixels, model.net.image.columns);
  return { name: file, lines };
};

const askImage = async (model: Model, data: string, index: number, part: "test" | "train"): Promise<Asked> => {
  const set = await loadData(data, part);
  whole("--index", index, 0, set.count - 1);
  const area = set.rows * set.columns;
  const pixels = set.images.slice(index * area, (index + 1) * area);
  const answer = answerFor(model, pixels, undefined, set.labels[index]!);
  return { name: `${set.name}, ${part} image ${index}`, lines: [[answer]] };
};

/** Of several files those that can be read; the others are named on stderr, and the exit code is that of a mistake. */
const askAll = (model: Model, files: readonly string[], options: Options): Asked[] => {
  if (files.length === 1) return [askPicture(model, files[0]!, options)];
  return files.flatMap((file) => {
    try {
      return [askPicture(model, file, options)];
    } catch (thrown) {
      if (!(thrown instanceof LenetError)) throw thrown;
      say(thrown.message);
      process.exitCode = thrown.exitCode;
      return [];
    }
  });
};

const run = async (pictures: readonly string[], options: Options): Promise<void> => {
  const { data, index } = options;
  if ((data === undefined) !== (index === undefined))
    throw new LenetError("--data, --index: expected both or none, got one of them. Say --data mnist --index 7.");
  if (pictures.length === 0 && data === undefined)
    throw new LenetError(
      "lenet predict: expected a picture, got none. Name PNG, JPEG or WebP files, or --data mnist --index 7.",
    );
  const part = oneOf("--part", options.part, ["test", "train"]);
  const files = pictureFiles(pictures);
  const model = await loadFile(
    options.model ?? usualModel(),
    options.net === undefined ? undefined : netNamed(options.net),
  );
  const looking = { ...options, whole: options.whole ?? picturesOf(model) === "whole" };
  if (looking.whole && (options.sheet || options.deslant)) throw notWhole(options);
  const asked = askAll(model, files, looking);
  if (data !== undefined) asked.push(await askImage(model, data, whole("--index", index, 0), part));
  const names = classNamesOf(model);
  if (options.json) return printJson(asked.map((one) => toJson(model, names, one)));
  const show = options.show === true || process.stdout.isTTY === true;
  for (const one of asked) print(isSheet(one) ? sheetText(names, one) : answerText(names, one, show ? model : null));
};

const notWhole = ({ whole, sheet }: Options): LenetError =>
  whole
    ? new LenetError("--whole: expected neither --sheet nor --deslant beside it, got one of them. Leave one out.")
    : new LenetError(
        `${sheet ? "--sheet" : "--deslant"}: expected a model that learned from the ink of pictures, got one of whole pictures. Add --no-whole.`,
      );

const isSheet = ({ lines }: Asked): boolean => lines.flat().length > 1;

const toJson = (model: Model, names: readonly string[], { name, lines }: Asked): object => {
  const answers = lines.map((line) => line.map((answer) => answerJson(model, names, answer)));
  if (isSheet({ name, lines })) return { image: name, text: textOf(names, lines), lines: answers };
  return { image: name, ...answers[0]![0] };
};

const answerJson = (model: Model, names: readonly string[], { prediction, doubt, digit, label }: Answered): object => {
  const { label: answer, probabilities, pixels } = prediction;
  return {
    ...(label === undefined ? {} : { label }),
    answer,
    class: names[answer],
    confidence: probabilities[answer],
    doubt,
    ...(digit ? { box: digit.steps.box } : {}),
    probabilities,
    pixels: rowsOf(model, pixels),
  };
};

/** The answers of each line. */
const textOf = (names: readonly string[], lines: Asked["lines"]): string[] =>
  lines.map((line) => line.map(({ prediction }) => names[prediction.label]).join(""));

/** What stands on a sheet, and below it each digit with its place and how sure the answer is. */
const sheetText = (names: readonly string[], { name, lines }: Asked): string => {
  const colours = coloursFor(process.stdout);
  const rows = lines.flat().map(({ prediction: { label, probabilities }, doubt, digit }) => {
    const { left, top, width, height } = digit!.steps.box;
    const place = `${left},${top}  ${width}×${height}`.padEnd(20);
    const unsure = doubt === null ? "" : `  ${colours.yellow(`in doubt: ${doubt}`)}`;
    return `  ${colours.bold(names[label]!)}  ${percent(probabilities[label]!).padStart(8)}  at ${place}${unsure}`.trimEnd();
  });
  const text = textOf(names, lines).map((line) => `  ${colours.bold(line)}`);
  return [`${name}: ${rows.length} digits`, "", ...text, "", ...rows, ""].join("\n");
};

/** The answer, a bar for every class, and the image where `shown` names the model that saw it. */
const answerText = (names: readonly string[], { name, lines }: Asked, shown: Model | null): string => {
  const { prediction, doubt, label } = lines[0]![0]!;
  const { label: answer, probabilities, pixels } = prediction;
  const colours = coloursFor(process.stdout);
  const truth = label === undefined ? "" : label === answer ? ", which is right" : `, but it is ${names[label]}`;
  const width = Math.max(...names.map((one) => one.length));
  const bars = probabilities.map((probability, digit) => {
    const text = `  ${names[digit]!.padEnd(width)}  ${percent(probability).padStart(8)}  ${"█".repeat(Math.round(probability * BAR))}`;
    return digit === answer ? colours.bold(text) : text;
  });
  const picture = shown === null ? [] : [halfBlocks(pixels, shown.net.image.columns, colours), ""];
  const unsure = doubt === null ? [] : [colours.yellow(`in doubt, and perhaps none of these: ${doubt}`)];
  return [`${name}: ${colours.bold(names[answer]!)}${truth}`, ...unsure, "", ...picture, ...bars, ""].join("\n");
};

const rowsOf = ({ net }: Model, pixels: Ink): number[][] =>
  Array.from({ length: net.image.rows }, (_, row) => [
    ...pixels.subarray(row * net.image.columns, (row + 1) * net.image.columns),
  ]);

/** The command `lenet predict`. */
export function predictCommand(): Command {
  const command = new Command("predict")
    .description("say which digits pictures show")
    .argument("[pictures...]", "PNG, JPEG or WebP files, or folders of them")
    .option(
      "--model <path>",
      "a run folder, a file of weights or a model in models/ (default: the newest run, or lenet5)",
    )
    .option("--sheet", "read several digits, in boxes or in a row (default: if there clearly are several)")
    .option("--no-sheet", "read one digit, whatever else is in the picture")
    .option("--deslant", "put leaning digits upright first")
    .option("--whole", "show the model whole pictures (default: if it learned from whole pictures)")
    .option("--no-whole", "show it the ink that is found in them")
    .option("--explain <dir>", "write what was done to each picture into dir, as pictures")
    .option("--data <name>", "take the image from a data set instead")
    .option("--index <n>", "which one of its images, from 0", wholeFrom("--index", 0))
    .option("--part <part>", "test or train", "test")
    .option("--show", "show the image as the net saw it (on a terminal always)")
    .option("--net <name>", "the net, where the file does not say which");
  return withJson(withDataDir(command)).addHelpText("after", examples).action(run);
}
