// Trains the same net with 1, 2 and 3 threads, in this Node and in every other whose path is given, in both arithmetics, and
// compares the bytes of the tensors in last.safetensors: each arithmetic has its own. Usage: node scripts/same-bits.mjs [/path/to/another/node …]
// (another Node from npm: `npm install --prefix SOMEWHERE node@24`, then SOMEWHERE/node_modules/node/bin/node)
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const lenet = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lenet-bits-"));

/** The hash of everything behind the header: the tensors, in the order of their names. */
function tensorHash(file) {
  const bytes = readFileSync(file);
  const header = 8 + Number(bytes.readBigUInt64LE(0));
  return createHash("sha256").update(bytes.subarray(header)).digest("hex");
}

const nodes = [process.execPath, ...process.argv.slice(2)];
const distinct = ["plain", "fused"].map((arithmetic) => {
  const hashes = nodes.flatMap((node, index) =>
    [1, 2, 3].map((threads) => {
      const out = join(folder, `${arithmetic}-${index}-${threads}`);
      const settings = ["--limit", "6000", "--epochs", "2", "--threads", `${threads}`, "--arithmetic", arithmetic];
      const { status, stderr } = spawnSync(node, [lenet, "train", ...settings, "--out", out], { encoding: "utf8" });
      if (status !== 0) throw new Error(`${node} ended with status ${status}: ${stderr}`);
      const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
      const hash = tensorHash(join(out, "last.safetensors"));
      process.stdout.write(`${arithmetic}, Node ${version}, ${threads} threads: ${hash}\n`);
      return hash;
    }),
  );
  return new Set(hashes).size;
});
rmSync(folder, { recursive: true });
const same = distinct.every((count) => count === 1);
process.stdout.write(
  same ? `${nodes.length * 6} trainings, the same bytes in each arithmetic\n` : "the bytes differ\n",
);
process.exitCode = same ? 0 : 1;
