// The models that come with this package: in models/, a safetensors file and a card for each, found by name. ship.ts puts
// them there; this file knows which there may be, and where.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Seen from dist/src/lab. */
export const MODELS = fileURLToPath(new URL("../../../../models", import.meta.url));

/** The claim whose first seed the model of this name is. The first is meant where no model is named. */
export const shippedClaims: Readonly<Record<string, string>> = {
  lenet5: "lenet5-best",
  "lenet5-limit": "lenet5-limit",
  "lenet5-1998": "lenet5-1998/map",
  zipcode1989: "zipcode1989/filled",
  lenet1: "fig9/lenet1",
  lenet4: "fig9/lenet4",
  "boosted-lenet4": "fig9/boosted-lenet4",
  tutorial: "tutorial",
  keras: "keras",
  ablation: "ablation/relu-norm-0",
  mlp: "fig9/mlp-300",
};

const ENDING = ".safetensors";

/** Where the model of this name lies, or will lie. */
export const shippedPath = (name: string, models = MODELS): string => join(models, `${name}${ENDING}`);

/** The names of the models that are there, in alphabetical order. */
export const shippedNames = (models = MODELS): string[] =>
  existsSync(models)
    ? readdirSync(models)
        .filter((file) => file.endsWith(ENDING))
        .map((file) => file.slice(0, -ENDING.length))
        .sort()
    : [];
