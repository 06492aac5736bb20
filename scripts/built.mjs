// Marks the build as complete: ready.mjs builds again when a source is newer than this mark.
import { writeFileSync } from "node:fs";

writeFileSync(new URL("../dist/.built", import.meta.url), "");
