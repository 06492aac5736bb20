// e to a negative power, without the host's: the same bits on every machine.

const { LN2 } = Math;
/** ½ to the power of the index, down to nothing. */
const halves = Float64Array.from({ length: 1_076 }, () => 1);
for (let k = 1; k < halves.length; k++) halves[k] = halves[k - 1]! / 2;

/** e⁻ˣ for x from 0, to about 14 digits: 2⁻ᵏ e⁻ʳ with |r| ≤ ln 2 / 2, the latter as its series. */
export const expMinus = (x: number): number => {
  const k = Math.round(x / LN2);
  if (!(k < halves.length)) return 0;
  const r = k * LN2 - x;
  let sum = 1;
  for (let term = 13; term >= 1; term--) sum = 1 + (r / term) * sum;
  return sum * halves[k]!;
};
