// Marks the build as complete: ready.mjs builds again when a source is newer than this mark. What was compiled from sources that
// are gone is removed, as the compiler does not. What npx runs is made executable: npm does that when it installs, and in a fresh
// checkout nothing is built yet then.
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = `${root}dist/`;
for (const folder of ["src", "cli"])
  for (const name of readdirSync(dist + folder, { recursive: true })) {
    const module = `${folder}/${name}`.replace(/(\.d\.ts|\.js|\.js\.map)$/, "");
    if (module === `${folder}/${name}`) continue;
    if (![".ts", ".d.ts"].some((ending) => existsSync(root + module + ending))) rmSync(`${dist}${folder}/${name}`);
  }
chmodSync(`${dist}cli/main.js`, 0o755);
writeFileSync(`${dist}.built`, "");
