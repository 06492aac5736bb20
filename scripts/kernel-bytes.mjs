// Writes the compiled kernels as text into a module beside them, for browsers: nothing has to be fetched then, which a page in
// a single file could not, and which would make a worker wait before it hears its first message.
import { readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../dist/src/kernels/", import.meta.url);
const text = ["plain", "fused"].map((arithmetic) => {
  const bytes = readFileSync(new URL(`kernels-${arithmetic}.wasm`, folder));
  return `export const ${arithmetic} = "${bytes.toString("base64")}";\n`;
});
writeFileSync(new URL("bytes.js", folder), text.join(""));
