// JSON of the folder of a sweep, which a hand or a failing disk may have changed.
import { LenetError } from "../../../errors.ts";

/** The value that `text` is, where `holds` knows it; `what` says what was expected at `place`. Throws LenetError. */
export const parseAs = <Kind>(
  text: string,
  place: string,
  what: string,
  holds: (value: unknown) => value is Kind,
): Kind => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (holds(value)) return value;
  throw new LenetError(`${place}: expected ${what}, got ${JSON.stringify(text.slice(0, 60))}. Restore it from a copy.`);
};
