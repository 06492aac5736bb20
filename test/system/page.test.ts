// The page of a model in one file, opened as a user does: from the disk, in light and dark, wide and narrow, with mouse and keyboard.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../src/data/image.ts";
import { decodeImage, load, loadData, netNamed } from "../../src/index.ts";
import { exportKinds } from "../../src/lab/export/index.ts";
import { digitFor } from "../../src/lab/model/digit-for.ts";
import { random } from "../unit/support/models.ts";
import { axeFaults, chromiumPath, openChromium } from "./support/chromium.ts";
import { lenet } from "./support/lenet.ts";

let dir: string;
let browser: Browser;
/** Whatever a page complained of, or asked a network for. */
const complaints: string[] = [];

/** A picture with a 7: grey lines on uneven paper. */
const seven = (): Uint8Array => {
  const [width, height] = [160, 120];
  const grey = new Uint8Array(width * height).map((_, i) => 225 + ((i % width) >> 4));
  const mark = (x: number, y: number): void => {
    for (let i = 0; i < 8; i++) for (let j = 0; j < 8; j++) grey[(y + i) * width + x + j] = 40;
  };
  for (let x = 55; x <= 95; x++) mark(x, 25);
  for (let y = 25; y <= 90; y++) mark(Math.round(95 - (y - 25) * 0.45), y);
  return encodePng(grey, width, height);
};

/** The page of a model, opened from its file. */
const open = async (file: string, width = 1440, colorScheme: "light" | "dark" = "light"): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("#pad");
  return page;
};

/** Written where its name says; a model that is not shipped is one with random numbers. */
const written = async (name: string): Promise<string> => {
  const model = name.startsWith("random ") ? random(netNamed(name.slice(7))) : load(name);
  const file = join(dir, `${name.replace(/\W+/g, "-")}.html`);
  for (const content of (await exportKinds["page"]!.write(model, name)).values()) writeFileSync(file, content);
  return file;
};

/** What stands beside the bars, and the class whose bar is marked. */
const answer = async (page: Page) => ({
  numbers: await page.locator(".bars .number").allTextContents(),
  winner: await page.locator(".bars .winner th").textContent(),
});

/** On a busy machine. */
const WAIT = { timeout: 60_000 };

