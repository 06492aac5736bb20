// A run that was killed or interrupted and taken up again gives the bytes of one that nothing disturbed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint, readHistory } from "../../src/lab/run/run-folder.ts";
import type { Position, ProgressEvent } from "../../src/lab/training/events.ts";
import { writeDigits } from "../unit/support/digits-folder.ts";
import { lenet, type Running, start } from "./support/lenet.ts";

/** Of these the training learns from nine in ten. One thread: an epoch then takes long enough to be interrupted in, however many cores. */
const IMAGES = 9_000;
const settings = ["--data", "digits", "--epochs", "2", "--threads", "1", "--json", "--no-report"];
let dir: string;
const path = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-resume-"));
  await writeDigits(path("digits"), IMAGES, 200);
  expect((await lenet(["train", ...settings, "--out", "undisturbed"], dir)).code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts a run and calls `act` once, in the middle of the second epoch. */
const midEpoch = (words: readonly string[], act: (running: Running) => void): Running => {
  let acted = false;
  const running: Running = start(["train", ...words], dir, (line) => {
    const event: ProgressEvent = JSON.parse(line);
    if (acted || event.kind !== "progress" || event.epoch !== 2 || event.step > event.steps / 2) return;
    acted = true;
    act(running);
  });
  return running;
};

const position = (run: string): Position => JSON.parse(readCheckpoint(path(run), "last").metadata["position"]!);

/** Everything that must not depend on interruptions; times do. */
const expectUndisturbed = (run: string): void => {
  for (const file of ["last.safetensors", "best.safetensors", "steps.csv"])
    expect(readFileSync(join(path(run), file)).equals(readFileSync(join(path("undisturbed"), file))), file).toBe(true);
  const scores = (name: string) =>
    readHistory(path(name)).map(({ train, validation, rate, tensors }) => ({ train, validation, rate, tensors }));
  expect(scores(run)).toEqual(scores("undisturbed"));
};

const resume = async (run: string, ...more: string[]): Promise<void> => {
  const { code, stderr } = await lenet(["train", "--resume", run, "--json", ...more], dir);
  expect(stderr).toBe("");
  expect(code).toBe(0);
};

describe("lenet train --resume", () => {
  it("after kill -9 in the middle of an epoch gives the undisturbed bytes.", async () => {
    const { signal } = await midEpoch([...settings, "--out", "killed"], ({ child }) => child.kill("SIGKILL")).ended;
    expect(signal).toBe("SIGKILL");
    expect(position("killed")).toMatchObject({ epoch: 1, image: 0 });
    await resume("killed");
    expectUndisturbed("killed");
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "after %s, which saves in the middle of an epoch and ends with 130, gives the undisturbed bytes.",
    async (signal) => {
      const { code } = await midEpoch([...settings, "--out", signal], ({ child }) => child.kill(signal)).ended;
      expect(code).toBe(130);
      const { epoch, image } = position(signal);
      expect(epoch).toBe(1);
      expect(image).toBeGreaterThan(0);
      expect(image).toBeLessThan(0.9 * IMAGES);
      await resume(signal, "--threads", "2");
      expectUndisturbed(signal);
    },
  );

  it("may be interrupted again and again.", async () => {
    const again = async (words: readonly string[]): Promise<void> => {
      expect((await midEpoch(words, ({ child }) => child.kill("SIGINT")).ended).code).toBe(130);
    };
    await again([...settings, "--out", "again"]);
    await again(["--resume", "again", "--json"]);
    await resume("again");
    expectUndisturbed("again");
  });

  it("refuses a run that another process is at work on, and leaves it as it is.", async () => {
    let refused: ReturnType<typeof lenet> | undefined;
    const { ended } = midEpoch([...settings, "--out", "busy"], ({ child }) => {
      child.kill("SIGSTOP");
      refused ??= lenet(["train", "--resume", "busy"], dir).finally(() => {
        child.kill("SIGKILL");
      });
    });
    await ended;
    const { code, stderr } = await refused!;
    expect(stderr).toMatch(
      /^busy: expected a run that nobody is training, got one that process \d+ is at work on\. Wait for its end; or, if that process is another program, remove busy\/at-work\.\n$/,
    );
    expect(code).toBe(2);
    await resume("busy");
    expectUndisturbed("busy");
    expect(existsSync(path("busy/at-work"))).toBe(false);
  });

  it("refuses settings beside it, a run that is complete, and a folder that is none.", async () => {
    const say = async (...words: string[]): Promise<string> => {
      const { code, stderr } = await lenet(["train", "--resume", ...words], dir);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await say("undisturbed", "--rate", "0.1")).toBe(
      "--resume: expected no other settings than --threads, got --rate. A run goes on with its own settings: leave --rate out.\n",
    );
    expect(await say("undisturbed")).toBe(
      "undisturbed: expected a run that was interrupted, got one that is complete. To learn on from its weights: lenet train --init undisturbed\n",
    );
    expect(await say("nowhere")).toBe(
      "nowhere/config.json: expected the settings of a run, got no such file. Check the name.\n",
    );
  });
});

describe("lenet train, interrupted", () => {
  it("says in words how to go on.", async () => {
    const words = ["train", "--data", "digits", "--epochs", "50", "--out", "words"];
    const running = start(words, dir);
    await new Promise<void>((resolve) => {
      let text = "";
      running.child.stderr!.on("data", (some: string) => {
        text += some;
        if (text.includes("epoch  1/50")) resolve();
      });
    });
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Interrupted in epoch \d+, after a complete step\. To go on: (npx )?lenet train --resume words\n$/,
    );
  });

  it("ends at once when it is asked a second time.", async () => {
    const running = midEpoch([...settings, "--out", "twice"], ({ child }) => {
      child.kill("SIGINT");
      child.kill("SIGTERM");
    });
    expect((await running.ended).code).toBe(130);
    await resume("twice");
    expectUndisturbed("twice");
  });
});
