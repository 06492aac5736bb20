// Reads what a source file imports and says which of it the architecture does not allow. The rules are the table below; a
// folder that is not in it has no rules yet, and is told so.
import { posix } from "node:path";

/** Paths under src/; a name ending in "/" is a folder. */
interface Rule {
  readonly values: readonly string[];
  /** What may be imported as a type, besides. */
  readonly types?: readonly string[];
  /** Modules of Node that touch the world. */
  readonly node?: readonly string[];
}

const leaves = ["errors.ts", "named.ts", "shape.ts", "random.ts", "words.ts"];
const files = ["node:fs", "node:fs/promises"];

/** Folders of the lab that stand on each other, the lowest first; report, export and the others use all of them. */
const lab = ["settings", "run", "model", "import", "training", "claims"];
const labRule = (below: readonly string[]): Rule => ({
  values: [
    ...[
      "data/",
      "engine/",
      "formats/",
      "kernels/",
      "layers/",
      "losses/",
      "nets/",
      "optimisers/",
      "files.ts",
      ...leaves,
    ],
    ...["lab/summary.ts", "lab/table.ts", "lab/distorted.ts"],
    ...below.map((name) => `lab/${name}/`),
    ...(below.includes("claims") ? ["baselines/"] : []),
  ],
  types: ["lab/"],
  node: [...files, "node:worker_threads"],
});

const inLab = (...names: readonly string[]): string[] => names.map((name) => `lab/${name}`);

/** The rooms of the lab's two largest folders, the lowest first, with what each knows besides itself and the leaves. */
const rooms: Readonly<Record<string, Rule>> = {
  "lab/sweep/search/": { values: ["baselines/"] },
  "lab/sweep/file/": { values: [...inLab("sweep/search/", "settings/"), "nets/"], types: inLab("run/") },
  "lab/sweep/trials/": {
    values: [...inLab("sweep/search/", "sweep/file/", "settings/", "run/", "model/", "training/"), "nets/", "files.ts"],
    node: files,
  },
  "lab/sweep/queue/": {
    values: [...inLab("sweep/trials/", "settings/", "run/", "model/", "training/"), "files.ts"],
    node: files,
  },
  "lab/sweep/answer/": {
    values: [...inLab("sweep/search/", "sweep/file/", "sweep/trials/", "run/", "table.ts"), "charts/", "files.ts"],
  },
  "lab/report/study/": {
    values: [
      ...inLab("settings/", "run/", "model/", "import/"),
      "baselines/",
      "data/",
      "kernels/reference/",
      "losses/",
      "files.ts",
    ],
    types: ["nets/"],
    node: files,
  },
  "lab/report/figures/": {
    values: [
      ...inLab("report/study/", "model/", "summary.ts", "table.ts"),
      "baselines/",
      "charts/",
      "data/",
      "engine/describe.ts",
    ],
    types: [...inLab("run/"), "nets/"],
  },
  "lab/report/documents/": {
    values: [
      ...inLab("report/study/", "report/figures/", "run/", "model/", "summary.ts", "table.ts"),
      "charts/",
      "data/",
      "files.ts",
    ],
  },
};

/** From the leaves up; the longest matching name rules a file. */
const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(leaves.map((leaf) => [leaf, { values: leaves }])),
  "files.ts": { values: leaves, node: files },
  "kernels/": { values: ["kernels/", ...leaves] },
  "kernels/host.ts": { values: [], types: ["kernels/arithmetic.ts"], node: files },
  "layers/": { values: ["layers/", ...leaves], types: ["kernels/contract.ts"] },
  "losses/": { values: ["losses/", ...leaves], types: ["kernels/contract.ts"] },
  "optimisers/": { values: ["optimisers/", ...leaves], types: ["kernels/contract.ts"] },
  "nets/": { values: ["nets/", "layers/index.ts", ...leaves], types: ["losses/"] },
  "engine/": {
    values: ["engine/", "kernels/", "layers/", "losses/", "optimisers/", ...leaves],
    types: ["nets/"],
  },
  ...Object.fromEntries(
    ["engine/host.ts", "engine/worker.ts"].map((file) => [
      file,
      { values: ["engine/"], node: ["node:worker_threads"] },
    ]),
  ),
  "data/": { values: ["data/", "files.ts", ...leaves], node: files },
  "baselines/": { values: ["baselines/", "kernels/", "engine/arena.ts", ...leaves], types: ["data/data-set.ts"] },
  "charts/": { values: ["charts/"] },
  "formats/": { values: ["formats/", ...leaves] },
  "formats/hdf5.ts": { values: ["formats/", ...leaves], node: ["node:worker_threads"] },
  "formats/hdf5-worker.ts": { values: ["formats/", ...leaves], node: ["node:worker_threads"] },
  "lab/": { values: [""], node: [...files, "node:worker_threads"] },
  ...Object.fromEntries(lab.map((name, i) => [`lab/${name}/`, labRule(lab.slice(0, i + 1))])),
  // Each the work of one command, on top of all those; none knows another.
  ...Object.fromEntries(
    ["export", "bench", "studio"].map((name) => [
      `lab/${name}/`,
      { ...labRule(lab), values: [...labRule(lab).values, `lab/${name}/`, "charts/"] },
    ]),
  ),
  // All that a sweep or a report is stands in one of its rooms.
  "lab/sweep/": { values: [] },
  "lab/report/": { values: [] },
  ...Object.fromEntries(
    Object.entries(rooms).map(([name, rule]) => [name, { ...rule, values: [name, ...rule.values, ...leaves] }]),
  ),
  "library.ts": { values: [""] },
  "index.ts": { values: [""] },
  "web.ts": { values: [""] },
};

