// The answer: the class in large, a bar for every class, and the image as the net saw it.
import { Grid } from "./grid.tsx";
import type { Answer, Reader } from "./model.ts";
import type { Palette, Rgb } from "./palette.ts";

interface Props {
  readonly reader: Reader;
  readonly answer: Answer | null;
}

/** A net that gives its answer less than this is not sure. */
const SURE = 0.6;

/** The answer as a sentence. */
export const sentence = ({ reader, answer }: Props): string => {
  if (!answer) return "Nothing to read yet.";
  const { label, probabilities } = answer;
  const name = reader.data.classes[label]!;
  const sure = probabilities[label]! >= SURE ? "" : ", but the net is not sure";
  return `The net reads ${name}, ${percent(probabilities[label]!)}${sure}.`;
};

const percent = (share: number): string => (share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`);

export const Verdict = ({ reader, answer }: Props) => {
  const name = answer ? reader.data.classes[answer.label]! : "?";
  const sure = answer ? answer.probabilities[answer.label]! : 0;
  return (
    <p class="verdict" aria-hidden="true">
      <span class={`class ${name.length > 2 ? "long" : ""} ${answer ? "" : "none"}`}>{name}</span>
      <span class="sure">
        {answer ? (sure >= SURE ? `sure to ${percent(sure)}` : `not sure: ${percent(sure)}`) : ""}
      </span>
    </p>
  );
};

export const Seen = ({ reader, answer, palette }: Props & { readonly palette: Palette }) => {
  const { rows, columns } = reader.data.net.image;
  const colour = (value: number): Rgb => palette.inked[Math.round(value)]!;
  const label = answer ? `The image as the net sees it, ${rows}×${columns} pixels` : "Nothing seen yet";
  const values = answer?.pixels ?? new Uint8Array(rows * columns);
  return <Grid cell={Math.round(140 / columns)} drawn={answer} {...{ values, rows, columns, colour, label }} />;
};

/** A row a class: probabilities, or penalties where the least of them wins. */
export const Bars = ({ reader, answer }: Props) => {
  const penalties = reader.leastWins;
  const values = answer && (penalties ? answer.outputs : answer.probabilities);
  const full = values && penalties ? Math.max(...values) : 1;
  return (
    <table class="bars">
      <caption>
        {penalties ? "Penalties: how far from the code of each class. The least one answers." : "Probabilities"}
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Class</th>
          <th scope="col">{penalties ? "Penalty" : "Probability"}</th>
        </tr>
      </thead>
      <tbody>
        {reader.data.classes.map((name, index) => (
          <tr key={name} class={answer?.label === index ? "winner" : ""}>
            <th scope="row">{name}</th>
            <td>
              <span class="bar" style={`--share:${values ? values[index]! / full : 0}`} />
              <span class="number">
                {values ? (penalties ? values[index]!.toFixed(1) : percent(values[index]!)) : "–"}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
