// Makes one file of the threads' program and all it imports: a thread that reads forty files is ready a third later than one that
// reads one. Only dist/src/engine/worker.js is replaced; what the compiler wrote works too.
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = `${root}dist/src/engine`;

await build({
  root,
  configFile: false,
  logLevel: "error",
  build: {
    ssr: true,
    target: "node20",
    minify: false,
    outDir: folder,
    emptyOutDir: false,
    copyPublicDir: false,
    sourcemap: true,
    rollupOptions: { input: `${folder}/worker.js`, output: { entryFileNames: "worker.js" } },
  },
});
