// lenet studio: a page on this machine in which a net can be watched while it learns. Its address goes to stdout.
import { Command } from "commander";
import { openStudio } from "../src/lab/studio/studio.ts";
import { wholeFrom, withDataDir } from "./options.ts";
import { print, say } from "./output.ts";

interface Options {
  readonly port: number;
}

/** Of the first LeNet. */
const PORT = 1989;

const examples = `
Examples:
  lenet studio             open the address it prints in a browser
  lenet studio --port 0    on any port that is free

The state of the page is in its address: http://127.0.0.1:${PORT}/?net=lenet5-1998&images=2000&epochs=3`;

const run = async ({ port }: Options): Promise<void> => {
  const studio = await openStudio(port);
  print(studio.address);
  say("Open it in a browser on this machine. Ctrl-C ends it.");
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve).once("SIGTERM", resolve);
  });
  studio.close();
};

/** The command `lenet studio`. */
export function studioCommand(): Command {
  const command = new Command("studio")
    .description("watch a net learn, in a browser")
    .option("--port <n>", "the port of this machine, 0 for any", wholeFrom("--port", 0, 65_535), PORT);
  return withDataDir(command).addHelpText("after", examples).action(run);
}
