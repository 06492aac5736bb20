import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Progress } from "../../src/data/download.ts";
import { sha256 } from "../../src/data/folder.ts";
import { encodeImages, encodeLabels } from "../../src/data/idx.ts";
import { idxSet } from "../../src/data/idx-set.ts";
import type { RegisteredSet } from "../../src/data/registered.ts";
import { LenetError } from "../../src/errors.ts";
import { writeAtomically } from "../../src/files.ts";

const images = encodeImages({ images: Uint8Array.of(1, 2, 3, 4), count: 1, rows: 2, columns: 2 });
const labels = encodeLabels(Uint8Array.of(5));
const served: Record<string, Uint8Array> = {};
let cache = "";
let server: Server;
let mirror = "";

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "lenet-cache-"));
  vi.stubEnv("LENET_CACHE", cache);
  vi.stubEnv("LENET_DATA", "");
  for (const part of ["train", "t10k"]) {
    served[`/${part}-images-idx3-ubyte.gz`] = gzipSync(images);
    served[`/${part}-labels-idx1-ubyte.gz`] = gzipSync(labels);
  }
  server = createServer((request, response) => {
    const bytes = served[request.url ?? ""];
    if (request.url?.startsWith("/slow")) return;
    response.writeHead(bytes ? 200 : 404, bytes ? { "content-length": bytes.length } : {}).end(bytes);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(cache, { recursive: true });
});

const tinySet = (mirrors: string[]): RegisteredSet => {
  const hashes = { images: sha256(images), labels: sha256(labels) };
  const classNames = ["0", "1", "2", "3", "4", "5"];
  return idxSet({
    name: "tiny",
    title: "tiny",
    side: 2,
    classNames,
    folders: [],
    mirrors,
    sha256: { train: hashes, test: hashes },
  });
};

/** A port where nobody listens. */
const refusing = async (): Promise<string> => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const { port } = other.address() as AddressInfo;
  await new Promise((closed) => other.close(closed));
  return `http://127.0.0.1:${port}/`;
};

test("download: a set comes into the cache, is found there and is read", async () => {
  const set = tinySet([mirror]);
  expect(await set.find()).toBeUndefined();
  const progress: Progress[] = [];
  expect(await set.fetch({ onProgress: (at) => progress.push(at) })).toBe(join(cache, "tiny"));
  expect((await readdir(join(cache, "tiny"))).sort()).toEqual([
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
  ]);
  const { length } = gzipSync(images);
  expect(progress[0]).toEqual({ file: "train-images-idx3-ubyte.gz", received: length, total: length });
  expect(await set.load("test")).toMatchObject({ name: "tiny", count: 1, classes: 6, labels: Uint8Array.of(5) });
});

test("download: what is in the cache is not fetched again", async () => {
  await tinySet([mirror]).fetch();
  expect(await tinySet([await refusing()]).fetch()).toBe(join(cache, "tiny"));
});

test("download: a second mirror stands in for one that refuses", async () => {
  expect(await tinySet([await refusing(), mirror]).fetch()).toBe(join(cache, "tiny"));
});

test("download: a set that is nowhere names the places and the command", async () => {
  await expect(tinySet([mirror]).load("train")).rejects.toThrow(
    new LenetError(`tiny: expected its files in ${join(cache, "tiny")}, got none. Run: lenet data get tiny`),
  );
});

const file = "train-images-idx3-ubyte.gz";

test("download: a refused connection is one sentence with exit code 1", async () => {
  const nobody = await refusing();
  const host = new URL(nobody).host;
  const got = `"connect ECONNREFUSED ${host}" from ${host}`;
  await expect(tinySet([nobody]).fetch()).rejects.toMatchObject({
    name: "LenetError",
    exitCode: 1,
    message: `${file}: expected to download it, got ${got}. Check the network and try again.`,
  });
});

test.each<[string, () => void, string]>([
  ["a missing file", () => delete served[`/${file}`], "status 404"],
  [
    "another file",
    () =>
      Object.assign(served, {
        [`/${file}`]: gzipSync(encodeImages({ images: Uint8Array.of(9), count: 1, rows: 1, columns: 1 })),
      }),
    "other contents than published",
  ],
  [
    "a page of a captive network",
    () => Object.assign(served, { [`/${file}`]: Buffer.from("<html>Log in</html>") }),
    "other contents than published",
  ],
  [
    "an endless file",
    () => Object.assign(served, { [`/${file}`]: new Uint8Array(2 ** 26 + 1) }),
    "more than 67108864 bytes",
  ],
])("download: %s leaves nothing behind and is one sentence", async (_name, spoil, reason) => {
  spoil();
  const message = `${file}: expected to download it, got "${reason}" from ${new URL(mirror).host}. Check the network and try again.`;
  await expect(tinySet([mirror]).fetch()).rejects.toThrow(new LenetError(message, 1));
  expect(await readdir(join(cache, "tiny"))).toEqual([]);
});

test("download: it can be cancelled", async () => {
  const controller = new AbortController();
  const fetched = tinySet([`${mirror}slow/`]).fetch({ signal: controller.signal });
  setTimeout(() => controller.abort(new Error("no more")), 20);
  await expect(fetched).rejects.toThrow("no more");
});

test("cache: a file that changed is named with both hashes", async () => {
  const set = tinySet([mirror]);
  const folder = await set.fetch();
  const other = encodeImages({ images: Uint8Array.of(1, 2, 3, 5), count: 1, rows: 2, columns: 2 });
  writeAtomically(join(folder, file), gzipSync(other));
  const rule = `the train images of tiny (sha256 ${sha256(images).slice(0, 12)}…)`;
  await expect(set.load("train")).rejects.toThrow(
    new LenetError(
      `${join(folder, file)}: expected ${rule}, got sha256 ${sha256(other).slice(0, 12)}…. Remove the file and run: lenet data get tiny`,
    ),
  );
});
