// A machine without fused multiply-add: what was made with it can be looked at there, but not gone on with.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { sweepCommand } from "../../cli/sweep.ts";
import { createModel } from "../../src/index.ts";
import { hasFused } from "../../src/kernels/module.ts";
import { arithmeticText } from "../../src/lab/model/model.ts";
import { createSweep, openSweep } from "../../src/lab/sweep/trials/folder.ts";
import { openRun } from "../../src/lab/training/resume.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { random } from "./support/models.ts";

vi.mock(import("../../src/kernels/host.ts"), async (original) => {
  const { kernelBytes } = await original();
  return {
    kernelBytes: (arithmetic) => (arithmetic === "fused" ? new Uint8Array(8) : kernelBytes(arithmetic)),
    unlockRelaxedSimd: () => {},
  };
});

it("a model that learned in fused arithmetic answers in plain, and says so.", () => {
  expect(hasFused()).toBe(false);
  const { weights } = random(lenet5);
  const model = createModel(lenet5, weights, { settings: JSON.stringify({ arithmetic: "fused" }) });
  expect(model.arithmetic).toBe("plain");
  expect(arithmeticText(model)).toBe("plain here, fused in training");
});

it("a run that began in fused arithmetic is sent back to where it began, one in plain goes on.", () => {
  const folder = mkdtempSync(join(tmpdir(), "lenet-no-fused-"));
  try {
    const begun = (arithmetic: string) => {
      const config = { net: "lenet5", settings: { arithmetic, data: "mnist" } };
      writeFileSync(join(folder, "config.json"), JSON.stringify(config));
      return () => openRun(folder, lenet5, {});
    };
    expect(begun("fused")).toThrow(
      `${folder}: expected a machine with fused multiply-add, in which it began, got one without. Go on there, or begin anew with --arithmetic plain.`,
    );
    expect(begun("plain")()).toMatchObject({ folder, settings: { arithmetic: "plain" } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("a sweep that began in fused arithmetic is not mixed with plain trainings.", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lenet-no-fused-"));
  try {
    createSweep(folder, "s.yaml", "method: grid\nparameters: {seed: {values: [1, 2]}}\n", {});
    expect(openSweep(folder).origin.arithmetic).toBe("plain");
    const path = join(folder, "sweep.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"arithmetic": "plain"', '"arithmetic": "fused"'));
    await expect(sweepCommand().parseAsync(["--resume", folder], { from: "user" })).rejects.toThrow(
      `${folder}: expected a machine with fused multiply-add, in which it began, got one without. Go on there, or begin anew with arithmetic: {value: plain}.`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
