// The folder of a sweep: what it takes for its own, and what it does not believe.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { makeFolder } from "../../src/files.ts";
import { createSweep, openSweep } from "../../src/lab/sweep/trials/folder.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-sweep-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const text = "method: grid\nparameters:\n  rate: {values: [0.1, 0.2]}\n";
const create = (): string => createSweep(dir, "s.yaml", text, {});
const put = (name: string, content: string): void => writeFileSync(join(dir, name), content);

describe("the folder of a new sweep", () => {
  it.each([
    [
      "another sweep.yaml",
      () => put("sweep.yaml", "mine"),
      "sweep.yaml, where the sweep would write. Choose another --out.",
    ],
    ["a journal", () => put("journal.jsonl", ""), "journal.jsonl, where the sweep would write. Choose another --out."],
    ["trials", () => makeFolder(join(dir, "trials")), "trials, where the sweep would write. Choose another --out."],
    ["a run", () => put("config.json", "{}"), "a run. Resume it with --resume DIR, or choose another --out."],
    ["a sweep", () => create(), "a sweep. Go on with it: lenet sweep --resume DIR"],
  ])("that holds %s is refused, and nothing in it changed.", (_, fill, message) => {
    fill();
    const file = join(dir, "sweep.yaml");
    const before = existsSync(file) && readFileSync(file, "utf8");
    expect(create).toThrow(new LenetError(`${dir}: already holds ${message.replace("DIR", dir)}`));
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe(before);
  });

  it("may hold the very file, and what is none of a sweep's.", () => {
    put("sweep.yaml", text);
    put("README.md", "mine");
    create();
    expect(openSweep(dir).sweep.parameters.map(({ name }) => name)).toEqual(["rate"]);
    expect(readFileSync(join(dir, "README.md"), "utf8")).toBe("mine");
  });
});

describe("the folder of a sweep", () => {
  it("is refused where its file is not the one it began with, and taken where an older version noted none.", () => {
    create();
    const changed = text.replace("rate:", "decay:");
    put("sweep.yaml", changed);
    expect(() => openSweep(dir)).toThrow(
      /sweep\.yaml: expected the file that the sweep began with, got another \(sha256 [0-9a-f]{12}…\)\. Undo the change, or begin a new sweep with it\.$/,
    );
    const { sha256, ...older } = JSON.parse(readFileSync(join(dir, "sweep.json"), "utf8"));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    put("sweep.json", JSON.stringify(older));
    expect(openSweep(dir).sweep.parameters.map(({ name }) => name)).toEqual(["decay"]);
  });

  it.each(["null", "5", "{}", "nonsense", '{"id":"x","file":"s.yaml"}'])(
    "says so of a sweep.json that is %s.",
    (content) => {
      create();
      put("sweep.json", content);
      expect(() => openSweep(dir)).toThrow(
        new LenetError(
          `${dir}/sweep.json: expected what a sweep began with, as JSON, got ${JSON.stringify(content)}. Restore it from a copy.`,
        ),
      );
    },
  );
});
