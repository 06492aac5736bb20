// docs/results.md: the results of `lenet reproduce` as a page of tables, a section for each source.
import { isShare } from "./claims/claim.ts";
import { rankCorrelation } from "./ranking.ts";
import { type ClaimResult, type MeasureResult, measureOf, type Results } from "./results.ts";
import { thousands } from "./table.ts";

const valueText = ({ of }: MeasureResult, value: number | null): string => {
  if (value === null) return "–";
  return isShare(of) ? `${(value * 100).toFixed(2)} %` : thousands(Math.round(value));
};

const row = ({ id, title, command, seeds }: ClaimResult, measure: MeasureResult): string => {
  const { of, published, aim, mean, spread, reached } = measure;
  const around = spread === null || !isShare(of) ? "" : ` ± ${(spread * 100).toFixed(2)}`;
  const cells = [
    `<a id="${id}"></a>${title}`,
    of,
    valueText(measure, published),
    aim === published ? "" : valueText(measure, aim),
    `**${valueText(measure, mean)}**${around}`,
    `${seeds.length}`,
    reached === null ? "" : reached ? "✓" : "**no**",
    `\`${command}\``,
  ];
  return `| ${cells.join(" | ")} |`;
};

const heading =
  "| what | quantity | published | our aim | ours, mean ± standard deviation | seeds | reached | command |";
const sides = "| --- | --- | --: | --: | --: | --: | :-: | --- |";

/** Fewer settings have no ranking worth a number. */
const FEWEST_RANKED = 6;

/** Of a study whose numbers are shown, not judged: whether it and we put its settings into the same order. */
const rankingText = (claims: readonly ClaimResult[]): string[] => {
  const compared = claims.flatMap(({ measures }) => {
    const measure = measureOf({ measures }, "test accuracy");
    return measure && measure.published !== null && measure.aim === null ? [[measure.published, measure.mean]] : [];
  });
  if (compared.length < FEWEST_RANKED) return [];
  const rho = rankCorrelation(
    compared.map(([published]) => published!),
    compared.map(([, ours]) => ours!),
  );
  return [
    "",
    `The order of these ${compared.length} by test accuracy, published and ours: Spearman's rank correlation ${rho.toFixed(2)} (1: the same order; 0: none).`,
  ];
};

const section = (source: string, claims: readonly ClaimResult[]): string =>
  [
    `## ${source}`,
    "",
    heading,
    sides,
    ...claims.flatMap((claim) => claim.measures.map((measure) => row(claim, measure))),
    ...rankingText(claims),
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
