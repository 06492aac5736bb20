// One document that holds everything: no script, no network, light and dark as the reader's system says, on paper, and on a phone,
// where what is too wide scrolls in a box of its own. Reports of runs, comparisons and sweeps are such pages.
import type { ComponentChild, VNode } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { type Cell, el, type Figure, FONT, svgElement, type Table } from "./figure.ts";
import { variables } from "./theme.ts";

export interface Section {
  /** Letters, digits and dashes; one of its kind in a page. */
  readonly id: string;
  readonly title: string;
  readonly parts: readonly ComponentChild[];
}

export interface Page {
  readonly title: string;
  /** Above the title, small: what kind of page this is. */
  readonly kind: string;
  /** Below the title: what it says in a sentence or two. */
  readonly lead: string;
  /** The few numbers that matter most. */
  readonly facts?: readonly { readonly name: string; readonly value: string; readonly note?: string }[];
  readonly sections: readonly Section[];
  /** At the end: by which program, from what. */
  readonly foot: string;
}

/** The page as the text of an HTML file. */
export const pageOf = (page: Page): string => {
  const { title, kind, lead, facts = [], sections, foot } = page;
  const document = el(
    "html",
    { lang: "en" },
    el(
      "head",
      null,
      el("meta", { charset: "utf-8" }),
      el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      el("meta", { name: "color-scheme", content: "light dark" }),
      el("link", { rel: "icon", href: "data:," }),
      el("title", null, title),
      markup("style", style),
    ),
    el(
      "body",
      null,
      el("a", { class: "skip", href: "#content" }, "Skip to the content"),
      el(
        "header",
        null,
        el("p", { class: "kind" }, kind),
        el("h1", null, title),
        el("p", { class: "lead" }, lead),
        facts.length > 0 ? factsOf(facts) : null,
      ),
      el(
        "nav",
        { "aria-label": "Contents" },
        el("ol", null, ...sections.map(({ id, title }) => el("li", null, el("a", { href: `#${id}` }, title)))),
      ),
      el(
        "main",
        { id: "content" },
        ...sections.map(({ id, title, parts }) =>
          el("section", { id, "aria-labelledby": `${id}-heading` }, el("h2", { id: `${id}-heading` }, title), ...parts),
        ),
      ),
      el("footer", null, el("p", null, foot)),
    ),
  );
  return `<!doctype html>\n${renderToStaticMarkup(document)}\n`;
};

const factsOf = (facts: NonNullable<Page["facts"]>): VNode =>
  el(
    "dl",
    { class: "facts" },
    ...facts.map(({ name, value, note }) =>
      el("div", null, el("dt", null, name), el("dd", null, value, note === undefined ? null : el("small", null, note))),
    ),
  );

/** An element whose content is markup of our own making. */
const markup = (name: string, content: string): VNode =>
  el(name, { dangerouslySetInnerHTML: { __html: content } } as never);

export const paragraph = (...content: ComponentChild[]): VNode => el("p", null, ...content);

/** A box that scrolls sideways by itself where its content is too wide; the keyboard reaches it. */
export const scrollBox = (label: string, content: ComponentChild, kind = ""): VNode =>
  el("div", { class: `scroll ${kind}`.trim(), role: "group", "aria-label": label, tabindex: 0 }, content);

/** Pixels below which a figure is not made smaller: its words would be too small to read. */
const narrowest = ({ width }: Figure): number => Math.round(Math.min(width, Math.max(540, 0.8 * width)));

/** Pixels from which a figure has a row for itself. */
const WIDE = 800;

/** A figure with its name, what it shows, and its data, to be unfolded. `rows`: how many of the data at most. */
export const figureBox = (figure: Figure, rows = 200): VNode => {
  const { id, title, description, table } = figure;
  const shown = { ...table, rows: table.rows.slice(0, rows) };
  const left = table.rows.length - shown.rows.length;
  return el(
    "figure",
    { id, class: figure.width > WIDE ? "wide" : undefined },
    el("figcaption", null, el("h3", null, title), el("p", null, description)),
    scrollBox(`Figure: ${title}`, svgElement(figure, `min-width:${narrowest(figure)}px`), "drawing"),
    el(
      "details",
      null,
      el("summary", null, "Data", el("span", { class: "hidden" }, ` of ${title}`)),
      tableBox(`Data of ${title}`, shown),
      left > 0 ? paragraph(`And ${left.toLocaleString("en-US")} more rows.`) : null,
    ),
  );
};

/** Figures side by side where there is room. */
export const figureGrid = (figures: readonly Figure[], rows?: number): VNode =>
  el("div", { class: "figures" }, ...figures.map((figure) => figureBox(figure, rows)));

/** A remark at the edge, such as what does not apply. */
export const note = (content: string): VNode => el("p", { class: "note" }, content);

