// lenet export: a model in the files of other tools. The names of the files go to stdout.
import { basename, join } from "node:path";
import { Command } from "commander";
import { LenetError } from "../src/errors.ts";
import { writeAtomically } from "../src/files.ts";
import { exportKindNamed, exportKinds } from "../src/lab/export/index.ts";
import { loadFile, modelFile, usualModel } from "../src/lab/import/load.ts";
import { thousands } from "../src/lab/table.ts";
import { netNamed } from "../src/nets/index.ts";
import { withJson } from "./options.ts";
import { print, printJson } from "./output.ts";

interface Options {
  readonly to?: string;
  readonly out?: string;
  readonly net?: string;
  readonly json?: true;
}

const examples = (): string => {
  const widest = Math.max(...Object.keys(exportKinds).map((name) => name.length));
  return `
Formats:
${Object.entries(exportKinds)
  .map(([name, { about }]) => `  ${name.padEnd(widest)}  ${about}`)
  .join("\n")}

Examples:
  lenet export lenet5 --to onnx                    a model that came with the program, as lenet5.onnx
  lenet export runs/NAME --to onnx --out net.onnx  the best weights of a run`;
};

/** The name of the file where none is given: the model's. */
const usualOut = (path: string, name: string, ending: string): string =>
  join(".", `${basename(path).replace(/\.safetensors$/, "") || name}${ending}`);

const run = async (path: string | undefined, { to, out, net, json }: Options): Promise<void> => {
  if (to === undefined)
    throw new LenetError(`--to: expected ${Object.keys(exportKinds).join(", ")}, got none. See: lenet export --help`);
  const { ending, write } = exportKindNamed(to);
  const from = path ?? usualModel();
  const model = await loadFile(from, net === undefined ? undefined : netNamed(net));
  const name = model.net.name.replace(/[^\w.-]+/g, "-");
  const file = out ?? usualOut(from, name, ending);
  if (!file.endsWith(ending))
    throw new LenetError(
      `--out: expected a name that ends in ${ending}, got ${JSON.stringify(file)}. Change the ending.`,
    );
  const stem = file.slice(0, -ending.length);
  const contents = await write(model, basename(stem));
  const written = [...contents].map(([end, content]) => {
    writeAtomically(`${stem}${end}`, content);
    return { file: `${stem}${end}`, bytes: Buffer.byteLength(content) };
  });
  if (json) printJson({ net: model.net.name, from: modelFile(from), to, files: written });
  else for (const { file, bytes } of written) print(`${file}  ${thousands(bytes)} bytes`);
};

/** The command `lenet export`. */
export function exportCommand(): Command {
  const command = new Command("export")
    .description("write a model as a file of another tool")
    .argument("[model]", "a run folder, a file of weights or a model in models/ (default: the newest run, or lenet5)")
    .option("--to <format>", Object.keys(exportKinds).join(", "))
    .option("--out <file>", "the file to write (default: the model's name, in this folder)")
    .option("--net <name>", "the net, where the file does not say which");
  return withJson(command).addHelpText("after", examples()).action(run);
}
