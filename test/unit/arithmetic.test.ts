// The two arithmetics: told apart by what they compute, chosen once, and never mixed silently.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { compareCommand } from "../../cli/compare.ts";
import { createModel, evaluate, load, save } from "../../src/index.ts";
import { type arithmetics, hasFused, kernelModule, usualArithmetic } from "../../src/kernels/module.ts";
import { openLook } from "../../src/lab/model/look.ts";
import { responsesTo } from "../../src/lab/model/responses.ts";
import { resolve } from "../../src/lab/settings/settings.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { writeDigits } from "./support/digits-folder.ts";
import { digitsFor, random } from "./support/models.ts";

/** sum + a × b in this arithmetic. */
const madd = (arithmetic: (typeof arithmetics)[number], sum: number, a: number, b: number): number => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { f32_madd } = new WebAssembly.Instance(kernelModule(arithmetic), { env: { memory } }).exports;
  return (f32_madd as (sum: number, a: number, b: number) => number)(sum, a, b);
};

const factor = 1 + 2 ** -12;

describe("arithmetic", () => {
  it("plain rounds the product before it is added.", () => {
    expect(madd("plain", -(1 + 2 ** -11), factor, factor)).toBe(0);
  });

  it.runIf(hasFused())("fused rounds once, after the sum.", () => {
    expect(madd("fused", -(1 + 2 ** -11), factor, factor)).toBe(2 ** -24);
    // A float32 fused multiply-add of float32 numbers is what float64 gives, rounded, where float64 is exact.
    for (let i = 1; i < 1_000; i++) {
      const [a, b, sum] = [Math.fround(i / 7), Math.fround(3 / i), Math.fround(-i / 1_000)];
      expect(madd("fused", 0, a, b)).toBe(Math.fround(a * b));
      expect(Math.abs(madd("fused", sum, a, b) - (sum + a * b))).toBeLessThanOrEqual(2 ** -24 * Math.abs(sum + a * b));
    }
  });

  it("is fused by default exactly where the machine has it, and part of the settings of a run.", () => {
    expect(usualArithmetic()).toBe(hasFused() ? "fused" : "plain");
    expect(resolve(lenet5, {}).arithmetic).toBe(usualArithmetic());
    expect(resolve(lenet5, { arithmetic: "plain" }).arithmetic).toBe("plain");
  });

  it("of another name is refused.", () => {
    expect(() => resolve(lenet5, { arithmetic: "fussed" as "fused" })).toThrow(
      'arithmetic: expected one of fused, plain, got "fussed". Did you mean "fused"?',
    );
  });

  const { weights } = random(lenet5);
  const learnedIn = (arithmetic: string) =>
    createModel(lenet5, weights, { net: "lenet5", settings: JSON.stringify({ arithmetic }) });

  it.runIf(hasFused())(
    "of a model's answers is the one it learned in, or the usual one where that is not known.",
    async () => {
      const images = await digitsFor(lenet5, 3);
      const [fused, plain] = (["fused", "plain"] as const).map((arithmetic) => {
        const model = learnedIn(arithmetic);
        const outputs = model.outputs(images);
        expect(outputs).toEqual(createModel(lenet5, weights, {}, "weights", arithmetic).outputs(images));
        expect(responsesTo(model, images).at(-1)!.values).toEqual(outputs);
        const look = openLook(model);
        look.at(images.subarray(0, 784));
        expect([...look.layers.at(-1)!.values]).toEqual([...outputs.subarray(0, 10)]);
        return outputs;
      });
      expect(fused).not.toEqual(plain);
      expect(learnedIn("rounded").outputs(images)).toEqual(fused);
      expect(createModel(lenet5, weights).outputs(images)).toEqual(fused);
    },
  );

  it.runIf(hasFused())("that differs is told where models are compared, and is each one's own.", async () => {
    const dir = mkdtempSync(join(tmpdir(), "lenet-arithmetic-"));
    let stdout = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += text;
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    try {
      const path = (name: string): string => join(dir, name);
      await writeDigits(path("digits"), 1, 100);
      for (const name of ["fused", "plain"]) save(learnedIn(name), path(name));
      const compare = async (...words: string[]): Promise<string> => {
        stdout = "";
        await compareCommand().parseAsync([...words, "--data", path("digits")], { from: "user" });
        return stdout;
      };
      const both = await compare(path("fused"), path("plain"), "--out", path("page.html"));
      expect(both).toMatch(/^1 .*fused +lenet5 +fused +\d+ .*\n2 .*plain +lenet5 +plain +\d+ /m);
      expect(both).toContain("not all of one arithmetic");
      expect(readFileSync(path("page.html"), "utf8")).toMatch(/lenet5, plain arithmetic.*not all of one arithmetic/s);
      expect(await compare(path("fused"), path("fused"))).not.toContain("not all of one arithmetic");
      const { models } = JSON.parse(await compare(path("fused"), path("plain"), "--json"));
      expect(models).toMatchObject([{ arithmetic: "fused" }, { arithmetic: "plain", learnedIn: "plain" }]);
      const losses = ["fused", "plain"].map(async (name) => (await evaluate(load(path(name)), path("digits"))).loss);
      expect(new Set(await Promise.all(losses)).size).toBe(2);
    } finally {
      vi.restoreAllMocks();
      rmSync(dir, { recursive: true });
    }
  });
});
