// The command line as a function of its words. It knows the names of the commands and what an error is worth; each command is a
// file of its own, loaded only when it is the one that was asked for.
import { Command, CommanderError } from "commander";
import { watchImports } from "../src/data/watch.ts";
import { LenetError } from "../src/errors.ts";
import { lenetVersion } from "../src/lab/run/provenance.ts";
import { importView } from "./import-view.ts";

interface Entry {
  readonly name: string;
  readonly about: string;
  load(): Promise<Command>;
}

const entries: readonly Entry[] = [
  { name: "train", about: "train a net", load: async () => (await import("./train.ts")).trainCommand() },
  {
    name: "evaluate",
    about: "count a model's errors on a data set",
    load: async () => (await import("./evaluate.ts")).evaluateCommand(),
  },
  {
    name: "predict",
    about: "say which digit a picture shows",
    load: async () => (await import("./predict.ts")).predictCommand(),
  },
  {
    name: "export",
    about: "write a model as a file of another tool",
    load: async () => (await import("./export.ts")).exportCommand(),
  },
  {
    name: "summary",
    about: "count a net layer by layer",
    load: async () => (await import("./summary.ts")).summaryCommand(),
  },
  {
    name: "report",
    about: "show everything about a run in one HTML file",
    load: async () => (await import("./report.ts")).reportCommand(),
  },
  {
    name: "compare",
    about: "put models side by side on the same test images",
    load: async () => (await import("./compare.ts")).compareCommand(),
  },
  {
    name: "figure",
    about: "write one figure of a run as SVG, PNG or CSV",
    load: async () => (await import("./figure.ts")).figureCommand(),
  },
  {
    name: "reproduce",
    about: "train what was published, over several seeds, and compare",
    load: async () => (await import("./reproduce.ts")).reproduceCommand(),
  },
  {
    name: "sweep",
    about: "ask a question of many nets: grids, searches, several seeds",
    load: async () => (await import("./sweep.ts")).sweepCommand(),
  },
  {
    name: "baseline",
    about: "run a classifier that LeNet-5 was compared with in 1998",
    load: async () => (await import("./baseline.ts")).baselineCommand(),
  },
  {
    name: "bench",
    about: "measure this machine, beside its roof and other engines",
    load: async () => (await import("./bench.ts")).benchCommand(),
  },
  {
    name: "studio",
    about: "watch a net learn, in a browser",
    load: async () => (await import("./studio.ts")).studioCommand(),
  },
  {
    name: "data",
    about: "list, fetch, verify and look at data sets",
    load: async () => (await import("./data.ts")).dataCommand(),
  },
];

const examples = `
Examples:
  lenet train                          train the default net on MNIST
  lenet predict digit.png              ask the newest run what a picture shows
  lenet evaluate runs/NAME --wrong 10  see what a run gets wrong
  lenet summary lenet5                 count a net layer by layer

lenet <command> --help says more about one of them.`;

/** The program, with the command that `words` asks for loaded and the others by name alone. */
const programFor = async (words: readonly string[]): Promise<Command> => {
  const program = new Command("lenet")
    .description("The LeNet papers as software: train, check and use the LeNet family.")
    .version(lenetVersion())
    .option("--no-color", "write without colours (as NO_COLOR does)")
    .addHelpText("after", examples);
  const asked = words.find((word) => !word.startsWith("-") && word !== "help");
  for (const { name, about, load } of entries)
    program.addCommand(name === asked ? await load() : new Command(name).description(about));
  speakPlainly(program, "lenet");
  return program;
};

/** Makes every mistake in `command`'s options, and its subcommands', a LenetError. */
const speakPlainly = (command: Command, path: string): void => {
  command.configureOutput({ writeErr: () => {} }).exitOverride((error) => {
    throw error.exitCode === 0 ? error : mistake(error, path);
  });
  for (const child of command.commands) speakPlainly(child, `${path} ${child.name()}`);
};

/** What commander says, as one sentence of ours. */
const mistake = ({ code, message }: CommanderError, path: string): LenetError => {
  const [, word] = /'([^']*)'/.exec(message) ?? [];
  const [, near] = /Did you mean (?:one of )?(.*)\?/.exec(message) ?? [];
  const hint = near ? `Did you mean ${near}?` : `See: ${path} --help`;
  switch (code) {
    case "commander.unknownOption":
      return new LenetError(`${path}: expected an option it knows, got ${word}. ${hint}`);
    case "commander.unknownCommand":
      return new LenetError(`${path}: expected a command it knows, got ${word}. ${hint}`);
    case "commander.optionMissingArgument":
      return new LenetError(`${word?.split(" ")[0]}: expected a value, got none. ${hint}`);
    case "commander.missingArgument":
      return new LenetError(`${path}: expected ${word}, got none. ${hint}`);
    default:
      return new LenetError(`${path}: ${message.replace(/^error: /, "")} ${hint}`);
  }
};

/** Runs the command; gives the exit code. */
export const main = async (words: readonly string[]): Promise<number> => {
  try {
    const program = await programFor(words);
    if (words.length === 0) program.outputHelp();
    // Whatever a command comes to, it may be pictures that have to be imported first.
    else await watchImports(importView(), () => program.parseAsync(words, { from: "user" }));
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return 0;
    if (!(thrown instanceof LenetError)) {
      process.stderr.write(
        `This is a mistake in lenet itself; please report it.\n${(thrown as Error)?.stack ?? thrown}\n`,
      );
      return 1;
    }
    process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${thrown.message}\n`);
    return thrown.exitCode;
  }
};