/** A table in a box that scrolls. The first column names its row. */
export const tableBox = (label: string, { columns, rows }: Table): VNode =>
  scrollBox(
    label,
    el(
      "table",
      null,
      el("caption", { class: "hidden" }, label),
      el("thead", null, el("tr", null, ...columns.map((name) => el("th", { scope: "col" }, name)))),
      el(
        "tbody",
        null,
        ...rows.map((row) =>
          el(
            "tr",
            null,
            ...row.map((cell, index) =>
              index === 0 ? el("th", { scope: "row" }, written(cell)) : el("td", classOf(cell), written(cell)),
            ),
          ),
        ),
      ),
    ),
  );

/** A number stands at the right; one with its spread or the end of its interval stays on one line. */
const classOf = (cell: Cell): { class: string } | null =>
  typeof cell === "number" ? { class: "number" } : /^\d.{0,17}$/.test(cell ?? "") ? { class: "whole" } : null;

const written = (cell: Cell): string =>
  cell === null ? "–" : typeof cell === "number" ? String(Number(cell.toPrecision(6))) : cell;

/** Something to be unfolded. */
export const unfold = (summary: string, ...content: ComponentChild[]): VNode =>
  el("details", null, el("summary", null, summary), ...content);

/** A shade at an edge beyond which there is more to scroll to: strips of paper, which move with the content, cover it at its ends. */
const edges = [
  "linear-gradient(90deg,var(--paper) 40%,transparent) 0 0/2.5rem 100% no-repeat local",
  "linear-gradient(270deg,var(--paper) 40%,transparent) 100% 0/2.5rem 100% no-repeat local",
  "linear-gradient(90deg,var(--rule),transparent) 0 0/.7rem 100% no-repeat scroll",
  "linear-gradient(270deg,var(--rule),transparent) 100% 0/.7rem 100% no-repeat scroll",
].join(",");

const style = `
:root{${variables("light")};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}.pixels{filter:invert(1)}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:90rem;padding:0 1.25rem 4rem;background:var(--paper);color:var(--ink);font:1rem/1.55 ${FONT};display:grid;grid-template-columns:minmax(0,1fr);column-gap:3rem}
header{padding:3rem 0 1rem}
h1{font-size:clamp(1.8rem,5vw,2.75rem);line-height:1.1;letter-spacing:-.02em;margin:.2rem 0 .8rem;overflow-wrap:anywhere}
h2{font-size:1.6rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 1rem;padding-top:2.5rem}
h3{font-size:1.05rem;margin:0 0 .15rem}
section>h3{margin-top:1.5rem}
p{max-width:44rem;margin:.5rem 0}
.kind{color:var(--accent);font-weight:600;margin:0}
.lead{font-size:1.15rem;color:var(--soft)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
.facts{display:flex;flex-wrap:wrap;gap:1px;margin:1.5rem 0 0;background:var(--rule);border:1px solid var(--rule);border-radius:10px;overflow:hidden}
.facts div{background:var(--paper);padding:.8rem 1rem;flex:1 1 9.5rem}
.facts dt{color:var(--soft);font-size:.875rem}
.facts dd{margin:0;font-size:1.5rem;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums;line-height:1.25}
.facts small{display:block;font-size:.875rem;font-weight:400;letter-spacing:0;color:var(--soft)}
nav{padding:1rem 0}
nav ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.35rem 1.1rem}
nav a{text-decoration:none;display:inline-block;padding:.15rem 0}
nav a:hover{text-decoration:underline}
figure{margin:1.75rem 0 2.25rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,33.75rem),1fr));gap:0 2.5rem;align-items:start}
.figures .wide{grid-column:1/-1}
.figures figure{min-width:0;margin:1rem 0 1.5rem}
figcaption p{margin:0 0 .75rem;color:var(--soft);font-size:.95rem}
.scroll{overflow-x:auto;max-width:100%;background:${edges}}
.drawing svg{display:block;max-width:100%;height:auto}
details{margin:.6rem 0;font-size:.925rem}
summary{cursor:pointer;color:var(--soft);width:fit-content;padding:.15rem .3rem .15rem 0}
summary:hover{color:var(--ink)}
details>.scroll{max-height:26rem;overflow:auto;margin-top:.4rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
thead th{position:sticky;top:0;background:var(--paper);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500;white-space:nowrap}
td.number{text-align:right}
td.whole{white-space:nowrap}
pre{background:var(--raised);border:1px solid var(--rule);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;font-size:.875rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',monospace}
.note{border-left:3px solid var(--rule);padding-left:.9rem;color:var(--soft)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{border-top:1px solid var(--rule);margin-top:3rem;padding-top:1rem;color:var(--soft);font-size:.9rem}
@media (min-width:64rem){
body{grid-template-columns:12rem minmax(0,1fr)}
header,footer{grid-column:1/-1}
nav{position:sticky;top:0;align-self:start;padding-top:2.5rem;max-height:100vh;overflow-y:auto}
nav ol{flex-direction:column}
}
@media print{
:root{${variables("light")}}.pixels{filter:none}
body{display:block;max-width:none;font-size:10pt}
nav,.skip,summary,details:not([open]){display:none}
figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
.scroll,details>.scroll{overflow:visible;max-height:none}
.drawing svg{min-width:0!important}
}
`;
