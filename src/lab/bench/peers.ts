// The other engines: programs of their own (bench/peers), started afresh for each measurement, that do the same work and
// print one line of JSON. An engine that is not here is told apart from one that cannot do a task, and neither is an error.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LenetError, messageOf } from "../../errors.ts";
import { closest } from "../../words.ts";
import type { Figures } from "./figures.ts";
import type { Task } from "./ours.ts";
import type { BenchKind } from "./result.ts";

/** One engine, in one way of using it. */
export interface Peer {
  /** What --peers calls it. */
  readonly name: string;
  readonly title: string;
  readonly program: string;
  readonly extra: readonly string[];
  /** Whether it can use more than one thread in training. */
  readonly threaded: boolean;
}

/** What a peer measured. */
export interface PeerReport {
  readonly version: string;
  readonly threads: number;
  readonly imagesPerSecond: Figures;
  /** Which of several ways it took. */
  readonly variant?: string;
  /** What is not the same work. */
  readonly differs?: string;
}

/** Why there is no figure, and what to do. */
export interface Absent {
  readonly absent: string;
}

const script = (name: string): Peer => ({ name, title: name, program: `${name}.mjs`, extra: [], threaded: false });
const torch = (name: string, title: string, variant: string): Peer => ({
  name,
  title,
  program: "pytorch.py",
  extra: ["--variant", variant],
  threaded: true,
});

export const peers: readonly Peer[] = [
  torch("pytorch", "PyTorch, tuned", "tuned"),
  torch("pytorch-plain", "PyTorch, as tutorials write it", "plain"),
  script("onnxruntime-node"),
  script("onnxruntime-web"),
  script("tfjs-wasm"),
  script("tfjs-cpu"),
  script("jax-js"),
  script("convnetjs"),
];

/**
 * The peers of a list of names, or none; `of` is what is measured. Throws LenetError for an unknown name, and where there are no peers
 * to what is measured.
 */
export const peersNamed = (list: string, of: BenchKind): readonly Peer[] => {
  if (of !== "nets")
    throw new LenetError(`--peers: expected whole nets to measure beside them, got ${of}. Leave --peers out.`);
  if (list === "none") return [];
  const known = peers.map(({ name }) => name);
  return list.split(",").map((word) => {
    const found = peers.find(({ name }) => name === word.trim());
    if (found) return found;
    throw new LenetError(
      `--peers: expected none, or some of ${known.join(",")}, got "${word.trim()}".${closest(word.trim(), known)}`,
    );
  });
};

/** Seen from dist/src/lab/bench; a package installed from a registry has no peers. */
const folder = new URL("../../../../bench/peers/", import.meta.url);

/** Debian's PyTorch belongs to Debian's Python, which need not be the first on the path. */
const pythons = ["python3", "/usr/bin/python3"];

/** Starting an engine and its trials take some seconds, and the slowest engine seconds for each batch. */
const PATIENCE_SECONDS = 180;

/** Lets the peer do this work for `seconds`. */
export const runPeer = async (
  { program, extra, name }: Peer,
  work: { task: Task; batch: number; threads: number },
  seconds: number,
): Promise<PeerReport | Absent> => {
  const path = fileURLToPath(new URL(program, folder));
  if (!existsSync(path)) return { absent: "its program is only in the repository, under bench/peers" };
  const options = { ...work, seconds };
  const words = [path, ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, `${value}`]), ...extra];
  const commands = program.endsWith(".py") ? pythons : [process.execPath];
  let answer: PeerReport | Absent = { absent: `${name} could not be started` };
  for (const command of commands) {
    answer = await ask(command, words, PATIENCE_SECONDS + seconds * 10);
    if (!("absent" in answer)) return answer;
  }
  return answer;
};

const ask = (command: string, words: readonly string[], patience: number): Promise<PeerReport | Absent> =>
  new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], timeout: patience * 1000 });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-2_000);
    });
    child.on("error", (error) => resolve({ absent: messageOf(error) }));
    child.on("close", (code, signal) => resolve(read(stdout) ?? { absent: trouble(stderr, code, signal) }));
  });

/** The one line of JSON, null when there is none. */
const read = (stdout: string): PeerReport | Absent | null => {
  try {
    return JSON.parse(stdout.trim());
  } catch {
    return null;
  }
};

const trouble = (stderr: string, code: number | null, signal: string | null): string => {
  if (signal) return `it was ended by ${signal} (it has ${PATIENCE_SECONDS} seconds and its measuring time)`;
  return stderr.trim().split("\n").at(-1) || `it ended with status ${code} and said nothing`;
};
