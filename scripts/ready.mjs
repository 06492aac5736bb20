// Makes the checkout ready: installs what package-lock.json names and builds, each only when it is out of date.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const time = (path) => statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = (folder) =>
  Math.max(
    ...readdirSync(root + folder, { recursive: true }).map((name) => time(`${folder}/${name}`)),
    time("package.json"),
    time("tsconfig.json"),
    time("asconfig.json"),
  );

/** What the tools have to say is shown only where they fail. */
function run(title, ...args) {
  process.stderr.write(`${title}\n`);
  const { status, error, stderr } = spawnSync("npm", args, {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  if (error || status !== 0) {
    process.stderr.write(stderr ?? "");
    process.stderr.write(`npm ${args.join(" ")} ended with ${error?.message ?? `status ${status}`}\n`);
    process.exit(1);
  }
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`lenet: expected Node 20.19 or newer, got ${process.versions.node}. Install a newer Node.\n`);
  process.exit(2);
}
if (time("node_modules/.package-lock.json") < time("package-lock.json")) {
  run("Installing (once, about half a minute) …", "ci", "--no-audit", "--no-fund", "--loglevel=error");
}
if (time("dist/.built") < Math.max(newest("src"), newest("cli"), newest("page")))
  run("Building …", "run", "--silent", "build");
