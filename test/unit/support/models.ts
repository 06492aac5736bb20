// Models of every net, to be written as files of other tools: the shipped ones, and nets nobody taught whose every number is
// random, so that no weight, bias or statistic can be lost unnoticed.

import { derivations, deriveImages } from "../../../src/data/derive.ts";
import { describe } from "../../../src/engine/describe.ts";
import { createModel, load, loadData, type Model, netNamed } from "../../../src/index.ts";
import { shippedNames } from "../../../src/lab/model/shipped.ts";
import { readOptions } from "../../../src/named.ts";
import type { Net } from "../../../src/nets/net.ts";
import { stream } from "../../../src/random.ts";
import type { Ink } from "../../../src/shape.ts";

/** Nets with every kind of layer and option, most of which no shipped model has. */
export const untaught = [
  "lenet5:activation=relu,pool=max,norm=yes,dropout=0.5,c1=3,c3=5,c5=7,f6=9",
  "lenet5-1998:distance=whole",
  "zipcode1989:scheme=ring,activation=squash",
  "zipcode1989:output=sigmoid,dropout=0.2",
  "lenet4:c5=five",
  "boosted-lenet4",
  "ablation:activation=tanh,dropout=0.5",
  "mlp:hidden=12,second=11,side=20",
  "linear:side=16",
];

/** Two small nets that answer together. */
export const committee = (): Net => {
  const member = netNamed("lenet5:activation=relu,c1=2,c3=3,c5=4,f6=5");
  return { ...member, committee: { member, size: 2 } };
};

/** A model of this net with random numbers everywhere. */
export const random = (net: Net): Model => {
  const member = net.committee?.member ?? net;
  const prefixes = net.committee ? Array.from({ length: net.committee.size }, (_, index) => `${index + 1}.`) : [""];
  const tensors = prefixes.flatMap((prefix) =>
    describe(member).tensors.map(({ name, role, shape, size, absent, fanIn }) => {
      const draw = stream(1, prefix + name);
      const fan = Math.max(1, ...[fanIn].flat());
      const range = (role === "weight" ? 2 : 1) / Math.sqrt(fan);
      const middle = role === "variance" || role === "gamma" ? 1.5 : 0;
      const data = Float32Array.from({ length: size }, () => middle + (2 * draw.unit() - 1) * range);
      for (const [from, to] of absent) data.fill(0, from, to);
      return [prefix + name, { shape, data }] as const;
    }),
  );
  return createModel(net, new Map(tensors));
};

/** Every shipped model and every net above, by name. */
export const models = (): [string, Model][] => [
  ...shippedNames().map((name): [string, Model] => [name, load(name)]),
  ...untaught.map((name): [string, Model] => [name, random(netNamed(name))]),
];

/** Test digits of 28×28, and smaller ones, loaded when first asked for. */
const sets = new Map<number, Promise<Ink>>();

/** The first `count` test digits, as this net wants to see them; 200 at most. */
export const digitsFor = async ({ image: { rows } }: Net, count: number): Promise<Ink> => {
  if (!sets.has(rows)) sets.set(rows, loadDigits(rows));
  return (await sets.get(rows)!).slice(0, count * rows * rows);
};

const loadDigits = async (side: number): Promise<Ink> => {
  const { images } = await loadData("mnist", "test");
  const some = images.slice(0, 200 * 28 * 28);
  return side === 28 ? some : deriveImages(some, readOptions("mnist", derivations, `size=${side}`)).images;
};
