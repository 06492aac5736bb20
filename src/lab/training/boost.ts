// Boosting (1998, III.C.9; Drucker, Schapire & Simard 1993): the members of a committee are trained one after the other, the
// first as any net, each further one on patterns that those before it find hard (patterns.ts). The folder of the run holds
// the members' runs (1, 2, 3), the patterns (patterns-2, patterns-3), and in the end the committee as one model.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { type DataSet, slice, split } from "../../data/data-set.ts";
import { peakBytes } from "../../engine/host.ts";
import { LenetError } from "../../errors.ts";
import type { Committee, Net } from "../../nets/net.ts";
import { streamKey } from "../../random.ts";
import { load } from "../import/load.ts";
import { choiceText, chooseThreshold } from "../model/committee.ts";
import { evaluate } from "../model/evaluate.ts";
import { createCommittee, createModel, type Model } from "../model/model.ts";
import { versions } from "../run/provenance.ts";
import * as folders from "../run/run-folder.ts";
import { setText } from "../run/set-text.ts";
import type { Settings } from "../settings/defaults.ts";
import { distortionOf } from "../settings/distortions.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { committeeCard } from "./committee-card.ts";
import type { TrainResult } from "./learn.ts";
import { choosePatterns, readPatterns, writePatterns } from "./patterns.ts";
import { openFolder, type Prepared, prepare } from "./prepare.ts";
import { openRun } from "./resume.ts";

/** What is kept of a member. */
type Member = Pick<TrainResult, "model" | "history" | "metrics">;

/** A boosting under way. */
interface Boosting extends Prepared {
  readonly net: Net;
  readonly committee: Committee;
  readonly folder: string | null;
  /** As the caller gave them. */
  readonly given: TrainSettings;
}

type Train = (net: Net, settings: TrainSettings) => Promise<TrainResult>;

/**
 * Trains a committee; settings are those of every member, and `distort` also says how patterns are made. A member is trained
 * by `train`. A run that goes on keeps the members that are complete, and takes up the one that is not. Throws LenetError.
 */
export const boost = async (
  net: Net,
  committee: Committee,
  given: TrainSettings,
  train: Train,
): Promise<TrainResult> => {
  if (given.init !== undefined)
    throw new LenetError(`init: expected none for ${net.name}, whose members begin from the seed. Leave it out.`);
  const old = given.resume === undefined ? null : openRun(given.resume, net, given);
  const prepared = await prepare(net, given, old);
  if (!distortionOf(prepared.settings.distort))
    throw new LenetError(
      `distort: expected more than 0 for ${net.name}, whose members 2 and 3 learn from distorted images, got 0. Leave it out.`,
    );
  const folder = old ? old.folder : openFolder(net, given.out, prepared);
  if (old) folders.removeLeftovers(old.folder);
  const boosting: Boosting = { ...prepared, net, committee, folder, given };
  const members: Member[] = [];
  for (let index = 0; index < committee.size; index++) {
    given.onEvent?.({ kind: "member", member: index + 1, members: committee.size });
    const { member, stopped } = await memberOf(boosting, index, members, train);
    if (member) members.push(member);
    if (stopped) return interrupted(boosting, members);
  }
  return finish(boosting, members);
};

interface Outcome {
  /** Null when it was stopped before there was one. */
  readonly member: Member | null;
  readonly stopped: boolean;
}

/** The member number `index`: as it is kept, or trained, from where it stopped or from the beginning. */
const memberOf = async (
  boosting: Boosting,
  index: number,
  before: readonly Member[],
  train: Train,
): Promise<Outcome> => {
  const { committee, folder: all, given, settings, parts } = boosting;
  const folder = all === null ? null : join(all, `${index + 1}`);
  const kept = folder === null ? undefined : folders.readMetrics(folder);
  if (folder !== null && kept)
    return { member: { model: load(folder), history: folders.readHistory(folder), metrics: kept }, stopped: false };
  const patterns = index === 0 ? null : await patternsFor(boosting, before);
  if (index > 0 && !patterns) return { member: null, stopped: true };
  const goesOn = folder !== null && folders.hasCheckpoint(folder, "last");
  // A kill in the very beginning leaves a folder with nothing to go on from.
  if (folder !== null && !goesOn) rmSync(folder, { recursive: true, force: true });
  const { threads, signal, logEvery, tensorboard, onEvent } = given;
  const around = { threads, signal, logEvery, tensorboard, onEvent };
  const data = patterns ? { train: patterns } : (settings.data ?? parts);
  const how: TrainSettings = goesOn
    ? { resume: folder, ...(typeof data === "string" ? {} : { data }) }
    : { ...settingsFor(settings, index), data, out: folder };
  const result = await train(committee.member, { ...around, ...how });
  return { member: result, stopped: result.interrupted };
};

