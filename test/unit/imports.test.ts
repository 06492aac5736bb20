// The house rules that no compiler knows: which way imports point, who may read a clock, and that files stay small.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { forbiddenImports, importRing, importsOf, nodeModulesBehind } from "./support/imports.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Text of every program file under these folders, by path. */
const read = (...folders: string[]): Map<string, string> =>
  new Map(
    folders.flatMap((folder) =>
      (readdirSync(root + folder, { recursive: true }) as string[])
        .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
        .filter((path) => /\.(ts|tsx|mjs|js)$/.test(path) && !path.includes("node_modules/"))
        .map((path): [string, string] => [path, readFileSync(root + path, "utf8")]),
    ),
  );

const sources = read("src");
const everything = read("src", "cli", "page", "bench", "scripts", "test", "examples");

/** What package.json gives a browser in place of other files, as sources. */
const instead = (): Map<string, string> => {
  const source = (compiled: string): string => compiled.replace(/^\.\/dist\/(.*)\.js$/, "$1.ts");
  const { browser } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { browser: Record<string, string> };
  return new Map(Object.entries(browser).map(([node, web]) => [source(node), source(web)]));
};

/** Files whose text matches. */
const holding = (pattern: RegExp): string[] =>
  [...everything].filter(([, text]) => pattern.test(text)).map(([path]) => path);

