// Runs the built command line as people do, in a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `lenet words…` in the folder `cwd`; `onLine` hears every line of stdout. */
export const start = (words: readonly string[], cwd: string, onLine = (_: string): void => {}): Running => {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr, line] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    line += text;
    for (let end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
      onLine(line.slice(0, end));
      line = line.slice(end + 1);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
};

/** Runs `lenet words…` to its end. */
export const lenet = (words: readonly string[], cwd: string): Promise<Ended> => start(words, cwd).ended;
