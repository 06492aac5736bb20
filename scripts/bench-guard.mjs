// Measures this checkout and ends with status 1 when something has become slower than before by more than noise explains, with 2
// when it cannot judge. Before: a result of lenet bench, by default the newest in bench/results. Only ratios count, to the roof of the
// core or to the peers of the same run, so that a machine at another pace is no alarm; what looks slower is measured once more.
// Usage: npm run bench:guard [-- FILE] [--noise 0.2] [--seconds 1] [--peers pytorch,onnxruntime-web]
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LenetError, messageOf } from "../dist/src/errors.js";
import { namesIn } from "../dist/src/files.js";
import { compareResults, kindOf, readResult, slower } from "../dist/src/lab/bench/compare.js";
import { peersNamed } from "../dist/src/lab/bench/peers.js";
import { comparisonText } from "../dist/src/lab/bench/report.js";
import { runBench } from "../dist/src/lab/bench/run.js";
import { aboveZero, share } from "../dist/src/lab/settings/rules.js";
import { chooseArithmetic } from "../dist/src/lab/settings/settings.js";
import { netNamed } from "../dist/src/nets/index.js";

const folder = fileURLToPath(new URL("../bench/results/", import.meta.url));

/** What is asked for. Throws LenetError. */
const given = () => {
  const text = { type: "string" };
  try {
    return parseArgs({ allowPositionals: true, options: { noise: text, seconds: text, peers: text } });
  } catch (thrown) {
    const [what] = messageOf(thrown).split(/\.\s/);
    throw new LenetError(
      `bench:guard: expected [FILE] [--noise 0.2] [--seconds 1] [--peers NAMES], got other words (${what}). Leave out the rest.`,
    );
  }
};

const newest = () => {
  const [name] = namesIn(folder, "results of lenet bench")
    .filter((file) => file.endsWith(".json"))
    .sort()
    .reverse();
  if (name) return folder + name;
  throw new LenetError("bench/results: expected a result to compare with, got none. Run: npm run bench");
};

/** How to measure what `then` measured. Throws LenetError. */
const settingsOf = (then, { seconds = 1, peers }) => {
  const of = kindOf(then);
  return {
    net: netNamed(then.settings.net),
    arithmetic: chooseArithmetic("arithmetic of the file", then.settings.arithmetic),
    seconds: aboveZero("--seconds", seconds) / (of === "kernels" ? 10 : 1),
    repetitions: 3,
    peers: peers === undefined ? [] : peersNamed(peers, of),
    threads: availableParallelism(),
    of,
    ...(then.profile ? { batch: then.profile.batch } : {}),
    onProgress: ({ title }) => process.stderr.write(`${title}\n`),
  };
};

const guard = async () => {
  const { values, positionals } = given();
  const [file = newest(), ...more] = positionals;
  if (more.length > 0)
    throw new LenetError(`bench:guard: expected one file, got ${positionals.length}. Ask for one after the other.`);
  const noise = share("--noise", aboveZero("--noise", values.noise ?? 0.2));
  const then = readResult(file);
  const settings = settingsOf(then, values);
  // The parts of a step are too short to be judged each by itself.
  const measured = async () => compareResults(await runBench(settings), then);
  const judged = (compared) =>
    compared.filter(({ name, beside }) => beside !== null && (!then.profile || /whole step/.test(name)));
  const compared = await measured();
  process.stdout.write(`${comparisonText(compared, then)}\n`);
  const all = judged(compared);
  if (all.length === 0)
    throw new LenetError(`${file}: expected figures of what is measured today, got none. Compare with a newer result.`);
  let found = slower(all, noise);
  if (found.length > 0) {
    const again = new Set(slower(judged(await measured()), noise).map(({ name }) => name));
    found = found.filter(({ name }) => again.has(name));
  }
  for (const { name, beside } of found)
    process.stdout.write(`slower, twice in a row: ${name}, ${beside.toFixed(2)} × of before\n`);
  if (found.length === 0)
    process.stdout.write(
      `${all.length} of ${compared.length - 1} figures judged, none slower by more than ${noise * 100} %\n`,
    );
  process.exitCode = found.length > 0 ? 1 : 0;
};

try {
  await guard();
} catch (thrown) {
  if (!(thrown instanceof LenetError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = thrown.exitCode;
}
