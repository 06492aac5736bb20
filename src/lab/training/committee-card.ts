// The README.md of a committee's run folder: what it is, how its members and all of them do, and how to use or repeat it.

import type { Net } from "../../nets/net.ts";
import type { CommitteeEvaluation } from "../model/evaluation.ts";
import type { Metrics } from "../run/run-folder.ts";
import { summarise } from "../summary.ts";
import { thousands } from "../table.ts";
import { commandFor, dataSection, repeatSection, resultsTable, settingsSection, useSection } from "./card.ts";
import type { Prepared } from "./prepare.ts";

/** The card of a complete committee, as Markdown; `evaluation` is that on the images `on`, where there are any. */
export const committeeCard = (
  net: Net,
  prepared: Omit<Prepared, "parts">,
  metrics: Metrics,
  on: string,
  evaluation: CommitteeEvaluation | undefined,
): string => `# ${net.title} (${net.name})

${thousands(summarise(net).total.parameters)} learned numbers of ${net.committee!.size} nets, trained one after the other for ${metrics.epochs} epochs in all. Their outputs are added.

- \`1\`, \`2\`, \`3\`: the runs of the members, each a run folder of its own. The first learned from ${prepared.origins.train.name}, as any net does.
- \`patterns-2\`, \`patterns-3\`: what the others learned from, distorted copies of the images the first learned from. Member 1 gets every other image of \`patterns-2\` wrong; members 1 and 2 answer every image of \`patterns-3\` differently. No further run needs them.
- \`best.safetensors\`: the committee as one model, \`2.C1.weight\` is the second member's.

## Results

${resultsTable(metrics)}
${evaluation ? membersText(evaluation, on) : ""}
${dataSection(prepared)}

${settingsSection(prepared, metrics)}

${useSection}

${repeatSection(commandFor({ net, settings: prepared.settings }))}
`;

const membersText = ({ members, cascade }: CommitteeEvaluation, on: string): string => {
  const alone = members.map(({ misses }, index) => `member ${index + 1} ${thousands(misses)}`).join(", ");
  const sentence = `Misses of each alone on the ${on} images: ${alone}.`;
  if (!cascade) return `${sentence}\n`;
  const { chosen, nets, misses } = cascade;
  return `${sentence} Where the others are asked only when the two best outputs of member 1 are nearer than ${chosen.threshold.toPrecision(4)}, a threshold chosen on ${thousands(chosen.images)} validation images, ${nets.toFixed(3)} nets are called for an image on the average, and ${thousands(misses)} images are missed.\n`;
};
