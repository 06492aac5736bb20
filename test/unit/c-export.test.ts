// C sources of nets: they compile without a warning, and what comes of them answers as the nets do.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load, type Model, netNamed } from "../../src/index.ts";
import { cOf, float } from "../../src/lab/export/c.ts";
import { committee, digitsFor, random } from "./support/models.ts";

const DIGITS = 20;
const strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1"];
const compiler = ["gcc", "cc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Digits from stdin, one after the other; a line each to stdout: the answer and the outputs. */
const main = (name: string): string => `#include <stdio.h>
#include "${name}.h"
int main(void) {
  static unsigned char pixels[NET_ROWS * NET_COLUMNS];
  float outputs[NET_CLASSES];
  while (fread(pixels, 1, sizeof pixels, stdin) == sizeof pixels) {
    const int answer = net_answer(pixels, outputs);
    if (answer != net_answer(pixels, 0)) return 1;
    printf("%d", answer);
    for (int k = 0; k < NET_CLASSES; k++) printf(" %.9g", (double)outputs[k]);
    printf("\\n");
  }
  return 0;
}
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lenet-c-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const answersOf = (model: Model, images: Uint8Array): number[][] => {
  const { source, header } = cOf(model, "net");
  for (const [name, text] of Object.entries({ "net.c": source, "net.h": header, "main.c": main("net") }))
    writeFileSync(join(dir, name), text);
  execFileSync(compiler!, [...strict, "main.c", "net.c", "-o", "net", "-lm"], { cwd: dir });
  const lines = execFileSync(join(dir, "net"), { input: images, encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => line.split(" ").map(Number));
};

/** Together they have every kind of layer. */
const nets: [string, () => Model][] = [
  ...["lenet5-1998", "zipcode1989", "tutorial"].map((name): [string, () => Model] => [name, () => load(name)]),
  ["a committee", () => random(committee())],
  ...[
    "lenet5:activation=relu,pool=max,norm=yes,dropout=0.5,c1=3,c3=5,c5=7,f6=9",
    "lenet4:c5=five",
    "zipcode1989:output=sigmoid,dropout=0.2",
    "mlp:hidden=12,second=11,side=20",
    "linear:side=16",
  ].map((name): [string, () => Model] => [name, () => random(netNamed(name))]),
];

describe.skipIf(compiler === undefined)("the C source (skipped where there is no C compiler)", () => {
  it.each(nets)("of %s compiles without a warning and answers as the net does.", async (_, make) => {
    const model = make();
    const images = Uint8Array.from(await digitsFor(model.net, DIGITS), Math.round);
    const area = model.net.image.rows * model.net.image.columns;
    const theirs = answersOf(model, images);
    const ours = model.outputs(images);
    expect(theirs).toHaveLength(DIGITS);
    theirs.forEach(([answer, ...outputs], n) => {
      expect(answer).toBe(model.predict(images.slice(n * area, (n + 1) * area)).label);
      outputs.forEach((output, k) => {
        const wanted = ours[n * model.net.classes + k]!;
        expect(Math.abs(output - wanted) / Math.max(1, Math.abs(wanted))).toBeLessThan(1e-5);
      });
    });
    expect(new Set(theirs.map(String)).size).toBeGreaterThan(DIGITS / 2);
  });

  it("holds no function that its net does not call.", () => {
    const { source } = cOf(random(netNamed("linear")), "net");
    expect([...source.matchAll(/^static (?:const )?\w+ \*?(\w+)\(/gm)].map(([, name]) => name)).toEqual([
      "join",
      "squash",
      "add",
      "see",
      "run",
    ]);
  });
});

describe("the C source", () => {
  it("gives its names the name of the file, as far as C has the letters.", () => {
    const { source, header } = cOf(random(netNamed("linear")), "1998-net.v2");
    expect(source).toContain('#include "1998-net.v2.h"');
    expect(source).toContain("int net_1998_net_v2_answer(const unsigned char *pixels, float *outputs)");
    expect(header).toContain("#define NET_1998_NET_V2_CLASSES 10\n");
  });

  it("has numbers that are read back exactly, and no more digits than that takes.", () => {
    expect([0, 1, -0.1, 1 / 3, 1e-20, 3e38, 16777216].map(float)).toEqual([
      "0.0f",
      "1.0f",
      "-0.1f",
      "0.33333334f",
      "1e-20f",
      "3e+38f",
      "16777216.0f",
    ]);
    expect(() => float(Number.NaN)).toThrow("weights: expected finite numbers, got NaN.");
    const text = readFileSync(new URL("../../src/lab/export/c-functions.ts", import.meta.url), "utf8");
    expect(text).not.toMatch(/\bdouble\b|\bmalloc\b/);
  });
});
