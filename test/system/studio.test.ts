// A net that learns in the studio: served by the command line, watched in Chromium, and in the end what it is in Node.
import { tmpdir } from "node:os";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lenet5, train } from "../../src/index.ts";
import { axeFaults, chromiumPath, openChromium } from "./support/chromium.ts";
import { type Running, start } from "./support/lenet.ts";

/** On a busy machine. */
const WAIT = { timeout: 60_000 };

describe.skipIf(chromiumPath === undefined)("the studio (needs Chromium: name it with CHROMIUM_PATH)", () => {
  let browser: Browser;
  let studio: Running;
  let address: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    [address, browser] = await Promise.all([
      new Promise<string>((resolve) => {
        studio = start(["studio", "--port", "0"], tmpdir(), resolve);
      }),
      openChromium(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    studio?.child.kill("SIGINT");
    expect((await studio?.ended)?.code).toBe(0);
  });

  const open = async (search: string, width = 1440): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: "dark" });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(address + search);
    return page;
  };
  const phase = (page: Page, wanted: RegExp): Promise<void> =>
    expect.poll(() => page.locator(".phase").textContent(), WAIT).toMatch(wanted);
  const epoch = (page: Page): Promise<string | null> => page.locator(".facts dd").first().textContent();

  it("learns what a training in Node learns: the same loss, the same images missed.", async () => {
    const page = await open("?net=lenet5&images=1000&epochs=3&seed=3");
    await phase(page, /^Done\. /);
    const { metrics, history } = await train(lenet5, { limit: 1000, epochs: 3, seed: 3, out: null });
    const { accuracy, misses } = metrics.test!;
    expect(await page.locator(".phase").textContent()).toBe(
      `Done. Test images: ${(100 * accuracy).toFixed(2)} % read right, ${misses.toLocaleString("en-US")} of 10,000 missed.`,
    );
    const loss = history.at(-1)!.train.loss.toPrecision(3);
    expect(await page.locator(".facts dd").nth(1).textContent()).toBe(loss);
    expect(await page.locator(".curves circle").count()).toBe(6);
    expect(await axeFaults(page)).toEqual([]);
    await page.close();
  });

  it("pauses, answers meanwhile, and goes on.", async () => {
    const page = await open("?net=lenet5&images=1000&epochs=5000&threads=1");
    await phase(page, /^Learning, epoch /);
    await page.locator("button", { hasText: "Pause" }).click();
    await phase(page, /^Paused in epoch /);
    const paused = await epoch(page);
    await page.locator(".samples button").nth(4).click();
    expect(await page.locator(".samples button[aria-pressed=true]").getAttribute("aria-label")).toBe(
      "A test image of 4",
    );
    expect(await page.locator(".bars .winner").count()).toBe(1);
    expect(await epoch(page)).toBe(paused);
    await page.locator("button", { hasText: "Go on" }).click();
    await expect.poll(() => epoch(page), WAIT).not.toBe(paused);
    await page.close();
  });

  it("begins anew with what the form says, which the address then says too; and says when nobody answers any more.", async () => {
    const page = await open("?net=tutorial&images=300&epochs=1", 390);
    await phase(page, /^Done\. /);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.locator("input[name=net]").fill("keras");
    await page.locator("input[name=limit]").fill("200");
    await page.locator("button", { hasText: "Begin anew" }).click();
    expect(new URL(page.url()).search).toBe("?net=keras&images=200&epochs=1");
    await expect.poll(() => page.locator("h1").textContent(), WAIT).toBe("LeNet-5 of a Keras blog");
    await phase(page, /^Done\. /);
    await page.goBack();
    await expect.poll(() => page.locator("input[name=net]").inputValue(), WAIT).toBe("tutorial");
    await page.context().setOffline(true);
    await page.locator("button", { hasText: "Begin anew" }).click();
    const trouble = page.locator("[role=alert]");
    await expect
      .poll(() => trouble.textContent(), WAIT)
      .toMatch(/^lenet studio: expected it to answer, got nothing\. /);
    expect(await page.locator(".lead").textContent()).toBe("Nothing was learned.");
    await page.close();
  });

  it("says in a sentence what cannot be learned.", async () => {
    for (const [search, sentence] of [
      ["?data=mnits", /^data: expected the name of a data set, got "mnits"\./],
      ["?epochs=0", /^epochs: expected a whole number from 1 to 100000, got 0\./],
    ] as const) {
      const page = await open(search);
      await expect.poll(() => page.locator("[role=alert]").textContent(), WAIT).toMatch(sentence);
      await page.close();
    }
    // The browser tells of the answer 400, and that it was cut off, by itself.
    expect(complaints.filter((text) => !/400 \(Bad Request\)|ERR_INTERNET_DISCONNECTED/.test(text))).toEqual([]);
  });
});
