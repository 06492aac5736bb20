// A page as a reader meets it in Chromium.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const browserPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

export const hasBrowser = existsSync(browserPath);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const violations = `axe.run(document, { resultTypes: ["violations"] }).then((found) =>
  found.violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))`;

/** What is wrong with the page in `file`: script errors, requests, anything wider than the window, and what axe-core finds. */
export const faultsOf = async (file: string, width: number, colorScheme: "light" | "dark"): Promise<string[]> => {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => faults.push(message.text()));
    page.on("request", (request) => {
      if (!/^(?:file|data):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
    if (wide > width) faults.push(`${wide} pixels wide`);
    await page.evaluate(axe);
    return [...faults, ...((await page.evaluate(violations)) as string[])];
  } finally {
    await browser.close();
  }
};
