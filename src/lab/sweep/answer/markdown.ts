// The answer of a sweep as a Markdown document, for a repository: the same numbers as the page's, training and test accuracy
// beside the validation metric, and the figures as SVG files in a folder beside it.
import { basename, dirname, join } from "node:path";
import { plainSvgOf, type Table } from "../../../charts/figure.ts";
import { makeFolder, writeAtomically } from "../../../files.ts";
import { type Analysis, analyse, marginsOf, type PairTable } from "./analysis.ts";
import { figuresOf } from "./figures.ts";
import { type Outcome, observationsOf, ofMetric } from "./observations.ts";
import {
  accuracy,
  caveatsOf,
  duration,
  intervalText,
  metricText,
  rankingTable,
  significanceText,
  withSpread,
} from "./report.ts";
import type { SweepResults } from "./results.ts";
import { type Importance, importanceOf } from "./variance.ts";

/** Writes the document to `file`, and its figures into the folder of the same name. Throws LenetError. */
export const writeMarkdown = (results: SweepResults, file: string): void => {
  const folder = file.replace(/\.md$/i, "").concat("-figures");
  const analysis = analyse(results);
  const { curves, importance, margins, seeds } = figuresOf(results, analysis);
  const shown = [...curves, ...importance, ...margins, seeds];
  const links = new Map(shown.map(({ id, title }) => [id, `![${title}](${basename(folder)}/${id}.svg)`]));
  makeFolder(dirname(file));
  // The document first: where it cannot be written there shall be no figures.
  writeAtomically(file, documentText(results, analysis, links));
  makeFolder(folder);
  for (const figure of shown) writeAtomically(join(folder, `${figure.id}.svg`), plainSvgOf(figure));
};

/** What is told of every trial: the metric, and what nothing was chosen by. */
const outcomesOf = ({ metric }: SweepResults): [name: string, outcome: Outcome, kind: Pick<typeof metric, "of">][] => [
  [metric.name, ofMetric, metric],
  ["train accuracy", ({ train }) => train?.accuracy ?? null, accuracy],
  ["test accuracy", ({ test }) => test?.accuracy ?? null, accuracy],
];

const markdownTable = ({ columns, rows }: Table): string =>
  [columns, columns.map((_, index) => (index === 0 ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell ?? "–").join(" | ")} |`)
    .join("\n");

const documentText = (results: SweepResults, analysis: Analysis, links: ReadonlyMap<string, string>): string => {
  const { origin, metric, fixed, parameters, seeds, cells } = results;
  const { cost } = analysis;
  const constant = Object.entries(fixed).map(([name, value]) => `${name} ${value}`);
  const pairs = analysis.pairs.map((pair) => pairText(pair, results)).join("\n\n");
  return `# ${basename(origin.file).replace(/\.ya?ml$/i, "")}

${cells.length} cells of ${parameters.map(({ name }) => name).join(" × ")}, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"} each${results.atBest === null ? "" : `, at the ${results.atBest} that suits each best on the validation images`}${constant.length > 0 ? `; ${constant.join(", ")}` : ""}. Chosen by ${metric.name} on the validation images; the test images were looked at once, at the end of each trial. Written by \`lenet sweep report\`.

## Ranking

${markdownTable(rankingTable(results))}

${links.get("train-curves")}

${links.get("validation-curves")}

## What matters

${[...caveatsOf(analysis), importanceText(results)].join("\n\n")}

${links.get("importance") ?? ""}

## What each value is worth

Means over all trials with that value, with 95 % intervals.

${marginText(results)}

${links.get("margins") ?? ""}

${pairs === "" ? "" : `## What acts together\n\n${pairs}\n`}
## What is noise

${significanceText(analysis, results)}

${links.get("seeds")}

## Cost

${cost.trials} trials, ${cost.epochs} epochs, ${duration(cost.elapsedMs)} on one thread, added up, on ${origin.processor}; lenet ${origin.versions.lenet}${origin.commit ? `, commit ${origin.commit.slice(0, 7)}` : ""}, Node ${origin.versions.node}, ${origin.startedAt.slice(0, 10)}.
`;
};

const chanceText = (chance: number | null): string =>
  chance === null ? "" : chance < 0.001 ? " (p < .001)" : ` (p ${chance.toFixed(3).replace(/^0/, "")})`;

/** Shares of the variance of every outcome, a row for each effect. */
const importanceText = (results: SweepResults): string => {
  const found = outcomesOf(results).map(
    ([name, outcome]) => [name, importanceOf(observationsOf(results, outcome))] as const,
  );
  const [, first] = found[0]!;
  if (!first) return "Too few results to tell.";
  const share = (importance: Importance | null, effect: string): string => {
    const one = importance?.effects.find(({ name }) => name === effect);
    return one ? `${(one.share * 100).toFixed(1)} %${chanceText(one.chance)}` : "–";
  };
  const seeds =
    first.seeds === null
      ? []
      : [
          [
            "the seed alone",
            ...found.map(([, one]) => (one?.seeds == null ? "–" : `${(one.seeds * 100).toFixed(1)} %`)),
          ],
        ];
  const rows = [...first.effects.map(({ name }) => [name, ...found.map(([, one]) => share(one, name))]), ...seeds];
  const how = first.method === "forest" ? "estimated by a forest" : "exact: an analysis of variance";
  return `Share of the variance between trials (${how}), and the chance p of such a share without any effect.\n\n${markdownTable({ columns: ["", ...found.map(([name]) => name)], rows })}`;
};

const marginText = (results: SweepResults): string => {
  const all = outcomesOf(results).map(([name, outcome, kind]) => ({
    name,
    kind,
    margins: marginsOf(observationsOf(results, outcome)),
  }));
  const rows = all[0]!.margins.map(({ parameter, level }) => [
    `${parameter} ${level}`,
    ...all.map(({ kind, margins }) => {
      const found =
        margins.find((margin) => margin.parameter === parameter && margin.level === level)?.estimate ?? null;
      return found ? `${metricText(kind, found.mean)} (${intervalText(kind, found)})` : withSpread(kind, null);
    }),
  ]);
  return markdownTable({ columns: ["", ...all.map(({ name }) => name)], rows });
};

const pairText = ({ parameters, levels, means }: PairTable, { metric }: SweepResults): string =>
  markdownTable({
    columns: [`${parameters[0]} \\ ${parameters[1]}`, ...levels[1]],
    rows: levels[0].map((level, row) => [
      level,
      ...means[row]!.map((value) => (value === null ? null : metricText(metric, value))),
    ]),
  });
