// Charts from made-up data: that they are drawn whole, say what they are, hold their data, and can be read in both modes.
import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { architectureChart } from "../../src/charts/architecture-chart.ts";
import { legend, perCent, scaleOf, short } from "../../src/charts/axes.ts";
import { barChart } from "../../src/charts/bar-chart.ts";
import { csvOf, type Figure, LETTER, plainSvgOf, svgOf, textWidth } from "../../src/charts/figure.ts";
import { heatChart } from "../../src/charts/heat-chart.ts";
import { imageGrid } from "../../src/charts/image-grid.ts";
import { lineChart } from "../../src/charts/line-chart.ts";
import { figureBox, figureGrid, pageOf, tableBox } from "../../src/charts/page.ts";
import { panelChart } from "../../src/charts/panel-chart.ts";
import { parallelChart } from "../../src/charts/parallel-chart.ts";
import { scatterChart } from "../../src/charts/scatter-chart.ts";
import { stripChart } from "../../src/charts/strip-chart.ts";
import { type Colour, colours } from "../../src/charts/theme.ts";

const told = { title: "A title", description: "What it shows." };
const field = { rows: 2, columns: 2, values: [1, -1, 0.5, 0], full: 1 };
const block = { rows: 1, columns: 1, maps: 10, size: "10" };

const figures: readonly Figure[] = [
  lineChart({
    id: "line",
    ...told,
    x: { label: "x" },
    y: { label: "y", scale: "log" },
    levels: [{ y: 0.2, name: "level" }],
    series: [
      {
        name: "a",
        points: [
          { x: 1, y: 1, low: 0.5, high: 2 },
          { x: 2, y: 0.1, low: 0.05, high: 0.2 },
        ],
      },
      { name: "b", points: [{ x: 2, y: 0.3 }], marks: true },
      { name: "c", points: [{ x: 1.5, y: 0.4 }], loose: true },
    ],
  }),
  barChart({
    id: "bar",
    ...told,
    x: { label: "x" },
    bars: [
      { name: "a", value: 2, low: 1, high: 3, group: "g" },
      { name: "b", value: 0, group: "h", values: [0, 1] },
    ],
  }),
  panelChart({
    id: "panel",
    ...told,
    x: { label: "x", whole: true },
    y: { label: "y", scale: "log" },
    panels: [
      { name: "p", lines: ["a", "b"].map((name) => ({ name, points: [{ x: 1, y: 0.1, high: 1 }] })) },
      { name: "q", lines: [] },
    ],
    table: { columns: ["line", "y"], rows: [["a", 0.1]] },
  }),
  stripChart({
    id: "strip",
    ...told,
    label: "setting",
    y: { label: "y" },
    strips: [
      { name: "a", points: [1, 1, 1, 2].map((value, i) => ({ value, name: `run ${i}` })) },
      { name: "b", points: [] },
    ],
  }),
  heatChart({
    id: "heat",
    ...told,
    rowLabel: "row",
    columnLabel: "column",
    rows: ["a", "b"],
    columns: ["c", "d"],
    values: [
      [1, null],
      [0, -2],
    ],
  }),
  parallelChart({
    id: "parallel",
    ...told,
    best: "least",
    axes: [{ label: "rate", scale: "log" }, { label: "kind" }, { label: "error" }],
    lines: [
      { name: "bad", values: [0.1, "relu", 0.5] },
      { name: "good", values: [0.01, "tanh", 0.1] },
    ],
  }),
  imageGrid({
    id: "grid",
    ...told,
    rows: [{ name: "row", pictures: [{ name: "one", caption: "1", show: field, width: 20, height: 20 }] }],
  }),
  scatterChart({
    id: "scatter",
    ...told,
    classes: ["0", "1"],
    points: [
      { x: 0, y: 0, class: 0, name: "first" },
      { x: 1, y: 2, class: 1, name: "second", marked: true },
    ],
  }),
  architectureChart({
    id: "architecture",
    ...told,
    blocks: [
      { name: "INPUT", size: "1@8×8", maps: 1, rows: 8, columns: 8 },
      { name: "C1", size: "4@4×4", maps: 4, rows: 4, columns: 4, field: 5, way: ["convolutions", "5×5"] },
      { name: "OUT", ...block, field: null, way: ["full", "connection"] },
    ],
  }),
];

