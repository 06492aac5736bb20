// What a training step leaves on the heap, measured in a process of its own.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Bytes a step left on the heap, and the positions walked, of 2,000 steps by allocation.mjs with these arguments. V8 compiles on the one
 * thread it has, after a number of calls and not of milliseconds, so that a busy machine measures what an idle one does.
 */
export const bytesPerStep = (...args: string[]): { bytes: number; positions: number } => {
  const script = fileURLToPath(new URL("./allocation.mjs", import.meta.url));
  const v8 = ["--expose-gc", "--single-threaded", "--min-semi-space-size=64", "--max-semi-space-size=64"];
  const [bytes, positions] = execFileSync(process.execPath, [...v8, script, ...args], { encoding: "utf8" })
    .trim()
    .split(" ")
    .map(Number);
  return { bytes: bytes as number, positions: positions as number };
};
