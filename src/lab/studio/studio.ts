// The local server behind `lenet studio`: gives a browser on this machine the page that the build has made, and the data sets that
// are here. Its headers isolate the page, so that the threads of a training may share memory there.
import { existsSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DataSet, limit } from "../../data/data-set.ts";
import { loadData, registeredSet } from "../../data/registry.ts";
import { LenetError } from "../../errors.ts";
import { readBytes } from "../../files.ts";
import { whole } from "../settings/rules.ts";
import { encodeSet } from "./set-bytes.ts";

/** Seen from dist/src/lab. */
const PAGES = fileURLToPath(new URL("../../../page/", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

const headers = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Names that a page of this machine is asked for by: another one is a stranger's page, which sends its reader here. */
const hosts = ["127.0.0.1", "localhost"];

export interface Studio {
  readonly address: string;
  close(): void;
}

type Loaded = Map<string, Promise<DataSet>>;

/** Opens the server on this port of this machine, 0: any that is free. Throws LenetError where the port is taken. */
export const openStudio = (port: number): Promise<Studio> =>
  new Promise((resolve, reject) => {
    const loaded: Loaded = new Map();
    const server = createServer(({ method, url = "/", headers: { host = "" } }, response) => {
      const known = hosts.includes(host.replace(/:\d+$/, ""));
      if (!known || method !== "GET") return end(response, known ? 405 : 403, "Not here.");
      const { pathname, searchParams } = new URL(url, "http://localhost");
      if (pathname.startsWith("/data/")) sendData(response, loaded, pathname.slice("/data/".length), searchParams);
      else sendFile(response, pathname === "/" ? "/index.html" : pathname);
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      const sentence = `--port: expected a port that is free, got ${port}. Choose another, or 0 for any.`;
      reject(taken ? new LenetError(sentence) : error);
    });
    server.listen(port, "127.0.0.1", () => {
      const at = server.address();
      const close = (): void => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ address: `http://127.0.0.1:${typeof at === "object" ? at?.port : port}/`, close });
    });
  });

const end = (response: ServerResponse, status: number, body: string | Uint8Array, type = "text/plain"): void => {
  response.writeHead(status, { ...headers, "content-type": type }).end(body);
};

/** A file of the page: one plain name in its folder, or in the folder assets of that. */
const sendFile = (response: ServerResponse, path: string): void => {
  const file = join(PAGES, "studio", path);
  const there = /^\/(?:assets\/)?[\w-]+(?:\.[\w-]+)+$/.test(path) && existsSync(file);
  if (there) end(response, 200, readBytes(file, "a file of the page"), types[extname(file)]);
  else end(response, 404, "Not here.");
};

const isPart = (text: string): text is "train" | "test" => text === "train" || text === "test";

/**
 * A part of a data set known by `name`, or the `first` so many of its images; folders of this machine are not for pages. What was
 * loaded once stays.
 */
const sendData = async (
  response: ServerResponse,
  loaded: Loaded,
  part: string,
  asked: URLSearchParams,
): Promise<void> => {
  try {
    const name = asked.get("name") ?? "";
    if (!isPart(part)) throw new LenetError(`data: expected train or test, got "${part}".`);
    if (!registeredSet(name))
      throw new LenetError(`data: expected the name of a data set, got "${name}". See: lenet data list`);
    const key = `${part} ${name}`;
    if (!loaded.has(key)) loaded.set(key, loadData(name, part));
    const first = asked.get("first");
    const set = await loaded.get(key)!.catch((thrown: unknown) => {
      loaded.delete(key);
      throw thrown;
    });
    const sent = first === null ? set : limit(set, whole("images", first, 1));
    end(response, 200, encodeSet(sent), "application/octet-stream");
  } catch (thrown) {
    if (thrown instanceof LenetError) end(response, 400, thrown.message);
    else end(response, 500, String(thrown));
  }
};
