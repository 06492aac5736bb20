// The nets by name, for the command line and for files that name their net.
import { LenetError } from "../errors.ts";
import { splitName } from "../named.ts";
import { closest } from "../words.ts";
import { ablation } from "./ablation.ts";
import { boostedLenet4 } from "./boosted-lenet4.ts";
import { splitClasses, withClasses } from "./classes.ts";
import { alone, type Family, family } from "./family.ts";
import { keras } from "./keras.ts";
import { lenet1 } from "./lenet1.ts";
import { lenet4Family } from "./lenet4.ts";
import { lenet5s } from "./lenet5.ts";
import { lenet5of1998, rules as rulesOf1998 } from "./lenet5-1998.ts";
import { linear, mlp } from "./mlp.ts";
import type { Net } from "./net.ts";
import { tutorial } from "./tutorial.ts";
import { zipcode1989 } from "./zipcode1989.ts";

/** All families; the first one is what is meant where no net is named. */
export const nets: readonly Family[] = [
  lenet5s,
  family("lenet5-1998", rulesOf1998, lenet5of1998),
  zipcode1989,
  alone(lenet1),
  lenet4Family,
  alone(boostedLenet4),
  alone(tutorial),
  keras,
  ablation,
  linear,
  mlp,
];

/**
 * The net of this name, options included: `ablation:norm=no`, and `lenet5:classes=26`, which every net may have.
 * Throws LenetError, which offers the nearest known name.
 */
export const netNamed = (text: string): Net => {
  const { rest, classes } = splitClasses(text);
  const { name, options } = splitName(rest);
  const found = nets.find((family) => family.name === name);
  if (found) return classes === null ? found.named(options) : withClasses(found.named(options), classes);
  const names = nets.map((family) => family.name);
  throw new LenetError(`net: expected one of ${names.join(", ")}, got "${name}".${closest(name, names)}`);
};
