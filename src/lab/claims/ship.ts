// Puts models into models/: the first seed of a claim that `lenet reproduce` has done, weights alone, with a card that says
// what it is, how well it does and how to get it again. What it tells of a run it reads from the run's folder.
import { join } from "node:path";
import { LenetError } from "../../errors.ts";
import { makeFolder, writeAtomically } from "../../files.ts";
import { closest } from "../../words.ts";
import { load, readTensors, save } from "../import/load.ts";
import type { Origins } from "../model/fit.ts";
import type { Model } from "../model/model.ts";
import { MODELS, shippedClaims, shippedNames, shippedPath } from "../model/shipped.ts";
import { type Config, readConfig, readMetrics, type Score } from "../run/run-folder.ts";
import { summarise } from "../summary.ts";
import { thousands } from "../table.ts";
import { dataSection } from "../training/card.ts";
import type { ImageCounts } from "../training/events.ts";
import { claimsNamed } from "./index.ts";
import { trialsOf } from "./reproduce.ts";
import { type ClaimResult, type MeasureResult, RESULTS, readResults } from "./results.ts";

/** Where a shipped model is from; a text of its metadata. */
export interface Provenance {
  readonly claim: string;
  readonly seed: number;
  readonly commit: string | null;
  readonly test: Pick<Score, "misses" | "images">;
}

export interface ShipSettings {
  /** Folder of the run. Default: that of `lenet reproduce`. */
  readonly run?: string;
  readonly models?: string;
  readonly results?: string;
}

const SEED = 1;
const PROVENANCE = "provenance";

/** The folder in which `lenet reproduce` keeps the run of this model. Throws LenetError for a name no model is shipped under. */
export const runOf = (name: string): string => trialsOf(claimsNamed(claimOf(name)), { seeds: SEED })[0]!.folder;

const claimOf = (name: string): string => {
  const claim = Object.hasOwn(shippedClaims, name) ? shippedClaims[name] : undefined;
  if (claim !== undefined) return claim;
  const known = Object.keys(shippedClaims);
  throw new LenetError(`model: expected one of ${known.join(", ")}, got "${name}".${closest(name, known)}`);
};

/**
 * Writes NAME.safetensors and NAME.md, and the list of all models, README.md. Returns the path of the model. Throws LenetError
 * when the run is not complete or was not tested.
 */
export const ship = (name: string, { run = runOf(name), models = MODELS, results = RESULTS }: ShipSettings = {}) => {
  const claim = claimOf(name);
  const test = readMetrics(run)?.test;
  if (!test)
    throw new LenetError(
      `${run}: expected a complete run with a test score, got none. Run: lenet reproduce ${claim} --seeds ${SEED}`,
    );
  const config = readConfig(run);
  const { misses, images } = test;
  const commit = (config["commit"] as string | undefined) ?? null;
  const provenance: Provenance = { claim, seed: SEED, commit, test: { misses, images } };
  const model = load(run);
  const { position: _, ...metadata } = model.metadata;
  makeFolder(models);
  const path = shippedPath(name, models);
  save({ ...model, metadata: { ...metadata, [PROVENANCE]: JSON.stringify(provenance) } }, path);
  const result = readResults(results).claims.find(({ id }) => id === claim);
  writeAtomically(join(models, `${name}.md`), cardOf(name, model, config, provenance, result));
  writeAtomically(join(models, "README.md"), listOf(models));
  return path;
};

const errorText = ({ misses, images }: Provenance["test"]): string =>
  `${((100 * misses) / images).toFixed(2)} % (${thousands(misses)} of ${thousands(images)} images)`;

const cardOf = (
  name: string,
  { net }: Model,
  config: Config,
  { claim, seed, commit, test }: Provenance,
  result: ClaimResult | undefined,
): string => {
  const { total } = summarise(net);
  const counts = config["images"] as ImageCounts;
  const origins = config["data"] as Origins;
  return `# ${name}: ${net.title}

The net \`${net.name}\`: ${thousands(total.parameters)} learned numbers, ${thousands(total.connections)} connections, ${thousands(total.multiplyAdds)} multiply-adds for an image.

## Results

- Test error of these weights: **${errorText(test)}**. The test images were looked at once, at the end, unless the claim shows a curve.
- ${overSeeds(claim, result)}

${dataSection({ counts, origins })}

## To use it

\`\`\`sh
lenet predict --model ${name} digit.png
lenet evaluate ${name}
\`\`\`

In a program:

\`\`\`js
import { load } from "lenet";

const model = load("${name}");
\`\`\`

## To repeat it

Seed ${seed} of the claim \`${claim}\`${result ? `: ${result.title} (${result.source})` : ""}, made at commit ${commit ?? "unknown"} with Node ${Object(config["versions"]).node} in ${Object(config["settings"]).arithmetic} arithmetic, in which it comes out the same, bit for bit, on every machine:

\`\`\`sh
lenet reproduce ${claim} --seeds ${seed}
npm run ship -- ${name}
\`\`\`

\`\`\`json
${JSON.stringify(config["settings"], null, 2)}
\`\`\`
`;
};

const overSeeds = (claim: string, result: ClaimResult | undefined): string => {
  const measure = result?.measures.find(({ of }) => of === "test error" || of === "test accuracy");
  if (!measure) return `The claim \`${claim}\` over its seeds: not measured yet.`;
  const { of, published } = measure;
  const printed = published === null ? "" : `; published ${percent(published)}`;
  return `The claim \`${claim}\`, ${of} over ${measure.values.length} seeds: ${meanText(measure)}${printed}.`;
};

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const meanText = ({ mean, spread }: MeasureResult): string =>
  `${percent(mean)}${spread === null ? "" : ` ± ${(spread * 100).toFixed(2)}`}`;

/** What a shipped file says about where it is from. Throws LenetError when it says nothing. */
export const provenanceOf = (file: string): Provenance => {
  const text = readTensors(file).metadata[PROVENANCE];
  if (text === undefined)
    throw new LenetError(`${file}: expected a shipped model, got one that says nothing of a claim.`);
  return JSON.parse(text) as Provenance;
};

/** The list of the models that are there. */
const listOf = (models: string): string => {
  const rows = shippedNames(models).map((name) => {
    const { claim, test } = provenanceOf(shippedPath(name, models));
    return `| [\`${name}\`](${name}.md) | ${errorText(test)} | \`lenet reproduce ${claim}\` |`;
  });
  return `# Models

Weights that come with the package: \`lenet predict --model NAME digit.png\`, or \`load("NAME")\` in a program. Written by
\`npm run ship\`, not by hand.

| model | test error | the claim it is seed ${SEED} of |
| --- | --- | --- |
${rows.join("\n")}
`;
};
