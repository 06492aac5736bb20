// A bench as text: aligned tables for people.
import { alignedTable, thousands } from "../table.ts";
import type { Compared } from "./compare.ts";
import type { Figures } from "./figures.ts";
import type { BenchResult, GrowthPoint, Profile, Work } from "./result.ts";

/** The whole report, without what it is compared with. */
export const benchText = (result: BenchResult): string => {
  const { cpu, cores, node, date, commit, settings, roofGflops, ours, peers, best, kernels, profile, growth } = result;
  const made = [cpu, `${cores} cores`, `Node ${node}`, date.slice(0, 10), ...(commit ? [commit.slice(0, 7)] : [])];
  const parts = [
    `${made.join(", ")}\nRoof of one core (${settings.arithmetic} multiply and add on 128-bit vectors): ${decimal(roofGflops)} GFLOP/s`,
    ...(ours.length > 0 ? [ourTable(result)] : []),
    ...(peers.length > 0 ? [peerTable(result)] : []),
    ...(best.length > 0 ? [bestLines(result)] : []),
    ...(kernels.length > 0 ? [kernelTable(result)] : []),
    ...(profile ? [profileTable(profile)] : []),
    ...(growth ? [growthTable(growth)] : []),
    ...absentLines(result),
  ];
  return parts.join("\n\n");
};

const workOf = ({ task, batch }: Pick<Work, "task" | "batch">): string => `${task}, batch ${batch}`;

/** Three digits; whole from a hundred on. */
const decimal = (value: number): string =>
  value >= 100 ? thousands(Math.round(value)) : `${Number(value.toPrecision(3))}`;

const spread = ({ minimum, maximum }: Figures): string =>
  minimum === maximum ? "" : `${decimal(minimum)}…${decimal(maximum)}`;

const ourTable = ({ ours, settings }: BenchResult): string =>
  alignedTable(
    [
      [`LeNet (${settings.net})`, "threads", "images/s", "least…most", "µs an image", "GFLOP/s", "of the roof"],
      ...ours.map(({ imagesPerSecond, microsecondsPerImage, gflops, shareOfRoof, ...work }) => [
        workOf(work),
        `${work.threads}`,
        decimal(imagesPerSecond.median),
        spread(imagesPerSecond),
        decimal(microsecondsPerImage.median),
        decimal(gflops),
        shareOfRoof === null ? "" : `${Math.round(shareOfRoof * 100)} %`,
      ]),
    ],
    ["left", "right", "right", "right", "right", "right", "right"],
  );

const peerTable = ({ peers }: BenchResult): string => {
  const table = alignedTable(
    [
      ["Peers", "threads", "images/s", "µs an image", "LeNet ÷ peer", "least…most", "what"],
      ...peers.map(({ peer, version, imagesPerSecond, microsecondsPerImage, ratio, ...more }) => [
        `${workOf(more)}: ${peer}`,
        `${more.threads}`,
        decimal(imagesPerSecond.median),
        decimal(microsecondsPerImage.median),
        `${decimal(ratio.median)} ×`,
        spread(ratio),
        more.variant ?? version,
      ]),
    ],
    ["left", "right", "right", "right", "right", "right"],
  );
  const notes = new Map(peers.map(({ peer, title, version, differs }) => [peer, { title, version, differs }]));
  const legend = [...notes].map(
    ([peer, { title, version, differs }]) =>
      `${peer}: ${title === peer ? version : `${title}, ${version}`}${differs ? `; not the same work: ${differs}` : ""}`,
  );
  return `${table}\n\n${legend.join("\n")}`;
};

const growthUnits = {
  images: ["images in an epoch", "ms an epoch"],
  batch: ["images in a step", "ms a step"],
  threads: ["threads", "µs an image"],
  maps: ["million multiply-adds an image", "µs an image"],
} as const;

const growthTable = (growth: readonly GrowthPoint[]): string =>
  alignedTable(
    [
      ["Growth", "", "threads", "cost", "", "cost ÷ size"],
      ...growth.map(({ axis, x, threads, cost }) => {
        const [size, unit] = growthUnits[axis];
        return [size, decimal(x), `${threads}`, decimal(cost), unit, axis === "threads" ? "" : decimal(cost / x)];
      }),
    ],
    ["left", "right", "right", "right", "left", "right"],
  );

const bestLines = ({ best }: BenchResult): string =>
  best
    .map(
      ({ ratio, ...work }) =>
        `${workOf(work)}, each at its best (LeNet ${threads(work.ourThreads)}, ${work.peer} ${threads(work.peerThreads)}): ` +
        `LeNet is ${decimal(ratio.median)} times as fast (${spread(ratio) || "measured once"})`,
    )
    .join("\n");

const threads = (count: number): string => `${count} thread${count === 1 ? "" : "s"}`;

const kernelTable = ({ kernels, roofGflops }: BenchResult): string =>
  alignedTable(
    [
      ["kernel", "images a call", "µs an image", "median", "GFLOP/s", "of the roof"],
      ...kernels.map(({ name, images, microsecondsPerImage, gflops }) => [
        name,
        `${images}`,
        decimal(microsecondsPerImage.minimum),
        decimal(microsecondsPerImage.median),
        gflops === null ? "" : decimal(gflops),
        gflops === null ? "" : `${Math.round((gflops / roofGflops) * 100)} %`,
      ]),
    ],
    ["left", "right", "right", "right", "right", "right"],
  );

/** The rows in the order of a step, the whole below them. */
const profileTable = ({ net, batch, optimiser, rows, accountedFor, ...whole }: Profile): string => {
  const line = (name: string, { microsecondsPerImage, gflops, shareOfRoof }: typeof whole, share: number) => [
    name,
    decimal(microsecondsPerImage),
    gflops === null ? "" : decimal(gflops),
    shareOfRoof === null ? "" : `${Math.round(shareOfRoof * 100)} %`,
    `${(share * 100).toFixed(1)} %`,
  ];
  const none = { gflops: null, shareOfRoof: null };
  const sum = { ...none, microsecondsPerImage: accountedFor };
  const rest = { ...none, microsecondsPerImage: whole.microsecondsPerImage - accountedFor };
  return alignedTable(
    [
      [`${net}, ${optimiser}, batch ${batch}`, "µs an image", "GFLOP/s", "of the roof", "of the step"],
      ...rows.map((row) => line(`${row.layer} ${row.direction}`.trim(), row, row.shareOfStep)),
      line("= together", sum, accountedFor / whole.microsecondsPerImage),
      line("not accounted for", rest, rest.microsecondsPerImage / whole.microsecondsPerImage),
      line("whole step, measured by itself", whole, 1),
    ],
    ["left", "right", "right", "right", "right"],
  );
};

const absentLines = ({ absent }: BenchResult): string[] =>
  absent.length === 0 ? [] : [absent.map(({ peer, task, why }) => `${peer} (${task}): ${why}`).join("\n")];

/** Now beside then. */
export const comparisonText = (compared: readonly Compared[], then: BenchResult): string => {
  return alignedTable(
    [
      [
        `compared with ${then.date.slice(0, 10)}, ${then.cpu}, ${then.settings.arithmetic} arithmetic`,
        "before",
        "now",
        "now ÷ before",
        "beside the roof or peer",
      ],
      ...compared.map(({ name, now, before, ratio, beside }) => [
        name,
        decimal(before),
        decimal(now),
        `${decimal(ratio)} ×`,
        beside === null ? "" : `${decimal(beside)} ×`,
      ]),
    ],
    ["left", "right", "right", "right", "right"],
  );
};
