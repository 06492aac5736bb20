// The tests run what is shipped: every import of the sources is sent to the compiled code in dist/ (workers and kernels
// included). `npm test` builds first.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const dist = fileURLToPath(new URL("./dist/", import.meta.url));
const compiled = { alias: [{ find: /^(?:\.\.\/)+(src|cli)\/(.*)\.ts$/, replacement: `${dist}$1/$2.js` }] };

export default defineConfig({
  test: {
    // Vitest leaves one core to itself otherwise: half of a machine of two.
    maxWorkers: "100%",
    projects: [
      {
        resolve: compiled,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        resolve: compiled,
        test: { name: "system", include: ["test/system/**/*.test.ts"], testTimeout: 240_000, hookTimeout: 240_000 },
      },
    ],
  },
});
