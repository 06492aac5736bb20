// LeNet-5 as printed: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-Based Learning Applied to Document Recognition", section
// II.B. What the paper leaves open is an option here, or said where it is decided; docs/paper-1998.md numbers the questions.
import { LenetError } from "../errors.ts";
import { type ConnectionTable, conv, dense, rbf, squash, subsample } from "../layers/index.ts";
import { nameWith, type OptionsOf, readOptions } from "../named.ts";
import { digitCodes } from "./digit-codes.ts";
import { type InitialSpec, image, type Net, net, type Published } from "./net.ts";

/** Table I. Rows: maps of S2, 0 to 5; columns: maps of C3, 0 to 15; an X joins them. */
const drawn = `
X . . . X X X . . X X X X . X X
X X . . . X X X . . X X X X . X
X X X . . . X X X . . X . X X X
. X X X . . X X X X . . X . X X
. . X X X . . X X X X . X X . X
. . . X X X . . X X X X . X X X`;

/** For each column of a drawn table the rows that have an X. */
export const tableOf = (text: string): ConnectionTable => {
  const rows = text
    .trim()
    .split("\n")
    .map((row) => row.split(" "));
  return rows[0]!.map((_, column) => [...rows.keys()].filter((row) => rows[row]![column] === "X"));
};

export const tableI = tableOf(drawn);

const published: Published = {
  source: "LeCun, Bottou, Bengio, Haffner 1998, section II.B",
  layers: {
    C1: { parameters: 156, connections: 122_304 },
    S2: { parameters: 12, connections: 5_880 },
    C3: { parameters: 1_516, connections: 151_600 },
    S4: { parameters: 32, connections: 2_000 },
    C5: { parameters: 48_120, connections: 48_120 },
    F6: { parameters: 10_164, connections: 10_164 },
  },
  parameters: 60_000,
  connections: 340_908,
  slips: {},
};

export const rules = {
  loss: { words: ["mse", "map"], meaning: "eq. 8, the penalty of the right class; or eq. 9, against all others" },
  rubbish: { least: 0, most: 100, usual: 1, meaning: "j of eq. 9; the paper gives no value" },
  distance: { words: ["half", "whole"], meaning: "of the squared distance that is the penalty; eq. 7 has the whole" },
  init: {
    words: ["root", "paper"],
    meaning: "weights begin in ±1.2/√F, or in ±2.4/F as printed; F the inputs of the unit",
  },
  start: { least: 0.01, most: 2, usual: 0.5, meaning: "of the coefficients of S2 and S4; ¼: the average, 1: the sum" },
} as const;

const initials: Readonly<Record<"root" | "paper", InitialSpec>> = {
  root: { scale: 1.2, power: 0.5, biases: "zero" },
  paper: { scale: 2.4, power: 1, biases: "zero" },
};

/**
 * LeNet-5 of 1998: 60,000 free parameters. Background -0.1, ink 1.175 (II.B). The outputs are penalties, half the squared
 * distances from the digits' codes. Weights begin in ±1.2/√fanIn, biases at zero: with the ±2.4/fanIn of the paper's appendix A
 * this net does not learn. Options left out are at their defaults: eq. 8.
 */
export const lenet5of1998 = (given: Partial<OptionsOf<typeof rules>> = {}): Net => {
  const options = { ...readOptions("lenet5-1998", rules, ""), ...given };
  const { start } = options;
  if (options.loss === "mse" && options.rubbish !== rules.rubbish.usual)
    throw new LenetError("lenet5-1998, rubbish: expected loss=map beside it, got loss=mse, which has no such term.");
  return net(
    nameWith("lenet5-1998", rules, options),
    "LeNet-5 of 1998",
    image(28, 28, { padding: 2, paddingValue: -0.1, low: -0.1, high: 1.175 }),
    [
      conv("C1", { maps: 6, field: 5 }),
      squash(),
      subsample("S2", { field: 2, start }),
      squash(),
      conv("C3", { maps: 16, field: 5, from: tableI }),
      squash(),
      subsample("S4", { field: 2, start }),
      squash(),
      conv("C5", { maps: 120, field: 5 }),
      squash(),
      dense("F6", { units: 84 }),
      squash(),
      rbf("OUT", { codes: digitCodes, scale: options.distance === "half" ? 0.5 : 1 }),
    ],
    {
      loss: options.loss === "mse" ? { kind: "penalty" } : { kind: "penaltyMap", rubbish: options.rubbish },
      initial: initials[options.init],
      published,
    },
  );
};

/** As it is when nothing is said: eq. 8. */
export const usual = lenet5of1998();
