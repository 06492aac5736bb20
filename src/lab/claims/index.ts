// All claims, in the order of the documents they are from.
import { LenetError } from "../../errors.ts";
import { closest } from "../../words.ts";
import type { Claim } from "./claim.ts";
import { modern } from "./modern.ts";
import { openQuestions } from "./open-questions.ts";
import { paper1989 } from "./paper-1989.ts";
import { paper1998 } from "./paper-1998.ts";
import { seeds } from "./seeds.ts";

export const claims: readonly Claim[] = [...modern, ...seeds, ...paper1989, ...paper1998, ...openQuestions];

/** What stands before the slash. */
export const groupOf = ({ id }: Claim): string => id.split("/")[0]!;

/** The claim of that id, or all of that group. Throws LenetError for neither. */
export const claimsNamed = (name: string): readonly Claim[] => {
  const found = claims.filter((claim) => claim.id === name || groupOf(claim) === name);
  if (found.length > 0) return found;
  const known = [...new Set(claims.flatMap((claim) => [groupOf(claim), claim.id]))];
  throw new LenetError(
    `claim: expected one that lenet reproduce --list shows, got "${name}".${closest(name, known) || " See: lenet reproduce --list"}`,
  );
};
