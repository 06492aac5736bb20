// Any net as blocks of the architecture figure: from its description, so that the figure cannot say what the net does not do.
import { architectureChart, type Block } from "../../../charts/architecture-chart.ts";
import type { Figure } from "../../../charts/figure.ts";
import { describe, type LayerPlace } from "../../../engine/describe.ts";
import type { Net } from "../../../nets/net.ts";
import { formatShape, size } from "../../../shape.ts";
import { summarise } from "../../summary.ts";
import { thousands } from "../../table.ts";

/** Layers that are drawn as part of the one before. */
const hidden: readonly string[] = ["activation", "batchNorm", "dropout"];

/** The figure of a net, of a committee that of a member. `picture`: an address of an image for the input's plane. */
export const architectureFigure = (committee: Net, picture?: string): Figure => {
  const net = committee.committee?.member ?? committee;
  const { input, layers } = describe(net);
  const summary = summarise(net);
  const shown = layers.filter(({ spec }) => !hidden.includes(spec.kind));
  const blocks = shown.map((place, index): Block => {
    const { name, geometry, spec } = place;
    const counts = summary.lines.find((line) => line.name === name);
    const { output } = geometry;
    return {
      name: index === shown.length - 1 && name === "OUT" ? "OUTPUT" : name,
      size: formatShape(output),
      ...output,
      ...("field" in spec && size(output) > output.maps ? { field: spec.field } : { field: null }),
      way: wayOf(place),
      counts: [counts?.parameters ?? null, counts?.connections ?? null],
    };
  });
  const first: Block = { name: "INPUT", size: formatShape(input), ...input, counts: [null, null] };
  const { parameters, connections } = summary.total;
  const many = committee.committee ? ` One of its ${committee.committee.size} members.` : "";
  return architectureChart({
    id: "architecture",
    title: `Architecture of ${net.title}`,
    description: `From left to right: ${[first, ...blocks].map(({ name, size }) => `${name} ${size}`).join(", ")}. ${thousands(parameters)} learned numbers, ${thousands(connections)} connections.${many}`,
    blocks: [first, ...blocks],
    counted: ["parameters", "connections"],
    ...(picture === undefined ? {} : { picture }),
  });
};

/** How a layer comes from the one before, in the words of the paper. */
const wayOf = ({ spec, geometry: { output } }: LayerPlace): string[] => {
  switch (spec.kind) {
    case "conv":
      return size(output) === output.maps ? ["full", "connection"] : ["convolutions", `${spec.field}×${spec.field}`];
    case "subsample":
      return ["sub-", "sampling"];
    case "sumPool":
      return [spec.average ? "average" : "sum", "pooling"];
    case "maxPool":
      return ["max", "pooling"];
    case "rbf":
      return ["Gaussian", "connections"];
    case "repeat":
      return ["each", `${spec.times} times`];
    default:
      return ["full", "connection"];
  }
};
