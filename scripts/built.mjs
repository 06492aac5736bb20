// Marks the build as complete: ready.mjs builds again when a source is newer than this mark. What npx runs is made executable:
// npm does that when it installs, and in a fresh checkout nothing is built yet then.
import { chmodSync, writeFileSync } from "node:fs";

chmodSync(new URL("../dist/cli/main.js", import.meta.url), 0o755);
writeFileSync(new URL("../dist/.built", import.meta.url), "");
