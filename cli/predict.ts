// lenet predict: which digit a picture shows, and how sure the model is. The answers go to stdout.
import { Command } from "commander";
import { decodeImage } from "../src/data/image.ts";
import { loadData } from "../src/data/registry.ts";
import { LenetError } from "../src/errors.ts";
import { readBytes } from "../src/files.ts";
import { digitFor } from "../src/lab/digit-for.ts";
import { loadFile, usualModel } from "../src/lab/load.ts";
import type { Model, Prediction } from "../src/lab/model.ts";
import { oneOf, whole } from "../src/lab/rules.ts";
import { netNamed } from "../src/nets/index.ts";
import type { Ink } from "../src/shape.ts";
import { halfBlocks } from "./half-blocks.ts";
import { wholeFrom, withDataDir, withJson } from "./options.ts";
import { coloursFor, percent, print, printJson } from "./output.ts";

interface Options {
  readonly model?: string;
  readonly net?: string;
  readonly data?: string;
  readonly index?: number;
  readonly part: string;
  readonly show?: true;
  readonly json?: true;
}

/** One image to ask about. */
interface Question {
  readonly name: string;
  /** (rows, columns), ink 255, as this model wants to see it. */
  readonly pixelsFor: (model: Model) => Ink;
  /** What it is, where that is known. */
  readonly label?: number;
}

const BAR = 30;

const examples = `
Examples:
  lenet predict digit.png                          ask the newest run in runs/, or the shipped lenet5
  lenet predict --model lenet5-1998 digit.png      ask a model that came with the program
  lenet predict --model runs/NAME a.png b.jpg      ask that run about two pictures
  lenet predict --data mnist --index 7 --show      a test image, and what it looks like

A picture may be of any size, dark on light or light on dark, with one digit in it.`;

const questions = async (pictures: readonly string[], { data, index, part }: Options): Promise<Question[]> => {
  if ((data === undefined) !== (index === undefined))
    throw new LenetError("--data, --index: expected both or none, got one of them. Say --data mnist --index 7.");
  const asked = pictures.map((name): Question => {
    const picture = decodeImage(readBytes(name, "a PNG or JPEG picture"), name);
    return { name, pixelsFor: (model) => digitFor(model, picture).pixels };
  });
  if (data !== undefined)
    asked.push(await imageOf(data, whole("--index", index, 0), oneOf("--part", part, ["test", "train"])));
  if (asked.length > 0) return asked;
  throw new LenetError(
    "lenet predict: expected a picture, got none. Name PNG or JPEG files, or --data mnist --index 7.",
  );
};

const imageOf = async (data: string, index: number, part: "test" | "train"): Promise<Question> => {
  const set = await loadData(data, part);
  whole("--index", index, 0, set.count - 1);
  const area = set.rows * set.columns;
  const pixels = set.images.slice(index * area, (index + 1) * area);
  return { name: `${set.name}, ${part} image ${index}`, pixelsFor: () => pixels, label: set.labels[index]! };
};

const run = async (pictures: readonly string[], options: Options): Promise<void> => {
  const asked = await questions(pictures, options);
  const model = await loadFile(
    options.model ?? usualModel(),
    options.net === undefined ? undefined : netNamed(options.net),
  );
  const answers = asked.map((question) => ({ question, answer: model.predict(question.pixelsFor(model)) }));
  if (options.json)
    return printJson(
      answers.map(({ question: { name, label }, answer: { label: answer, probabilities, pixels } }) => ({
        image: name,
        ...(label === undefined ? {} : { label }),
        answer,
        probabilities,
        pixels: rowsOf(model, pixels),
      })),
    );
  const show = options.show === true || process.stdout.isTTY === true;
  for (const { question, answer } of answers) print(answerText(question, answer, show ? model : null));
};

/** The answer, a bar for every class, and the image where `shown` names the model that saw it. */
const answerText = (
  { name, label }: Question,
  { label: answer, probabilities, pixels }: Prediction,
  shown: Model | null,
): string => {
  const colours = coloursFor(process.stdout);
  const truth = label === undefined ? "" : label === answer ? ", which is right" : `, but it is ${label}`;
  const bars = probabilities.map((probability, digit) => {
    const text = `  ${digit}  ${percent(probability).padStart(8)}  ${"█".repeat(Math.round(probability * BAR))}`;
    return digit === answer ? colours.bold(text) : text;
  });
  const picture = shown === null ? [] : [halfBlocks(pixels, shown.net.image.columns, colours), ""];
  return [`${name}: ${colours.bold(`${answer}`)}${truth}`, "", ...picture, ...bars, ""].join("\n");
};

const rowsOf = ({ net }: Model, pixels: Ink): number[][] =>
  Array.from({ length: net.image.rows }, (_, row) => [
    ...pixels.subarray(row * net.image.columns, (row + 1) * net.image.columns),
  ]);

/** The command `lenet predict`. */
export function predictCommand(): Command {
  const command = new Command("predict")
    .description("say which digit a picture shows")
    .argument("[pictures...]", "PNG or JPEG files, each with one digit")
    .option(
      "--model <path>",
      "a run folder, a file of weights or a model in models/ (default: the newest run, or lenet5)",
    )
    .option("--data <name>", "take the image from a data set instead")
    .option("--index <n>", "which one of its images, from 0", wholeFrom("--index", 0))
    .option("--part <part>", "test or train", "test")
    .option("--show", "show the image as the net saw it (on a terminal always)")
    .option("--net <name>", "the net, where the file does not say which");
  return withJson(withDataDir(command)).addHelpText("after", examples).action(run);
}
