// Loss and accuracy as they come, drawn by the charts of the reports.
import { useMemo } from "preact/hooks";
import { perCent } from "../../src/charts/axes.ts";
import { type Figure, svgElement } from "../../src/charts/figure.ts";
import { lineChart } from "../../src/charts/line-chart.ts";
import type { EpochRecord, Score } from "../../src/lab/run/run-folder.ts";
import type { Training } from "./training.ts";

/** A figure made smaller would have words too small to read: it is drawn as wide as the page is. */
const widthNow = (): number => Math.max(320, Math.min(640, document.documentElement.clientWidth - 40));

type Props = Pick<Training, "begun" | "losses" | "epochs">;

/** Drawn anew only where there is something new. */
export const Curves = ({ begun, losses, epochs }: Props) =>
  useMemo(() => drawn({ begun, losses, epochs }), [begun, losses, epochs]);

const drawn = ({ begun, losses, epochs }: Props) => {
  const last = begun?.epochs ?? 1;
  const size = { width: widthNow(), height: 300 };
  const x = { label: "epochs", from: 0, to: last };
  const of = (part: (record: EpochRecord) => Score | undefined) =>
    epochs.flatMap((record) => {
      const score = part(record);
      return score ? [{ x: record.epoch, y: score.accuracy }] : [];
    });
  const loss = lineChart({
    id: "loss",
    title: "Loss",
    description: `Mean loss of the training images, ${losses.length} points so far.`,
    x,
    y: { label: "loss", from: 0 },
    series: [{ name: "training", points: losses }],
    ...size,
  });
  const accuracy = lineChart({
    id: "accuracy",
    title: "Accuracy",
    description: `After each of ${epochs.length} epochs so far: images read right.`,
    x,
    y: { label: "read right", format: perCent },
    series: [
      { name: "training", points: of(({ train }) => train), marks: true },
      { name: "validation", points: of(({ validation }) => validation), marks: true },
    ].filter(({ points }, index) => index === 0 || points.length > 0),
    ...size,
  });
  return (
    <section class="curves" aria-label="Curves">
      {[loss, accuracy].map((figure) => (
        <Curve key={figure.id} {...{ figure }} />
      ))}
    </section>
  );
};

const Curve = ({ figure }: { readonly figure: Figure }) => (
  <figure>
    <figcaption>{figure.title}</figcaption>
    {svgElement(figure, "max-width:100%;height:auto;display:block")}
  </figure>
);
