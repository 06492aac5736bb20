// Chromium without a window, and what it is shown: bundles made of sources, served from memory.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Chromium's program: CHROMIUM_PATH, else where systems put it; undefined where there is none. */
export const chromiumPath = process.env["CHROMIUM_PATH"] ?? usual.find((path) => existsSync(path));

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });

export type Files = ReadonlyMap<string, string | Uint8Array>;

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The page test/system/support/`page` and all it needs, by path. */
export const bundle = async (page: string): Promise<Files> => {
  const { build } = await import("vite");
  const made = await build({
    configFile: false,
    root: fileURLToPath(new URL("./", import.meta.url)),
    logLevel: "error",
    publicDir: false,
    worker: { format: "es" },
    build: {
      write: false,
      target: "es2022",
      minify: false,
      rolldownOptions: { input: `${root}test/system/support/${page}` },
    },
  });
  const outputs = (Array.isArray(made) ? made : [made]).flatMap((one) => ("output" in one ? one.output : []));
  return new Map(outputs.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** What makes a page cross-origin isolated, so that its workers may share memory. */
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves files on a port of this machine's own. */
export const serve = async (files: Files, isolated: boolean): Promise<{ address: string; close: () => void }> => {
  const server = createServer(({ url = "" }, response) => {
    const file = files.get(url);
    const headers = { "content-type": types[extname(url)] ?? "text/plain", ...(isolated ? isolation : {}) };
    response.writeHead(file === undefined ? 404 : 200, headers).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
};

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What axe finds fault with. */
export const axeFaults = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map(({ id }) => id);
  });
};
