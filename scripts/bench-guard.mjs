// Measures this checkout and ends with status 1 when something has become slower than before by more than noise explains.
// Before: a result of lenet bench, by default the newest in bench/results. Only ratios count, to the roof of the core or to the
// peers of the same run, so that a machine at another pace is no alarm; what looks slower is measured once more.
// Usage: npm run bench:guard [-- FILE] [--noise 0.2] [--seconds 1] [--peers pytorch,onnxruntime-web]
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LenetError } from "../dist/src/errors.js";
import { compareResults, readResult, slower } from "../dist/src/lab/bench/compare.js";
import { peers } from "../dist/src/lab/bench/peers.js";
import { comparisonText } from "../dist/src/lab/bench/report.js";
import { runBench } from "../dist/src/lab/bench/run.js";
import { chooseArithmetic } from "../dist/src/lab/settings/settings.js";
import { netNamed } from "../dist/src/nets/index.js";

const folder = fileURLToPath(new URL("../bench/results/", import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { noise: { type: "string" }, seconds: { type: "string" }, peers: { type: "string" } },
});

const above = (name, usual) => {
  const value = Number(values[name] ?? usual);
  if (value > 0) return value;
  throw new LenetError(`--${name}: expected a number above 0, got "${values[name]}".`);
};

const newest = () => {
  const [name] = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .reverse();
  if (name) return folder + name;
  throw new LenetError("bench/results: expected a result to compare with, got none. Run: npm run bench");
};

/** What `then` measured, measured now. */
const measure = (then, seconds) => {
  const { net, arithmetic: asked } = then.settings;
  const arithmetic = chooseArithmetic("arithmetic of the file", asked);
  const names = values.peers?.split(",") ?? [];
  return runBench({
    net: netNamed(net),
    arithmetic,
    seconds: seconds / (then.kernels.length > 0 ? 10 : 1),
    repetitions: 3,
    peers: peers.filter(({ name }) => names.includes(name)),
    threads: availableParallelism(),
    of: then.profile ? "profile" : then.kernels.length > 0 ? "kernels" : "nets",
    ...(then.profile ? { batch: then.profile.batch } : {}),
    onProgress: ({ title }) => process.stderr.write(`${title}\n`),
  });
};

try {
  const then = readResult(positionals[0] ?? newest());
  const [noise, seconds] = [above("noise", 0.2), above("seconds", 1)];
  const compared = compareResults(await measure(then, seconds), then);
  // The parts of a step are too short to be judged each by itself.
  const judged = (list) => slower(then.profile ? list.filter(({ name }) => /whole step/.test(name)) : list, noise);
  let found = judged(compared);
  process.stdout.write(`${comparisonText(compared, then)}\n`);
  if (found.length > 0) {
    const again = new Set(judged(compareResults(await measure(then, seconds), then)).map(({ name }) => name));
    found = found.filter(({ name }) => again.has(name));
  }
  for (const { name, beside } of found)
    process.stdout.write(`slower, twice in a row: ${name}, ${beside.toFixed(2)} × of before\n`);
  if (found.length === 0)
    process.stdout.write(`${compared.length - 1} figures, none slower by more than ${noise * 100} %\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
} catch (thrown) {
  if (!(thrown instanceof LenetError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = thrown.exitCode;
}
