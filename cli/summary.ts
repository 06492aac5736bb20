// lenet summary: a net layer by layer, our counts beside the published ones. Everything goes to stdout.
import { Command } from "commander";
import { type Comparison, type Counts, type Summary, summarise } from "../src/lab/summary.ts";
import { alignedTable, type Side, thousands } from "../src/lab/table.ts";
import { netNamed, nets } from "../src/nets/index.ts";
import { formatShape } from "../src/shape.ts";
import { netsText, withJson } from "./options.ts";
import { print, printJson } from "./output.ts";

type Column = readonly [heading: string, side: Side];

const marks = ["¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

/** Our count, and beside it a tick, or the published count with the mark of its note; nothing where none was published. */
const beside = (key: keyof Counts, ours: Counts, published: Comparison | null, mark: string): string => {
  const theirs = published?.[key] ?? null;
  if (theirs === null) return "";
  return theirs === ours[key] ? "✓" : `${thousands(theirs)} ${mark}`;
};

/** The summary as text: a table, then a note for each published count that is not ours. */
export const summaryText = ({ title, net, input, lines, total, units, source }: Summary): string => {
  const published = source === null ? [] : ([["published", "right"]] as Column[]);
  const columns: Column[] = [
    ["layer", "left"],
    ["what it is", "left"],
    ["output", "left"],
    ["parameters", "right"],
    ...published,
    ["connections", "right"],
    ...published,
    ["multiply-adds", "right"],
    ["sees", "right"],
  ];
  const notes: string[] = [];
  const row = (
    name: string,
    what: string,
    output: string,
    ours: Counts & { multiplyAdds: number; published: Comparison | null },
    sees: string,
  ): string[] => {
    const theirs = ours.published;
    const differs = theirs !== null && !theirs.agrees;
    const mark = differs ? (marks[notes.length] ?? "*") : "";
    if (differs) notes.push(`${mark} ${name}: ${theirs.slip ?? "nobody has explained the difference yet"}`);
    const cells = (key: keyof Counts): string[] =>
      source === null ? [thousands(ours[key])] : [thousands(ours[key]), beside(key, ours, theirs, mark)];
    return [name, what, output, ...cells("parameters"), ...cells("connections"), thousands(ours.multiplyAdds), sees];
  };
  const table = alignedTable(
    [
      columns.map(([heading]) => heading),
      ...lines.map((line) => row(line.name, line.what, formatShape(line.output), line, line.receptiveField.join("×"))),
      row("total", "", "", total, ""),
    ],
    columns.map(([, side]) => side),
  );
  const heading = `${title} (${net}), input ${formatShape(input)}`;
  if (units.published !== null)
    notes.push(
      `units, the input's included: ${thousands(units.ours)} ${units.published === units.ours ? "✓" : `(published: ${thousands(units.published)})`}`,
    );
  const legend = source === null ? [] : [`✓ as published: ${source}`];
  return [heading, "", table, "", ...notes, ...legend].join("\n").trimEnd();
};

const show = (name: string, { json }: { readonly json?: true }): void => {
  const summary = summarise(netNamed(name));
  if (json) printJson(summary);
  else print(summaryText(summary));
};

/** The command `lenet summary`. */
export function summaryCommand(): Command {
  const command = new Command("summary")
    .description("count a net layer by layer, beside what was published")
    .argument("[net]", `one of ${nets.map(({ name }) => name).join(", ")}, with its options`, "lenet5")
    .addHelpText(
      "after",
      `\nSees: rows × columns of the input that one unit of the layer depends on.\n\n${netsText()}`,
    );
  return withJson(command).action(show);
}