/** Modules of Node that a file may only import when its rule says so. */
const guarded = [...files, "node:worker_threads", "node:child_process", "node:net", "node:http", "node:https"];
/** Nobody but the lab (which asks git for a commit) and the downloads reach this far. */
const reach: Readonly<Record<string, readonly string[]>> = {
  "lab/": ["node:child_process"],
  "lab/studio/studio.ts": ["node:http"],
  "data/download.ts": ["node:http", "node:https"],
};

export interface Import {
  /** As written. */
  readonly from: string;
  /** Nothing of it is there at run time. */
  readonly type: boolean;
}

const statement =
  /^\s*(?:import|export)\s+(type\s+)?([^"';]*?)\s*from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"|new URL\(\s*"(\.[^"]+\.\w+)"/gm;

/** Everything the text imports: statically, by name, or as the address of a file. */
export const importsOf = (text: string): Import[] =>
  [...text.matchAll(statement)].map(([, type, names = "", ...froms]) => {
    const listed = /^\{([\s\S]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "");
    const allTypes = listed !== undefined && listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name));
    return { from: froms.find((from) => from !== undefined)!, type: type !== undefined || allTypes };
  });

const matches = (path: string, name: string): boolean =>
  path === name || (/^$|\/$/.test(name) && path.startsWith(name));

const ruleOf = (path: string): Rule | undefined => {
  const name = Object.keys(rules)
    .filter((candidate) => matches(path, candidate))
    .sort((a, b) => b.length - a.length)[0];
  return name === undefined ? undefined : rules[name];
};

/** The file that `from` names in a file at `path`, under the root; the compiled ending turned back. */
export const resolveImport = (path: string, from: string): string => {
  const joined = posix.join(posix.dirname(path), from).replace(/\.js$/, ".ts");
  return /\.\w+$/.test(joined) ? joined : `${joined}.ts`;
};

/** What the file at `path` (src/kernels/load.ts) imports and may not, a line each. */
export const forbiddenImports = (path: string, text: string): string[] => {
  const imports = importsOf(text);
  if (!path.startsWith("src/")) return [];
  const place = path.slice("src/".length);
  const rule = ruleOf(place);
  if (!rule)
    return [
      `${path}: expected a rule for its folder, got none. Say in test/unit/support/imports.ts what it may import.`,
    ];
  const reached = Object.entries(reach).flatMap(([name, modules]) => (matches(place, name) ? modules : []));
  const allowed = ({ from, type }: Import): boolean => {
    if (!from.startsWith("."))
      return !guarded.includes(from) || (rule.node ?? []).includes(from) || reached.includes(from);
    const target = resolveImport(path, from);
    if (!target.startsWith("src/") || target.endsWith(".wasm")) return /^src\/kernels\/kernels-\w+\.wasm$/.test(target);
    const names = type ? [...rule.values, ...(rule.types ?? [])] : rule.values;
    return names.some((name) => matches(target.slice("src/".length), name));
  };
  return imports
    .filter((found) => !allowed(found))
    .map(({ from, type }) => `${path} imports ${type ? "a type of " : ""}${from}`);
};

/**
 * Modules of Node that `entry` needs at run time, each with the file that asks for it, where `instead` names the files that a
 * browser is given in place of others.
 */
export const nodeModulesBehind = (
  entry: string,
  texts: ReadonlyMap<string, string>,
  instead: ReadonlyMap<string, string>,
): string[] => {
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (wanted: string): void => {
    const path = instead.get(wanted) ?? wanted;
    if (seen.has(path)) return;
    seen.add(path);
    for (const { from, type } of importsOf(texts.get(path) ?? "")) {
      if (from.startsWith("node:")) found.push(`${path}: ${from}`);
      else if (!type && from.startsWith(".")) visit(resolveImport(path, from));
    }
  };
  visit(entry);
  return found;
};

/** A ring of modules that need each other at run time, as "a → b → a"; or nothing. */
export const importRing = (texts: ReadonlyMap<string, string>): string | null => {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(" → ");
    if (done.has(path)) return null;
    for (const { from, type } of importsOf(texts.get(path) ?? "")) {
      if (type || !from.startsWith(".")) continue;
      const ring = visit(resolveImport(path, from), [...trail, path]);
      if (ring) return ring;
    }
    done.add(path);
    return null;
  };
  for (const path of texts.keys()) {
    const ring = visit(path, []);
    if (ring) return ring;
  }
  return null;
};
