// docs/results.md: the results of `lenet reproduce` as a page of tables, a section for each source.

import { thousands } from "../table.ts";
import { isShare, passOf, type Quantity } from "./claim.ts";
import { rankCorrelation } from "./ranking.ts";
import { type ClaimResult, type MeasureResult, measureOf, type Results } from "./results.ts";

const valueText = ({ of }: MeasureResult, value: number | null): string => {
  if (value === null) return "–";
  return isShare(of) ? `${(value * 100).toFixed(2)} %` : thousands(Math.round(value));
};

const meanText = (measure: MeasureResult): string => {
  const { of, mean, spread } = measure;
  const around = spread === null || !isShare(of) ? "" : ` ± ${(spread * 100).toFixed(2)}`;
  return `**${valueText(measure, mean)}**${around}`;
};

/** Whether the aim was reached; where not, by how many standard deviations over seeds the mean fell short of it. */
const verdict = ({ reached, aim, mean, spread }: MeasureResult): string => {
  if (reached === null) return "";
  if (reached) return "✓";
  return spread === null || spread === 0 ? "**no**" : `**no** (${(Math.abs(mean - aim!) / spread).toFixed(1)} σ)`;
};

/** The claim's first row bears its anchor. */
const row = ({ id, title, command, seeds }: ClaimResult, measure: MeasureResult, index: number): string => {
  const { of, published, aim } = measure;
  const cells = [
    index === 0 ? `<a id="${id}"></a>${title}` : title,
    of,
    valueText(measure, published),
    aim === published ? "" : valueText(measure, aim),
    meanText(measure),
    `${seeds.length}`,
    verdict(measure),
    `\`${command}\``,
  ];
  return `| ${cells.join(" | ")} |`;
};

const heading =
  "| what | quantity | published | our aim | ours, mean ± standard deviation | seeds | reached | command |";
const sides = "| --- | --- | --: | --: | --: | --: | :-: | --- |";

const isOfPass = ({ of }: MeasureResult): boolean => passOf(of) > 0;

/** The errors after passes, a row a pass. */
const curveText = ({ title, measures }: ClaimResult): string[] => {
  const passes = [...new Set(measures.filter(isOfPass).map(({ of }) => passOf(of)))];
  if (passes.length === 0) return [];
  const cells = (of: Quantity): string => {
    const measure = measureOf({ measures }, of);
    return measure ? `${valueText(measure, measure.published)} | ${meanText(measure)}` : "– | –";
  };
  return [
    "",
    `${title}, pass by pass:`,
    "",
    "| pass | training error, published | ours | test error, published | ours |",
    "| --: | --: | --: | --: | --: |",
    ...passes.map(
      (pass) =>
        `| ${pass} | ${cells(`training error after pass ${pass}`)} | ${cells(`test error after pass ${pass}`)} |`,
    ),
  ];
};

/** Fewer settings have no ranking worth a number. */
const FEWEST_RANKED = 6;

const ranked: readonly Quantity[] = ["test accuracy", "training accuracy"];

/** Of a study whose numbers are shown, not judged: whether it and we put its settings into the same order. */
const rankingText = (claims: readonly ClaimResult[]): string[] =>
  ranked.flatMap((of) => {
    const compared = claims.flatMap(({ measures }) => {
      const measure = measureOf({ measures }, of);
      return measure && measure.published !== null && measure.aim === null ? [[measure.published, measure.mean]] : [];
    });
    if (compared.length < FEWEST_RANKED) return [];
    const rho = rankCorrelation(
      compared.map(([published]) => published!),
      compared.map(([, ours]) => ours!),
    );
    return [
      "",
      `The order of these ${compared.length} by ${of}, published and ours: Spearman's rank correlation ${rho.toFixed(2)} (1: the same order; 0: none).`,
    ];
  });

const section = (source: string, claims: readonly ClaimResult[]): string =>
  [
    `## ${source}`,
    "",
    heading,
    sides,
    ...claims.flatMap((claim) =>
      claim.measures.filter((measure) => !isOfPass(measure)).map((measure, index) => row(claim, measure, index)),
    ),
    ...rankingText(claims),
    ...claims.flatMap(curveText),
  ].join("\n");

const madeOn = ({ cpu, node, arithmetic, date, commit }: ClaimResult): string =>
  `${cpu}, Node ${node}, ${arithmetic} arithmetic, ${date}, commit ${(commit ?? "unknown")
    .split(", ")
    .map((one) => one.slice(0, 7))
    .join(", ")}`;

/** The page. */
export const resultsPage = ({ claims }: Results): string => {
  const sources = [...new Set(claims.map(({ source }) => source))];
  return [
    "# Results",
    "",
    "Written by `lenet reproduce`; not edited by hand. Everything behind these numbers (each seed, hashes of the data, commits)",
    "stands in [results.json](results.json). Test images are looked at once, at the end of a run, unless the quantity is a curve.",
    "Most of what was published is of one training. Where our mean falls short, σ says by how many standard deviations over seeds: a",
    "single training of ours would differ from the mean by as much as one of them, and seldom by two. What was tried for each miss:",
    "[misses.md](misses.md).",
    "",
    ...sources.flatMap((source) => [
      section(
        source,
        claims.filter((claim) => claim.source === source),
      ),
      "",
    ]),
    "## Made on",
    "",
    ...[...new Set(claims.map(madeOn))].map((line) => `- ${line}`),
    "",
  ].join("\n");
};
