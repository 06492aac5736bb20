// Writes the parts of README.md that a program can write, each between `<!-- begin:NAME -->` and `<!-- end:NAME -->`:
//   family   every net, counted, with its claims  summary  what `lenet summary` prints
//   example  examples/train-and-predict.mjs
//   results  docs/results.json as a table         bench    the newest file in bench/results as a table
// With --check it writes nothing and fails when README.md is not what it would write. Run: npm run readme
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { summaryText } from "../dist/cli/summary.js";
import { shippedClaims } from "../dist/src/lab/model/shipped.js";
import { summarise } from "../dist/src/lab/summary.js";
import { nets } from "../dist/src/nets/index.js";
import { lenet5 } from "../dist/src/nets/lenet5.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path) => readFileSync(root + path, "utf8");

const number = (value) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3))).toLocaleString("en-US");
const percent = (value) => `${(value * 100).toFixed(2)} %`;
/** A Markdown table; `sides` has an l or an r for each column. */
const table = ([heading, ...rows], sides) =>
  [heading, [...sides].map((side) => (side === "l" ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const fenced = (text, language = "") => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** The claims of the first page; docs/results.md has all. */
const shownInReadme = ["lenet5-adam", "lenet5-best"];

const readClaims = () => (existsSync(`${root}docs/results.json`) ? JSON.parse(read("docs/results.json")).claims : []);

/** The claim that speaks for each net on the first page: that of its shipped model, but for these. */
const spokenFor = { ...shippedClaims, zipcode1989: "zipcode1989/zipcodes", linear: "fig9/linear" };

/** As an error, whichever of the two was measured. */
const errorOf = (measures) => {
  const [{ of, published, mean, spread }] = measures;
  const error = (value) => (of.endsWith("accuracy") ? 1 - value : value);
  return {
    published: published === null ? "–" : percent(error(published)),
    ours: `${percent(error(mean))}${spread === null ? "" : ` ± ${(spread * 100).toFixed(2)}`}`,
  };
};

const family = () => {
  const claims = readClaims();
  const rows = nets.map(({ name, title, net }) => {
    const { parameters, connections } = summarise(net).total;
    const claim = claims.find(({ id }) => id === spokenFor[name]);
    const { published, ours } = claim ? errorOf(claim.measures) : { published: "", ours: "not measured yet" };
    return [`\`${name}\``, title, number(parameters), number(connections), published, ours];
  });
  return table([["`lenet train …`", "net", "parameters", "connections", "published error", "ours"], ...rows], "llrrrr");
};

const results = () => {
  const claims = readClaims();
  if (claims.length === 0) return "*Not measured yet: `npx lenet reproduce`, then `npm run readme`.*";
  const kept = claims.filter(({ id }) => shownInReadme.includes(id));
  const rows = kept.map(({ title, measures: [{ of, published, aim, mean, spread, reached }], seeds, command }) => [
    title,
    of,
    published === null ? `– (we aim at ${percent(aim)})` : percent(published),
    `**${percent(mean)}**${spread === null ? "" : ` ± ${(spread * 100).toFixed(2)}`}`,
    seeds.length,
    reached ? "yes" : "no",
    `\`${command}\``,
  ]);
  const made = [
    ...new Set(
      kept.map(
        ({ cpu, node, arithmetic, date, commit }) =>
          `${cpu}, Node ${node}, ${arithmetic} arithmetic, ${date}, commit ${(commit ?? "unknown").slice(0, 7)}`,
      ),
    ),
  ];
  return [
    table(
      [["", "quantity", "published", "ours, mean ± standard deviation", "seeds", "reached", "command"], ...rows],
      "llrrrll",
    ),
    "",
    `Measured on ${made.join("; ")}. All claims: [docs/results.md](docs/results.md); all seeds, hashes and settings: [docs/results.json](docs/results.json).`,
  ].join("\n");
};

const work = ({ task, batch }) =>
  `${task === "train" ? "training" : "answering"}, ${batch === 1 ? "one by one" : `batches of ${batch}`}`;

/** Slower peers that were measured with several threads too, where their best number of threads is ours. */
const othersAtBest = (best, peers) =>
  best.flatMap((fastest) => {
    const rows = peers.filter((one) => work(one) === work(fastest) && one.peer !== fastest.peer);
    const names = [...new Set(rows.filter(({ threads }) => threads > 1).map(({ peer }) => peer))];
    return names.flatMap((name) => {
      const mine = rows.filter(({ peer }) => peer === name);
      const top = mine.reduce((a, b) => (a.imagesPerSecond.median >= b.imagesPerSecond.median ? a : b));
      return top.threads === fastest.ourThreads ? [{ ...fastest, ...top, peerThreads: top.threads }] : [];
    });
  });

const bench = () => {
  const folder = "bench/results";
  const files = existsSync(root + folder) ? readdirSync(root + folder).filter((name) => name.endsWith(".json")) : [];
  const newest = files.sort().at(-1);
  if (!newest) return "*Not measured yet: `npm run bench`, then `npm run readme`.*";
  const { ours, peers, best, roofGflops, settings, cpu, cores, node, date, commit } = JSON.parse(
    read(`${folder}/${newest}`),
  );
  const mine = ours.filter(({ threads }) => threads === 1);
  const single = peers.filter(({ threads }) => threads === 1);
  const cell = (found) => (found ? `${number(found.imagesPerSecond.median)} (${number(found.ratio.median)} ×)` : "–");
  const rows = [
    ["**LeNet**", ...mine.map(({ imagesPerSecond }) => `**${number(imagesPerSecond.median)}**`)],
    ["share of the roof", ...mine.map(({ shareOfRoof }) => `${Math.round(shareOfRoof * 100)} %`)],
    ...[...new Set(single.map(({ peer }) => peer))].map((name) => [
      name,
      ...mine.map((one) => cell(single.find((other) => other.peer === name && work(other) === work(one)))),
    ]),
  ];
  const atBest = [...best, ...othersAtBest(best, peers)].map(
    ({ ratio, ourThreads, peer, peerThreads, ...what }) =>
      `- ${work(what)}, each with its best number of threads (LeNet ${ourThreads}, ${peer} ${peerThreads}): LeNet is ${number(ratio.median)} times as fast (${number(ratio.minimum)}…${number(ratio.maximum)}).`,
  );
  const versions = [...new Map(peers.map((one) => [one.peer, one])).values()].map(
    ({ peer, title, version, differs }) =>
      `${peer} ${version}${title === peer ? "" : ` (${title})`}${differs ? `: ${differs}` : ""}`,
  );
  return [
    table([["images a second, one thread", ...mine.map(work)], ...rows], `l${"r".repeat(mine.length)}`),
    "",
    ...atBest,
    "",
    `In brackets: how many times as fast LeNet was, in neighbouring measurements of one run. The roof is what this core does in 128-bit multiplications and additions (${settings.arithmetic} arithmetic), ${number(roofGflops)} GFLOP/s. ${cpu}, ${cores} cores, Node ${node}, ${date.slice(0, 10)}, commit ${(commit ?? "unknown").slice(0, 7)}; all figures with their spread: [${newest}](${folder}/${newest}). Peers: ${versions.join("; ")}.`,
  ].join("\n");
};

const parts = {
  family,
  summary: () => fenced(summaryText(summarise(lenet5)), "text"),
  example: () => fenced(read("examples/train-and-predict.mjs"), "js"),
  results,
  bench,
};

const before = read("README.md");
let after = before;
for (const [name, write] of Object.entries(parts)) {
  const block = new RegExp(`(<!-- begin:${name} -->\n)[^]*?(<!-- end:${name} -->)`);
  if (!block.test(after)) throw new Error(`README.md: expected a part between begin:${name} and end:${name}, got none`);
  after = after.replace(block, (_, begin, end) => `${begin}${write()}\n${end}`);
}
if (process.argv.includes("--check")) {
  if (after !== before) {
    process.stderr.write("README.md: expected what its sources say today, got older text. Run: npm run readme\n");
    process.exitCode = 1;
  }
} else writeFileSync(`${root}README.md`, after);