describe("the sources", () => {
  it("import only what lies below them.", () => {
    expect([...sources].flatMap(([path, text]) => forbiddenImports(path, text))).toEqual([]);
    expect(sources.size).toBeGreaterThan(40);
  });

  it("import each other in no ring.", () => expect(importRing(sources)).toBeNull());

  it("leave the page's document to page/.", () => {
    const touching = holding(/\bdocument\.(?:body|head|createElement|documentElement|getElementById)\b/);
    expect(touching.filter((path) => /^(?:src|cli)\//.test(path))).toEqual([]);
    expect(touching).toContain("page/digit/main.tsx");
  });

  it("need nothing of Node in a browser.", () => {
    expect(nodeModulesBehind("src/web.ts", sources, instead())).toEqual([]);
    expect(nodeModulesBehind("page/digit/main.tsx", everything, instead())).toEqual([]);
    expect(nodeModulesBehind("src/index.ts", sources, instead())).not.toEqual([]);
    for (const web of instead().values()) expect([...sources.keys()]).toContain(web);
  });

  it("name their own files with their ending, so that node runs them as they are.", () => {
    const bare = [...sources]
      .filter(([path]) => !path.startsWith("src/kernels/simd/"))
      .flatMap(([path, text]) => importsOf(text).map(({ from }) => `${path}: ${from}`))
      .filter((line) => / \.{1,2}\//.test(line) && !/\.(ts|js|wasm)$/.test(line));
    expect(bare).toEqual([]);
  });

  it("draw no number from the host's generator.", () => expect(holding(/Math\.random/)).toEqual([]));

  it("read a clock only in the lab, the command line and the benches.", () => {
    const clock = holding(/\b(?:Date\.now|performance\.now|process\.hrtime|new Date)\b\(?/);
    expect(clock.filter((path) => !/^(?:src\/lab|cli|bench|scripts|test)\//.test(path))).toEqual([]);
  });

  it("print only from the command line.", () => {
    expect(holding(/\bconsole\.|process\.std(?:out|err)/).filter((path) => path.startsWith("src/"))).toEqual([]);
  });

  it("have no file of more than 400 lines.", () => {
    const long = [...everything].map(([path, text]) => `${path}: ${text.split("\n").length - 1}`);
    expect(long.filter((line) => Number(line.split(": ")[1]) > 400)).toEqual([]);
  });
});

describe("the import checker", () => {
  it.each([
    ["src/shape.ts", 'import { LenetError } from "./errors.ts";', 0],
    ["src/shape.ts", 'import { reference } from "./kernels/reference/index.ts";', 1],
    ["src/kernels/load.ts", 'import { conv } from "../layers/conv.ts";', 1],
    ["src/kernels/load.ts", 'import type { Layer } from "../layers/layer.ts";', 1],
    ["src/layers/conv.ts", 'import type { Kernels } from "../kernels/contract.ts";', 0],
    ["src/layers/conv.ts", 'import { type Geometry, type Kernels } from "../kernels/contract.ts";', 0],
    ["src/layers/conv.ts", 'import { SQUASH } from "../kernels/reference/elementwise.ts";', 1],
    ["src/layers/conv.ts", 'import type { X } from "../kernels/load.ts";', 1],
    ["src/layers/conv.ts", 'import { describe } from "../engine/describe.ts";', 1],
    ["src/losses/index.ts", 'import { bindKernels } from "../kernels/load.ts";', 1],
    ["src/nets/lenet5.ts", 'import { conv, type LayerSpec } from "../layers/index.ts";', 0],
    ["src/nets/lenet5.ts", 'import { forwardAndBackward } from "../losses/index.ts";', 1],
    ["src/engine/plan.ts", 'import type { Net } from "../nets/net.ts";', 0],
    ["src/engine/plan.ts", 'import { lenet5 } from "../nets/lenet5.ts";', 1],
    ["src/engine/team.ts", 'new Worker(new URL("./worker.js", import.meta.url))', 0],
    ["src/engine/team.ts", 'new Worker(new URL("../lab/worker.js", import.meta.url))', 1],
    ["src/engine/team.ts", 'import { readFileSync } from "node:fs";', 1],
    ["src/data/idx.ts", 'export { step } from "../engine/step.ts";', 1],
    ["src/formats/safetensors.ts", 'const x = await import("../data/idx.ts");', 1],
    ["src/formats/safetensors.ts", 'import "node:fs";', 1],
    ["src/lab/training/train.ts", 'import { startTeam } from "../../engine/team.ts";', 0],
    ["src/lab/training/train.ts", 'import { print } from "../../cli/print.ts";', 1],
    ["src/lab/training/learn.ts", 'import { saveCheckpoint } from "../run/checkpoint.ts";', 0],
    ["src/lab/run/checkpoint.ts", 'import { learn } from "../training/learn.ts";', 1],
    ["src/lab/run/checkpoint.ts", 'import type { Position } from "../training/events.ts";', 0],
    ["src/lab/sweep/file/sweep.ts", 'import { gridOf } from "../search/methods.ts";', 0],
    ["src/lab/sweep/search/methods.ts", 'import type { Sweep } from "../file/sweep.ts";', 1],
    ["src/lab/sweep/search/halving.ts", 'import { netNamed } from "../../../nets/index.ts";', 1],
    ["src/lab/sweep/file/sweep.ts", 'import { openSweep } from "../trials/folder.ts";', 1],
    ["src/lab/sweep/file/sweep.ts", 'import { readFileSync } from "node:fs";', 1],
    ["src/lab/sweep/trials/pool.ts", 'import { fork } from "node:child_process";', 0],
    ["src/lab/sweep/trials/run.ts", 'import { openQueue } from "../queue/queue.ts";', 1],
    ["src/lab/sweep/queue/agent.ts", 'import { readResults } from "../answer/results.ts";', 1],
    ["src/lab/sweep/answer/results.ts", 'import { readJournal } from "../trials/journal.ts";', 0],
    ["src/lab/sweep/answer/results.ts", 'import type { Link } from "../queue/redis.ts";', 1],
    ["src/lab/sweep/new.ts", 'import { parseSweep } from "./file/sweep.ts";', 1],
    ["src/lab/report/figures/stress.ts", 'import { warps } from "../study/warps.ts";', 0],
    ["src/lab/report/study/study.ts", 'import { perCent } from "../../../charts/axes.ts";', 1],
    ["src/lab/report/study/warps.ts", 'import type { Chapter } from "../figures/chapters.ts";', 1],
    ["src/lab/report/figures/answers.ts", 'import { reportOf } from "../documents/report.ts";', 1],
    ["src/lab/report/documents/report.ts", 'import { readResults } from "../../sweep/answer/results.ts";', 1],
    ["src/lab/studio/studio.ts", 'import { exportKinds } from "../export/index.ts";', 1],
    ["src/lab/export/page.ts", 'import { figuresOf } from "../report/figures/chapters.ts";', 1],
    ["src/lab/bench/run.ts", 'import { openModel } from "../import/load.ts";', 0],
    ["src/index.ts", 'export { train } from "./lab/training/train.ts";', 0],
    ["src/elsewhere/new.ts", "export const x = 1;", 1],
  ])("judges %s: %s", (path, text, faults) => expect(forbiddenImports(path, text)).toHaveLength(faults));

  it("reads imports of several lines, of one letter, and of types alone.", () => {
    const text =
      'import {\n  a,\n  type B,\n} from "./a.ts";\nimport * as c from "./c.ts";\nexport type { D } from "./d.ts";';
    expect(importsOf(text)).toEqual([
      { from: "./a.ts", type: false },
      { from: "./c.ts", type: false },
      { from: "./d.ts", type: true },
    ]);
  });

  it("finds what a browser cannot have, by the way that a browser goes.", () => {
    const texts = new Map([
      ["src/a.ts", 'import { b } from "./b.ts";\nimport type { e } from "./e.ts";'],
      ["src/b.ts", 'import { c } from "./c.ts";'],
      ["src/c.ts", 'import { readFileSync } from "node:fs";'],
      ["src/d.ts", 'import "node:os";'],
      ["src/e.ts", 'import "node:net";'],
    ]);
    expect(nodeModulesBehind("src/a.ts", texts, new Map())).toEqual(["src/c.ts: node:fs"]);
    expect(nodeModulesBehind("src/a.ts", texts, new Map([["src/b.ts", "src/d.ts"]]))).toEqual(["src/d.ts: node:os"]);
  });

  it("finds a ring of values, and lets types go round.", () => {
    const ring = [
      ["src/a.ts", 'import { b } from "./b.ts";'],
      ["src/b.ts", 'import { a } from "./a.ts";'],
    ] as const;
    expect(importRing(new Map(ring))).toBe("src/a.ts → src/b.ts → src/a.ts");
    expect(importRing(new Map([ring[0], ["src/b.ts", 'import type { a } from "./a.ts";']]))).toBeNull();
  });
});
