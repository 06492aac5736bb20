// Prints how large the program is, folder by folder, and fails when it has grown past what the README promises: a reader
// should be able to go through the engine in an evening, and through any file on a few screens.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What makes any net work; together at most so many lines of code (comments and empty lines are free). */
const core = ["src/engine", "src/layers", "src/kernels"];
const CORE_LINES = 4_700;
const FILE_LINES = 400;

const rest = [
  "src/nets",
  "src/losses",
  "src/optimisers",
  "src/data",
  "src/formats",
  "src/baselines",
  "src/charts",
  "src/lab",
];

/** Lines that are neither empty nor comment. */
const codeIn = (text) =>
  text
    .replace(/^\s*\/\*[\s\S]*?\*\/\s*$/gm, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;

/** Every source file of src/, cli/ and page/ with its number of lines, all and of code. */
const files = ["src", "cli", "page"].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(root + path, "utf8");
      return { path, lines: text.split("\n").length - 1, code: codeIn(text) };
    }),
);

const total = (list, what) => list.reduce((sum, file) => sum + file[what], 0);
const inside = (folder) => files.filter(({ path }) => path.startsWith(`${folder}/`));

/** Folders nobody listed, such as a new one, and the files beside them. */
const known = [...core, ...rest, "cli", "page"];
const others = files.filter(({ path }) => !known.some((folder) => path.startsWith(`${folder}/`)));

const number = (value) => value.toLocaleString("en-US");
const row = (name, list, remark = "") =>
  `${name.padEnd(18)} ${String(list.length).padStart(5)} ${number(total(list, "lines")).padStart(7)} ${number(total(list, "code")).padStart(7)}  ${remark}`.trimEnd();
const rowOf = (name, list) => {
  const [longest] = [...list].sort((a, b) => b.lines - a.lines);
  return row(name, list, longest && `${longest.path} ${longest.lines}`);
};

const coreCode = total(core.flatMap(inside), "code");
const lines = [
  `${"folder".padEnd(18)} files   lines    code  longest`,
  ...core.map((folder) => rowOf(folder, inside(folder))),
  row("= the core", core.flatMap(inside), `of ${number(CORE_LINES)} lines of code at most`),
  ...rest.map((folder) => rowOf(folder, inside(folder))),
  rowOf("src, elsewhere", others),
  rowOf("cli", inside("cli")),
  rowOf("page", inside("page")),
  row("= all", files),
];
process.stdout.write(`${lines.join("\n")}\n`);

const faults = files
  .filter((file) => file.lines > FILE_LINES)
  .map((file) => `${file.path}: expected at most ${FILE_LINES} lines, got ${file.lines}. Cut it in two.`);
if (coreCode > CORE_LINES)
  faults.push(
    `${core.join(", ")}: expected at most ${number(CORE_LINES)} lines of code together, got ${number(coreCode)}. Take something out.`,
  );
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