describe.each(figures.map((figure): [string, Figure] => [figure.id, figure]))("the %s chart", (id, figure) => {
  const svg = svgOf(figure);

  it("names itself and tells what it shows.", () => {
    expect(svg).toContain(`role="img" aria-labelledby="${id}-title ${id}-description"`);
    expect(svg).toContain(`<title id="${id}-title">A title</title>`);
    expect(svg).toContain(`<desc id="${id}-description">What it shows.</desc>`);
  });

  it("has a number wherever it needs one.", () => expect(svg).not.toMatch(/NaN|undefined|Infinity|null/));

  it("has its data as a table, as many cells as columns.", () => {
    expect(figure.table.rows.length).toBeGreaterThan(0);
    for (const row of figure.table.rows) expect(row).toHaveLength(figure.table.columns.length);
  });

  it("is the same bytes again, and without variables has every colour.", () => {
    expect(svgOf(figure)).toBe(svg);
    expect(svg).toContain("var(--");
    expect(plainSvgOf(figure)).not.toContain("var(");
  });
});

describe("a legend", () => {
  /** Where the lines before the names begin. */
  const placed = (names: readonly string[]): [x: number, y: number][] => {
    const { element } = legend(
      names.map((name) => ({ name, stroke: "black" })),
      8,
      600,
    );
    return [...renderToString(element).matchAll(/<line x1="([\d.]+)" y1="([\d.]+)"/g)].map(([, x, y]) => [+x!, +y!]);
  };

  it("is one row where that is wide enough, else rows with their entries below each other.", () => {
    const row = placed(["one", "three", "eleven"]);
    expect(new Set(row.map(([, y]) => y)).size).toBe(1);
    expect(row[2]![0] - row[1]![0]).toBeGreaterThan(row[1]![0] - row[0]![0]);
    const rows = placed(
      ["a rather long name", "b", "another rather long name", "c", "d"].flatMap((a) => [a, `${a} too`]),
    );
    const columns = [...new Set(rows.map(([x]) => x))];
    expect(rows.map(([x]) => columns.indexOf(x))).toEqual(rows.map((_, index) => index % columns.length));
    expect(columns.length).toBeGreaterThan(1);
    expect(legend([], 8, 600).height).toBe(0);
  });
});

describe("a chart without much to draw", () => {
  it("of one point, or none, is still whole.", () => {
    for (const points of [[], [{ x: 3, y: 0 }]])
      for (const scale of ["linear", "log"] as const) {
        const chart = lineChart({
          id: "x",
          ...told,
          x: { label: "x" },
          y: { label: "y", scale },
          series: [{ name: "a", points }],
        });
        expect(svgOf(chart)).not.toMatch(/NaN|Infinity/);
      }
    const empty = { id: "x", ...told, rowLabel: "r", columnLabel: "c", rows: ["a"], columns: ["b"], values: [[null]] };
    expect(svgOf(heatChart(empty))).not.toMatch(/NaN|Infinity/);
  });

  it("writes names that look like markup as words.", () => {
    const chart = barChart({ id: "x", ...told, x: { label: "<b>" }, bars: [{ name: '<script>"&', value: 1 }] });
    expect(svgOf(chart)).toContain("&lt;script>");
    expect(svgOf(chart)).not.toContain("<script");
  });
});

