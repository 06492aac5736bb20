// The library in a tab: the same bits as in Node, with as many threads as may share a memory there.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataSet, limit } from "../../src/data/data-set.ts";
import { loadData } from "../../src/data/registry.ts";
import { encodeModel, netNamed, type TrainSettings, train } from "../../src/index.ts";
import { hasFused } from "../../src/kernels/module.ts";
import { bundle, chromiumPath, openChromium, serve } from "./support/chromium.ts";
import type { Job, Report } from "./support/tab-worker.ts";

const jobOf = (net: string, { images, labels, ...set }: DataSet, settings: TrainSettings): Job => ({
  net,
  settings,
  set: { ...set, labels: [...labels] },
  ink: {
    kind: images instanceof Uint8Array ? "byte" : "float",
    base64: Buffer.from(images.buffer, images.byteOffset, images.byteLength).toString("base64"),
  },
});

const inNode = async (net: string, set: DataSet, settings: TrainSettings) => {
  const { model, history } = await train(netNamed(net), { ...settings, data: { train: set }, out: null });
  return {
    losses: history.map((epoch) => epoch.train.loss),
    weights: Buffer.from(encodeModel(model)).toString("base64"),
  };
};

/** Both nets learn one kind of step each: batches, distorted, with momentum; patterns one by one, with measured curvature. */
const cases: readonly [net: string, data: string, images: number, settings: TrainSettings][] = [
  ["lenet5", "mnist", 320, { epochs: 2, batch: 16, validation: 32 }],
  ["lenet5-1998", "mnist", 80, { epochs: 1, patterns: 50 }],
];

describe.skipIf(chromiumPath === undefined)("in Chromium (name it with CHROMIUM_PATH where it is not found)", () => {
  let browser: Browser;
  let tabs: { readonly isolated: Page; readonly plain: Page };
  const servers: { close: () => void }[] = [];

  beforeAll(async () => {
    const [files, opened] = await Promise.all([bundle("tab.html"), openChromium()]);
    browser = opened;
    const open = async (isolated: boolean): Promise<Page> => {
      const server = await serve(files, isolated);
      servers.push(server);
      const page = await browser.newPage();
      await page.goto(`${server.address}/tab.html`);
      return page;
    };
    tabs = { isolated: await open(true), plain: await open(false) };
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  const work = (tab: Page, job: Job): Promise<Report> => tab.evaluate((asked) => window.work(asked), job);

  const arithmetics = hasFused() ? (["fused", "plain"] as const) : (["plain"] as const);

  it.each(cases)(
    "%s learns the same bits as in Node, in each arithmetic, with 1 thread and 2.",
    async (net, data, images, settings) => {
      const set = limit(await loadData(data, "train"), images);
      for (const arithmetic of arithmetics) {
        const wanted = await inNode(net, set, { ...settings, arithmetic, threads: 1 });
        for (const threads of [1, 2]) {
          const got = await work(tabs.isolated, jobOf(net, set, { ...settings, arithmetic, threads }));
          // Of one pattern at a time there is nothing to share.
          const expected = Math.min(threads, settings.batch ?? 1);
          expect(got).toEqual({ isolated: true, threads: expected, arithmetic, interrupted: false, ...wanted });
        }
      }
    },
  );

  it("learns the same bits where memory may not be shared, on the one thread that asked.", async () => {
    const [net, data, images, settings] = cases[0]!;
    const set = limit(await loadData(data, "train"), images);
    const wanted = await inNode(net, set, { ...settings, threads: 2 });
    const got = await work(tabs.plain, jobOf(net, set, { ...settings, threads: 2 }));
    const arithmetic = arithmetics[0];
    expect(got).toEqual({ isolated: false, threads: 1, arithmetic, interrupted: false, ...wanted });
  });

  it("tells there how far it is while it learns, and stops when it is asked to.", async () => {
    const set = limit(await loadData("mnist", "train"), 2_000);
    const job = jobOf("lenet5", set, { epochs: 1_000, batch: 64 });
    const { interrupted, losses } = await work(tabs.plain, { ...job, stopAfter: 3 });
    expect(interrupted).toBe(true);
    expect(losses.length).toBeLessThan(1_000);
  });
});
