// The documents: links lead somewhere, commands and their options exist, the written tables are what their sources say, and
// the example runs.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { claims } from "../../src/lab/claims/index.ts";
import { openQuestions } from "../../src/lab/claims/open-questions.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const node = async (...words: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, words, { cwd: root })).stdout;
const lenet = (...words: string[]): Promise<string> => node("dist/cli/main.js", ...words);

/** Our Markdown files by path: those of the root, and of these folders. */
const documents = new Map(
  [".", "docs", "bench", "test", "examples", "models"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      (readdirSync(join(root, folder), { recursive: folder !== "." }) as string[]).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
    .map((path) => [path, read(path)]),
);

/** What stands in a document as code: in fences and between backticks. */
const codeOf = (text: string): string[] => {
  const fences = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, code]) => code!.split("\n"));
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...fences, ...spans];
};

/** The anchors of a document's headings, as GitHub makes them. */
const headingsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

/** Every call of `program` in any document: the document, and the words after it up to a comment. */
const callsOf = (program: string): [place: string, words: string[]][] =>
  [...documents].flatMap(([path, text]) =>
    codeOf(text)
      .map((code) => code.replace(/^(?:npx )/, "").split(/\s+#/)[0]!)
      .filter((code) => code.startsWith(`${program} `))
      .map((code): [string, string[]] => [path, code.slice(program.length + 1).split(/\s+/)]),
  );

/** `lenet reproduce` writes it; before it has, links to it lead to claims that it will hold. */
const RESULTS = "docs/results.md";

describe("the documents", () => {
  it("are found.", () => {
    for (const path of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/kernels.md"])
      expect([...documents.keys()]).toContain(path);
  });

  it("link only to files that are there.", () => {
    const links = [...documents].flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({ path, target: target!.split("#")[0]! })),
    );
    const relative = links.filter(({ target }) => target !== "" && !/^[a-z]+:/.test(target));
    const leads = (place: string): boolean => place === RESULTS || existsSync(join(root, place));
    const broken = relative.filter(({ path, target }) => !leads(join(dirname(path), target)));
    expect(broken).toEqual([]);
    expect(relative.length).toBeGreaterThan(50);
  });

  it("link to headings that are there, and to results of claims that there are.", () => {
    const anchors = new Map([...documents].map(([path, text]) => [path, headingsOf(text)]));
    anchors.set(RESULTS, new Set(claims.map(({ id }) => id)));
    const links = [...documents].flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)].map(([, target, anchor]) => ({
        path,
        target: target === "" ? path : join(dirname(path), target!),
        anchor: anchor!,
      })),
    );
    expect(links.filter(({ target, anchor }) => anchors.get(target)?.has(anchor) !== true)).toEqual([]);
    expect(links.length).toBeGreaterThan(50);
  });

  it("call only npm scripts that exist.", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const called = callsOf("npm").map(([path, [verb, script]]) => ({ path, script: verb === "run" ? script! : verb! }));
    const known = [...Object.keys(scripts), "ci", "install"];
    expect(called.filter(({ script }) => !known.includes(script))).toEqual([]);
    expect(called.map(({ script }) => script)).toContain("start");
  });

  it("call only commands of lenet, with options they have.", async () => {
    const help = await lenet("--help");
    const calls = callsOf("lenet").filter(([, [command]]) => /^[a-z]/.test(command!));
    const commands = [...new Set(calls.map(([, [command]]) => command!))];
    expect(commands.filter((command) => !new RegExp(`^  ${command} `, "m").test(help))).toEqual([]);
    // The one command with commands of its own that have options of their own.
    const helpOf = async (one: string): Promise<string> =>
      `${await lenet(one, "--help")}${one === "data" ? await lenet(one, "import", "--help") : ""}`;
    const helps = new Map(await Promise.all(commands.map(async (one) => [one, await helpOf(one)] as const)));
    const unknown = calls.flatMap(([path, [command, ...words]]) =>
      words
        .filter((word) => word.startsWith("--") && !helps.get(command!)!.includes(` ${word} `))
        .map((word) => `${path}: lenet ${command} ${word}`),
    );
    expect(unknown.filter((one) => !one.endsWith("--help"))).toEqual([]);
    expect(commands).toContain("train");
  });

  it("name no place of somebody's machine.", () => {
    const placed = [...documents].filter(([, text]) => /(?<![\w.])\/(?:work|home|tmp|root|Users)\//.test(text));
    expect(placed.map(([path]) => path)).toEqual([]);
  });
});

describe("the pages of the papers", () => {
  it.each(["1989", "1998"])(
    "of %s: each open question is numbered, and links to every claim that measures it.",
    (year) => {
      const page = documents.get(`docs/paper-${year}.md`)!;
      const questions = page.split(/^## /m).find((part) => part.startsWith("Open questions"))!;
      const [before, ...parts] = questions.split(/^### /m);
      expect(parts.map((part) => Number.parseInt(part, 10))).toEqual(parts.map((_, index) => index + 1));
      for (const { id, title } of openQuestions.filter((claim) => claim.id.startsWith(`open${year}/`))) {
        // Number 0 is what all alternatives differ from: it stands before the first question.
        const asked = [before, ...parts][Number.parseInt(title, 10)];
        expect(asked, id).toContain(`](results.md#${id})`);
      }
      expect(parts.filter((part) => !part.includes("](results.md#"))).toEqual([]);
    },
  );
});

describe("README.md", () => {
  it("is what its sources say today: summary, example, results, bench.", async () => {
    await expect(node("scripts/readme.mjs", "--check")).resolves.toBe("");
  });

  it("promises the size that is kept.", () => {
    const [, kept] = /CORE_LINES = ([\d_]+)/.exec(read("scripts/size.mjs"))!;
    const [, promised] = /stays under\s+([\d,]+)\s+lines/.exec(read("README.md"))!;
    expect(promised!.replaceAll(",", "")).toBe(kept!.replaceAll("_", ""));
  });

  it("shows an example that runs.", async () => {
    expect(await node("examples/train-and-predict.mjs")).toMatch(
      /^epoch 1: loss [\d.]+\nepoch 2: .*\ntrained: \d+ misses of 10000 .*\n.*\nloaded again: \d+ misses, the same\n$/,
    );
  });
});