describe("long words", () => {
  /** Where each text of a figure without groups that are moved begins and ends. */
  const wordsIn = (figure: Figure) =>
    [...svgOf(figure).matchAll(/<text ([^>]*)>([^<]*)</g)].map(([, attributes, word]) => {
      const value = (name: string): string | undefined => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes!)?.[1];
      const [, x, y] = /translate\(([\d.]+) ([\d.]+)\) rotate/.exec(value("transform") ?? "") ?? [];
      const turned = x !== undefined;
      const wide = textWidth(word!, Number(value("font-size") ?? LETTER));
      const before = { start: 0, middle: wide / 2, end: wide }[value("text-anchor") ?? "start"]!;
      const along = Number(turned ? y : value("x")) - before;
      return { word, turned, across: Number(turned ? x : value("y")), from: along, to: along + wide };
    });
  const insideOf = (figure: Figure): void => {
    for (const { word, turned, from, to } of wordsIn(figure)) {
      expect(from, word).toBeGreaterThanOrEqual(0);
      expect(to, word).toBeLessThanOrEqual(turned ? figure.height : figure.width);
    }
  };
  const long = "a parameter whose name is long";

  it.each([1, 2, 12])("beside %i rows of a heat chart stay inside it.", (count) => {
    const rows = Array.from({ length: count }, (_, row) => `row ${row}`);
    const values = rows.map(() => [1]);
    const figure = heatChart({ id: "h", ...told, rowLabel: long, columnLabel: long, rows, columns: ["c"], values });
    insideOf(figure);
    expect(wordsIn(figure).filter(({ turned }) => turned)).toHaveLength(count === 12 ? 1 : 0);
  });

  it("at the end of the lower axis of a line chart stay inside it.", () => {
    const points = [0, 1].map((x) => ({ x, y: x }));
    const format = (value: number): string => `${value * 1_000_000} %`;
    const x = { label: "x", from: 0, to: 1, format };
    insideOf(lineChart({ id: "l", ...told, x, y: { label: "y" }, series: [{ name: "a", points }] }));
  });

  it("of parallel axes stay inside, end before the next axis, and do not touch.", () => {
    const axes = [...Array.from({ length: 5 }, (_, index) => ({ label: `${long} ${index}` })), { label: "error" }];
    const lines = ["one", long, "three"].map((word, n) => ({ name: word, values: [word, word, word, n, word, n] }));
    const figure = parallelChart({ id: "p", ...told, best: "least", axes, lines });
    insideOf(figure);
    const words = wordsIn(figure);
    // Those that stand on lines have a rim of paper around them.
    expect(svgOf(figure).match(/paint-order="stroke"/g)).toHaveLength(words.length - axes.length);
    const places = words
      .filter(({ word }) => axes.some(({ label }) => label === word))
      .map(({ from, to }) => (from + to) / 2);
    for (const { word, from, to } of words.filter(({ word }) => word === long))
      expect(
        places.filter((place) => place > from + 1 && place < to),
        word,
      ).toEqual([]);
    for (const one of words)
      for (const other of words)
        if (one !== other && Math.abs(one.across - other.across) < 8)
          expect(one.from < other.from ? one.to : other.to, `${one.word}, ${other.word}`).toBeLessThanOrEqual(
            Math.max(one.from, other.from),
          );
  });
});

describe("an axis", () => {
  it("has ticks inside its ends, and its ends at the ends of the plot.", () => {
    for (const scale of ["linear", "log"] as const) {
      const drawn = scaleOf({ label: "", scale, from: 0.003, to: 7 }, [], 0, 500);
      expect([drawn(0.003), drawn(7)].map(Math.round)).toEqual([0, 500]);
      expect(drawn.ticks().length).toBeGreaterThan(1);
      for (const tick of drawn.ticks()) expect(tick >= 0.003 && tick <= 7).toBe(true);
    }
  });

  it("writes its ticks, and what lies between them, with as many digits as tell the ticks apart.", () => {
    const near = scaleOf({ label: "", format: perCent }, [0.9901, 0.9932], 0, 600);
    const words = near.ticks().map(near.format);
    expect(new Set(words).size).toBe(near.ticks().length);
    expect(near.format(0.9905)).toBe("99.05\u00a0%");
    const far = scaleOf({ label: "" }, [0, 12_000], 0, 600);
    expect(far.format(1234)).toBe("1,234");
    // Half epochs have no name, and no digit would give them one.
    const epochs = scaleOf({ label: "", format: (x) => (Number.isInteger(x) ? `${x}` : "") }, [1, 2], 0, 600);
    expect(epochs.format(2)).toBe("2");
  });

  it("writes numbers in few letters.", () => {
    const words = [0, 0.00025, 1234.6, 0.123456, 1_200_000].map((value) => short(value));
    expect(words).toEqual(["0", "0.00025", "1,235", "0.123", "1.2e6"]);
    expect(perCent(0.0123456)).toBe("1.23\u00a0%");
  });
});

