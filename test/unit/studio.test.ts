// The server behind `lenet studio`: what it gives, to whom, and what it keeps to itself.
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, jobOf } from "../../page/studio/job.ts";
import { type DataSet, limit } from "../../src/data/data-set.ts";
import { LenetError, loadData } from "../../src/index.ts";
import { decodeSet, encodeSet } from "../../src/lab/studio/set-bytes.ts";
import { openStudio, type Studio } from "../../src/lab/studio/studio.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio(0);
});
afterAll(() => studio.close());

interface Got {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Asks for a path as it is written: fetch() would tidy it up. */
const get = (path: string, { host, method = "GET" }: { host?: string; method?: string } = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(studio.address);
    const asked = request({ hostname, port, path, method, agent: false, headers: host ? { host } : {} }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on("error", reject).end();
  });

describe("the studio's server", () => {
  it("isolates its page, so that threads may share memory.", async () => {
    const { status, headers, body } = await get("/?net=lenet5");
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    const [, script] = /src="\.(\/assets\/[^"]+\.js)"/.exec(body.toString())!;
    expect((await get(script!)).headers["content-type"]).toBe("text/javascript");
  });

  it("gives a data set by its name.", async () => {
    const { status, body } = await get(`/data/test?name=${encodeURIComponent("mnist:sample=1989,size=16")}&first=50`);
    expect(status).toBe(200);
    expect(decodeSet(body, "body")).toEqual(limit(await loadData("mnist:sample=1989,size=16", "test"), 50));
  });

  it.each([
    ["/../../../package.json", 404],
    ["/assets/../../../../package.json", 404],
    ["//etc/passwd", 404],
    ["/nothing.js", 404],
    ["/assets", 404],
    ["/data/test?name=./mnist", 400],
    ["/data/test?name=/etc", 400],
    ["/data/test", 400],
    ["/data/other?name=mnist", 400],
    ["/data/test?name=mnist:size=15", 400],
    ["/data/test?name=mnist&first=none", 400],
  ])("answers %s with %i.", async (path, status) => expect((await get(path)).status).toBe(status));

  it("refuses strangers' pages, and whatever is no question.", async () => {
    expect((await get("/", { host: "somewhere.example" })).status).toBe(403);
    expect((await get("/", { host: "localhost:1" })).status).toBe(200);
    expect((await get("/", { method: "POST" })).status).toBe(405);
  });

  it("says in a sentence that a port is taken.", async () => {
    const port = Number(new URL(studio.address).port);
    const second = openStudio(port);
    await expect(second).rejects.toThrow(LenetError);
    await expect(second).rejects.toThrow(
      `--port: expected a port that is free, got ${port}. Choose another, or 0 for any.`,
    );
  });
});

it("a set of bytes, as of floats, comes back from its bytes as it was.", async () => {
  const bytes: DataSet = limit(await loadData("mnist", "test"), 3);
  expect(decodeSet(encodeSet(bytes), "bytes")).toEqual(bytes);
  const floats: DataSet = { ...bytes, images: Float32Array.from(bytes.images, (ink) => ink / 3) };
  expect(decodeSet(encodeSet(floats), "bytes")).toEqual(floats);
});

it.each([
  ["", { net: "lenet5", data: null, settings: {} }],
  [
    "?net=zipcode1989:scheme=ring&data=mnist:size=16&seed=7",
    { net: "zipcode1989:scheme=ring", data: "mnist:size=16", settings: { seed: 7 } },
  ],
  [
    "?net=lenet5&images=500&epochs=3&rate=0.01&seed=0&threads=1",
    { net: "lenet5", data: null, settings: { limit: 500, epochs: 3, rate: 0.01, seed: 0, threads: 1 } },
  ],
])("the address %s says what is learned, and is said by it.", (address, job) => {
  expect(jobOf(address)).toEqual(job);
  expect(addressOf(job)).toBe(address || "?net=lenet5");
});
