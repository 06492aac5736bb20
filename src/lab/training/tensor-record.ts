// What the history keeps of weights and gradients at the end of an epoch: a few numbers a tensor, with as many digits as a figure shows.
import { type Magnitude, magnitudesIn } from "../run/magnitudes.ts";
import type { EpochRecord } from "../run/run-folder.ts";
import type { Session } from "./session.ts";

const DIGITS = 4;

const rounded = ({ rms, largest }: Magnitude): Magnitude => ({
  rms: Number(rms.toPrecision(DIGITS)),
  largest: Number(largest.toPrecision(DIGITS)),
});

/** After the last step of an epoch, before anything else is walked. A tensor with numbers that are none is left out. */
export const tensorRecord = ({ description, arena, settings }: Session): NonNullable<EpochRecord["tensors"]> =>
  Object.fromEntries(
    Object.entries(magnitudesIn(description, arena, settings))
      .filter(([, { value, gradient }]) => Number.isFinite(value.rms) && Number.isFinite(gradient.rms))
      .map(([name, { value, gradient }]) => [name, { value: rounded(value), gradient: rounded(gradient) }]),
  );