describe("data as CSV", () => {
  it("quotes what has to be quoted, and leaves unknown cells empty.", () => {
    const rows = [
      ['a,"b"', 1.5],
      ["c\nd", null],
    ];
    expect(csvOf({ columns: ["name", "value"], rows })).toBe('name,value\n"a,""b""",1.5\n"c\nd",\n');
  });
});

/** Relative luminance and contrast, as WCAG 2 defines them. */
const luminance = (rgb: readonly number[]): number =>
  [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const value = rgb[i]! / 255;
    return sum + weight * (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
const contrast = (a: readonly number[], b: readonly number[]): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
};
const rgb = (name: Colour, mode: 0 | 1): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colours[name][mode].slice(at, at + 2), 16));

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("the %s mode", (_, mode) => {
  it("has words and lines that stand out from the paper.", () => {
    const words = Object.keys(colours).filter((name) => /^(ink|soft|accent|good|bad|above|below|series)/.test(name));
    expect(words.length).toBeGreaterThan(15);
    for (const name of words)
      for (const paper of ["paper", "raised"] as const)
        expect(contrast(rgb(name as Colour, mode), rgb(paper, mode)), name).toBeGreaterThan(4.5);
  });

  it("has numbers that stand out from cells, however full.", () => {
    const fills = Array.from({ length: 101 }, (_, i) => (i - 50) / 50);
    const heat = heatChart({
      id: "x",
      ...told,
      rowLabel: "r",
      columnLabel: "c",
      rows: ["a"],
      columns: fills.map(String),
      values: [fills],
      fill: (value) => value,
    });
    const inks = [...svgOf(heat).matchAll(/fill="var\(--(\w+), [^"]*"[^>]*font-size="12"/g)].map(([, name]) => name);
    expect(inks).toHaveLength(fills.length);
    for (const [i, share] of fills.entries()) {
      const [full, bare] = [rgb(share < 0 ? "below" : "heat", mode), rgb("raised", mode)];
      const opacity = Math.abs(share);
      const cell = full.map((value, channel) => value * opacity + bare[channel]! * (1 - opacity));
      expect(contrast(rgb(inks[i] as Colour, mode), cell), `${share}`).toBeGreaterThan(4.5);
    }
  });
});

describe("a page", () => {
  const html = pageOf({
    title: "Title",
    kind: "Kind",
    lead: "Lead.",
    facts: [{ name: "n", value: "1" }],
    sections: [
      { id: "one", title: "One", parts: [figureGrid(figures), tableBox("T", { columns: ["a"], rows: [[null]] })] },
      { id: "two", title: "Two", parts: [figureBox({ ...figures[0]!, id: "again" }, 1)] },
    ],
    foot: "Foot.",
  });

  it("needs nothing from elsewhere and runs nothing.", () => {
    const addresses = [...html.matchAll(/\b(?:href|src|url)\s*[=(]\s*"?([^")\s>]+)/g)].map(([, to]) => to!);
    expect(addresses.filter((to) => !/^(?:#|data:)/.test(to))).toEqual([]);
    expect(html).not.toMatch(/<script|@import|javascript:/);
  });

  it("has every id once, and headings in order.", () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const levels = [...html.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels.slice(0, 3)).toEqual([1, 2, 3]);
    for (const [i, level] of levels.entries()) if (i > 0) expect(level - levels[i - 1]!).toBeLessThan(2);
  });

  it("shows so many rows of a figure's data as it is told, and says how many more there are.", () => {
    expect(html).toContain("And 2 more rows.");
  });
});
