// The nets by name, for the command line and for files that name their net.
import { LenetError } from "../errors.ts";
import { closest } from "../words.ts";
import { lenet1 } from "./lenet1.ts";
import { lenet5 } from "./lenet5.ts";
import { usual as lenet5of1998 } from "./lenet5-1998.ts";
import type { Net } from "./net.ts";

export const nets: readonly Net[] = [lenet5, lenet5of1998, lenet1];

/** The net of this name; an unknown name is a LenetError that lists the known ones. */
export const netNamed = (name: string): Net => {
  const found = nets.find((net) => net.name === name);
  if (found) return found;
  const names = nets.map((net) => net.name);
  throw new LenetError(`net: expected one of ${names.join(", ")}, got "${name}".${closest(name, names)}`);
};
