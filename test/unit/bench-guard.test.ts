// npm run bench:guard: status 1 for what is slower, 2 for what it cannot judge, and it says how much it judged.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { runBench } from "../../src/lab/bench/run.ts";
import { netNamed } from "../../src/nets/index.ts";

const script = fileURLToPath(new URL("../../scripts/bench-guard.mjs", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "lenet-guard-"));
afterAll(() => rmSync(dir, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

const guard = (...words: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    let text = "";
    const child = spawn(process.execPath, [script, ...words], { cwd: dir });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (more: string) => {
        text += more;
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });

const keep = (name: string, content: object): void => writeFileSync(join(dir, name), JSON.stringify(content));

it("judges of a profile the whole step alone, says so, and finds it slower than a step of no time.", async () => {
  const net = netNamed("lenet1");
  const how = { arithmetic: "plain", seconds: 0.001, repetitions: 1, peers: [], threads: 1, batch: 3 } as const;
  const result = await runBench({ ...how, net, of: "profile" });
  const profile = result.profile!;
  const { rows } = profile;
  keep("slow.json", { ...result, profile: { ...profile, microsecondsPerImage: 1e9 } });
  keep("fast.json", { ...result, profile: { ...profile, microsecondsPerImage: 1e-9 } });
  const [kept, lost] = await Promise.all(
    ["slow.json", "fast.json"].map((name) => guard(name, "--seconds", "0.001", "--noise", "0.5")),
  );
  expect(kept!.text).toContain(`1 of ${rows.length + 1} figures judged, none slower by more than 50 %`);
  expect(kept!.code).toBe(0);
  expect(lost!.text).toContain("slower, twice in a row: lenet1, batch 3, whole step");
  expect(lost!.code).toBe(1);
});

it("answers mistakes with a sentence and status 2, before anything is measured.", async () => {
  keep("bad.json", { kind: "lenet bench" });
  const mistakes: [words: string[], sentence: string][] = [
    [["bad.json"], "bad.json: expected a result of lenet bench, got one that is not whole."],
    [["bad.json", "more.json"], "bench:guard: expected one file, got 2."],
    [["--noise", "1"], "--noise: expected a number from 0 up to but not including 1, got 1."],
    [["--peers", "pytorhc"], 'got "pytorhc". Did you mean "pytorch"?'],
    [["--bogus"], "bench:guard: expected [FILE] [--noise 0.2] [--seconds 1] [--peers NAMES], got other words"],
  ];
  for (const [words, sentence] of mistakes) {
    const { code, text } = await guard(...words);
    expect([code, text]).toEqual([2, expect.stringContaining(sentence)]);
    expect(text.trim().split("\n")).toHaveLength(1);
  }
});
