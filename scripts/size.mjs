// Prints how large the program is, folder by folder, and fails when it has grown past what the README promises: a reader
// should be able to go through the engine in an evening, and through any file on a few screens.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What makes a net work; together at most so many lines. */
const core = ["src/engine", "src/layers", "src/kernels", "src/nets"];
const CORE_LINES = 4_000;
const FILE_LINES = 400;

const rest = ["src/losses", "src/optimisers", "src/data", "src/formats", "src/lab"];

/** Every source file of src/ and cli/ with its number of lines. */
const files = ["src", "cli"].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, lines: readFileSync(root + path, "utf8").split("\n").length - 1 })),
);

const total = (list) => list.reduce((sum, { lines }) => sum + lines, 0);
const inside = (folder) => files.filter(({ path }) => path.startsWith(`${folder}/`));

/** Folders nobody listed, such as a new one, and the files beside them. */
const known = [...core, ...rest, "cli"];
const others = files.filter(({ path }) => !known.some((folder) => path.startsWith(`${folder}/`)));

const number = (value) => value.toLocaleString("en-US");
const row = (name, count, lines, longest = "") =>
  `${name.padEnd(18)} ${String(count).padStart(5)} ${number(lines).padStart(7)}  ${longest}`.trimEnd();
const rowOf = (name, list) => {
  const [longest] = [...list].sort((a, b) => b.lines - a.lines);
  return row(name, list.length, total(list), longest && `${longest.path} ${longest.lines}`);
};

const coreLines = total(core.flatMap(inside));
const lines = [
  `${"folder".padEnd(18)} files   lines  longest`,
  ...core.map((folder) => rowOf(folder, inside(folder))),
  row("= the core", core.flatMap(inside).length, coreLines, `of ${number(CORE_LINES)} at most`),
  ...rest.map((folder) => rowOf(folder, inside(folder))),
  rowOf("src, elsewhere", others),
  rowOf("cli", inside("cli")),
  row("= all", files.length, total(files)),
];
process.stdout.write(`${lines.join("\n")}\n`);

const faults = files
  .filter((file) => file.lines > FILE_LINES)
  .map((file) => `${file.path}: expected at most ${FILE_LINES} lines, got ${file.lines}. Cut it in two.`);
if (coreLines > CORE_LINES)
  faults.push(
    `${core.join(", ")}: expected at most ${number(CORE_LINES)} lines together, got ${number(coreLines)}. Take something out.`,
  );
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
