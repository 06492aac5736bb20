// How the members of a committee do, alone and together.
import { perCent } from "../../../charts/axes.ts";
import { type Bar, barChart } from "../../../charts/bar-chart.ts";
import type { Figure } from "../../../charts/figure.ts";
import { evaluateCommittee } from "../../model/committee.ts";
import { wilson } from "../study/statistics.ts";
import type { Study } from "../study/study.ts";

export const membersFigure = ({ model, set }: Study): Figure | string => {
  if (!model.members) return `${model.net.title} is a single net: it has no members.`;
  const { misses, committee } = evaluateCommittee(model, set);
  const { members, cascade } = committee!;
  const bar = (name: string, misses: number): Bar => ({
    name,
    value: misses / set.count,
    ...wilson(misses, set.count),
  });
  const called = cascade
    ? ` In the cascade member 1 answers alone where its two best outputs are ${Number(cascade.chosen.threshold.toPrecision(3))} apart or more, as chosen on ${cascade.chosen.images} validation images, and all answer else: ${Number(cascade.nets.toPrecision(3))} nets are called on the average.`
    : "";
  return barChart({
    id: "members",
    title: "Members, alone and together",
    description: `Share of the test images answered wrongly, with Wilson's 95\u00a0% interval. Together the outputs of all ${members.length} members are added.${called}`,
    x: { label: "error", format: perCent },
    bars: [
      bar("together", misses),
      ...members.map((member, index) => bar(`member ${index + 1} alone`, member.misses)),
      ...(cascade ? [bar("cascade", cascade.misses)] : []),
    ],
  });
};
