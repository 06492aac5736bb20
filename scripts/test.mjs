// Runs every test, shows what Vitest shows, and ends with one line that counts them: `N passed, N failed`. The exit status
// is 0 only when Vitest is content and at least one test ran. Arguments go to Vitest: npm test -- --project unit
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const scratch = mkdtempSync(join(tmpdir(), "lenet-test-"));
const counted = join(scratch, "counted.json");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${counted}`];

/** Vitest's exit status; its output goes straight to ours. */
const run = () =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    // A signal to us is Vitest's too, so that it stops its workers; its end is ours.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });

/** What ran, by its outcome; a file that failed without a failed test (it did not load, or a hook failed) is one failure. */
const count = () => {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(counted, "utf8"),
    );
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
};

const status = await run();
const { passed, failed, skipped } = count();
rmSync(scratch, { recursive: true, force: true });
if (passed + failed === 0) process.stderr.write("No test ran.\n");
if (skipped > 0) process.stdout.write(`${skipped} skipped (what they need is not here)\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = status !== 0 ? status : failed > 0 || passed === 0 ? 1 : 0;
