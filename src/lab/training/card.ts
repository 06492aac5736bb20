// The README.md of a run folder: what the model is, what it learned from, how well, and how to use or repeat it.

import type { Metrics, Score } from "../run/run-folder.ts";
import { summarise } from "../summary.ts";
import { thousands } from "../table.ts";
import type { Prepared } from "./prepare.ts";
import type { Session } from "./session.ts";

/** The card of a complete training, as Markdown. */
export const modelCard = (session: Session, metrics: Metrics): string => {
  const { net, settings, origins, best } = session;
  return `# ${net.title} (${net.name})

${thousands(summarise(net).total.parameters)} learned numbers, trained for ${metrics.epochs} epochs on ${origins.train.name}${best ? `; the weights kept are those of epoch ${best.record.epoch}, the best on the validation images` : ""}.

## Results

${resultsTable(metrics)}
The training row was measured while the weights were still moving. The test images were looked at once, at the end.

${dataSection(session)}

${settingsSection(session, metrics)}

${useSection}

${repeatSection(commandFor({ net, settings }))}
`;
};

/** A row for each part of the data that was scored. */
export const resultsTable = (metrics: Metrics): string => `| images | number | misses | accuracy | loss |
|---|--:|--:|--:|--:|
${(["train", "validation", "test"] as const).map((part) => row(part, metrics[part])).join("")}`;

const row = (part: string, score: Score | undefined): string =>
  score
    ? `| ${part} | ${thousands(score.images)} | ${thousands(score.misses)} | ${(score.accuracy * 100).toFixed(2)} % | ${score.loss.toFixed(4)} |\n`
    : "";

export const dataSection = ({ counts, origins }: Pick<Prepared, "counts" | "origins">): string => `## Data

${thousands(counts.train)} images to learn from, ${thousands(counts.validation)} for validation, ${thousands(counts.test)} to test.

${[origins.train, ...(origins.test ? [origins.test] : [])].map(({ name, sha256 }, index) => `- ${name}, ${index === 0 ? "train" : "test"}: images sha256 \`${sha256.images}\`, labels sha256 \`${sha256.labels}\``).join("\n")}`;

export const settingsSection = (
  { settings, threads }: Pick<Prepared, "settings" | "threads">,
  { elapsedMs, imagesPerSecond }: Metrics,
): string => `## Settings

\`\`\`json
${JSON.stringify(settings, null, 2)}
\`\`\`

${threads} threads, ${(elapsedMs / 1000).toFixed(1)} s, ${thousands(Math.round(imagesPerSecond))} images a second. The weights do not depend on the threads. \`config.json\` has versions, commit and processor.`;

/** Of a run folder. */
export const useSection = `## To use it

\`\`\`sh
lenet evaluate .
lenet predict --model . digit.png
\`\`\`

In PyTorch (pip install safetensors), with the names and layouts of this file:

\`\`\`python
from safetensors.torch import load_file

tensors = load_file("best.safetensors")
weights = {name: tensor for name, tensor in tensors.items() if not name.startswith("optimiser.")}
\`\`\``;

export const repeatSection = (command: string): string => `## To repeat it

The same settings, seed and data give the same weights, bit for bit:

\`\`\`sh
${command}
\`\`\``;

/** The command that trains the same weights. */
export const commandFor = ({ net, settings }: Pick<Session, "net" | "settings">): string => {
  const { optimiser, schedule } = settings;
  const rate = schedule.kind === "staged" ? [] : ["--rate", schedule.rate];
  const stages =
    schedule.kind === "staged"
      ? ["--stages", schedule.stages.map((s) => `${s.epochs}x${s.rate}`).join(), ...(schedule.fresh ? ["--fresh"] : [])]
      : [];
  return [
    ["lenet train", net.name],
    settings.data === null ? [] : ["--data", settings.data],
    ["--epochs", settings.epochs, "--batch", settings.batch],
    ["--optimiser", optimiser.kind, ...rate],
    optimiser.kind === "momentum" ? ["--momentum", optimiser.momentum] : [],
    optimiser.kind === "sdlm" ? ["--mu", optimiser.mu, "--patterns", optimiser.patterns] : [],
    optimiser.decay > 0 ? ["--decay", optimiser.decay] : [],
    stages.length > 0 ? stages : ["--schedule", schedule.kind],
    settings.distort !== 0 ? ["--distort", settings.distort] : [],
    ["--validation", settings.validation, "--seed", settings.seed],
    settings.limit === null ? [] : ["--limit", settings.limit],
    settings.shuffle ? [] : ["--no-shuffle"],
    settings.init === null ? [] : ["--init", settings.init],
  ]
    .flat()
    .join(" ");
};
