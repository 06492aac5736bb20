// Reports from outside: what the commands write, and the page as a reader meets it in Chromium: no script error, nothing wider than the
// window, nothing that axe-core finds wrong, in light and dark, at three widths.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPng } from "../../src/data/png.ts";
import { lenet } from "./support/lenet.ts";

const browserPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
let dir: string;
const path = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "lenet-report-"));
  const small = ["--limit", "1000", "--epochs", "2"];
  const { code, stderr } = await lenet(["train", ...small, "--out", "run"], dir);
  expect(stderr).toContain(`Report: ${join("run", "report.html")}`);
  expect(code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("lenet report", () => {
  it("writes a short report at the end of a training, and all of it when asked.", async () => {
    const short = readFileSync(path("run/report.html"), "utf8");
    const { misses } = JSON.parse(readFileSync(path("run/metrics.json"), "utf8")).test;
    expect(short).toContain(
      `lenet5: ${misses.toLocaleString("en-US")} of 10,000 test images of mnist answered wrongly.`,
    );
    // As few test images as show every kind of figure: what looks at it in a browser looks at each element.
    const { code, stdout } = await lenet(["report", "run", "--limit", "40", "--json", "--out", "small.html"], dir);
    expect(code).toBe(0);
    const all = readFileSync(path("small.html"), "utf8");
    expect(JSON.parse(stdout)).toMatchObject({ images: 40, bytes: statSync(path("small.html")).size });
    for (const page of [short, all]) expect(Buffer.byteLength(page)).toBeLessThan(5e6);
    for (const id of ["embedding", "importance", "robust-noise"]) {
      expect(all).toContain(`<figure id="${id}"`);
      expect(short).not.toContain(`<figure id="${id}"`);
    }
    for (const id of ["loss", "weights-over-time", "confusion", "wrong", "rejection", "maps-1"]) {
      expect(all).toContain(`<figure id="${id}"`);
      expect(short).toContain(`<figure id="${id}"`);
    }
  });
});

describe("lenet figure", () => {
  it("writes SVG, PNG and CSV of one figure, and pictures of the mistakes.", async () => {
    for (const ending of ["svg", "png", "csv"]) {
      const words = ["figure", "confusion", "run", "--limit", "200", "--out", `c.${ending}`];
      expect((await lenet(words, dir)).code).toBe(0);
    }
    const { stdout } = await lenet(["figure", "confusion", "run", "--limit", "200"], dir);
    expect(readFileSync(path("c.svg"), "utf8")).toBe(stdout);
    expect(isPng(readFileSync(path("c.png")))).toBe(true);
    const [head, ...rows] = readFileSync(path("c.csv"), "utf8").trim().split("\n");
    expect(head).toBe("label \\ answer,0,1,2,3,4,5,6,7,8,9");
    const counts = rows.flatMap((row) => row.split(",").slice(1).map(Number));
    expect(counts.reduce((a, b) => a + b)).toBe(200);
    await lenet(["figure", "wrong", "run", "--limit", "200", "--out", "mistakes"], dir);
    const right = counts.reduce((sum, count, i) => sum + (i % 11 === 0 ? count : 0), 0);
    const files = readdirSync(path("mistakes"));
    expect(files).toHaveLength(200 - right);
    for (const file of files) expect(file).toMatch(/^incorrect_\d+_label_\d_predicted_\d\.png$/);
  });

  it("draws the architecture of a net that nobody has trained.", async () => {
    const { stdout, code } = await lenet(["figure", "architecture", "lenet5-1998"], dir);
    expect(code).toBe(0);
    expect(stdout).toContain("Gaussian");
  });
});

describe("lenet compare", () => {
  it("counts what one reads and the other does not, alike in text, JSON and page.", async () => {
    const words = ["compare", "run", "lenet5", "--limit", "200"];
    const { stdout } = await lenet([...words, "--json", "--out", "compare.html"], dir);
    const { models, pairs } = JSON.parse(stdout);
    const [{ onlyOne, onlyOther, bothWrong, p }] = pairs;
    expect(models[0].misses).toBe(onlyOther.length + bothWrong);
    expect(models[1].misses).toBe(onlyOne.length + bothWrong);
    expect(p).toBeLessThan(0.05);
    const { stdout: text } = await lenet(words, dir);
    expect(text).toMatch(new RegExp(`1, 2 +${onlyOne.length} +${onlyOther.length} +${bothWrong}`));
    expect(readFileSync(path("compare.html"), "utf8")).toContain(`lenet5 alone ${onlyOther.length}`);
  });
});

it.each([
  [
    "an unknown figure",
    ["figure", "confuson", "run"],
    'expected the name of a figure, got confuson. Did you mean "confusion"?',
  ],
  [
    "another ending",
    ["figure", "loss", "run", "--out", "x.gif"],
    '--out: expected a name that ends in .svg, .png or .csv, got "x.gif".',
  ],
  ["a figure that a net has not", ["figure", "codes", "run"], "LeNet-5, modern has no codes: its outputs are learned."],
  ["one run to compare", ["compare", "run"], "lenet compare: expected two runs or more, got 1. Name another run."],
  ["other digits to compare", ["compare", "run", "zipcode1989"], "zipcode1989: expected a run that is tested on mnist"],
  [
    "no place for a report",
    ["report", "lenet5"],
    "--out: expected a name for the report, as lenet5 is no run folder, got none.",
  ],
])("%s is one sentence, and status 2.", async (_, words, sentence) => {
  const { code, stderr } = await lenet(words, dir);
  expect(stderr).toContain(sentence);
  expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
});

describe.skipIf(!existsSync(browserPath))("in Chromium (CHROMIUM_PATH, or where Debian puts it)", () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const violations = `axe.run(document, { resultTypes: ["violations"] }).then((found) =>
    found.violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))`;
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  // axe looks at every element, which takes its time: at the widest and the narrowest, once in each mode.
  it.each([
    ["small.html", 1440, "light", true],
    ["small.html", 768, "dark", false],
    ["small.html", 390, "dark", true],
    ["run/report.html", 390, "light", false],
    ["compare.html", 390, "dark", true],
  ] as const)("%s, %i pixels wide and %s, has no fault.", async (file, width, colorScheme, examined) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => faults.push(message.text()));
    page.on("request", (request) => {
      if (!/^(?:file|data):/.test(request.url())) faults.push(request.url());
    });
    await page.goto(pathToFileURL(path(file)).href);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    if (examined) {
      await page.evaluate(axe);
      expect(await page.evaluate(violations)).toEqual([]);
    }
    expect(faults).toEqual([]);
    await page.close();
  });
});