const percent = (share: number): string => (share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`);

describe.skipIf(chromiumPath === undefined)("the page of a model (needs Chromium: name it with CHROMIUM_PATH)", () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "lenet-page-"));
    browser = await openChromium();
    const { code, stdout } = await lenet(["export", "lenet5", "--to", "page"], dir);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^lenet5\.html {2}[\d,]+ bytes\n$/)]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  describe("of lenet5", () => {
    let page: Page;
    beforeAll(async () => {
      page = await open(join(dir, "lenet5.html"));
    });
    afterAll(() => page?.close());
    const verdict = () => page.locator(".verdict .class").textContent();

    it("reads a picture as `lenet predict` does: the same pixels seen, the same probabilities.", async () => {
      const picture = join(dir, "seven.png");
      writeFileSync(picture, seven());
      const { stdout } = await lenet(["predict", picture, "--model", "lenet5", "--json"], dir);
      const [{ answer: label, probabilities, pixels }] = JSON.parse(stdout);
      await page.setInputFiles("input[type=file]", picture);
      await expect.poll(() => answer(page), WAIT).toEqual({ numbers: probabilities.map(percent), winner: `${label}` });
      expect(await verdict()).toBe(`${label}`);
      const seen = await page.locator(".seen canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, 28, 28);
        return [...data].filter((_, i) => i % 4 === 0);
      });
      // From the red of white paper to that of the ink.
      expect(seen).toEqual(pixels.flat().map((ink: number) => Math.round(255 + ((0x16 - 255) * ink) / 255)));
    });

    it("says in a sentence what is wrong with a picture.", async () => {
      const give = (name: string, buffer: Buffer) =>
        page.setInputFiles("input[type=file]", { name, mimeType: "image/png", buffer });
      const trouble = () => page.locator(".trouble").textContent();
      await give("empty.png", Buffer.from(encodePng(new Uint8Array(1600).fill(200), 40, 40)));
      await expect.poll(trouble, WAIT).toMatch(/^picture: expected a digit, got no ink/);
      await give("none.png", Buffer.from("no picture"));
      await expect.poll(trouble, WAIT).toMatch(/^none\.png: expected a picture/);
      expect(await verdict()).toBe("?");
    });

    it("is drawn on with the mouse, and with the keyboard alone.", async () => {
      const { x, y, width } = (await page.locator("#pad").boundingBox())!;
      // A seven, in one stroke.
      await page.mouse.move(x + 0.3 * width, y + 0.22 * width);
      await page.mouse.down();
      await page.mouse.move(x + 0.68 * width, y + 0.22 * width, { steps: 4 });
      await page.mouse.move(x + 0.45 * width, y + 0.8 * width, { steps: 4 });
      await page.mouse.up();
      await expect.poll(verdict, WAIT).toBe("7");
      await expect.poll(() => page.locator("[role=status]").textContent(), WAIT).toMatch(/^The net reads 7, /);
      await page.locator("button", { hasText: "Undo" }).click();
      await expect.poll(verdict, WAIT).toBe("?");
      // A one, from the middle of the upper edge down.
      await page.locator("#pad").focus();
      await page.keyboard.press("Space");
      for (let step = 0; step < 12; step++) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Space");
      await expect.poll(verdict, WAIT).toBe("1");
      await page.keyboard.press("Escape");
      await expect.poll(verdict, WAIT).toBe("?");
    });
  });

  it.each([
    ["lenet5-1998", 1440, "light"],
    ["zipcode1989", 768, "dark"],
  ] as const)(
    "of %s answers its samples as Node does, and axe finds no fault at %s pixels, %s.",
    async (name, width, scheme) => {
      const model = load(name);
      const page = await open(await written(name), width, scheme);
      const samples = page.locator(".samples button");
      expect(await samples.count()).toBe(10);
      const test = await loadData(JSON.parse(model.metadata["settings"]!).data, "test");
      const area = test.rows * test.columns;
      for (const label of [4, 9]) {
        const index = test.labels.indexOf(label);
        const pixels = test.images.slice(index * area, (index + 1) * area);
        await samples.nth(label).click();
        const { label: wanted, probabilities } = model.predict(pixels);
        const penalties = [...model.outputs(pixels)].map((penalty) => penalty.toFixed(1));
        const numbers = name === "lenet5-1998" ? penalties : probabilities.map(percent);
        await expect.poll(() => answer(page), WAIT).toEqual({ numbers, winner: `${wanted}` });
      }
      expect(await axeFaults(page)).toEqual([]);
      await page.close();
    },
  );

  it.each(["random lenet5:activation=relu,pool=max,norm=yes,dropout=0.5,c1=3,c3=5,c5=7,f6=9", "random boosted-lenet4"])(
    "of %s is as wide as a phone, has layers, without samples, and answers as Node does.",
    async (name) => {
      const page = await open(await written(name), 390, "dark");
      const model = random(netNamed(name.slice(7)));
      const { pixels } = digitFor(model, decodeImage(seven(), "seven"));
      await page.setInputFiles("input[type=file]", {
        name: "seven.png",
        mimeType: "image/png",
        buffer: Buffer.from(seven()),
      });
      const { label, probabilities } = model.predict(pixels);
      await expect.poll(() => answer(page), WAIT).toEqual({ numbers: probabilities.map(percent), winner: `${label}` });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      expect(await page.locator(".layers > li").count()).toBeGreaterThan(1);
      expect(await page.locator(".samples").count()).toBe(0);
      await page.close();
    },
  );

  it("has not complained, nor asked a network for anything.", () => expect(complaints).toEqual([]));
});
