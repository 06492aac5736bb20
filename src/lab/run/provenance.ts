// Where and with what a run was made: versions, commit, processor. Reads the package's own files; knows nothing of nets.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** The package's own folder, seen from dist/src/lab. */
const home = new URL("../../../../", import.meta.url);

/** Version of this package. */
export const lenetVersion = (): string => JSON.parse(readFileSync(new URL("package.json", home), "utf8")).version;

export const versions = (): { lenet: string; node: string } => ({ lenet: lenetVersion(), node: process.versions.node });

/** The commit this package is built from, null where it is no checkout or there is no git. */
export const commit = (): string | null => {
  if (!existsSync(new URL(".git", home))) return null;
  try {
    const cwd = fileURLToPath(home);
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
};

/** The processor's name. */
export const processor = (): string => cpus()[0]?.model.trim() ?? "unknown";