/** The settings of member `index`: the patterns of a later one are distorted as they are, and none is kept apart. */
const settingsFor = (settings: Settings, index: number): TrainSettings => {
  const { data: _, init: __, limit, ...shared } = settings;
  if (index === 0) return { ...shared, ...(limit === null ? {} : { limit }) };
  return { ...shared, validation: 0, distort: 0, seed: seedOf(settings, index) };
};

/** Of the weights, patterns and order of member `index`: another for each. */
const seedOf = ({ seed }: Settings, index: number): number => streamKey(seed, `member/${index + 1}`);

/** The patterns for the member after `before`, from the folder where they are kept there; null when it was stopped. */
const patternsFor = async (
  { committee, folder, given, settings, parts, counts }: Boosting,
  before: readonly Member[],
): Promise<DataSet | null> => {
  const member = before.length + 1;
  const place = folder === null ? null : join(folder, `patterns-${member}`);
  const kept = place === null ? null : await readPatterns(place, parts.train);
  if (kept) return kept;
  // In the arithmetic of the run, so that it goes on alike on another machine.
  const models = before.map(({ model: { weights } }) =>
    createModel(committee.member, weights, {}, "weights", settings.arithmetic),
  );
  const patterns = await choosePatterns(slice(parts.train, 0, counts.train), models, {
    distort: settings.distort,
    seed: seedOf(settings, before.length),
    signal: given.signal,
    onProgress: (count) => given.onEvent?.({ kind: "patterns", member, ...count }),
  });
  if (place !== null && patterns) writePatterns(place, patterns);
  return patterns;
};

const modelOf = ({ net, settings, parts }: Boosting, members: readonly Member[], more = {}): Model =>
  createCommittee(
    net,
    members.map(({ model }) => model),
    { net: net.name, settings: JSON.stringify(settings), ...setText(parts.train), ...more },
  );

const interrupted = (boosting: Boosting, members: readonly Member[]): TrainResult => ({
  model: modelOf(boosting, members),
  history: members.flatMap(({ history }) => history),
  metrics: metricsOf(members),
  folder: boosting.folder,
  interrupted: true,
});

/** Chooses the threshold of the cascade, tests, and writes the results. */
const finish = async (boosting: Boosting, members: readonly Member[]): Promise<TrainResult> => {
  const { folder, parts, counts, given } = boosting;
  const apart = counts.validation > 0 ? split(parts.train, counts.validation).validation : null;
  const untested = modelOf(boosting, members);
  const model = modelOf(boosting, members, choiceText(apart && chooseThreshold(untested, apart)));
  const validated = apart ? await evaluate(model, apart) : undefined;
  const tested = parts.test ? await evaluate(model, parts.test) : undefined;
  const metrics = { ...metricsOf(members), ...scores({ validation: validated, test: tested }) };
  if (folder !== null) {
    const metadata = { ...model.metadata, versions: JSON.stringify(versions()) };
    folders.writeCheckpoint(folder, "best", model.weights, metadata);
    const shown = tested ?? validated;
    const on = tested ? "test" : "validation";
    folders.writeReadme(folder, committeeCard(boosting.net, boosting, metrics, on, shown?.committee));
    folders.writeMetrics(folder, metrics);
  }
  if (tested) given.onEvent?.({ kind: "test", score: metrics.test!, confusion: tested.confusion });
  const history = members.flatMap((member) => member.history);
  return { model, history, metrics, ...(tested ? { confusion: tested.confusion } : {}), folder, interrupted: false };
};

const scores = (parts: Readonly<Record<string, folders.Score | undefined>>): Record<string, folders.Score> =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([part, score]) => {
      if (!score) return [];
      const { loss, accuracy, misses, images } = score;
      return [[part, { loss, accuracy, misses, images }]];
    }),
  );

/** What all trainings took together. */
const metricsOf = (members: readonly Member[]): folders.Metrics => {
  const sum = (of: "epochs" | "elapsedMs"): number => members.reduce((all, { metrics }) => all + metrics[of], 0);
  const learningMs = members.reduce(
    (all, { metrics }) => all + metrics.epochs / Math.max(1e-9, metrics.imagesPerSecond),
    0,
  );
  return {
    epochs: sum("epochs"),
    elapsedMs: sum("elapsedMs"),
    imagesPerSecond: learningMs > 0 ? sum("epochs") / learningMs : 0,
    peakBytes: peakBytes(),
  };
};
