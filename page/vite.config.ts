// Builds the pages into dist/page. What they import of src/ is the compiled code in dist/, as in the tests; package.json says which
// of its files are others in a browser. The page of an exported model becomes one file, its script and style inside; the studio has a server.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Puts scripts and styles into the HTML that asks for them. */
const singleFile = (): Plugin => ({
  name: "single-file",
  enforce: "post",
  generateBundle(_, bundle) {
    for (const html of Object.values(bundle)) {
      if (html.type !== "asset" || !html.fileName.endsWith(".html")) continue;
      let text = String(html.source);
      for (const [name, file] of Object.entries(bundle)) {
        if (file === html) continue;
        const code = file.type === "chunk" ? file.code.replaceAll("</script", "<\\/script") : String(file.source);
        const tag = new RegExp(`\\s*<(?:script|link)[^>]*${name.replace(/[.]/g, "\\.")}[^>]*>(?:</script>)?`);
        text = text.replace(tag, "");
        // The body has to be there before the script runs, which a module waits for.
        const inline = file.type === "chunk" ? `<script type="module">${code}</script>` : `<style>${code}</style>`;
        text = text.replace("</head>", () => `${inline}\n  </head>`);
        delete bundle[name];
      }
      html.source = text;
    }
  },
});

/** The folder of a page, which is also the mode it is built in: vite build --mode studio. */
export default defineConfig(({ mode }) => ({
  root: folder(`./${mode}`),
  base: "./",
  publicDir: false,
  logLevel: "warn",
  resolve: { alias: [{ find: /^(?:\.\.\/)+src\/(.*)\.ts$/, replacement: `${folder("../dist/src/")}$1.js` }] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: folder(`../dist/page/${mode}`),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
  },
  plugins: mode === "digit" ? [singleFile()] : [],
}));
